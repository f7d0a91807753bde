"""Usual headings are cut at once as each is by itself."""

from hypothesis import given
from hypothesis import strategies as st

from holdfast.formats.headings import cut_usual

WORD = st.text(st.characters(min_codepoint=33, max_codepoint=126), min_size=1, max_size=6)
HEADING = st.lists(WORD, min_size=1, max_size=4).map(" ".join)
ANYTHING = st.text(st.sampled_from(list("ab \t\r\x0b\x1c\x85é>")), max_size=6)


@given(st.lists(HEADING, min_size=1, max_size=12))
def test_names_and_descriptions_are_those_of_each_heading(headings: list[str]) -> None:
    heads = "\n".join(headings).encode()
    cut = cut_usual(heads)
    assert cut is not None
    names, descriptions = cut
    assert names == [heading.partition(" ")[0] for heading in headings]
    assert descriptions == [heading.partition(" ")[2] for heading in headings]
    assert names.longest == max(map(len, names))


@given(st.lists(HEADING | ANYTHING, min_size=1, max_size=6))
def test_what_is_usual_is_written_again_from_name_and_description(headings: list[str]) -> None:
    heads = "\n".join(headings).encode()
    words = [heading.split(None, 1) for heading in headings]
    again = [" ".join(each).encode() for each in words]
    plain = all(words) and all(heading.isascii() and heading.isprintable() for heading in headings)
    single = not any("  " in heading for heading in headings)
    assert (cut_usual(heads) is not None) == (plain and single and again == heads.split(b"\n"))
