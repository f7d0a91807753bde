"""An alignment is taken over whole, or refused with a sentence, whatever its bytes are."""

import json
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.plots.given import PAF, QUERY, TARGET
from holdfast.app.plots.answer import read_answer, read_made
from holdfast.app.plots.fitting import Names, fitted
from holdfast.app.plots.sides import side_of_index
from holdfast.app.tasks import take
from holdfast.dotplots.genome import Genome
from holdfast.errors import ContigUnknown, FormatError, HoldfastError
from holdfast.formats.paf import read_paf
from thoroughness import sampled

UNKNOWN = {"name": None, "given": "", "kind": "alignment", "provenance": {}}


def taken(folder: Path, content: bytes, form: str | None = None) -> tuple[Genome, Genome]:
    """The genomes of an alignment, with nothing known of them."""
    file = folder / "map"
    file.write_bytes(content)
    question = {
        "title": "x",
        "alignment": {"given": "map", "name": "map", "sha256": "", "format": form},
        "target": UNKNOWN,
        "query": UNKNOWN,
        "inputs": {"alignment": str(file), "target": None, "query": None},
    }
    (folder / "question.json").write_text(json.dumps(question))
    take.run(folder)
    answer = read_answer(folder)
    return answer.target, answer.query


def test_what_was_taken_says_what_it_was(tmp_path: Path) -> None:
    target, query = taken(tmp_path, PAF.encode())
    assert (target.name, [each.name for each in target.contigs]) == ("target", ["one"])
    assert (query.name, [each.length for each in query.contigs]) == ("query", [900, 1100])
    assert read_made(tmp_path)["imported"]["format"] == "paf"
    assert (tmp_path / "alignment.paf").read_text() == PAF


SAM = b"""@HD\tVN:1.6
@SQ\tSN:one\tLN:2000
@SQ\tSN:two\tLN:50
a\t0\tone\t11\t60\t10M5S\t*\t0\t0\t*\t*\tNM:i:1
"""


def test_targets_that_a_file_lists_are_known_though_nothing_matches_them(tmp_path: Path) -> None:
    target, query = taken(tmp_path, SAM)
    assert [(each.name, each.length) for each in target.contigs] == [("one", 2000), ("two", 50)]
    assert [(each.name, each.length) for each in query.contigs] == [("a", 15)]


LINES = st.lists(
    st.sampled_from([*PAF.encode().split(b"\n"), b"@SQ\tSN:a\tLN:5", b"a score=1", b"s x 0", b""])
)
BYTES = st.one_of(st.binary(max_size=200), st.builds(b"\n".join, LINES))


@settings(max_examples=sampled(100))
@given(BYTES, st.sampled_from([None, "paf", "sam", "maf", "delta", "blast6", "chain"]))
def test_whatever_is_given_is_taken_whole_or_refused_with_a_sentence(
    content: bytes, form: str | None
) -> None:
    with TemporaryDirectory() as name:
        folder = Path(name)
        said = "map"
        try:
            taken(folder, content, form)
        except HoldfastError as error:
            said = str(error)
        assert said.startswith("map")
        assert (folder / "alignment.json").exists() == (said == "map")
        if said == "map":
            read_paf(folder / "alignment.paf")


@settings(max_examples=sampled(100))
@given(st.one_of(st.binary(max_size=80), st.text("a1\t\n> .", max_size=40).map(str.encode)))
def test_whatever_an_index_holds_it_is_read_or_refused(content: bytes) -> None:
    with TemporaryDirectory() as name:
        for ending in (".idx", ".fai"):
            file = Path(name) / f"x{ending}"
            file.write_bytes(content)
            try:
                side = side_of_index(file, {"name": "x", "provenance": {}}, ending)
            except FormatError:
                continue
            assert side.contigs is not None
            assert len({each.name for each in side.contigs}) == len(side.contigs)


def genome_in(folder: Path, text: str) -> Genome:
    file = folder / "x.idx"
    file.write_text(text)
    side = side_of_index(file, {"name": "x", "provenance": {}})
    assert side.contigs is not None
    return Genome(str(side.name), side.contigs)


@pytest.mark.parametrize(
    ("target", "query", "sentence"),
    [
        (QUERY, TARGET, "m.x: target and query are swapped: cue is its query and tee is its t"),
        (QUERY, None, "m.x: target and query are swapped: cue is its query by the names"),
        (None, TARGET, "m.x: target and query are swapped: tee is its target by the names"),
        ("tee\ntwo\t1\n", QUERY, "m.x:1: the alignment names the target contig 'one'"),
        (TARGET, "cue\na\t1100\nb\t901\n", "m.x:1: the query contig 'b' has 900 .* and 901 in cue"),
        (TARGET, "cue\nb\t900\n", "m.x:2: the alignment names the query contig 'a'"),
    ],
)
def test_what_does_not_fit_is_told_with_its_line(
    tmp_path: Path, target: str | None, query: str | None, sentence: str
) -> None:
    paf = tmp_path / "m.paf"
    paf.write_text(PAF)
    known = [genome_in(tmp_path, each) if each else None for each in (target, query)]
    with pytest.raises(ContigUnknown, match=sentence):
        fitted(Names.of(read_paf(paf)), known[0], known[1], "m.x", lines=True)


def test_genomes_that_call_their_contigs_alike_are_told_apart_by_length(tmp_path: Path) -> None:
    paf = tmp_path / "m.paf"
    paf.write_text("chr\t900\t0\t800\t+\tchr\t2000\t0\t800\t800\t800\t60\n")
    names = Names.of(read_paf(paf))
    short, long = (genome_in(tmp_path, f"g\nchr\t{length}\n") for length in (900, 2000))
    assert fitted(names, long, short, "m", lines=True) == (long, short)
    with pytest.raises(ContigUnknown, match="are swapped"):
        fitted(names, short, long, "m", lines=True)
