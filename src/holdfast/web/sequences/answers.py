"""
Answers: residues and documents as HTTP sends them, with what caches and slow lines need.

A long sequence leaves in pieces, each read when the one before is on its way, so that neither the
length of a chromosome nor the patience of a client shows in our memory. A whole sequence is hashed
on its way out and its last piece is kept back until the digest is right: what the store would say
wrongly is never said to the end.

An answer named by a digest never changes and says so; one named by an alias is asked for again, and
costs nothing when its entity tag is still right. Large texts are compressed for those who take it,
never slices by ``Range``, whose positions would be those of the compressed bytes.
"""

import asyncio
import base64
import hashlib
import json
from collections.abc import AsyncIterator, Iterator
from http import HTTPStatus
from typing import Protocol

import zstandard
from isal import isal_zlib
from starlette.requests import Request
from starlette.responses import Response, StreamingResponse
from starlette.types import Message, Send

from holdfast.base.digests import SHA512T_BYTES
from holdfast.base.intervals import Slice
from holdfast.errors import StoreDamaged
from holdfast.web.sequences.media import content_coding
from holdfast.web.sequences.parts import Part
from holdfast.web.sequences.public import Found
from holdfast.web.sequences.service import Service

PIECE = 1 << 18  #: residues; a multiple of the blocks in which the store decodes
LARGE = 1 << 20  #: bytes from which an answer is worth compressing
CODINGS = ("gzip", "zstd")  #: of residues, isal's gzip takes half the time of zstd for one size
GZIP = 31  #: zlib's number for a gzip stream with the largest window
LASTING = "public, max-age=31536000, immutable"
ASK_AGAIN = "no-cache"


class Compressor(Protocol):
    """What is used of the compressors of isal and zstandard."""

    def compress(self, content: bytes, /) -> bytes:
        """The bytes that are ready after taking `content`."""

    def flush(self) -> bytes:
        """The last bytes."""


def residues_answer(
    service: Service, request: Request, found: Found, part: Part, media_type: str
) -> Response:
    """The answer that brings the residues of `part`. Reads the store: not for the event loop."""
    coding = _coding(request, len(part.slice)) if part.status is HTTPStatus.OK else None
    tag = entity_tag(found, part)
    headers = {
        "ETag": coded_tag(tag, coding),
        "Cache-Control": LASTING if found.lasting else ASK_AGAIN,
        "Vary": "Accept, Accept-Encoding",
        "Accept-Ranges": "none" if part.named else "bytes",
        "Content-Type": media_type,
    }
    if is_known(request, tag):
        return Response(status_code=HTTPStatus.NOT_MODIFIED, headers=headers)
    if part.status is HTTPStatus.PARTIAL_CONTENT:
        first, last = part.slice.start, part.slice.end - 1
        headers["Content-Range"] = f"bytes {first}-{last}/{found.length}"
    if coding is None:
        headers["Content-Length"] = str(len(part.slice))
    else:
        headers["Content-Encoding"] = coding
    return _with_residues(service, request, found, part, headers)


def document_answer(
    request: Request, document: object, media_type: str = "application/json", lasting: bool = False
) -> Response:
    """The answer that brings `document` as JSON."""
    text = json.dumps(document, ensure_ascii=False, separators=(",", ":"))
    return content_answer(request, text.encode(), media_type, lasting)


def content_answer(
    request: Request, content: bytes, media_type: str, lasting: bool = False
) -> Response:
    """The answer that brings `content`, which is its own entity tag."""
    coding = _coding(request, len(content))
    hashed = base64.urlsafe_b64encode(hashlib.sha256(content).digest()[:SHA512T_BYTES]).decode()
    headers = {
        "ETag": coded_tag(hashed, coding),
        "Cache-Control": LASTING if lasting else ASK_AGAIN,
        "Vary": "Accept, Accept-Encoding",
        "Content-Type": media_type,
    }
    if is_known(request, hashed):
        return Response(status_code=HTTPStatus.NOT_MODIFIED, headers=headers)
    if coding is not None:
        compressor = compressor_of(coding)
        content = compressor.compress(content) + compressor.flush()
        headers["Content-Encoding"] = coding
    headers["Content-Length"] = str(len(content))
    return Response(b"" if is_head(request) else content, headers=headers)


