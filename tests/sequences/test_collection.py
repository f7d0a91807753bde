import pytest

from holdfast.base.digests import Digests, sha512t24u
from holdfast.sequences.collection import canonical, collection_digest


def digests(*sequences: bytes) -> list[str]:
    return [str(Digests.of(sequence).ga4gh) for sequence in sequences]


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
    names: list[str], sequences: list[str], expected: str
) -> None:
    assert collection_digest(names, sequences) == expected


def test_the_digests_of_attributes_are_those_of_the_standard() -> None:
    assert sha512t24u(canonical([8, 4, 4])) == "cGRMZIb3AVgkcAfNv39RN7hnT5Chk7RX"
    assert sha512t24u(canonical(["chrX", "chr1", "chr2"])) == "Fw1r9eRxfOZD98KKrhlYQNEdSRHoVxAG"


def test_canonical_json_keeps_letters_and_sorts_keys() -> None:
    assert canonical({"b": "é", "a": [1]}) == '{"a":[1],"b":"é"}'.encode()
