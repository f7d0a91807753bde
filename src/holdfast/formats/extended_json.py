"""
Extended JSON: documents of a MongoDB export, as plain Python values.

Documents stand one after another, or in one array. What JSON has no word for is an object of one
key that begins with a dollar sign: ``{"$numberLong": "12"}``, ``{"$date": …}``. Versions 1 and 2
are read, each in both of its forms. Values become what :mod:`holdfast.formats.bson` makes of them.
"""

import json
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any, BinaryIO

from holdfast.errors import FormatError
from holdfast.formats.bson import EPOCH, Document

SIZE_LIMIT = 512 * 1024**2  #: bytes of a file: all of it is read before anything is understood
_SPACE = " \t\r\n"


def read_documents(file: BinaryIO, name: str) -> Iterator[Document]:
    """The documents in `file`, which `name` names in errors.

    Raises
    ------
    FormatError
        It is cut off, too large, or something else.
    """
    content = file.read(SIZE_LIMIT + 1)
    if len(content) > SIZE_LIMIT:
        raise FormatError(name, None, f"it has more than {SIZE_LIMIT:,} bytes; give a mongodump")
    try:
        for value in _values(content.decode("utf-8-sig")):
            for document in value if isinstance(value, list) else [value]:
                if not isinstance(document, dict):
                    raise ValueError(f"{str(document)[:40]!r} is no document")
                yield document
    except json.JSONDecodeError as error:
        raise FormatError(name, error.lineno, f"it is no JSON: {error.msg}") from error
    except (ValueError, OverflowError, RecursionError) as error:
        raise FormatError(name, None, f"it is no export of a database: {error}") from error


def _values(text: str) -> Iterator[Any]:
    """The JSON values that stand in `text` one after another."""
    decoder, at = json.JSONDecoder(object_hook=_plain), 0
    while True:
        while at < len(text) and text[at] in _SPACE:
            at += 1
        if at == len(text):
            return
        value, at = decoder.raw_decode(text, at)
        yield value


def _plain(document: Document) -> Any:
    """`document`, or the value it stands for."""
    for key, mean in _MEANINGS.items():
        if key in document and len(document) <= 2:  # an expression has its options beside it
            return mean(document[key])
    return document


def _date(value: Any) -> datetime:
    if isinstance(value, int | float):
        return EPOCH + timedelta(milliseconds=value)
    said = datetime.fromisoformat(_text(value))
    return said if said.tzinfo is not None else said.replace(tzinfo=UTC)


def _number(value: Any) -> float:
    return float(_text(value))


def _whole(value: Any) -> int:
    return int(_text(value))


def _text(value: Any) -> str:
    if isinstance(value, dict | list):
        raise ValueError(f"{str(value)[:40]!r} stands where text should")
    return str(value)


def _as_it_is(value: Any) -> Any:
    return value


def _nothing(_: Any) -> None:
    return None


_MEANINGS: dict[str, Callable[[Any], Any]] = {
    "$oid": _text,
    "$numberLong": _whole,
    "$numberInt": _whole,
    "$numberDouble": _number,
    "$numberDecimal": _text,
    "$date": _date,
    "$regularExpression": _as_it_is,
    "$regex": _as_it_is,
    "$binary": _as_it_is,
    "$timestamp": _as_it_is,
    "$symbol": _text,
    "$code": _text,
    "$undefined": _nothing,
    "$minKey": _nothing,
    "$maxKey": _nothing,
}
