"""Live parts: only what changed is sent, and the stream ends."""

import asyncio
from collections.abc import Iterator, Mapping

from hypothesis import given
from hypothesis import strategies as st

from holdfast.web.live import changes, event


async def _all(looks: Iterator[tuple[Mapping[str, str], bool]]) -> list[bytes]:
    return [piece async for piece in changes(lambda: next(looks), lambda: None)]


def test_what_did_not_change_is_not_sent_again() -> None:
    looks = iter([({"bar": "1", "state": "a"}, False), ({"bar": "2", "state": "a"}, True)])
    sent = asyncio.run(_all(looks))
    assert sent == [event("bar", "1"), event("state", "a"), event("bar", "2"), event("over", "")]


def test_a_stream_ends_when_nobody_listens_any_more() -> None:
    async def nobody() -> bool:
        return True

    async def listen() -> list[bytes]:
        return [piece async for piece in changes(lambda: ({"a": "b"}, False), nobody)]

    assert asyncio.run(listen()) == [event("a", "b")]


@given(st.text())
def test_a_piece_cannot_end_its_event(text: str) -> None:
    body, end = event("piece", text).decode()[:-2], event("piece", text)[-2:]
    assert end == b"\n\n"
    assert all(line.startswith("data: ") for line in body.split("\n")[1:])
    assert "\r" not in body
