import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from holdfast.sequences.naming.namespaces import (
    DIGESTS,
    KNOWN,
    canonical,
    infer,
    is_digest,
    is_versioned,
    unclear,
)


@pytest.mark.parametrize(
    ("written", "kept"),
    [
        ("refseq", "refseq"),
        ("NCBI", "refseq"),
        ("ncbi", "refseq"),
        ("RefSeq", "refseq"),
        ("Ensembl", "ensembl"),
        ("ENSEMBL", "ensembl"),
        ("Lrg", "lrg"),
        ("UniProtKB", "uniprot"),
        ("GenBank", "insdc"),
        ("GRCh38", "GRCh38"),  # not known: as it is written
        ("grch38", "grch38"),
        ("MyLab", "MyLab"),
        ("", ""),
    ],
)
def test_a_namespace_we_know_has_one_name(written: str, kept: str) -> None:
    assert canonical(written) == kept
    assert canonical(canonical(written)) == kept


@pytest.mark.parametrize(
    ("text", "namespaces"),
    [
        *((f"{prefix}_000551.4", ("refseq",)) for prefix in (
            "AC", "AP", "NC", "NG", "NM", "NP", "NR", "NT", "NW", "WP", "XM", "XP", "XR", "YP",
            "ZP",
        )),
        ("NM_000551", ("refseq",)),
        ("NZ_ABCD01000001", ("refseq",)),
        ("NZ_CP012345.1", ("refseq",)),
        ("ENST00000256474.3", ("ensembl",)),
        ("ENSMUSP00000000001", ("ensembl",)),
        ("ENSFM00500270089", ("ensembl",)),
        ("U49845.1", ("insdc",)),
        ("CM000663.2", ("insdc",)),
        ("AAAA02000001.1", ("insdc",)),
        ("AAA12345.1", ("insdc",)),
        ("P12345", ("insdc", "uniprot")),  # both have this form, and both are said
        ("A0A024R161", ("uniprot",)),
        ("P69905-2", ("uniprot",)),
        ("LRG_199t1", ("lrg",)),
        ("GCF_000001405.40", ("insdc.gca",)),
        ("CCDS13330.1", ("ccds",)),
        ("chr1", ()),
        ("NM_000551.", ()),
        ("nm_000551.4", ()),
        ("NM_000551.4\n", ()),
        ("NM_٠٠٠٥٥١", ()),  # digits, but not those of accessions
        ("ENST000002", ()),
        ("", ()),
    ],
)  # fmt: skip
def test_a_bare_name_tells_its_namespaces_by_its_form(
    text: str, namespaces: tuple[str, ...]
) -> None:
    assert infer(text) == namespaces


@pytest.mark.parametrize(
    ("text", "versioned"),
    [
        ("NM_000551.4", True),
        ("CM000663.2", True),
        ("ENST000002.2", False),
        ("ENST00000256474.3", True),
        ("NM_000551", False),
        ("chr1.2", False),
        (".2", False),
        ("", False),
    ],
)
def test_a_versioned_accession_is_told_by_its_form(text: str, versioned: bool) -> None:
    assert is_versioned(text) is versioned


def test_what_is_unclear_is_said_with_the_choices() -> None:
    assert unclear("P12345") == (
        "P12345 may belong to insdc or uniprot; say which with --namespace"
    )
    assert "no namespace we know" in unclear("chr1")


def test_each_known_namespace_is_the_one_of_its_example() -> None:
    for known in KNOWN:
        assert known.pattern is None or known.name in infer(known.example)
        assert known.example


def test_no_word_means_two_namespaces() -> None:
    words = [word for known in KNOWN for word in (known.name, *known.synonyms)]
    assert len(set(words)) == len(words)
    assert all(word == word.lower() for word in words)
    assert DIGESTS.isdisjoint(words)


@given(st.sampled_from(sorted(DIGESTS)), st.booleans())
def test_the_namespaces_of_digests_are_known_in_any_casing(name: str, upper: bool) -> None:
    assert is_digest(name.upper() if upper else name)


@given(
    st.one_of([st.from_regex(known.pattern, fullmatch=True) for known in KNOWN if known.pattern])
)
def test_every_name_of_a_known_form_may_be_an_alias(text: str) -> None:
    assert infer(text)
    assert re.fullmatch(r"[\w.\-]+", text, re.ASCII)


@pytest.mark.parametrize(
    "text",
    [
        "NM_000551.4", "NC_000001.11", "XP_011532323.1", "NZ_ABCD01000001", "ENST00000256474.3",
        "ENSMUSP00000000001", "U49845.1", "CM000663.2", "AAAA02000001.1", "Q9Y6K9", "A0A024R161",
        "chr1", "LRG_199t1x", "", "gi|1|",
    ],
)  # fmt: skip
def test_what_seqrepo_s_proxies_infer_we_infer_too(text: str) -> None:
    from bioutils.accessions import infer_namespaces  # noqa: PLC0415 - it takes long to load

    theirs = {canonical(space) for space in infer_namespaces(text)}
    assert theirs <= set(infer(text))
