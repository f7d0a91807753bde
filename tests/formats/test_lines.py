"""The lines of a block: headings, what stands below them, and how it was cut."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from holdfast.formats.layout.lines import ODD, BlockLines

RECORDS = st.lists(
    st.tuples(
        st.binary(max_size=8).map(lambda text: text.replace(b"\n", b"")),
        st.lists(st.text("ACGTacgt* \r", max_size=9).map(str.encode), max_size=4),
    ),
    min_size=1,
    max_size=6,
)


@given(RECORDS)
def test_a_block_is_cut_into_headings_and_bodies(records: list[tuple[bytes, list[bytes]]]) -> None:
    text = b"".join(b"\n".join([b">" + head, *lines, b""]) for head, lines in records)
    lines, heads = BlockLines.of(text), [head for head, _ in records]
    bodies = [b"".join(body) for _, body in records]
    assert lines.heads(text) == b"\n".join(heads)
    assert lines.heads(text) == b"\n".join(heads)
    assert list(lines.bodies(text)) == bodies
    assert lines.bodies(text).whole == b"".join(bodies)
    assert bytes(byte for byte, inside in zip(text, lines.inside(), strict=True) if inside) == (
        b"".join(bodies)
    )
    for record, (_, body) in enumerate(records):
        assert lines.lengths(record).tolist() == list(map(len, body))


def test_lines_that_differ_are_odd_and_one_line_has_the_width_of_others() -> None:
    lines = BlockLines.of(b">a\nACGT\nAC\n>b\nAC\n>c\nA\nACG\n>d\nACGTA\n")
    assert lines.widths(60).tolist() == [4, 4, ODD, 0]


def test_a_text_that_is_cut_within_a_line_is_refused() -> None:
    with pytest.raises(ValueError, match="line's end"):
        BlockLines.of(b">a\nAC")
