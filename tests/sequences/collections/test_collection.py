import pytest
from hypothesis import given
from hypothesis import strategies as st

from holdfast.base.digests import Digest, Digests, sha512t24u
from holdfast.sequences.collections.collection import (
    canonical,
    canonical_digests,
    collection_digest,
)


def digests(*sequences: bytes) -> bytes:
    return b"".join(Digests.of(sequence).ga4gh.raw for sequence in sequences)


@pytest.mark.parametrize(
    ("names", "sequences", "expected"),
    [
        (
            ["chrX", "chr1", "chr2"],
            digests(b"TTGGGGAA", b"GGAA", b"GCGC"),
            "XZlrcEGi6mlopZ2uD8ObHkQB1d0oDwKk",
        ),
    ],
)
def test_the_digest_of_a_collection_is_that_of_the_standard(
    names: list[str], sequences: bytes, expected: str
) -> None:
    assert collection_digest(names, sequences) == expected


def test_the_digests_of_attributes_are_those_of_the_standard() -> None:
    assert sha512t24u(canonical([8, 4, 4])) == "cGRMZIb3AVgkcAfNv39RN7hnT5Chk7RX"
    assert sha512t24u(canonical(["chrX", "chr1", "chr2"])) == "Fw1r9eRxfOZD98KKrhlYQNEdSRHoVxAG"


def test_canonical_json_keeps_letters_and_sorts_keys() -> None:
    assert canonical({"b": "é", "a": [1]}) == '{"a":[1],"b":"é"}'.encode()


@given(st.lists(st.binary(min_size=24, max_size=24)))
def test_the_json_of_joined_digests_is_that_of_their_texts(raws: list[bytes]) -> None:
    texts = [str(Digest(raw)) for raw in raws]
    assert canonical_digests(b"".join(raws)) == canonical(texts)
