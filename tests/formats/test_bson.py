"""BSON as MongoDB writes it, and as nobody should."""

import struct
from datetime import timedelta
from io import BytesIO
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from formats.bson_writing import EPOCH, document, element
from holdfast.errors import FormatError
from holdfast.formats.bson import DEPTH, DOCUMENT_LIMIT, read_documents

NAME = st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"]), max_size=8)
TIME = st.integers(-(10**12), 10**13).map(lambda number: EPOCH + timedelta(milliseconds=number))
VALUE = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**63), 2**63 - 1)
    | st.floats(allow_nan=False)
    | st.text(st.characters(exclude_categories=["Cs"]), max_size=20)
    | st.binary(max_size=20)
    | TIME,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(NAME, inner, max_size=4),
    max_leaves=8,
)
DOCUMENT = st.dictionaries(NAME, VALUE, max_size=5)


def read(content: bytes) -> list[dict[str, Any]]:
    return list(read_documents(BytesIO(content), "banks.bson"))


@settings(max_examples=25)
@given(st.lists(DOCUMENT, max_size=3))
def test_what_a_database_writes_is_read(documents: list[dict[str, Any]]) -> None:
    assert read(b"".join(map(document, documents))) == documents


@pytest.mark.parametrize(
    ("content", "expected"),
    [  # the examples of the format's own page
        (b"\x16\0\0\0\x02hello\0\x06\0\0\0world\0\0", {"hello": "world"}),
        (
            bytes.fromhex(
                "31000000 04 42534f4e00 26000000 02 3000 08000000 617765736f6d6500"
                "01 3100 3333333333331440 10 3200 c2070000 00 00"
            ),
            {"BSON": ["awesome", 5.05, 1986]},
        ),
        (b"\x05\0\0\0\0", {}),
    ],
)
def test_the_formats_own_examples_are_read(content: bytes, expected: dict[str, Any]) -> None:
    assert read(content) == [expected]


TEXT = struct.pack("<i", 2) + b"x\0"


@pytest.mark.parametrize(
    ("kind", "content", "expected"),
    [
        (0x06, b"", None),
        (0x07, bytes(range(12)), "000102030405060708090a0b"),
        (0x0B, b"^a$\0i\0", "^a$"),
        (0x0C, TEXT + bytes(12), "00" * 12),
        (0x0D, TEXT, "x"),
        (0x0E, TEXT, "x"),
        (0x0F, struct.pack("<i", 4 + 6 + 5) + TEXT + document({}), "x"),
        (0x11, struct.pack("<q", 7), 7),
        (0x13, bytes(16), bytes(16)),
        (0x7F, b"", None),
        (0xFF, b"", None),
    ],
)
def test_kinds_that_no_bank_has_do_not_stop_the_reading(
    kind: int, content: bytes, expected: object
) -> None:
    elements = bytes([kind]) + b"odd\0" + content + element("after", 1)
    whole = struct.pack("<i", len(elements) + 5) + elements + b"\0"
    assert read(whole) == [{"odd": expected, "after": 1}]


def is_read_or_refused(content: bytes) -> bool:
    """Whether `content` is read to its end, or refused with one sentence that names it."""
    try:
        return isinstance(read(content), list)
    except FormatError as error:
        return str(error).startswith("banks.bson: document ") and "is no BSON" in str(error)


@settings(max_examples=50)
@given(DOCUMENT, st.data())
def test_a_dump_that_is_cut_off_is_refused(values: dict[str, Any], data: st.DataObject) -> None:
    whole = document({"name": "alu"}) + document(values)
    at = data.draw(st.integers(1, len(whole) - 1))
    if at == len(document({"name": "alu"})):
        assert read(whole[:at]) == [{"name": "alu"}]
        return
    with pytest.raises(FormatError, match=r"banks\.bson: document [12] at byte \d+ is no BSON"):
        read(whole[:at])


@settings(max_examples=50)
@given(DOCUMENT, st.data())
def test_whatever_byte_is_changed_there_are_documents_or_one_sentence(
    values: dict[str, Any], data: st.DataObject
) -> None:
    whole = bytearray(document(values))
    whole[data.draw(st.integers(0, len(whole) - 1))] = data.draw(st.integers(0, 255))
    assert is_read_or_refused(bytes(whole))


@given(st.binary(max_size=60))
def test_any_bytes_are_documents_or_one_sentence(content: bytes) -> None:
    assert is_read_or_refused(content)


@pytest.mark.parametrize(
    ("content", "why"),
    [
        (struct.pack("<i", DOCUMENT_LIMIT + 1), "is no length of a document"),
        (struct.pack("<i", -1), "is no length of a document"),
        (struct.pack("<i", 4), "is no length of a document"),
        (b"\x0c\0\0\0\x10a\0\1\0", "cut off"),
        (b"\x0c\0\0\0\x10a\0\1\0\0\0\1", "reaches beyond|is no kind|has no end"),
        (b"\x0c\0\0\0\x03a\0\xff\xff\xff\x7f\0", "does not fit"),
        (b"\x0d\0\0\0\x02a\0\xff\xff\xff\x7f\0\0", "reaches beyond"),
        (b"\x0d\0\0\0\x02a\0\0\0\0\0\0\0", "no length of a text"),
        (b"\x0e\0\0\0\x02a\0\1\0\0\0x\0\0", "does not end where its length says"),
        (b"\x0e\0\0\0\x02a\0\2\0\0\0\xff\0\0", "utf-8"),
        (b"\x0c\0\0\0\x05a\0\xff\xff\xff\xff\0", "reaches beyond"),
        (b"\x09\0\0\0\x08a\0\2\0", "neither true nor false"),
        (b"\x08\0\0\0\x99a\0\0", "0x99 is no kind of a value"),
        (b"\x08\0\0\0\x0aaaa", "has no end"),
        (b"\x10\0\0\0\x09a\0" + b"\xff" * 7 + b"\x7f\0", "ms after 1970 is no date"),
    ],
)
def test_what_no_database_writes_is_refused_with_its_reason(content: bytes, why: str) -> None:
    with pytest.raises(FormatError, match=why):
        read(content)


def nested(depth: int) -> bytes:
    inner = document({})
    for _ in range(depth):
        elements = b"\x03a\0" + inner
        inner = struct.pack("<i", len(elements) + 5) + elements + b"\0"
    return inner


def test_what_is_nested_deeper_than_a_database_nests_is_refused() -> None:
    assert len(read(nested(DEPTH))) == 1
    with pytest.raises(FormatError, match="nested more than 100 deep"):
        read(nested(DEPTH + 1))
    with pytest.raises(FormatError, match="nested more than 100 deep"):
        read(nested(2000))
