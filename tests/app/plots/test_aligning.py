"""Only what is new is aligned, and the alignment does not tell how it came to be."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dotplots.examples import fasta
from holdfast.app.plots.aligning import Habits, Made, Tally, align
from holdfast.app.plots.kept import KeptAlignments
from holdfast.base.progress import Listener, ignore
from holdfast.dotplots.aligners.interface import Aligner, AlignerNote, Answer, Needs, Question
from holdfast.dotplots.aligners.mappy_aligner import MappyAligner
from holdfast.dotplots.genome import Contig, read_contigs, read_genome
from holdfast.dotplots.survey import Twin, equal_lines
from holdfast.errors import AlignmentFailed
from thoroughness import thorough

Contigs = Sequence[tuple[str, str]]


def random_bases(count: int, seed: int) -> str:
    return "".join(np.random.default_rng(seed).choice(list("ACGT"), count))


def changed(residues: str, share: float = 0.01) -> str:
    letters = np.array(list(residues))
    places = np.flatnonzero(np.random.default_rng(9).random(len(letters)) < share)
    letters[places] = np.where(letters[places] == "A", "C", "A")
    return "".join(letters)


ONE, TWO, THREE = (random_bases(count, seed) for seed, count in enumerate((9_000, 7_000, 5_000)))


@dataclass
class Watched(MappyAligner):
    """mappy, and a note of what it was asked about."""

    asked: list[list[str]] = field(default_factory=list)
    release: str = "1"

    def version(self) -> str:
        return self.release

    def align(self, question: Question, output: Path, listener: Listener = ignore) -> Answer:
        genome = read_genome(question.query or question.target)
        self.asked.append([contig.name for contig in genome.contigs])
        return super().align(question, output, listener)


class Whole(Watched):
    """One whose answer cannot be divided."""

    contigwise = False


@pytest.fixture
def habits(tmp_path: Path) -> Habits:
    return Habits(kept=KeptAlignments(tmp_path / ".kept", 1 << 30))


def lines_of(
    folder: Path,
    aligner: Aligner,
    target: Contigs,
    query: Contigs | None,
    habits: Habits,
    **how: str,
) -> tuple[bytes, Made]:
    files = [fasta(folder / "t.fa", target), None if query is None else folder / "q.fa"]
    if query is not None:
        fasta(folder / "q.fa", query)
    work = folder / "work"
    work.mkdir(exist_ok=True)
    _, made = align(aligner, Question(files[0], files[1], **how), work / "a.paf", habits)
    assert [each.name for each in work.iterdir()] == ["a.paf"]
    return (work / "a.paf").read_bytes(), made


TARGET = [("one", ONE), ("two", TWO), ("three", THREE)]
QUERY = [("x", changed(ONE)), ("y", changed(TWO)), ("z", changed(THREE))]


def bare(folder: Path, target: Contigs, query: Contigs, preset: str) -> bytes:
    """What the aligner alone answers."""
    files = fasta(folder / "bt.fa", target), fasta(folder / "bq.fa", query)
    MappyAligner().align(Question(*files, preset=preset), folder / "b.paf")
    return (folder / "b.paf").read_bytes()


@pytest.mark.parametrize("kind", [Watched, Whole])
def test_the_same_question_is_aligned_once(
    tmp_path: Path, habits: Habits, kind: type[Watched]
) -> None:
    aligner = kind()
    first, made = lines_of(tmp_path, aligner, TARGET, QUERY, habits)
    assert made == Made(Tally(3, 21_000), Tally(0, 0), Tally(0, 0))
    second, made = lines_of(tmp_path, aligner, TARGET, QUERY, habits)
    assert made == Made(Tally(0, 0), Tally(3, 21_000), Tally(0, 0))
    assert aligner.asked == [["x", "y", "z"]]
    assert first == second == bare(tmp_path, TARGET, QUERY, "asm10")


def test_of_a_new_assembly_only_what_changed_is_aligned(tmp_path: Path, habits: Habits) -> None:
    aligner = Watched()
    lines_of(tmp_path, aligner, TARGET, QUERY, habits, preset="asm10")
    newer = [QUERY[0], ("y", changed(TWO, 0.02)), QUERY[2]]
    lines, made = lines_of(tmp_path, aligner, TARGET, newer, habits, preset="asm10")
    assert aligner.asked[1:] == [["y"]]
    assert (made.aligned, made.kept) == (Tally(1, 7_000), Tally(2, 14_000))
    assert lines == bare(tmp_path, TARGET, newer, "asm10")


def test_an_answer_that_cannot_be_divided_is_asked_again_as_a_whole(
    tmp_path: Path, habits: Habits
) -> None:
    aligner = Whole()
    lines_of(tmp_path, aligner, TARGET, QUERY, habits, preset="asm10")
    lines, _ = lines_of(tmp_path, aligner, TARGET, QUERY[:2], habits, preset="asm10")
    assert aligner.asked[1:] == [["x", "y"]]
    assert lines == bare(tmp_path, TARGET, QUERY[:2], "asm10")


@pytest.mark.parametrize("kind", [Watched, Whole])
def test_what_is_equal_is_never_given_to_the_aligner(
    tmp_path: Path, habits: Habits, kind: type[Watched]
) -> None:
    query = [QUERY[0], ("same", TWO), QUERY[2]]
    aligner = kind()
    lines, made = lines_of(tmp_path, aligner, TARGET, query, habits)
    assert aligner.asked == [["x", "z"]]
    assert made.equal == Tally(1, 7_000)
    named = [line.split(b"\t")[0] for line in lines.splitlines()]
    assert named == [b"x", b"same", b"z"]
    assert b"hf:Z:equal" in lines.splitlines()[1]
    again, made = lines_of(tmp_path, aligner, TARGET, query, habits)
    assert (again, made.kept) == (lines, Tally(2, 14_000))


def test_genomes_that_are_equal_need_no_aligner(tmp_path: Path) -> None:
    aligner = Watched()
    query = [("a", THREE), ("b", ONE), ("c", TWO)]
    lines, made = lines_of(tmp_path, aligner, TARGET, query, Habits())
    assert aligner.asked == []
    assert made == Made(Tally(0, 0), Tally(0, 0), Tally(3, 21_000))
    assert len(lines.splitlines()) == 3


def test_who_asks_for_it_gets_equal_contigs_aligned(tmp_path: Path) -> None:
    aligner = Watched()
    habits = Habits(align_equal=True)
    lines, made = lines_of(tmp_path, aligner, TARGET, TARGET, habits, preset="asm5")
    assert made.aligned == Tally(3, 21_000)
    assert lines == bare(tmp_path, TARGET, TARGET, "asm5")


@pytest.mark.parametrize(
    "other",
    [
        {"target": [*TARGET[:2], ("four", THREE)]},
        {"target": [TARGET[1], TARGET[0], TARGET[2]]},
        {"preset": "asm20"},
        {"release": "2"},
    ],
)
def test_what_was_made_in_another_way_is_not_taken(
    tmp_path: Path, habits: Habits, other: dict
) -> None:
    aligner = Watched()
    lines_of(tmp_path, aligner, TARGET, QUERY, habits, preset="asm10")
    aligner.release = other.get("release", "1")
    target, preset = other.get("target", TARGET), other.get("preset", "asm10")
    lines_of(tmp_path, aligner, target, QUERY, habits, preset=preset)
    assert len(aligner.asked) == 2


def test_a_contig_of_another_name_is_another(tmp_path: Path, habits: Habits) -> None:
    aligner = Watched()
    lines_of(tmp_path, aligner, TARGET, QUERY, habits, preset="asm10")
    lines_of(tmp_path, aligner, TARGET, [("w", QUERY[0][1])], habits, preset="asm10")
    assert aligner.asked[1:] == [["w"]]


def test_again_means_again_and_what_it_gives_is_kept(tmp_path: Path, habits: Habits) -> None:
    aligner = Watched()
    for each in (habits, Habits(again=True, kept=habits.kept), habits):
        lines_of(tmp_path, aligner, TARGET, QUERY, each)
    assert len(aligner.asked) == 2


def test_damaged_lines_are_made_again(tmp_path: Path, habits: Habits) -> None:
    aligner = Watched()
    first, _ = lines_of(tmp_path, aligner, TARGET, QUERY, habits)
    (file,) = (tmp_path / ".kept").glob("*/*")
    file.write_bytes(b"\0" + file.read_bytes()[1:])
    second, _ = lines_of(tmp_path, aligner, TARGET, QUERY, habits)
    assert second == first
    assert aligner.asked[1:] == [["x", "y", "z"]]


def test_what_cannot_be_kept_is_still_the_answer(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    (tmp_path / ".kept").write_text("a file where a folder should be")
    habits = Habits(kept=KeptAlignments(tmp_path / ".kept", 1 << 30))
    lines, _ = lines_of(tmp_path, Watched(), TARGET, QUERY, habits, preset="asm10")
    assert lines == bare(tmp_path, TARGET, QUERY, "asm10")
    assert "could not be kept for later" in caplog.text


def test_nothing_is_kept_of_an_aligner_that_failed(
    tmp_path: Path, habits: Habits, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object) -> Answer:
        raise AlignmentFailed("no")

    aligner = Watched()
    with monkeypatch.context() as broken:
        broken.setattr(MappyAligner, "align", fail)
        with pytest.raises(AlignmentFailed):
            lines_of(tmp_path, aligner, TARGET, QUERY, habits)
    assert not (tmp_path / "work" / "a.paf").exists()
    assert list((tmp_path / ".kept").glob("*/*")) == []


def test_a_genome_alone_is_aligned_whole_and_has_its_diagonal(
    tmp_path: Path, habits: Habits
) -> None:
    aligner = Watched()
    repeats = [("a", ONE + THREE), ("b", THREE)]
    first, made = lines_of(tmp_path, aligner, repeats, None, habits)
    assert made == Made(Tally(2, 19_000), Tally(0, 0), Tally(0, 0))
    rows = [line.split(b"\t") for line in first.splitlines()]
    pairs = [(row[0], row[5], int(row[3]) - int(row[2])) for row in rows]
    assert {(b"a", b"a", 14_000), (b"b", b"b", 5_000)} < set(pairs)
    assert any(query != target for query, target, _ in pairs)  # the repeat
    assert lines_of(tmp_path, aligner, repeats, None, habits)[0] == first
    assert len(aligner.asked) == 1


@thorough
def test_lines_of_real_chromosomes_do_not_depend_on_the_others(
    real_data: Path, tmp_path: Path, habits: Habits
) -> None:
    folder = real_data / "yeast" / "genomes"
    target, query = folder / "S288C.genome.fa.gz", folder / "UWOPS034614.genome.fa.gz"
    contigs = [(contig.name, residues.decode()) for contig, residues in read_contigs(query)]
    half = fasta(tmp_path / "half.fa", contigs[1::2])
    whole, preset = tmp_path / "whole.paf", "asm10"
    MappyAligner().align(Question(target, query, preset), whole)
    for each, kept in ((half, 0), (query, 8)):
        question = Question(target, each, preset)
        _, made = align(Watched(), question, tmp_path / "made.paf", habits)
        assert made.kept.contigs == kept
    assert (tmp_path / "made.paf").read_bytes() == whole.read_bytes()


class Stranger(Watched):
    """An aligner that chooses only while it aligns."""

    def preset_for(self, apart: float | None) -> str:
        return "auto"

    def needs(self, target: int, query: int, cores: int) -> Needs:
        return Needs(1, 1)

    def note(self, question: Question) -> AlignerNote:
        return AlignerNote("stranger", "1", question.preset, "stranger")


def test_an_aligner_that_chooses_for_itself_may(tmp_path: Path, habits: Habits) -> None:
    aligner = Stranger()
    first, _ = lines_of(tmp_path, aligner, TARGET, QUERY, habits)
    assert lines_of(tmp_path, aligner, TARGET, QUERY, habits)[0] == first
    assert len(aligner.asked) == 1


class Counting(Aligner):
    """Tells of each contig of the query as many lines as its length says; notes who was asked."""

    name = "counting"
    presets = ("only",)

    def __init__(self, *, contigwise: bool) -> None:
        self.contigwise = contigwise
        self.asked: list[str] = []

    def check(self, question: Question) -> None:
        """All is well."""

    def version(self) -> str:
        return "1"

    def needs(self, target: int, query: int, cores: int) -> Needs:
        return Needs(1, target + query)

    def align(self, question: Question, output: Path, listener: Listener = ignore) -> Answer:
        assert question.query is not None
        target, query = read_genome(question.target), read_genome(question.query)
        self.asked += [contig.name for contig in query.contigs]
        output.write_text(
            "".join(self.lines(contig, target.contigs[0]) for contig in query.contigs)
        )
        return Answer(target, query, self.note(question), None)

    @staticmethod
    def lines(contig: Contig, other: Contig) -> str:
        line = f"{contig.name}\t{contig.length}\t{{}}\t+\t{other.name}\t{other.length}\n"
        return "".join(line.format(number) for number in range(contig.length % 5))


POOL = [random_bases(20 + number, number) for number in range(8)]
GENOMES = st.lists(st.integers(0, 7), min_size=1, max_size=6, unique=True)


@settings(max_examples=12)
@given(
    target=GENOMES,
    queries=st.lists(GENOMES, min_size=2, max_size=3),
    contigwise=st.booleans(),
    align_equal=st.booleans(),
)
def test_an_alignment_never_tells_how_it_came_to_be(
    tmp_path_factory: pytest.TempPathFactory,
    target: list[int],
    queries: list[list[int]],
    contigwise: bool,
    align_equal: bool,
) -> None:
    folder = tmp_path_factory.mktemp("history")
    aligner = Counting(contigwise=contigwise)
    habits = Habits(align_equal=align_equal, kept=KeptAlignments(folder / ".kept", 1 << 30))
    first = Contig(f"t{target[0]}", len(POOL[target[0]]))
    for numbers in queries:
        query = [(f"q{number}", POOL[number]) for number in numbers]
        lines, _ = lines_of(
            folder,
            aligner,
            [(f"t{number}", POOL[number]) for number in target],
            query,
            habits,
            preset="only",
        )
        wanted = ""
        for number, (name, residues) in zip(numbers, query, strict=True):
            contig = Contig(name, len(residues))
            if number in target and not align_equal:
                twins = [Twin(Contig(f"t{number}", len(residues)), 1)]
                wanted += b"".join(equal_lines(contig, twins)).decode()
            else:
                wanted += aligner.lines(contig, first)
        assert lines.decode() == wanted
    if contigwise:
        assert len(aligner.asked) == len(set(aligner.asked))
