"""
Bodies: what clients send, bounded before it is read, and read off the event loop.
"""

import json
from http import HTTPStatus

from starlette.requests import Request

from holdfast.web.sequences.problems import Refused
from holdfast.web.sequences.service import Service


async def read_json(service: Service, request: Request) -> object:
    """The JSON document that is sent.

    Raises
    ------
    Refused
        It is larger than the limit: 413; it is no JSON: 400.
    """
    content = await read_body(request, service.limits.body)
    return await service.readers.ask(parse, content)


async def read_body(request: Request, most: int) -> bytes:
    """What is sent, if it has no more than `most` bytes, whatever its headers say.

    Raises
    ------
    Refused
        It has more: 413.
    """
    announced = request.headers.get("content-length", "")
    if announced.isdigit() and int(announced) > most:
        raise _too_large(most)
    parts, size = [], 0
    async for part in request.stream():
        size += len(part)
        if size > most:
            raise _too_large(most)
        parts.append(part)
    return b"".join(parts)


def parse(content: bytes) -> object:
    """The JSON document in `content`."""
    try:
        return json.loads(content)
    except (ValueError, RecursionError) as error:
        raise Refused(HTTPStatus.BAD_REQUEST, f"the body is no JSON document: {error}") from error


def _too_large(most: int) -> Refused:
    return Refused(
        HTTPStatus.REQUEST_ENTITY_TOO_LARGE,
        f"the body is larger than {most:,} bytes; send it in several requests",
        {"Connection": "close"},
    )
