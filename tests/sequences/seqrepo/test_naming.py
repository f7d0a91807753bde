import pytest
from hypothesis import given
from hypothesis import strategies as st

from holdfast.base.digests import Digest, Digests
from holdfast.sequences.seqrepo.naming import (
    DIGEST_KINDS,
    DIGEST_SPACES,
    digest_of,
    digest_texts,
    our_alias,
    our_namespace,
    raw_digest,
    raw_keys,
    seq_id_of,
    stored_name,
    synonyms,
    their_namespace,
)


@pytest.mark.parametrize(
    ("asked", "stored"),
    [
        (("refseq", "NM_1.1"), ("NCBI", "NM_1.1")),
        (("RefSeq", "NM_1.1"), ("NCBI", "NM_1.1")),
        (("REFSEQ", None), ("NCBI", None)),
        (("ensembl", "ENST1.1"), ("Ensembl", "ENST1.1")),
        (("ENSEMBL", "ENST1.1"), ("ENSEMBL", "ENST1.1")),  # only exactly this word translates
        (("lrg", "LRG_1"), ("LRG", "LRG_1")),
        (("Lrg", "LRG_1"), ("Lrg", "LRG_1")),
        (("sha512t24u", "abc"), ("VMC", "GS_abc")),
        (("ga4gh", "SQ.abc"), ("VMC", "GS_abc")),
        (("ga4gh", "GS_abc"), ("VMC", "GS_abc")),  # three letters go, whatever they are
        (("ga4gh", ""), ("VMC", None)),
        (("ncbi", "NM_1.1"), ("ncbi", "NM_1.1")),
        (("MD5", "f1"), ("MD5", "f1")),
    ],
)
def test_a_name_is_asked_for_in_its_stored_form(
    asked: tuple[str, str | None], stored: tuple[str, str | None]
) -> None:
    assert stored_name(*asked) == stored


def test_a_stored_name_is_followed_by_what_it_is_also_shown_as() -> None:
    assert synonyms("NCBI", "NM_1.1") == [("refseq", "NM_1.1")]
    assert synonyms("Ensembl", "E1") == [("ensembl", "E1")]
    assert synonyms("LRG", "LRG_1") == [("lrg", "LRG_1")]
    assert synonyms("VMC", "GS_x") == [("sha512t24u", "x"), ("ga4gh", "SQ.x")]
    assert synonyms("MD5", "f1") == synonyms("GRCh38", "chr1") == []


@pytest.mark.parametrize("ours", ["refseq", "ensembl", "lrg", "GRCh38", "lab"])
def test_namespaces_come_back_from_both_ways(ours: str) -> None:
    assert our_namespace(their_namespace(ours)) == ours


def test_digests_are_written_as_seqrepo_writes_them() -> None:
    digests = Digests.of(b"ACGT")
    raw = {"digest": digests.ga4gh.raw, "md5": digests.md5, "sha1": digests.sha1}
    texts = {space: digest_texts(space, raw[DIGEST_KINDS[space]])[0] for space in DIGEST_SPACES}
    assert texts == {
        "VMC": "GS_aKF498dAxcJAqme6QYQ7EZ07-fiw8Kw2",
        "SHA1": "2108994e17f6cca9ff2352ada92b6511db076034",
        "MD5": "f1f8f4bf413b16ad135722aa4591043e",
        "SEGUID": "IQiZThf2zKn/I1KtqStlEdsHYDQ",
    }
    for space, text in texts.items():
        assert raw_digest(space, text) == raw[DIGEST_KINDS[space]]
        assert raw_digest(space, text + "x") is None


def test_a_key_that_is_no_digest_is_none() -> None:
    assert digest_of("NM_1.1") is None
    assert digest_of("ä" * 32) is None
    acgt = Digest.parse("SQ.aKF498dAxcJAqme6QYQ7EZ07-fiw8Kw2")
    assert digest_of(seq_id_of(acgt)) == acgt


def test_what_cannot_be_an_alias_of_ours_is_none() -> None:
    assert our_alias("NCBI", "NM_1.1 Homo sapiens, mRNA") is None
    assert our_alias("MD5", "f1") is None
    assert our_alias("two words", "x") is None


_KEYS = st.text("Az09-_=+é ", max_size=33) | st.binary(min_size=24, max_size=24).map(
    lambda raw: seq_id_of(Digest(raw))
)


@given(st.lists(_KEYS, max_size=6))
def test_many_keys_are_read_as_each_of_them_would_be(keys: list[str]) -> None:
    found = [digest_of(key) for key in keys]
    assert raw_keys(keys) == [digest.raw if digest else b"" for digest in found]


@given(st.lists(st.binary(min_size=24, max_size=24), max_size=5), st.sampled_from(DIGEST_SPACES))
def test_many_digests_are_written_as_each_of_them_would_be(raw: list[bytes], space: str) -> None:
    size = {"digest": 24, "md5": 16, "sha1": 20}[DIGEST_KINDS[space]]
    cut = [each[:size] for each in raw]
    texts = digest_texts(space, b"".join(cut))
    assert texts == [digest_texts(space, each)[0] for each in cut]
    assert [raw_digest(space, text) for text in texts] == cut
