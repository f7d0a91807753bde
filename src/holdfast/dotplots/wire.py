"""
The scene as it travels to a page: the same Arrow stream in small batches, coordinates in four bytes
where the contigs are short enough for that.

A scene on disk has eight bytes for each coordinate, whatever the genome; a page needs to fetch only
two thirds of it, and begins to unpack while the rest is on its way.
"""

import json
from collections.abc import Iterator
from typing import Any, BinaryIO

import pyarrow as pa

from holdfast.dotplots.scene import KEY, SCHEMA
from holdfast.errors import FormatError

ROWS = 1 << 17  #: matches in a batch
NARROW = 1 << 32  #: bases; coordinates on shorter contigs take four bytes
PLACES = ("target_start", "target_end", "query_start", "query_end")


def wire_size(matches: int) -> int:
    """About how many bytes the scene of so many matches takes, unpacked."""
    return 34 * matches + 4096


def wire_blocks(file: BinaryIO, name: str = "scene") -> Iterator[bytes]:
    """What is sent of the scene in `file`, piece by piece.

    Raises
    ------
    FormatError
        It is not a scene.
    """
    try:
        with pa.ipc.open_stream(file) as stream:
            schema = _schema(stream.schema)
            sink = _Pieces()
            with pa.ipc.new_stream(sink, schema) as out:
                for batch in stream:
                    for first in range(0, len(batch), ROWS):
                        out.write_batch(batch.slice(first, ROWS).cast(schema))
                        yield sink.taken()
            yield sink.taken()
    except (pa.ArrowException, OSError, KeyError, TypeError, ValueError) as error:
        raise FormatError(
            name, None, f"it is not a scene ({error}); draw the plot again"
        ) from error


def _schema(given: Any) -> Any:
    """The columns as they are sent."""
    metadata = given.metadata or {}
    document = json.loads(metadata[KEY])
    contigs = (each for side in ("target", "query") for each in document[side]["contigs"])
    if any(contig["length"] >= NARROW for contig in contigs):
        return SCHEMA.with_metadata(metadata)
    fields = [each.with_type(pa.uint32()) if each.name in PLACES else each for each in SCHEMA]
    return pa.schema(fields, metadata)


class _Pieces:
    """A file that holds what was written since it was last asked."""

    closed = False

    def __init__(self) -> None:
        self._pieces: list[bytes] = []

    def write(self, data: Any) -> int:
        """Hold a copy of `data`."""
        self._pieces.append(bytes(data))
        return len(self._pieces[-1])

    def flush(self) -> None:
        """Nothing is held back."""

    def taken(self) -> bytes:
        """What was written; it is held no longer."""
        pieces, self._pieces = self._pieces, []
        return b"".join(pieces)
