"""What databanks write about their files is understood, and what is no manifest is refused."""

import hashlib
import subprocess
from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from holdfast.errors import FormatError
from holdfast.formats.checksums import (
    KIND_BY_LENGTH,
    Kind,
    Promise,
    best,
    bsd_sum,
    is_manifest,
    named_after,
    read_promises,
)

MD5, SHA1 = hashlib.md5(b"x").hexdigest(), hashlib.sha1(b"x").hexdigest()
SHA256, SHA512 = hashlib.sha256(b"x").hexdigest(), hashlib.sha512(b"x").hexdigest()


def read(text: str | bytes) -> list[Promise]:
    content = text.encode() if isinstance(text, str) else text
    return list(read_promises(content, "MD5SUMS"))


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        (MD5, Promise("", Kind.MD5, MD5)),
        (MD5.upper(), Promise("", Kind.MD5, MD5)),
        (f"{SHA1}  -", Promise("-", Kind.SHA1, SHA1)),
        (f"{MD5}  genome.fa.gz", Promise("genome.fa.gz", Kind.MD5, MD5)),
        (f"{MD5}  ./sub/genome.fa.gz", Promise("./sub/genome.fa.gz", Kind.MD5, MD5)),
        (f"{SHA256} *genome.fa.gz", Promise("genome.fa.gz", Kind.SHA256, SHA256)),
        (f"{SHA512}\tgenome.fa.gz\r", Promise("genome.fa.gz", Kind.SHA512, SHA512)),
        (f"{MD5}  name with  spaces", Promise("name with  spaces", Kind.MD5, MD5)),
        (f"MD5 (genome.fa.gz) = {MD5}", Promise("genome.fa.gz", Kind.MD5, MD5)),
        (f"SHA256 (a (b) = c) = {SHA256}", Promise("a (b) = c", Kind.SHA256, SHA256)),
        (f"SHA2-256(a)= {SHA256}", Promise("a", Kind.SHA256, SHA256)),
        (f"genome.fa.gz\t{MD5}", Promise("genome.fa.gz", Kind.MD5, MD5)),
        ("12345 678 Homo.fa.gz", Promise("Homo.fa.gz", Kind.SUM, "12345 678")),
        ("00042     7 Homo.fa.gz", Promise("Homo.fa.gz", Kind.SUM, "00042 7")),
        ("42 7 Homo.fa.gz", Promise("Homo.fa.gz", Kind.SUM, "00042 7")),
        (f"\\{MD5}  two\\nlines\\\\n", Promise("two\nlines\\n", Kind.MD5, MD5)),
        (f"\ufeff{MD5}  first", Promise("first", Kind.MD5, MD5)),
    ],
)
def test_a_line_is_a_promise(line: str, expected: Promise) -> None:
    assert read(line) == [expected]


def test_comments_and_empty_lines_promise_nothing() -> None:
    assert read(f"# by md5sum\n\n; also\n{MD5}  a\n   \n{SHA1}  b\n") == [
        Promise("a", Kind.MD5, MD5),
        Promise("b", Kind.SHA1, SHA1),
    ]
    assert read("") == []


def test_a_name_that_is_not_utf8_comes_back_as_it_would_from_the_file_system() -> None:
    assert read(MD5.encode() + b"  caf\xe9") == [Promise("caf\udce9", Kind.MD5, MD5)]


@pytest.mark.parametrize(
    "line",
    [
        "404 not found",
        "hello",
        MD5[:-1] + "  a",
        MD5 + "a  a",
        "z" * 32 + "  a",
        f"MD4 (a) = {MD5}",
        f"SHA3-256 (a) = {SHA256}",
        f"MD5 (a) = {SHA256}",
        "65536 1 a",
        "123456 1 a",
        "1 2",
        "1 " + "9" * 16 + " a",
        "a" * 70_000,
        "\x00\x01\x02\xff",
        f"{MD5}\x1b[31m",
    ],
)
def test_a_line_that_is_no_checksum_is_one_sentence_with_its_number(line: str) -> None:
    with pytest.raises(FormatError) as caught:
        read(f"{MD5}  good\n{line}\n")
    assert caught.value.line == 2
    assert str(caught.value).startswith("MD5SUMS:2: ")
    assert str(caught.value).isprintable()


