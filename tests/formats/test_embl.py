import pytest
from hypothesis import given
from hypothesis import strategies as st

from formats.flat import RECORDS, read, rows
from holdfast.errors import FormatError

NEW = """\
ID   X56734; SV 1; linear; mRNA; STD; PLN; 20 BP.
XX
AC   X56734; S46826;
XX
DE   Trifolium repens mRNA for non-cyanogenic
DE   beta-glucosidase.
XX
FH   Key             Location/Qualifiers
FT   source          1..20
FT                   /note="//"
XX
SQ   Sequence 20 BP; 6 A; 3 C; 4 G; 5 T; 2 other;
     aaacaaacca aatatggatn                                                   20
//
"""
OLD = """\
ID   TRBG361 standard; mRNA; PLN; 20 BP.
AC   X56734; S46826;
SV   X56734.1
DE   Trifolium repens mRNA
SQ   Sequence 20 BP; 6 A; 3 C; 4 G; 5 T; 2 other;
     aaacaaacca aatatggatn                                                   20
//
"""
PROTEIN = """\
ID   001R_FRG3G              Reviewed;          20 AA.
AC   Q6GZX4; Q99999;
DT   28-JUN-2011, integrated into UniProtKB/Swiss-Prot.
DE   RecName: Full=Putative transcription factor 001R {ECO:0000305};
DE            EC=1.1.1.1;
DE   AltName: Full=Other;
GN   ORFNames=FV3-001R;
RN   [1]
CC   -!- FUNCTION: Transcription activation. {ECO:0000305}.
SQ   SEQUENCE   20 AA;  29735 MW;  B4840739BF7D4121 CRC64;
     MAFSAEDVLK EYDRRRRMEA
//
"""


def test_a_record_has_its_accession_with_version_and_its_description() -> None:
    assert read(NEW.encode()) == [
        (
            "X56734.1",
            "Trifolium repens mRNA for non-cyanogenic beta-glucosidase",
            b"AAACAAACCAAATATGGATN",
            1,
            (("accession", "X56734"),),
        )
    ]


@pytest.mark.parametrize(
    ("text", "name", "aliases"),
    [
        (OLD, "X56734.1", (("accession", "X56734"),)),
        (OLD.replace("SV   X56734.1\n", ""), "X56734", ()),
        (OLD.replace("AC   X56734; S46826;\nSV   X56734.1\n", ""), "TRBG361", ()),
        (
            NEW.replace("X56734; SV 1;", "XXX; XXX;")
            .replace("X56734; S46826", "XXX")
            .replace("DE   Tri", "AC * _contig7\nDE   Tri"),
            "contig7",
            (),
        ),
    ],
)
def test_what_a_record_is_called(
    text: str, name: str, aliases: tuple[tuple[str, str], ...]
) -> None:
    ((found, _, _, _, others),) = read(text.encode())
    assert (found, others) == (name, aliases)


def test_a_protein_of_uniprot_has_its_accession_entry_and_full_name() -> None:
    assert read(PROTEIN.encode()) == [
        (
            "Q6GZX4",
            "Putative transcription factor 001R",
            b"MAFSAEDVLKEYDRRRRMEA",
            1,
            (("uniprot", "Q6GZX4"), ("uniprot", "001R_FRG3G")),
        )
    ]


@given(RECORDS, st.integers(1, 3000), st.sampled_from(["\n", "\r\n"]))
def test_written_records_are_read_however_the_text_is_cut(
    records: list[tuple[str, int, str, str]], block: int, end: str
) -> None:
    text, expected = "", []
    for accession, version, description, residues in records:
        line = text.count("\n") + 1
        aliases = (("accession", accession),)
        plain = description.removesuffix(".")
        name = f"{accession}.{version}"
        expected.append((name, plain, residues.encode(), line, aliases))
        text += (
            f"ID   {accession}; SV {version}; linear; DNA; STD; PRO; {len(residues)} BP.\nXX\n"
            f"AC   {accession};\nDE   {description}\nFT   gene  1..2\n"
            f"SQ   Sequence {len(residues)} BP;\n{rows(residues, False)}//\n"
        )
    assert read(text.replace("\n", end).encode(), block) == expected


@pytest.mark.parametrize(
    ("text", "line", "problem"),
    [
        (NEW.replace("20 BP; 6", "21 BP; 6"), 1, "says it has 21 residues, and 20 were found"),
        (NEW + NEW.replace("aaac", "aa.c"), 27, "'.' is not a residue"),
        (NEW[:-3], 14, "cut short"),
        (NEW[:200], 9, "cut short"),
        (NEW + "XX\n", 15, "must begin with ID"),
        (NEW.replace("SQ   ", "CO   "), 1, "expanded form"),
        (NEW.replace("X56734", "XXX"), 1, "no usable name"),
    ],
)
def test_a_record_that_is_wrong_is_refused_with_its_line(
    text: str, line: int, problem: str
) -> None:
    with pytest.raises(FormatError, match=problem) as caught:
        read(text.encode())
    assert (caught.value.file, caught.value.line) == ("x", line)


@given(st.binary(max_size=300), st.integers(1, 64))
def test_any_bytes_are_records_or_a_format_error(content: bytes, block: int) -> None:
    for whole in (NEW, PROTEIN):
        head = whole[: whole.index("SQ   ")].encode()
        body = whole[whole.index("SQ   ") : -3].encode()
        for text in (b"ID   " + content, head + content + b"\n//\n", head + body + content):
            try:
                for name, _, residues, _, _ in read(text, block):
                    assert name
                    assert residues.isalpha()
            except FormatError:
                continue
