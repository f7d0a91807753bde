import pytest

from holdfast.errors import UsageError
from holdfast.sequences import Alias


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("refseq:NM_000551.4", Alias("refseq", "NM_000551.4")),
        ("imgt:HLA:A*01", Alias("imgt", "HLA:A*01")),  # only the first colon separates
        ("a:gi|1|b/c", Alias("a", "gi|1|b/c")),
    ],
)
def test_an_alias_is_parsed(text: str, expected: Alias) -> None:
    assert Alias.parse(text) == expected
    assert str(expected) == text


@pytest.mark.parametrize(
    "text",
    [
        "none",
        "",
        ":x",
        "a:",
        "a:b c",
        "a:b\n",
        "a:\x00",
        "a b:c",
        "ga4gh:SQ.x",
        "MD5:00",
        "a:" + "x" * 1025,
    ],
)
def test_what_cannot_be_an_alias_is_refused(text: str) -> None:
    with pytest.raises(UsageError):
        Alias.parse(text)
