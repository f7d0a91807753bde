"""BSON as a database writes it: enough of it for made-up dumps."""

import struct
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def document(values: Mapping[str, Any]) -> bytes:
    """One document."""
    elements = b"".join(element(name, value) for name, value in values.items())
    return struct.pack("<i", len(elements) + 5) + elements + b"\0"


def element(name: str, value: Any) -> bytes:
    """One value under its name."""
    kind, content = _value(value)
    return bytes([kind]) + name.encode() + b"\0" + content


def _value(value: Any) -> tuple[int, bytes]:
    """The kind and the bytes of `value`."""
    kinds = (_nothing, _number, _text, _time, _part)
    return next(found for kind in kinds if (found := kind(value)) is not None)


def _nothing(value: Any) -> tuple[int, bytes] | None:
    if value is None:
        return 0x0A, b""
    return (0x08, bytes([value])) if isinstance(value, bool) else None


def _number(value: Any) -> tuple[int, bytes] | None:
    if isinstance(value, float):
        return 0x01, struct.pack("<d", value)
    if not isinstance(value, int):
        return None
    small = -(2**31) <= value < 2**31
    return (0x10, struct.pack("<i", value)) if small else (0x12, struct.pack("<q", value))


def _text(value: Any) -> tuple[int, bytes] | None:
    if isinstance(value, bytes):
        return 0x05, struct.pack("<i", len(value)) + b"\0" + value
    if not isinstance(value, str):
        return None
    content = value.encode() + b"\0"
    return 0x02, struct.pack("<i", len(content)) + content


def _time(value: Any) -> tuple[int, bytes] | None:
    if not isinstance(value, datetime):
        return None
    return 0x09, struct.pack("<q", (value - EPOCH) // timedelta(milliseconds=1))


def _part(value: Any) -> tuple[int, bytes]:
    if isinstance(value, Mapping):
        return 0x03, document(value)
    return 0x04, document({str(place): each for place, each in enumerate(value)})
