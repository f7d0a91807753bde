import io
import textwrap
import tracemalloc

import pytest
from hypothesis import given
from hypothesis import strategies as st

from formats.flat import RECORDS, read, rows
from holdfast.errors import FormatError
from holdfast.formats.compression import open_content
from holdfast.formats.fasta import LongRecord
from holdfast.formats.records import open_records

ONE = """\
LOCUS       SCU49845     {length} bp    DNA             PLN       21-JUN-1999
DEFINITION  Saccharomyces cerevisiae TCP1-beta gene, partial cds, and Axl2p
            (AXL2) and Rev7p (REV7) genes, complete cds.
ACCESSION   U49845 L12345
VERSION     U49845.1  GI:1293613
KEYWORDS    .
FEATURES             Location/Qualifiers
     source          1..20
                     /organism="Saccharomyces cerevisiae"
                     /translation="MKV//ORIGIN"
ORIGIN      Chromosome IX
        1 gatcctccat atacaacggt
//
"""
WHOLE = ONE.format(length=20)
DEFINITION = (
    "Saccharomyces cerevisiae TCP1-beta gene, partial cds, and Axl2p (AXL2) and Rev7p (REV7) "
    "genes, complete cds"
)


def record(accession: str, version: int, definition: str, residues: str, features: int = 1) -> str:
    """A GenBank record."""
    lines = textwrap.wrap(definition, 66) or [""]
    joined = ("\n" + " " * 12).join(lines)
    table = '     gene            1..9\n                     /gene="x"\n' * features
    return (
        f"LOCUS       {accession:<16} {len(residues):>11} bp    DNA     linear   BCT 01-JAN-2020\n"
        f"DEFINITION  {joined}\nACCESSION   {accession}\nVERSION     {accession}.{version}\n"
        f"FEATURES             Location/Qualifiers\n{table}ORIGIN\n{rows(residues, True)}//\n"
    )


def test_a_record_has_its_version_definition_and_other_names() -> None:
    assert read(WHOLE.encode()) == [
        (
            "U49845.1",
            DEFINITION,
            b"GATCCTCCATATACAACGGT",
            1,
            (("accession", "U49845"), ("gi", "1293613")),
        )
    ]


@given(RECORDS, st.integers(1, 3000), st.integers(0, 40), st.sampled_from(["\n", "\r\n"]))
def test_written_records_are_read_however_the_text_is_cut(
    records: list[tuple[str, int, str, str]], block: int, features: int, end: str
) -> None:
    text, expected = "\n", []
    for accession, version, definition, residues in records:
        name = f"{accession}.{version}"
        plain = definition.removesuffix(".") if definition else ""
        line = text.count("\n") + 1
        aliases = (("accession", accession),)
        expected.append((name, plain, residues.encode(), line, aliases))
        text += record(accession, version, definition, residues, features) + "\n"
    assert read(text.replace("\n", end).encode(), block) == expected


def test_a_release_file_with_its_heading_is_read() -> None:
    heading = (
        "GBBCT1.SEQ          Genetic Sequence Data Bank\n                 June 15 2026\n\n"
        "                NCBI-GenBank Flat File Release 260.0\n\n   1 loci,  20 bases\n\n\n"
    )
    ((name, _, _, line, _),) = read((heading + WHOLE).encode())
    assert (name, line) == ("U49845.1", 9)


@pytest.mark.parametrize(
    ("old", "new", "name", "aliases"),
    [
        ("VERSION     U49845.1  GI:1293613\n", "", "U49845", ()),
        ("VERSION     U49845.1  GI:1293613", "VERSION", "U49845", ()),
        ("  GI:1293613", "", "U49845.1", (("accession", "U49845"),)),
        ("U49845 L12345\nVERSION     U49845.1  GI:1293613", "", "SCU49845", ()),
        ("U49845 L12345\nVERSION     U49845.1  GI:1293613", "unknown\nVERSION .", "SCU49845", ()),
        ("U49845 L12345\n", "U49845 REGION: 5..24\n", "U49845.1:5-24", ()),
        ("U49845 L12345\n", "U49845 REGION: complement(5..24)\n", "U49845.1:c24-5", ()),
    ],
)
def test_what_a_record_is_called(
    old: str, new: str, name: str, aliases: tuple[tuple[str, str], ...]
) -> None:
    assert old in WHOLE
    ((found, _, _, _, others),) = read(WHOLE.replace(old, new).encode())
    assert (found, others) == (name, aliases)


