import io
import struct

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from formats.flat import found
from holdfast.errors import FormatError, UsageError
from holdfast.formats.compression import Content
from holdfast.formats.layout import Laid, Layout, LayoutWriter
from holdfast.formats.twobit import (
    SIGNATURE,
    Runs,
    TwoBitEntry,
    TwoBitReader,
    TwoBitWriter,
    unknown_runs,
)

CODES = {"T": 0, "C": 1, "A": 2, "G": 3, "N": 0}
NAMES = st.text("abcXYZ0129_.|:", min_size=1, max_size=12)
RECORDS = st.dictionaries(NAMES, st.text("ACGTNNN", max_size=300), min_size=1)


def runs_of(marks: str, letter: str) -> list[tuple[int, int]]:
    """Start and length of each run of `letter`, found one letter at a time."""
    runs: list[tuple[int, int]] = []
    for at, mark in enumerate(marks):
        if mark == letter and runs and sum(runs[-1]) == at:
            runs[-1] = (runs[-1][0], runs[-1][1] + 1)
        elif mark == letter:
            runs.append((at, 1))
    return runs


def written(records: dict[str, str], order: str = "<", version: int = 0, gap: int = 0) -> bytes:
    """A 2bit file, made one base at a time; every third base is a small letter."""
    width = "Q" if version else "I"
    bodies = []
    for residues in records.values():
        small = "".join("x" if at % 3 == 1 else "." for at in range(len(residues)))
        body = struct.pack(f"{order}I", len(residues))
        for runs in (runs_of(residues, "N"), runs_of(small, "x")):
            numbers = [len(runs), *(start for start, _ in runs), *(size for _, size in runs)]
            body += struct.pack(f"{order}{len(numbers)}I", *numbers)
        body += bytes(4)
        for at in range(0, len(residues), 4):
            four = [CODES[base] for base in residues[at : at + 4].ljust(4, "T")]
            body += bytes([four[0] << 6 | four[1] << 4 | four[2] << 2 | four[3]])
        bodies.append(body + b"?" * gap)
    head = struct.pack(f"{order}4I", SIGNATURE, version, len(records), 0)
    at = len(head) + sum(1 + len(name) + struct.calcsize(width) for name in records)
    for name, body in zip(records, bodies, strict=True):
        head += bytes([len(name)]) + name.encode() + struct.pack(f"{order}{width}", at)
        at += len(body)
    whole = head + b"".join(bodies)
    return whole[: len(whole) - gap]


def read(content: bytes, piece: int = 1 << 21) -> dict[str, str]:
    reader = TwoBitReader(Content(io.BytesIO(content), "x.2bit", "plain"), None, piece)
    return {name: residues.decode() for name, _, residues, _, _ in found(reader)}


@given(RECORDS, st.sampled_from("<>"), st.integers(0, 1), st.integers(0, 3), st.integers(1, 40))
def test_bases_and_unknown_ones_are_read_in_any_byte_order(
    records: dict[str, str], order: str, version: int, gap: int, fours: int
) -> None:
    assert read(written(records, order, version, gap), 4 * fours) == records


@given(RECORDS, st.integers(1, 40))
def test_what_is_written_is_read_again(records: dict[str, str], fours: int) -> None:
    assert read(ours(records, 4 * fours)) == records


@given(RECORDS)
def test_our_file_is_the_one_made_base_by_base(records: dict[str, str]) -> None:
    assert ours(records, 400, small=True) == written(records)


def ours(records: dict[str, str], step: int, small: bool = False) -> bytes:
    """The records as our writer writes them, `step` bases at a time."""
    entries = []
    for name, residues in records.items():
        parts = [residues[at : at + step].encode() for at in range(0, len(residues), step)]
        unknown, length = unknown_runs(iter(parts))
        starts = np.arange(1, length, 3) if small else np.empty(0, np.int64)
        entries.append(TwoBitEntry(name, length, unknown, Runs(starts, np.ones_like(starts))))
    file = io.BytesIO()
    writer = TwoBitWriter(file, entries)
    for entry, residues in zip(entries, records.values(), strict=True):
        writer.begin(entry)
        for at in range(0, len(residues), step):
            writer.write(residues[at : at + step].encode())
    return file.getvalue()


@given(st.text("ACGTN", max_size=200), st.integers(1, 50))
def test_runs_are_whole_however_residues_are_cut(residues: str, step: int) -> None:
    parts = (residues[at : at + step].encode() for at in range(0, len(residues), step))
    runs, length = unknown_runs(parts)
    assert list(zip(runs.starts, runs.lengths, strict=True)) == runs_of(residues, "N")
    assert length == len(residues)


def test_letters_a_2bit_file_cannot_have_are_told() -> None:
    with pytest.raises(ValueError, match="R"):
        unknown_runs(iter([b"ACG", b"ACRT"]))


