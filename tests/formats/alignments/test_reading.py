"""The format of a file is told by its content, and what it aligns comes out as it is."""

import gzip
import io
import re
from contextlib import suppress
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from formats.alignments.made_up import EXAMPLE, WRITERS, Truth, lengths, truths, written
from holdfast.errors import FormatError, UsageError
from holdfast.formats import columns
from holdfast.formats.alignments import tables
from holdfast.formats.alignments.axt import Axt
from holdfast.formats.alignments.interface import AlignmentFormat, Lengths
from holdfast.formats.alignments.reading import format_of, formats, named, paf_lines
from holdfast.formats.paf import read_paf
from holdfast.plugins import Group, names
from thoroughness import sampled

WITH_COLUMNS = ("maf", "axt")  #: formats that have the bases
WITH_RUNS = ("delta", "last-tab", "chain", "sam", *WITH_COLUMNS)
WITH_EDITS = ("delta", "sam", "blast6", "blast7", *WITH_COLUMNS)
EVERY = sorted(WRITERS)


def as_paf(which: str, content: bytes, known: Lengths) -> list[list[str]]:
    """The lines of PAF that a format's reader makes of `content`, in words."""
    form = named(WRITERS[which][0])
    text = b"".join(form.paf(io.BytesIO(content), "x", known))
    read_paf(io.BytesIO(text))  # our own reader takes what we write
    return [line.split("\t") for line in text.decode(errors="replace").split("\n")[:-1]]


def tag(words: list[str], name: str) -> str | None:
    return next((word[5:] for word in words[12:] if word.startswith(name)), None)


@settings(max_examples=sampled(80))
@given(found=truths(), seed=st.integers(0, 1000))
def test_what_is_aligned_comes_out_as_it_is(found: list[Truth], seed: int) -> None:
    for which in EVERY:
        lines = as_paf(which, written(which, found, seed), lengths(found))
        assert [tuple(words[:9]) for words in lines] == [tuple(map(str, t.place)) for t in found]
        for truth, words in zip(found, lines, strict=True):
            _check_alignment(which, truth, words)


def _check_alignment(which: str, truth: Truth, words: list[str]) -> None:
    if which in WITH_RUNS:
        cigar = tag(words, "cg")
        assert cigar is not None
        kinds = _expanded(cigar).replace("=", "M").replace("X", "M")
        expected = _expanded(truth.cigar)
        if which == "chain":  # which of two gaps at one place comes first is not told
            kinds, expected = _gaps_sorted(kinds), _gaps_sorted(expected)
        assert kinds == expected
    if which in WITH_COLUMNS:
        assert _expanded(cigar or "") == truth.kinds
    if which in WITH_EDITS:
        assert (words[9], tag(words, "NM")) == (str(truth.matches), str(truth.edits))
    if which.startswith("blast"):
        events = truth.edits - sum(truth.gaps) + len(truth.gaps)
        divergence = events / (truth.matches + events)
        assert float(tag(words, "de") or "nan") == pytest.approx(divergence, rel=1e-5)


def _expanded(cigar: str) -> str:
    text, count = "", ""
    for letter in cigar:
        count, text = (
            (count + letter, text) if letter.isdigit() else ("", text + int(count) * letter)
        )
    return text


def _gaps_sorted(kinds: str) -> str:
    return re.sub("[DI]+", lambda found: "".join(sorted(found[0])), kinds)


@settings(max_examples=sampled(100))
@given(data=st.data())
def test_a_damaged_file_is_read_or_refused_with_a_sentence(data: st.DataObject) -> None:
    damages = st.tuples(st.floats(0, 1), st.integers(0, 255) | st.sampled_from(b"\t\n -+0|:,"))
    damage, cut = data.draw(st.lists(damages, max_size=3)), data.draw(st.none() | st.floats(0, 1))
    for which in EVERY:
        content = bytearray(written(which, EXAMPLE))
        for place, value in damage:
            content[int(place * (len(content) - 1))] = value
        end = None if cut is None else int(cut * len(content))
        with suppress(FormatError):
            as_paf(which, bytes(content[:end]), lengths(EXAMPLE))


GARBAGE = st.binary(max_size=120) | st.text("tq1 \t+-09\n>#achins|", max_size=120).map(str.encode)


@settings(max_examples=sampled(100))
@given(GARBAGE)
def test_any_bytes_are_read_or_refused_with_a_sentence(content: bytes) -> None:
    for which in EVERY:
        with suppress(FormatError):
            as_paf(which, content, lengths(EXAMPLE))


@settings(max_examples=sampled(100))
@given(GARBAGE)
def test_looking_at_a_file_fails_on_none(head: bytes) -> None:
    for form in formats():
        form.begins(head)


@pytest.mark.parametrize("which", EVERY)
def test_a_format_knows_its_own_files_and_no_others(which: str) -> None:
    for seed in range(8):
        head = written(which, EXAMPLE, seed)
        assert [form.name for form in formats() if form.begins(head)] == [WRITERS[which][0]]


@pytest.mark.parametrize("pack", [bytes, gzip.compress])
def test_a_file_is_read_whatever_its_name(pack, tmp_path: Path) -> None:  # type: ignore[no-untyped-def] # two unlike functions
    file = tmp_path / "some.txt"
    file.write_bytes(pack(written("maf", EXAMPLE)))
    assert format_of(file).name == "maf"
    lines = b"".join(paf_lines(file)).splitlines()
    assert [line.split(b"\t")[0] for line in lines] == [b"q1", b"q2"]


