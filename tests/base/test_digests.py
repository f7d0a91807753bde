"""Digests: the vectors of the published specifications, and text that is no digest."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from holdfast.base.digests import Digest, Digests, SequenceHasher, sha512t24u


@pytest.mark.parametrize(
    ("residues", "ga4gh", "md5", "seguid"),
    [
        (
            b"",
            "SQ.z4PhNX7vuL3xVChQ1m2AB9Yg5AULVxXc",
            "d41d8cd98f00b204e9800998ecf8427e",
            "2jmj7l5rSw0yVb/vlWAYkK/YBwk",
        ),
        (
            b"ACGT",
            "SQ.aKF498dAxcJAqme6QYQ7EZ07-fiw8Kw2",
            "f1f8f4bf413b16ad135722aa4591043e",
            "IQiZThf2zKn/I1KtqStlEdsHYDQ",
        ),
        (
            b"ASINACORNER",
            "SQ.LDz34B6fA_fLxFoc2agLrXQRYuupOGGM",
            "ea81b52627e387fc6edd8b9412cd3a99",
            "aMQF/cdHkAayLkVYs8XV2u+Hy34",
        ),
        (
            b"N" * 100,
            "SQ.BNa_1BXcRlnMSevI8XAWVCR2PtBTOQh5",
            "49fd4c5638ef59b7f55bf986fa7ccfbc",
            "rLumzpuEJDZIUOgNI0ABtArJSEc",
        ),
    ],
)
def test_residues_have_their_published_digests(
    residues: bytes, ga4gh: str, md5: str, seguid: str
) -> None:
    digests = Digests.of(residues)
    assert (str(digests.ga4gh), digests.md5.hex(), digests.seguid) == (ga4gh, md5, seguid)


@given(st.lists(st.binary()))
def test_a_sequence_in_pieces_has_the_digests_of_the_whole(pieces: list[bytes]) -> None:
    hasher = SequenceHasher()
    for piece in pieces:
        hasher.update(piece)
    assert hasher.digests() == Digests.of(b"".join(pieces))


@given(st.binary(min_size=24, max_size=24))
def test_a_digest_is_read_back_from_each_of_its_spellings(raw: bytes) -> None:
    digest = Digest(raw)
    spellings = (str(digest), f"ga4gh:{digest}", str(digest).removeprefix("SQ."))
    assert {Digest.parse(spelling) for spelling in spellings} == {digest}


@given(st.text())
def test_any_other_text_is_no_digest(text: str) -> None:
    try:
        digest = Digest.parse(text)
    except ValueError:
        return
    assert str(digest).endswith(text.removeprefix("ga4gh:").removeprefix("SQ."))


def test_the_prefix_alone_is_no_digest() -> None:
    with pytest.raises(ValueError, match="is not a GA4GH sequence digest"):
        Digest.parse("SQ.")


def test_a_specification_s_array_has_its_digest() -> None:
    names = b'["chrX","chr1","chr2"]'
    assert sha512t24u(names) == "Fw1r9eRxfOZD98KKrhlYQNEdSRHoVxAG"
