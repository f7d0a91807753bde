"""Texts in one run of bytes are the texts that were put in."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from holdfast.base.texts import Texts, TextsBuilder, joined, json_of

TEXT = st.text(st.characters(codec="utf-8", exclude_characters="\n"), max_size=12)


@given(st.lists(st.lists(TEXT, max_size=8), max_size=6))
def test_what_is_built_by_the_block_reads_as_one_list(blocks: list[list[str]]) -> None:
    builder, whole = TextsBuilder(), [text for block in blocks for text in block]
    for block in blocks:
        builder.extend(block)
    found = builder.finish()
    assert found == whole
    assert list(found) == whole
    assert len(found) == len(builder) == len(whole)
    assert builder.are_empty == (not any(whole))
    assert [found[place] for place in range(len(whole))] == whole
    assert found[1:3] == whole[1:3]
    assert json_of(found) == json_of(whole)
    assert json.loads(json_of(found)) == whole
    assert joined(found) == joined(whole)
    if whole:
        assert Texts.read(found.raw) == whole


def test_a_newline_parts_texts_so_none_keeps_one() -> None:
    builder = TextsBuilder()
    builder.extend(["two\nlines", "one"])
    assert builder.finish() == ["two lines", "one"]
    assert joined(["two\nlines", "one"]) is None


def test_what_is_no_text_is_refused_when_it_is_read() -> None:
    with pytest.raises(UnicodeDecodeError):
        Texts.read(b"chr1\n\xff")


def test_texts_are_equal_to_lists_and_to_nothing_else() -> None:
    texts, listed = Texts(b"a\nb", 2), ["a", "b"]
    assert texts == listed
    assert listed == texts
    assert texts != ["a"]
    assert texts != 7
    assert repr(texts) == "Texts(['a', 'b'])"
