import contextlib
import gzip
import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from holdfast.errors import FormatError
from holdfast.formats.alias_table import AliasRows, AliasTable
from holdfast.formats.compression import open_content


def read(text: bytes, block: int = 1 << 20) -> list[AliasRows]:
    with open_content(io.BytesIO(text), "t.tsv") as content:
        return list(AliasTable(content, block).blocks())


def rows(text: bytes, block: int = 1 << 20) -> list[tuple[str, str, str, int]]:
    return [
        row
        for each in read(text, block)
        for row in zip(each.namespaces, each.texts, each.targets, each.lines, strict=True)
    ]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (b"", []),
        (b"\n\n", []),
        (b"# nothing\n", []),
        (b"lab\ta\tSQ.x", [("lab", "a", "SQ.x", 1)]),
        (b"lab\ta\tSQ.x\n", [("lab", "a", "SQ.x", 1)]),
        (b"lab\ta\tSQ.x\r\n \r\nlab\tb\ty\r\n", [("lab", "a", "SQ.x", 1), ("lab", "b", "y", 3)]),
        (b"# by hand\nlab\ta\tx\n\n#\nlab\tb\ty\n", [("lab", "a", "x", 2), ("lab", "b", "y", 5)]),
        (b"lab\t#a\tx\n", [("lab", "#a", "x", 1)]),
        (b"lab\ta\tx\tmore\n", [("lab", "a", "x", 1)]),
        (b"namespace\talias\tdigest\nlab\ta\tx\n", [("lab", "a", "x", 2)]),
        (b"Name\tAlias\tNamespace\nx\ta\tlab\n", [("lab", "a", "x", 2)]),
        (
            b"namespace\talias\tdigest\tadded\tretired\nlab\ta\tx\t1\t2\nlab\ta\ty\t2\t\n",
            [("lab", "a", "y", 1 + 2)],  # what was retired is the past
        ),
        ("lab\té\tx\n".encode(), [("lab", "é", "x", 1)]),
    ],
)
def test_a_table_is_read(text: bytes, expected: list[tuple[str, str, str, int]]) -> None:
    assert rows(text) == expected
    assert rows(gzip.compress(text)) == expected
    assert rows(text, block=40) == expected


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        (b"lab\ta\n", "t.tsv:1: has 2 fields where 3 are wanted"),
        (b"lab\ta\tx\n\nlab a x\n", "t.tsv:3: has 1 fields"),
        (b"namespace\talias\tlength\n", "t.tsv:1: is a heading without digest, sequence or name"),
        (b"namespace\talias\tdigest\tretired\nlab\ta\tx\n", "t.tsv:2: has 3 fields where 4"),
        (b"lab\ta\tx\nlab\t\xff\tx\n", "t.tsv:2: is not UTF-8"),
        (b"x" * 5000, "t.tsv:1: is too long a line"),
        (gzip.compress(b"lab\ta\tx\n" * 99, mtime=0)[:-9], "t.tsv:1: the gzip data are damaged"),
    ],
)
def test_what_is_no_table_is_refused_with_its_line(text: bytes, sentence: str) -> None:
    with pytest.raises(FormatError) as caught:
        read(text, block=1000)
    assert str(caught.value).startswith(sentence)


FIELD = st.text(st.characters(exclude_characters="\t\n\r", codec="utf-8"), min_size=1, max_size=9)


def no_heading(made: list[tuple[str, str, str]]) -> bool:
    first = {field.strip().lower() for field in made[0]} if made else set()
    return not {"namespace", "alias"} <= first


@given(
    st.lists(
        st.tuples(FIELD.filter(lambda text: not text.startswith("#") and text.strip(" ")), FIELD,
                  FIELD),
        max_size=20,
    ).filter(no_heading),
    st.integers(60, 200),
)  # fmt: skip
def test_what_was_written_is_read_again_in_blocks_of_any_size(
    made: list[tuple[str, str, str]], block: int
) -> None:
    text = "".join("\t".join(fields) + "\n" for fields in made).encode()
    assert rows(text, block) == [(*fields, at) for at, fields in enumerate(made, 1)]


@given(st.binary(max_size=200))
def test_no_bytes_make_it_fail_otherwise(text: bytes) -> None:
    with contextlib.suppress(FormatError):
        assert all(line > 0 for *_, line in rows(text, 50))
