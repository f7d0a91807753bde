"""
Packing: answers compressed while they are made, with what the browser takes.

A scene of a million matches is tens of megabytes; it is packed quickly, not well: on a network as
fast as a lab's that is the shorter way.
"""

import zlib
from collections.abc import Iterable, Iterator, Mapping
from typing import Protocol

import zstandard
from starlette.requests import Request
from starlette.responses import StreamingResponse

ZSTD, GZIP = 1, 1  #: levels: the quickest ones


class Packer(Protocol):
    """Packs bytes as they come."""

    def compress(self, data: bytes, /) -> bytes:
        """What is packed so far of all that came."""
        ...

    def flush(self) -> bytes:
        """The rest."""
        ...


def packed(
    request: Request, pieces: Iterable[bytes], media_type: str, headers: Mapping[str, str]
) -> StreamingResponse:
    """The answer that holds `pieces`."""
    accepted = {
        word.split(";")[0].strip() for word in request.headers.get("accept-encoding", "").split(",")
    }
    told = {**headers, "Vary": "Accept-Encoding, Cookie"}
    if "zstd" in accepted:
        told["Content-Encoding"] = "zstd"
        return StreamingResponse(
            _through(zstandard.ZstdCompressor(level=ZSTD).compressobj(), pieces),
            headers=told,
            media_type=media_type,
        )
    if "gzip" in accepted:
        told["Content-Encoding"] = "gzip"
        packer = zlib.compressobj(GZIP, zlib.DEFLATED, 31)
        return StreamingResponse(_through(packer, pieces), headers=told, media_type=media_type)
    # Said, so that no layer around packs it after all.
    told["Content-Encoding"] = "identity"
    return StreamingResponse(iter(pieces), headers=told, media_type=media_type)


def _through(packer: Packer, pieces: Iterable[bytes]) -> Iterator[bytes]:
    for piece in pieces:
        done = packer.compress(piece)
        if done:
            yield done
    yield packer.flush()
