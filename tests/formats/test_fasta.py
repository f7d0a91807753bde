import gzip
import io
import zlib
from random import Random

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from holdfast.errors import FormatError
from holdfast.formats.compression import Content
from holdfast.formats.fasta import Block, FastaReader, LongRecord, read_fasta, write_record
from holdfast.formats.residues import alphabet, letter_set, letter_sets, long_letter_set, normalise


def records(text: bytes) -> list[tuple[str, str, bytes, int]]:
    """Name, description, residues and line of each record."""
    return [
        (record.heading.name, record.heading.description, record.residues, record.heading.line)
        for record in read_fasta(io.BytesIO(text), "x.fa")
    ]


def records_in_blocks(text: bytes, block: int) -> list[tuple[str, bytes, int, int]]:
    """The same, read with blocks of a few bytes: every boundary is somewhere."""
    found = []
    content = Content(io.BytesIO(text), "x.fa", "plain")
    for item in FastaReader(content, block=block).blocks():
        if isinstance(item, LongRecord):
            pieces = list(item.pieces)
            letters = 0
            for _, some in pieces:
                letters |= some
            whole = b"".join(piece for piece, _ in pieces)
            found.append((item.heading.name, whole, letters, item.heading.line))
        else:
            found.extend(
                (heading.name, residues, letters, heading.line)
                for heading, residues, letters in zip(
                    item.headings, item.residues, item.letters, strict=True
                )
            )
    return found


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (b">a\nACGT\n", [("a", "", b"ACGT", 1)]),
        (b">a\nACGT", [("a", "", b"ACGT", 1)]),
        (b"\n\n>a\nAC\n\nGT\n\n", [("a", "", b"ACGT", 3)]),
        (b">a b  c\r\nac\r\ngt\r\n>b\r\nNN\r\n", [("a", "b  c", b"ACGT", 1), ("b", "", b"NN", 4)]),
        (b">a\nMK VL\tL*\n", [("a", "", b"MKVLL", 1)]),
        (b"> a\nA\n", [("a", "", b"A", 1)]),
        (b">gi|1|x:y/z#\nA\n", [("gi|1|x:y/z#", "", b"A", 1)]),
        (">g\u00e9ne d\u00e9crit\nA\n".encode(), [("g\u00e9ne", "d\u00e9crit", b"A", 1)]),
    ],
)
def test_records_are_read(text: bytes, expected: list[tuple[str, str, bytes, int]]) -> None:
    assert records(text) == expected


@pytest.mark.parametrize("block", [16, 1 << 20])
def test_a_record_may_have_no_residues(block: int) -> None:
    text = b">a\n>b\n\n\n\n\n\n\n\n\n\n\n\n\n\n\n\n\n\n\n>c\n*\n>d\nAC\n>e\n*\n"
    expected = [("a", b""), ("b", b""), ("c", b""), ("d", b"AC"), ("e", b"")]
    found = records_in_blocks(text, block)
    assert [(name, residues) for name, residues, _, _ in found] == expected


@pytest.mark.parametrize(
    ("text", "line", "problem"),
    [
        (b"", None, "is empty"),
        (b" \n\n", None, "is empty"),
        (b"ACGT\n>a\nA\n", 1, "before the first '>'"),
        (b"\n;note\n>a\nA\n", 2, "before the first '>'"),
        (b">a\nA\n>\nC\n", 3, "no name"),
        (b">a\nA\n>   \nC\n", 3, "no name"),
        (b">a\nA\n>b\n\n", 3, "the name b, which has no residues; was it cut"),
        (b">a\nA\n>b", 3, "the name b, which has no residues; was it cut"),
        (b">a\nA\nC-T\n", 3, "'-' is not a residue"),
        (b">a\nA\n>b\nAC\nC1\nA2\n", 5, "'1' is not a residue"),
        (b">a\nA\0C\n", 2, "0x00"),
        (b">a\n\xff\xfe\n", 2, "0xff"),
        (b">\xff\nA\n", 1, "not text"),
        (b">a\x00b\nA\n", 1, "control"),
        (b"@read\nACGT\n+\nIIII\n", 1, "FASTQ"),
        (b"\x7fELF\x00\x01", 1, "not text"),
        (b">" + b"x" * 2000 + b"\nA\n", 1, "too long"),
        (b">a\nA >b\nC\n", 2, "'>' is not a residue"),
    ],
)
def test_what_is_no_fasta_is_refused_with_its_line(
    text: bytes, line: int | None, problem: str
) -> None:
    for block in (3, 8, 1 << 20):
        with pytest.raises(FormatError, match=problem) as caught:
            records_in_blocks(text, block)
        assert (caught.value.file, caught.value.line) == ("x.fa", line)