@pytest.mark.parametrize(
    ("name", "content", "expected"),
    [
        ("none.maf", b"", "maf"),
        ("none.paf.gz", gzip.compress(b""), "paf"),
        ("none", b"", "paf"),  # an alignment without matches
        ("x.over.chain.gz", b"# only a comment\n", "chain"),
    ],
)
def test_a_name_tells_what_the_content_does_not(
    name: str, content: bytes, expected: str, tmp_path: Path
) -> None:
    (tmp_path / name).write_bytes(content)
    assert format_of(tmp_path / name).name == expected


def test_a_file_of_no_format_is_refused(tmp_path: Path) -> None:
    (tmp_path / "x.txt").write_text(">seq\nACGT\n")
    with pytest.raises(FormatError, match=r"x\.txt: is of no format of alignments that is known"):
        format_of(tmp_path / "x.txt")
    with pytest.raises(FormatError, match="cannot be opened"):
        format_of(tmp_path / "absent")


def test_a_format_that_fails_to_look_takes_no_other_down(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def fail(head: bytes) -> bool:
        raise IndexError(head)

    monkeypatch.setattr(Axt, "begins", fail)
    (tmp_path / "x").write_bytes(written("maf", EXAMPLE))
    assert format_of(tmp_path / "x").name == "maf"
    assert "the format axt was passed over" in caplog.text


def test_a_damaged_gzip_is_refused(tmp_path: Path) -> None:
    (tmp_path / "x.gz").write_bytes(gzip.compress(written("paf", EXAMPLE) * 50)[:-9])
    with pytest.raises(FormatError, match="damaged or cut short"):
        list(paf_lines(tmp_path / "x.gz"))


def test_formats_are_named_as_d_genies_names_its_parsers_too() -> None:
    assert named("maf2paf").name == named("maf").name == "maf"
    with pytest.raises(UsageError, match="did you mean maf"):
        named("maff")


def test_every_format_is_found_by_entry_point() -> None:
    assert {form for form, _ in WRITERS.values()} | {"bam"} == set(names(Group.ALIGNMENTS))


class _Endless:
    """A file that goes on for ever, and says how far it was read."""

    def __init__(self, line: bytes) -> None:
        self.given, self._line = 0, line

    def read(self, size: int, /) -> bytes:
        start = self.given % len(self._line)
        self.given += size
        return (self._line * (size // len(self._line) + 2))[start : start + size]


@pytest.mark.parametrize("which", ["blast6", "mashmap", "paf"])
def test_lines_are_given_while_the_file_is_read(
    which: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    line = written(which, EXAMPLE[:1])
    content = _Endless(line)
    form: AlignmentFormat = named(WRITERS[which][0])
    pieces = form.paf(content, "x", lengths(EXAMPLE))
    monkeypatch.setattr(columns.blocks, "__defaults__", (10_000,))
    for _ in range(3):
        next(pieces)
    assert content.given <= 30_000


@pytest.mark.parametrize("which", ["axt", "blast6", "blast7", "coords"])
def test_lengths_that_a_format_lacks_are_asked_for(which: str) -> None:
    content = written(which, EXAMPLE, seed=5)
    with pytest.raises(FormatError, match="is not told in this format; give the"):
        as_paf(which, content, Lengths())
    with pytest.raises(FormatError, match="are target and query exchanged"):
        as_paf(which, content, Lengths({"q1": 5}, {"t1": 5}))


def test_one_name_with_two_lengths_is_refused_at_its_line() -> None:
    content = written("last-tab", EXAMPLE).replace(b"\t200\tq2", b"\t201\tq2")
    with pytest.raises(FormatError, match="another length than on a line before") as caught:
        as_paf("last-tab", content, Lengths())
    assert (caught.value.file, caught.value.line) == ("x", 3)


def _words(text: bytes) -> list[list[str | float]]:
    """The words of lines, a number in a tag as what it is worth."""
    return [
        [float(word[5:]) if word[2:5] == ":f:" else word for word in line.split("\t")]
        for line in text.decode().splitlines()
    ]


@settings(max_examples=sampled(40))
@given(found=truths(), seed=st.integers(0, 1000))
def test_many_lines_at_once_are_read_as_one_by_one(found: list[Truth], seed: int) -> None:
    for which in ("blast6", "blast7", "mashmap", "mashmap 3"):
        content, known = written(which, found * 3, seed), lengths(found)
        form = named(WRITERS[which][0])
        quick = b"".join(form.paf(io.BytesIO(content), "x", known))
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(tables, "written", _odd)
            slow = b"".join(form.paf(io.BytesIO(content), "x", known))
        assert _words(quick) == _words(slow)


def _odd(*_: object) -> bytes:
    raise tables.Odd


def test_a_wrong_line_behind_blocks_of_good_ones_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(columns.blocks, "__defaults__", (1000,))
    good = written("blast6", EXAMPLE)
    content = good * 100 + good.replace(b"\tt1\t", b"\tt9\t")
    with pytest.raises(FormatError, match="'t9' is not among") as caught:
        as_paf("blast6", content, lengths(EXAMPLE))
    assert caught.value.line == 201
