"""HTML as a row of tags, whatever the page is."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from holdfast.remotes.htmlscan import TAG, tags


def names(page: str) -> list[str]:
    """The tags of `page`, a slash before those that close."""
    return ["/" * tag.closing + tag.name for tag in tags(page) if tag.name]


@pytest.mark.parametrize(
    ("page", "found"),
    [
        ("<p>x</P><br/>", ["p", "/p", "br"]),
        ("<a title='>' href=x>", ["a"]),
        ("1 < 2 <b>", ["b"]),
        ("<!-- <a href=x> --><b>", ["b"]),
        ("<!-- <a href=x>", ["a"]),
        ("<script>'<a href=x>'</script><b>", ["script", "b"]),
        ("<script><a>", ["script", "a"]),
        ("<a <b>", ["b"]),
        (f"<a {'x' * TAG}><b>", ["b"]),
        ("<!DOCTYPE html><?php ?>", []),
        ("<a", []),
        ("", []),
    ],
)
def test_tags_are_found_and_nothing_else(page: str, found: list[str]) -> None:
    assert names(page) == found


@pytest.mark.parametrize(
    ("tag", "attributes"),
    [
        ('<a HREF="x&amp;y" href=z title>', {"href": "x&y"}),
        ("<a href='it\"s' data-size = 7 >", {"href": 'it"s', "data-size": "7"}),
        ("<a title='href=no' href=yes>", {"title": "href=no", "href": "yes"}),
        ("<a/href=x>", {"href": "x"}),
        ("<a>", {}),
    ],
)
def test_attributes_are_read(tag: str, attributes: dict[str, str]) -> None:
    (found,) = (each for each in tags(tag) if each.name)
    assert found.attributes == attributes


@given(st.text(st.sampled_from("<>a/ !-='\"hrefscript&;#\n")) | st.text())
def test_texts_and_tags_follow_one_another(page: str) -> None:
    at = 0
    for tag in tags(page):
        assert at <= tag.start <= tag.end <= len(page)
        at = tag.end
        assert isinstance(tag.attributes, dict)