RECORDS = st.lists(
    st.tuples(
        st.from_regex(r"[A-Za-z0-9|:/_.]{1,12}", fullmatch=True),
        st.text("ACGTNacgtnMKL", min_size=1, max_size=80),
        st.integers(1, 30),
        st.sampled_from(["\n", "\r\n", "\n\n"]),
    ),
    min_size=1,
    max_size=8,
)


@given(RECORDS, st.integers(1, 60))
def test_records_are_the_same_however_the_text_is_cut(
    written: list[tuple[str, str, int, str]], block: int
) -> None:
    text, expected, line = "", [], 1
    for name, residues, width, end in written:
        rows = [residues[at : at + width] for at in range(0, len(residues), width)]
        record = f">{name} x{end}" + "".join(row + end for row in rows)
        plain = residues.upper().encode()
        expected.append((name, plain, letter_set(plain), line))
        text += record
        line += record.count("\n")
    assert records_in_blocks(text.encode(), block) == expected


@given(st.binary(max_size=300), st.integers(1, 40))
@example(b">a\nA\n>", 5)
def test_any_bytes_are_records_or_a_format_error(content: bytes, block: int) -> None:
    for text in (content, b">" + content, b">a\n" + content):
        try:
            found = records_in_blocks(text, block)
        except FormatError:
            continue
        assert all(name and (residues + b"A").isalpha() for name, residues, _, _ in found)


@given(st.binary(max_size=200))
def test_any_compressed_bytes_are_records_or_a_format_error(content: bytes) -> None:
    for text in (content, b"\x1f\x8b" + content, b"\x28\xb5\x2f\xfd" + content):
        try:
            records(text)
        except FormatError:
            continue


def test_a_gzip_cut_short_is_refused_with_file_and_line() -> None:
    random = Random(1)
    text = b"".join(b">s%d\n%s\n" % (n, bytes(random.choices(b"ACGT", k=60))) for n in range(9_000))
    packed = gzip.compress(text)[: len(text) // 8]
    readable = zlib.decompressobj(31).decompress(packed).count(b"\n")
    with pytest.raises(FormatError, match="the gzip data are damaged or cut short") as refused:
        records(packed)
    assert refused.value.file == "x.fa"
    assert refused.value.line is not None
    assert readable - 8192 // 30 < refused.value.line <= readable + 1


def test_a_long_record_left_unread_is_read_past() -> None:
    text = b">a\n" + b"ACGT\n" * 100 + b">b\nGG\n"
    content = Content(io.BytesIO(text), "x.fa", "plain")
    names = []
    for item in FastaReader(content, block=64).blocks():
        headings = item.headings if isinstance(item, Block) else [item.heading]
        names.extend(heading.name for heading in headings)
    assert names == ["a", "b"]


@given(st.text("ACGTN", min_size=1, max_size=200), st.sampled_from(["", "what it is"]))
def test_a_written_record_is_read_again(residues: str, description: str) -> None:
    file = io.BytesIO()
    write_record(file, "a", description, residues.encode())
    assert records(file.getvalue()) == [("a", description, residues.encode(), 1)]


@given(st.lists(st.text("ABCDEFGHIJKLMNOPQRSTUVWXYZ", min_size=1), min_size=1))
def test_letter_sets_tell_the_letters(sequences: list[str]) -> None:
    encoded = [sequence.encode() for sequence in sequences]
    sets = letter_sets(encoded).tolist()
    assert [alphabet(each) for each in sets] == ["".join(sorted(set(s))) for s in sequences]
    assert sets == [long_letter_set(each) for each in encoded]


def test_letter_sets_of_long_sequences_are_those_of_short_ones() -> None:
    short = [b"ACGT", b"MKV", b"AC-GT"]
    long = [sequence * 100_000 for sequence in short]
    assert letter_sets(long).tolist() == letter_sets(short).tolist()
    assert letter_sets([*long, b"A"]).tolist() == letter_sets([*short, b"A"]).tolist()


def test_normalising_removes_blanks_and_stars_and_makes_capitals() -> None:
    assert normalise(b" ac*g\tT\r\n-") == b"ACGT-"
