import gzip
import io
from contextlib import suppress
from urllib.parse import quote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from holdfast.errors import FormatError
from holdfast.formats.gff import Feature, read_gff

GENE = b"chr1\tx\tgene\t5\t10\t.\t-\t.\tID=g1;Name=abc\n"


def read(text: bytes) -> list[Feature]:
    return list(read_gff(io.BytesIO(text), "x.gff3"))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (GENE, Feature("chr1", "gene", 4, 10, "-", "abc", False, 1)),
        (GENE.rstrip(), Feature("chr1", "gene", 4, 10, "-", "abc", False, 1)),
        (b"##gff-version 3\r\n\r\n" + GENE.replace(b"\n", b"\r\n"),
         Feature("chr1", "gene", 4, 10, "-", "abc", False, 3)),
        (gzip.compress(GENE, mtime=0), Feature("chr1", "gene", 4, 10, "-", "abc", False, 1)),
        (b"a%20b\t.\texon\t1\t1\t0.5\t?\t.\tParent=g1;Name=a%3Bb\n",
         Feature("a b", "exon", 0, 1, "", "a;b", True, 1)),
        (b"c\t.\tCDS\t1\t9\t.\t+\t0\t.\n", Feature("c", "CDS", 0, 9, "+", "", False, 1)),
        (b'c\t.\texon\t1\t9\t.\t+\t.\tgene_id "G 1"; exon_number 2; gene_name "x;y";\n',
         Feature("c", "exon", 0, 9, "+", "x;y", True, 1)),
        (b'c\t.\tgene\t1\t9\t.\t+\t.\tgene_id "G1";\n',
         Feature("c", "gene", 0, 9, "+", "G1", False, 1)),
        (GENE + b"##FASTA\n>chr1\nACGT\n", Feature("chr1", "gene", 4, 10, "-", "abc", False, 1)),
    ],
)  # fmt: skip
def test_a_line_is_a_feature(text: bytes, expected: Feature) -> None:
    assert read(text) == [expected]


@pytest.mark.parametrize(
    ("text", "line", "problem"),
    [
        (b"chr1\t5\t10\n", 1, "3 columns where GFF3 has 9"),
        (GENE + GENE.replace(b"\t5\t", b"\t11\t"), 2, "11-10 is not a place"),
        (GENE.replace(b"\t5\t", b"\t0\t"), 1, "from 1"),
        (GENE.replace(b"\t5\t", b"\t" + b"9" * 5000 + b"\t"), 1, "not a place"),
        (GENE.replace(b"\t-\t", b"\tminus\t"), 1, "not a strand"),
        (GENE.replace(b"chr1", b""), 1, "no name"),
        (b"\n" + GENE.replace(b"abc", b"\xff"), 2, "not text"),
        (GENE.replace(b"abc", b"a\x1b[31m"), 1, "control characters"),
        (b"x" * 3_000_000, 1, "too long"),
    ],
)
def test_what_is_no_gff_is_refused_with_its_line(text: bytes, line: int, problem: str) -> None:
    with pytest.raises(FormatError, match=problem) as caught:
        read(text)
    assert (caught.value.file, caught.value.line) == ("x.gff3", line)


NAMES = st.text(st.characters(codec="utf-8", categories=["L", "N", "P", "S"]), min_size=1)


@given(
    st.lists(
        st.tuples(NAMES, st.integers(0, 10**9), st.integers(1, 10**6), st.sampled_from("+-.?"))
    )
)
def test_what_is_written_is_read(rows: list[tuple[str, int, int, str]]) -> None:
    text = "".join(
        f"{quote(name)}\t.\tgene\t{start + 1}\t{start + size}\t.\t{strand}\t.\tName={quote(name)}\n"
        for name, start, size, strand in rows
    )
    assert [feature[:6] for feature in read(text.encode())] == [
        (name, "gene", start, start + size, strand.strip(".?"), name)
        for name, start, size, strand in rows
    ]


@given(st.binary(max_size=300))
def test_any_bytes_are_read_or_refused(text: bytes) -> None:
    with suppress(FormatError):
        read(GENE + text)
