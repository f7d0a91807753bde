"""What is sought is found where it begins a word, and its tokens begin those of the text."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from holdfast.banks.register.words import TOKEN_LIMIT, Sought, tokens
from holdfast.errors import UsageError


@pytest.mark.parametrize(
    ("sought", "text", "found"),
    [
        ("gen", "flat/Genes.gff", True),
        ("ene", "flat/Genes.gff", False),
        ("GENES", "flat/genes.gff", True),
        ("chr1.fa", "chr1.fasta", True),
        ("chr1.fa", "chr10.fa", False),
        ("chr1", "human_chr10", True),
        (".gz", "chr1.fa.gz", True),
        ("fa gz", "chr1.fa.gz", False),
        ("caf", "Café.txt", True),
        ("café", "CAFÉ.txt", True),
        ("NM_000551.4", "NM_000551.4.fa", True),
        ("ß", "STRASSE", False),
        ("strass", "Straße", True),
        ("a*", "abc", False),
    ],
)
def test_what_is_sought_begins_a_word(sought: str, text: str, found: bool) -> None:
    assert Sought(sought).is_in(text) is found


@pytest.mark.parametrize("nothing", ["", "...", "_", "*"])
def test_what_has_no_letter_cannot_be_sought(nothing: str) -> None:
    with pytest.raises(UsageError, match="no letter and no digit"):
        Sought(nothing)


@given(st.text(), st.text(), st.text())
def test_full_text_never_leaves_out_what_is_there(before: str, sought: str, after: str) -> None:
    text = before + sought + after
    if not tokens(sought) or not Sought(sought).is_in(text):
        return
    there = tokens(text)
    for token in Sought(sought).tokens:
        assert any(each.startswith(token) for each in there)


@given(st.text())
def test_tokens_are_what_every_database_takes(text: str) -> None:
    for token in tokens(text):
        assert token.startswith("zz")
        assert len(token) <= TOKEN_LIMIT
        assert all(letter in "abcdefghijklmnopqrstuvwxyz0123456789" for letter in token)
