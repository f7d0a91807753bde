"""The tools that we know do what they are known for.

Those that Debian has run for real. MashMap and wfmash, which it lacks, are played by twins: scripts
that look at how they are called and print lines of the shape that these programs print.
"""

from dataclasses import replace
from pathlib import Path
from typing import NamedTuple

import pytest

from dotplots.aligners.tooling import answer, mutated, program, random_bases, turned
from dotplots.examples import fasta
from holdfast.dotplots.aligners.choosing import aligner
from holdfast.dotplots.aligners.command_aligner import CommandAligner
from holdfast.dotplots.aligners.interface import Question
from holdfast.dotplots.genome import read_contigs
from holdfast.dotplots.identity import Estimator, identities
from holdfast.errors import UsageError
from holdfast.formats.paf import PafTable
from thoroughness import thorough

INSTALLED = [
    pytest.param("minimap2", marks=pytest.mark.service("minimap2")),
    pytest.param("lastal", marks=pytest.mark.service("lastal", "lastdb")),
    pytest.param("nucmer", marks=pytest.mark.service("nucmer")),
    pytest.param("blastn", marks=pytest.mark.service("blastn", "makeblastdb")),
]
NEAR = 60  #: bases that the edge of an alignment may be off


class Segment(NamedTuple):
    """What is known to be alike in the made-up pair."""

    query: str
    query_start: int
    query_end: int
    target: str
    target_start: int
    target_end: int
    strand: int


KNOWN = [
    Segment("a", 0, 12_000, "one", 0, 12_000, 1),
    Segment("a", 12_000, 20_000, "one", 12_000, 20_000, -1),
    Segment("a", 20_000, 30_000, "one", 20_000, 30_000, 1),
    Segment("b", 0, 15_000, "two", 0, 15_000, -1),
]