# Entity tags


def entity_tag(found: Found, part: Part) -> str:
    """What names the answer: the digest, and the slice where the address names one."""
    return f"{found.digest}.{part.slice}" if part.named else str(found.digest)


def coded_tag(tag: str, coding: str | None) -> str:
    """The header ``ETag``: compressed bytes are other bytes."""
    return f'"{tag}.{coding}"' if coding else f'"{tag}"'


def is_known(request: Request, tag: str) -> bool:
    """Whether the client has this answer already, compressed or not (``If-None-Match``)."""
    header = request.headers.get("if-none-match")
    if header is None or request.method not in ("GET", "HEAD"):
        return False
    forms = {coded_tag(tag, coding) for coding in (None, *CODINGS)}
    given = {each.strip().removeprefix("W/") for each in header.split(",")}
    return "*" in given or not forms.isdisjoint(given)


def wanted_range(request: Request, tag: str) -> str | None:
    """The header ``Range``, unless ``If-Range`` says that it was meant for another content."""
    condition = request.headers.get("if-range")
    if condition is not None and condition.strip() != coded_tag(tag, None):
        return None
    return request.headers.get("range")


# Bodies


def is_head(request: Request) -> bool:
    """Whether only the headers of the answer are wanted."""
    return request.method == "HEAD"


def compressor_of(coding: str) -> Compressor:
    """A compressor for a content coding, quick rather than thorough."""
    if coding == "zstd":
        return zstandard.ZstdCompressor(level=1).compressobj()
    compressor: Compressor = isal_zlib.compressobj(level=1, wbits=GZIP)
    return compressor


def _coding(request: Request, size: int) -> str | None:
    if size < LARGE:
        return None
    return content_coding(request.headers.get("accept-encoding"), CODINGS)


def _with_residues(
    service: Service, request: Request, found: Found, part: Part, headers: dict[str, str]
) -> Response:
    if is_head(request):
        return Response(status_code=part.status, headers=headers)
    pieces = checked_pieces(service, found, part.slice)
    if len(part.slice) <= PIECE:
        return Response(b"".join(pieces), part.status, headers)
    coding = headers.get("Content-Encoding")
    body = compressed(pieces, compressor_of(coding)) if coding else pieces
    return Pieces(_sent(service, body), part.status, headers, service.limits.patience)


class Pieces(StreamingResponse):
    """An answer that leaves in pieces; a client who takes none for a while is given up."""

    def __init__(
        self,
        pieces: AsyncIterator[bytes],
        status: HTTPStatus,
        headers: dict[str, str],
        patience: float,
    ) -> None:
        super().__init__(pieces, status, headers)
        self._patience = patience

    async def stream_response(self, send: Send) -> None:
        """Send the pieces.

        Raises
        ------
        TimeoutError
            The client did not take one in time; the connection is cut.
        """

        async def patiently(message: Message) -> None:
            async with asyncio.timeout(self._patience):
                await send(message)

        await super().stream_response(patiently)


async def _sent(service: Service, pieces: Iterator[bytes]) -> AsyncIterator[bytes]:
    """Each piece, read when it is asked for."""
    while piece := await service.readers.ask(next, pieces, b""):
        yield piece


def checked_pieces(service: Service, found: Found, part: Slice) -> Iterator[bytes]:
    """The residues of `part` in pieces, none of them empty.

    Raises
    ------
    StoreDamaged
        The whole sequence was read and is not what its digest names: before its last piece.
    """
    whole = part == Slice(0, found.length)
    hasher = hashlib.sha512()
    for start in range(part.start, part.end, PIECE):
        end = min(start + PIECE, part.end)
        piece = service.store.residues(found.digest, start, end)
        if whole:
            hasher.update(piece)
        if whole and end == part.end and hasher.digest()[:SHA512T_BYTES] != found.digest.raw:
            raise StoreDamaged(f"{found.digest} is damaged in the store; run: holdfast seq check")
        yield piece


def compressed(pieces: Iterator[bytes], compressor: Compressor) -> Iterator[bytes]:
    """The pieces compressed, none of them empty."""
    for piece in pieces:
        if ready := compressor.compress(piece):
            yield ready
    yield compressor.flush()