def small_at_every_third(residues: str) -> str:
    return "".join(base.lower() if at % 3 == 1 else base for at, base in enumerate(residues))


@given(RECORDS, st.integers(1, 40))
def test_small_letters_are_laid_out_as_twobittofa_writes_them(
    records: dict[str, str], fours: int
) -> None:
    layout = LayoutWriter()
    content = Content(io.BytesIO(written(records)), "x.2bit", "plain")
    for _ in TwoBitReader(content, layout, 4 * fours).blocks():
        pass
    kept = layout.finish()
    expected = ""
    for name, residues in records.items():
        small = small_at_every_third(residues)
        lines = [small[at : at + 50] for at in range(0, len(small), 50)]
        expected += "\n".join([f">{name}", *(lines or [""]), ""])
    laid = [
        Laid(name, "", len(residues), lambda a, b, residues=residues: residues[a:b].encode())
        for name, residues in records.items()
    ]
    text = io.BytesIO()
    Layout(kept, "x").write(text, laid)
    assert text.getvalue().decode() == expected
    lengths = [len(residues) for residues in records.values()]
    found = [
        list(zip(starts.tolist(), sizes.tolist(), strict=True))
        for starts, sizes in Layout(kept, "x").small_letters(lengths)
    ]
    assert found == [[(at, 1) for at in range(1, length, 3)] for length in lengths]


def test_long_sequences_come_in_pieces_between_short_ones() -> None:
    records = {"a": "ACGT", "long": "GATTACAN" * 20_000, "b": "C", "c": "NNN"}
    assert read(written(records), 4096) == records


def test_names_that_do_not_fit_are_refused_before_anything_is_written() -> None:
    nothing = Runs(np.empty(0, np.int64), np.empty(0, np.int64))
    for name in ("", "x" * 256):
        file = io.BytesIO()
        with pytest.raises(UsageError, match="2bit"):
            TwoBitWriter(file, [TwoBitEntry(name, 1, nothing, nothing)])
        assert not file.getvalue()


GOOD = written({"chr1": "ACGTNNACGT", "chr2": "TTTT"})


@pytest.mark.parametrize(
    ("at", "new", "problem"),
    [
        (4, struct.pack("<I", 2), "version 2"),
        (8, struct.pack("<I", 0), "0 sequences"),
        (8, struct.pack("<I", 0xFFFFFFFF), "4,294,967,295 sequences"),
        (16, b"\0", "empty"),
        (17, b"c r1", "blanks"),
        (17, b"\xff\xff\xff\xff", "not text"),
        (17, b"chr2", "twice"),
        (21, struct.pack("<I", 200), "not in the order"),
        (21, struct.pack("<I", 5), "begins within"),
        (38, struct.pack("<I", 0xFFFFFF), "16,777,215 runs"),
        (42, struct.pack("<I", 9), "do not fit"),
    ],
)
def test_a_file_that_does_not_hold_together_is_refused(at: int, new: bytes, problem: str) -> None:
    with pytest.raises(FormatError, match=problem) as caught:
        read(GOOD[:at] + new + GOOD[at + len(new) :])
    assert caught.value.file == "x.2bit"


def test_a_file_that_is_cut_or_goes_on_is_refused() -> None:
    for cut in range(4, len(GOOD)):
        with pytest.raises(FormatError, match="cut short"):
            read(GOOD[:cut])
    with pytest.raises(FormatError, match="behind the last"):
        read(GOOD + b"x")


@given(st.binary(max_size=200), st.integers(0, len(GOOD)), st.integers(4, 64))
def test_any_bytes_are_a_2bit_file_or_a_format_error(content: bytes, kept: int, piece: int) -> None:
    for whole in (GOOD[:kept] + content, GOOD[:kept] + content + GOOD[kept + len(content) :]):
        try:
            assert all(residues.isalpha() for residues in read(whole, piece).values())
        except FormatError:
            continue


def test_small_letters_of_long_sequences_are_laid_out_too() -> None:
    records = {"a": "ACGT", "long": "GATTACAN" * 20_000, "b": "C", "other": "ACGGT" * 20_000}
    layout = LayoutWriter()
    content = Content(io.BytesIO(written(records)), "x.2bit", "plain")
    for _ in TwoBitReader(content, layout, 1 << 16).blocks():
        pass
    laid = [
        Laid(name, "", len(residues), lambda a, b, residues=residues: residues[a:b].encode())
        for name, residues in records.items()
    ]
    text = io.BytesIO()
    Layout(layout.finish(), "x").write(text, laid)
    lines = text.getvalue().decode().split("\n")
    assert max(map(len, lines)) == 50
    small = "".join(f">{name}{small_at_every_third(each)}" for name, each in records.items())
    assert "".join(lines) == small