METALINK = """<?xml version="1.0" encoding="utf-8"?>
<metalink version="3.0" xmlns="http://www.metalinker.org/"><files>
<file name="uniprot_sprot.fasta.gz"><size>9</size><verification>
<hash type="md5">{}</hash><hash type="crc99">12</hash></verification></file>
<file name="relnotes.txt"><hash type="sha-256"> {} </hash></file></files></metalink>
"""


def test_a_metalink_document_is_a_manifest() -> None:
    assert read(METALINK.format(MD5, SHA256)) == [
        Promise("uniprot_sprot.fasta.gz", Kind.MD5, MD5),
        Promise("relnotes.txt", Kind.SHA256, SHA256),
    ]


@pytest.mark.parametrize(
    "text",
    [
        "<html><body>404 Not Found</body></html>",
        "<metalink><files>",
        '<!DOCTYPE x [<!ENTITY a "aa">]><metalink/>',
        "<metalink>" + "<a>" * 100 + "</a>" * 100 + "</metalink>",
        '<?xml version="1.0" encoding="no-such"?><metalink/>',
        "<",
    ],
)
def test_another_document_is_one_sentence(text: str) -> None:
    with pytest.raises(FormatError) as caught:
        read(text)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    ("name", "about"),
    [
        ("a/x.fa.gz.md5", "a/x.fa.gz"),
        ("x.SHA256", "x"),
        ("x.md5sum", "x"),
        ("MD5SUMS", None),
        ("a/md5sum.txt", None),
        ("md5checksums.txt", None),
        ("GCF_000_md5checksums.txt", None),
        ("CHECKSUMS", None),
        ("sha256sum.txt", None),
        ("SHA256SUMS", None),
        ("md5.txt", None),
        ("RELEASE.metalink", None),
        ("checksums.md5", "checksums"),
        ("a/.md5", None),
    ],
)
def test_manifests_are_known_by_their_names(name: str, about: str | None) -> None:
    assert is_manifest(name)
    assert named_after(name) == about


@pytest.mark.parametrize(
    "name", ["x.fa.gz", "checksum_tools.py", "md5", "README", "sums.fa", "a.md5.gz"]
)
def test_other_files_are_no_manifests(name: str) -> None:
    assert is_manifest(name) is (name == "md5")
    assert named_after(name) is None


def test_the_promise_that_tells_most_is_the_best() -> None:
    weak, strong = Promise("a", Kind.SUM, "00001 1"), Promise("a", Kind.SHA256, SHA256)
    assert best([weak, strong, Promise("a", Kind.MD5, MD5)]) == strong
    assert best([]) is None


NAMES = st.text(st.characters(exclude_categories=("C", "Z")), min_size=1).filter(
    lambda name: not name.startswith(("*", "\\"))
)


@given(NAMES, st.binary(max_size=50), st.sampled_from(list(KIND_BY_LENGTH.values())))
def test_what_the_tools_write_is_read(name: str, content: bytes, kind: Kind) -> None:
    value = hashlib.new(kind.value, content).hexdigest()
    word = {"md5": "MD5", "sha1": "SHA1"}.get(kind.value, kind.value.upper())
    promise = Promise(name, kind, value)
    assert read(f"{value}  {name}\n") == [promise]
    assert read(f"{value} *{name}\n") == [promise]
    assert read(f"{word} ({name}) = {value}\n") == [promise]


@given(st.binary(max_size=300))
def test_any_bytes_are_a_manifest_or_refused(content: bytes) -> None:
    for found in (content, MD5.encode() + b"  " + content, b"<metalink>" + content):
        with suppress(FormatError):
            for each in read(found):
                assert len(each.value) in KIND_BY_LENGTH or each.kind is Kind.SUM


@given(st.lists(st.binary(max_size=3000), max_size=4))
def test_sum_is_what_the_program_says(chunks: list[bytes]) -> None:
    said = subprocess.run(["sum"], input=b"".join(chunks), stdout=subprocess.PIPE, check=True)
    assert bsd_sum(chunks).split() == said.stdout.decode().split()
