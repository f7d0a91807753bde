"""
Bodies: what clients send, bounded before it is read, and read off the event loop.
"""

import asyncio
import json
from http import HTTPStatus

from starlette.requests import Request

from holdfast.web.problems import Refused
from holdfast.web.sequences.service import Service


async def read_json(service: Service, request: Request) -> object:
    """The JSON document that is sent.

    Raises
    ------
    Refused
        It is larger than the limit: 413; it is no JSON: 400.
    """
    return await service.readers.ask(parse, await read_body(service, request))


async def read_body(service: Service, request: Request) -> bytes:
    """What is sent, if it is no more than the limit, whatever its headers say, and comes in time.

    Raises
    ------
    Refused
        It has more: 413; it does not come: 408.
    """
    limits = service.limits
    try:
        async with asyncio.timeout(limits.patience):
            return await _bounded(request, limits.body)
    except TimeoutError as error:
        sentence = f"the body did not come within {limits.patience:g} seconds"
        raise Refused(HTTPStatus.REQUEST_TIMEOUT, sentence, {"Connection": "close"}) from error


async def _bounded(request: Request, most: int) -> bytes:
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
