"""
Readers: the few threads that ask the store, so that the event loop never waits for a disk.

They are made once and live as long as the server: each thread of the store has a connection to the
index of its own, so threads that come and go would leave connections behind.
"""

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import ParamSpec, TypeVar

THREADS = 8

Given = ParamSpec("Given")
Answer = TypeVar("Answer")


class Readers:
    """A fixed number of threads; the first question starts them."""

    def __init__(self, threads: int = THREADS) -> None:
        self._threads = ThreadPoolExecutor(threads, thread_name_prefix="reader")

    async def ask(
        self, question: Callable[Given, Answer], *given: Given.args, **named: Given.kwargs
    ) -> Answer:
        """The answer to a question that may wait for a disk."""
        loop = asyncio.get_running_loop()
        return await loop.run_in_executor(self._threads, partial(question, *given, **named))

    def close(self) -> None:
        """Wait for what is being read, and take no more questions."""
        self._threads.shutdown(cancel_futures=True)
