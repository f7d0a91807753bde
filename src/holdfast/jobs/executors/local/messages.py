"""
Messages between an engine and its keeper: documents in JSON, each behind its length.
"""

import json
import struct
from collections.abc import Iterator
from typing import Any

_LENGTH = struct.Struct(">I")
LIMIT = 64 * 1024**2  #: bytes of one message


def encoded(message: dict[str, Any]) -> bytes:
    """`message` as it is sent."""
    content = json.dumps(message).encode("ascii")
    return _LENGTH.pack(len(content)) + content


class Incoming:
    """What has come so far from the other side; :meth:`messages` gives what is whole of it."""

    def __init__(self) -> None:
        self._buffer = bytearray()

    def messages(self, content: bytes) -> Iterator[dict[str, Any]]:
        """The messages that are whole now that `content` has come.

        Raises
        ------
        ValueError
            It is no message: the other side is no keeper, or is out of its mind.
        """
        self._buffer += content
        while len(self._buffer) >= _LENGTH.size:
            (length,) = _LENGTH.unpack_from(self._buffer)
            if length > LIMIT:
                raise ValueError(f"a message of {length} bytes")
            if len(self._buffer) < _LENGTH.size + length:
                return
            message = json.loads(self._buffer[_LENGTH.size : _LENGTH.size + length])
            del self._buffer[: _LENGTH.size + length]
            yield message