def test_a_protein_and_a_locus_without_length_are_read() -> None:
    protein = WHOLE.replace("20 bp    DNA", "20 aa       ")
    unknown = WHOLE.replace("SCU49845     20 bp", "contig_cov_12.520 bp").replace("U49845", "X1")
    found = read((protein + unknown).encode())
    assert [each[0] for each in found] == ["U49845.1", "X1.1"]
    assert found[1][2] == b"GATCCTCCATATACAACGGT"


def test_latin_1_is_text() -> None:
    ((_, description, *_),) = read(WHOLE.replace("partial", "g\xe8ne").encode("latin-1"))
    assert "g\xe8ne" in description


@pytest.mark.parametrize(
    ("text", "line", "problem"),
    [
        (ONE.format(length=21), 1, "says it has 21 residues, and 20 were found"),
        (ONE.format(length=19), 1, "says it has 19 residues, and 20 were found"),
        (ONE.format(length=99_999), 1, "99,999 residues, and 20 were found"),
        (WHOLE + WHOLE.replace("gatcc", "ga-cc"), 25, "'-' is not a residue"),
        (WHOLE[:-3], 13, "cut short"),
        (WHOLE + "\n" + WHOLE[:300], 21, "cut short"),
        (WHOLE + "FEATURES\n//\n", 14, "must begin with LOCUS"),
        (WHOLE.replace("        1 gatcctccat atacaacggt\n", ""), 1, "and 0 were found"),
        (WHOLE.replace("ORIGIN      Chromosome IX", "CONTIG      join(A:1..9)"), 1, "gbwithparts"),
        (WHOLE.replace("20 bp", "20 rc").replace("ORIGIN", "WGS "), 1, "gbwithparts"),
        ("LOCUS " + "x" * 3_000_000, 1, "cut short"),
        ("LOCUS " + "x" * 9_000_000 + "\n//\n", 1, "too long"),
    ],
)
def test_a_record_that_is_wrong_is_refused_with_its_line(
    text: str, line: int, problem: str
) -> None:
    with pytest.raises(FormatError, match=problem) as caught:
        read(text.encode())
    assert (caught.value.file, caught.value.line) == ("x", line)


def test_a_record_with_far_more_residues_than_it_says_is_refused_before_they_are_read() -> None:
    text = WHOLE.replace("//\n", "", 1).removesuffix("//\n") + "gattaca\n" * 100_000 + "//\n"
    with pytest.raises(FormatError, match="more than the 20 residues"):
        read(text.encode())


@given(st.binary(max_size=300), st.integers(1, 64))
def test_any_bytes_are_records_or_a_format_error(content: bytes, block: int) -> None:
    head = WHOLE[: WHOLE.index("        1 gat")].encode()
    for text in (b"LOCUS " + content, head + content + b"\n//\n", head[:200] + content):
        try:
            for name, _, residues, _, _ in read(text, block):
                assert name
                assert residues.isalpha()
        except FormatError:
            continue


def test_a_long_record_left_unread_is_read_past() -> None:
    text = record("AB0001", 1, "long", "ACGT" * 50_000) + record("AB0002", 1, "short", "ACGT")
    with open_content(io.BytesIO(text.encode())) as content:
        items = list(open_records(content).blocks())
    assert len(items) == 2


def test_memory_does_not_grow_with_features_or_residues() -> None:
    long = record("AB0001", 1, "long", "ACGT" * 2_000_000, features=300_000)
    many = "".join(record(f"AC{n:06}", 1, "short", "ACGT" * 50, features=20) for n in range(4000))
    stream = io.BytesIO((long + many).encode())
    found = 0
    tracemalloc.start()
    try:
        with open_content(stream) as content:
            for item in open_records(content).blocks():
                if isinstance(item, LongRecord):
                    found += sum(len(piece) for piece, _ in item.pieces)
                else:
                    found += sum(map(len, item.residues))
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert found == 8_000_000 + 4000 * 200
    assert peak < 32 << 20