@pytest.fixture(scope="module")
def pair(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """A target of two contigs; a query with an inversion, a contig turned, and 1 % mutations."""
    one, two = random_bases(30_000, 1), random_bases(15_000, 2)
    inverted = one[:12_000] + turned(one[12_000:20_000]) + one[20_000:]
    folder = tmp_path_factory.mktemp("the pair")
    query = [("a", mutated(inverted, 0.013, 3)), ("b", mutated(turned(two), 0.013, 4))]
    return fasta(folder / "t.fa", [("one", one), ("two", two)]), fasta(folder / "q.fa", query)


def found(table: PafTable) -> list[Segment]:
    """The matches of a table that are not by chance."""
    rows = zip(
        *(table.query, table.query_start, table.query_end),
        *(table.target, table.target_start, table.target_end, table.strand),
        strict=True,
    )
    return [
        Segment(
            table.query_names[q], int(qs), int(qe), table.target_names[t], int(ts), int(te), int(s)
        )
        for q, qs, qe, t, ts, te, s in rows
        if qe - qs > 1000
    ]


def is_near(one: Segment, other: Segment) -> bool:
    named = (one.query, one.target, one.strand) == (other.query, other.target, other.strand)
    places = ("query_start", "query_end", "target_start", "target_end")
    return named and all(abs(getattr(one, p) - getattr(other, p)) <= NEAR for p in places)


@pytest.mark.parametrize("name", INSTALLED)
def test_an_inversion_and_a_turned_contig_are_found(
    name: str, pair: tuple[Path, Path], tmp_path: Path
) -> None:
    told, table = answer(aligner(name), pair, tmp_path, cores=2)
    assert all(any(is_near(known, match) for match in found(table)) for known in KNOWN)
    assert len(found(table)) == len(KNOWN)
    identity, estimator = identities(table)
    assert estimator in {Estimator.DE, Estimator.CIGAR}
    assert identity[table.block > 1000] == pytest.approx(0.99, abs=0.003)
    assert told.note.version != "unknown"
    assert told.note.preset == aligner(name).preset_for(0.008)


@pytest.mark.parametrize("name", INSTALLED)
def test_the_answer_is_the_same_with_any_number_of_cores(
    name: str, pair: tuple[Path, Path], tmp_path: Path
) -> None:
    answers = []
    for cores in (1, 4):
        answer(aligner(name), pair, tmp_path, cores=cores)
        answers.append((tmp_path / "answer.paf").read_bytes())
    assert answers[0] == answers[1]


@pytest.mark.parametrize("name", INSTALLED[:2])
def test_a_contig_is_answered_alike_whatever_others_there_are(
    name: str, pair: tuple[Path, Path], tmp_path: Path
) -> None:
    chosen = aligner(name)
    assert chosen.contigwise
    answer(chosen, pair, tmp_path, preset=chosen.presets[1])
    whole = (tmp_path / "answer.paf").read_bytes()
    alone = b""
    for contig, bases in read_contigs(pair[1]):
        one = fasta(tmp_path / "one.fa", [(contig.name, bases.decode())])
        answer(chosen, (pair[0], one), tmp_path, preset=chosen.presets[1])
        alone += (tmp_path / "answer.paf").read_bytes()
    assert alone == whole


@thorough
@pytest.mark.parametrize("name", INSTALLED)
def test_every_preset_and_option_is_known_to_the_program(
    name: str, pair: tuple[Path, Path], tmp_path: Path
) -> None:
    chosen = aligner(name)
    for preset in chosen.presets[1:]:
        _, table = answer(chosen, pair, tmp_path, preset=preset)
        assert len(found(table)) >= len(KNOWN)
    for option in (option for group in chosen.groups for option in group.names):
        _, table = answer(chosen, pair, tmp_path, preset=chosen.presets[1], options=(option,))
        assert len(found(table)) >= len(KNOWN)


@pytest.mark.parametrize("name", INSTALLED)
def test_names_of_contigs_come_back_as_they_are(name: str, tmp_path: Path) -> None:
    """Programs read some names as identifiers of databanks, as paths, or as bytes."""
    names = [
        "gi|123|ref|NC_1.1|",
        "lcl|a",
        "a#1#b",
        "it's;a,b",
        '"q"=100%',
        "a/b:1-5",
        "ä",
        "y" * 200,
    ]
    contigs = [(each, random_bases(2000, seed)) for seed, each in enumerate(names)]
    pair = (fasta(tmp_path / "t.fa", contigs), fasta(tmp_path / "q.fa", contigs))
    _, table = answer(aligner(name), pair, tmp_path)
    assert {(match.query, match.target) for match in found(table)} == {(n, n) for n in names}


@pytest.mark.service("minimap2")
def test_a_query_in_blocks_gives_what_a_whole_one_gives(tmp_path: Path) -> None:
    bases = random_bases(60_000, 11)
    target = fasta(tmp_path / "t.fa", [("t", bases)])
    query = fasta(tmp_path / "q.fa", [("q", bases[:25_000] + turned(bases[25_000:]))])
    ready = aligner("minimap2")
    assert isinstance(ready, CommandAligner)
    tool = replace(ready.tool, is_split=True)
    _, whole = answer(ready, (target, query), tmp_path)
    _, joined = answer(CommandAligner(tool, 7000), (target, query), tmp_path)
    assert found(joined) == found(whole)
    assert joined.matches.tolist() == whole.matches.tolist() == [25_000, 35_000]
    _, pieces = answer(
        CommandAligner(replace(tool, is_joined=False), 7000), (target, query), tmp_path
    )
    assert len(pieces) == 10  # nine blocks, in one of which the query turns


@pytest.mark.parametrize("name", INSTALLED)
def test_a_genome_is_compared_with_itself(name: str, tmp_path: Path) -> None:
    repeat = random_bases(4000, 5)
    bases = random_bases(6000, 6) + repeat + random_bases(5000, 7) + repeat + random_bases(3000, 8)
    other = random_bases(2000, 9) + turned(repeat) + random_bases(2000, 10)
    genome = fasta(tmp_path / "self.fa", [("a", bases), ("b", other)])
    _, table = answer(aligner(name), (genome, None), tmp_path)
    assert all(match[:3] != match[3:6] or match.strand < 0 for match in found(table))
    within, across = (
        Segment("a", 6000, 10_000, "a", 15_000, 19_000, 1),
        Segment("a", 6000, 10_000, "b", 2000, 6000, -1),
    )
    for known in (within, across):
        swapped = known._replace(
            query=known.target,
            query_start=known.target_start,
            query_end=known.target_end,
            target=known.query,
            target_start=known.query_start,
            target_end=known.query_end,
        )
        assert any(is_near(known, match) or is_near(swapped, match) for match in found(table))


def test_tools_that_keep_the_best_match_refuse_a_genome_against_itself(
    pair: tuple[Path, Path],
) -> None:
    for name in ("mashmap", "wfmash"):
        with pytest.raises(UsageError, match="cannot align a genome with itself"):
            aligner(name).check(Question(pair[0], None))


MASHMAP_2 = """a 30000 0 11999 + one 30000 0 11999 98.9
a 30000 12000 19999 - one 30000 12000 19999 98.8
b 15000 0 14999 - two 15000 0 14999 99.1"""
MASHMAP_3 = r"""a\t30000\t0\t12000\t+\tone\t30000\t0\t12000\t11868\t12000\t19\tid:f:0.989\tkc:f:0.98
b\t15000\t0\t15000\t-\ttwo\t15000\t0\t15000\t14865\t15000\t20\tid:f:0.991\tkc:f:0.97"""
WFMASH = (
    r"""b\t15000\t0\t15000\t-\ttwo\t15000\t0\t15000\t14850\t15000\t20"""
    r"""\tgi:f:0.99\tbi:f:0.99\tmd:f:0.985\tcg:Z:7000=150X7850=
a\t30000\t0\t12000\t+\tone\t30000\t0\t12000\t11880\t12000\t19"""
    r"""\tgi:f:0.99\tbi:f:0.99\tmd:f:0.985\tcg:Z:6000=120X5880="""
)


def twin(folder: Path, name: str, words: str, version: str, printed: str, into: str) -> None:
    """A program that prints lines if it is called with just these `words`, and else fails."""
    program(
        folder / name,
        f"""if test "$*" = --version; then echo {version}; exit; fi
if test "$*" != "{words}"; then echo "called with $*" >&2; exit 9; fi
test -s target.fa -a -s query.fa -a -s target.fa.fai || exit 8
printf '{printed.replace("%", "%%")}\\n' > {into}""",
    )


@pytest.fixture
def on_path(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder whose programs are found first."""
    folder = tmp_path / "bin"
    monkeypatch.setenv("PATH", f"{folder}:/usr/bin:/bin")
    return folder


@pytest.mark.parametrize(("version", "printed"), [("2.0", MASHMAP_2), ("3.1.3", MASHMAP_3)])
def test_mashmap_is_called_and_read(
    on_path: Path, pair: tuple[Path, Path], tmp_path: Path, version: str, printed: str
) -> None:
    words = "-t 2 --pi 95 -s 5000 -f map -r target.fa -q query.fa -o out"
    twin(on_path, "mashmap", words, version, printed, "out")
    told, table = answer(aligner("mashmap"), pair, tmp_path, cores=2)
    assert told.note.version == version
    assert any(is_near(KNOWN[0], match) for match in found(table))
    assert any(is_near(KNOWN[3], match) for match in found(table))


def test_wfmash_is_called_and_read(on_path: Path, pair: tuple[Path, Path], tmp_path: Path) -> None:
    words = "-t 2 -p 90 -n 5 target.fa query.fa"
    twin(on_path, "wfmash", words, "v0.14.0-0-g5d1a6d2", WFMASH, "/dev/stdout")
    how = {"preset": "p90", "options": ("repeat:some",), "cores": 2}
    told, table = answer(aligner("wfmash"), pair, tmp_path, **how)
    assert told.note.command == "wfmash -t $(nproc) -p 90 -n 5 t.fa q.fa > out"
    assert [match.query for match in found(table)] == ["a", "b"]
    assert is_near(KNOWN[0], found(table)[0])
