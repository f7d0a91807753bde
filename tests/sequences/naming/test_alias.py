import pytest
from hypothesis import given
from hypothesis import strategies as st

from holdfast.errors import UsageError
from holdfast.sequences import Alias
from holdfast.sequences.naming.alias import are_alias_texts, is_alias_text


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
        "VMC:GS_x",
        "auto:x",
        "a:\u00a0",
        "a:\ud800",
        "a:" + "x" * 1025,
    ],
)
def test_what_cannot_be_an_alias_is_refused(text: str) -> None:
    with pytest.raises(UsageError):
        Alias.parse(text)


@pytest.mark.parametrize("namespace", ["NCBI", "RefSeq", "refseq", "ncbi"])
def test_an_alias_is_the_same_under_every_name_of_its_namespace(namespace: str) -> None:
    alias = Alias(namespace, "NM_000551.4")
    assert alias == Alias.parse(f"{namespace}:NM_000551.4") == Alias("refseq", "NM_000551.4")
    assert hash(alias) == hash(Alias("refseq", "NM_000551.4"))
    assert str(alias) == "refseq:NM_000551.4"


@given(st.lists(st.text(max_size=4), max_size=5))
def test_many_texts_are_looked_at_together_as_each_alone(texts: list[str]) -> None:
    assert are_alias_texts(texts) is all(map(is_alias_text, texts))


@given(st.text(), st.text())
def test_what_is_an_alias_is_read_again_as_it_is_written(namespace: str, text: str) -> None:
    try:
        alias = Alias(namespace, text)
    except UsageError:
        return
    assert Alias.parse(str(alias)) == alias
