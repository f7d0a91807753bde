"""The rehearsed executor passes the examination of the real ones."""

import pytest

from holdfast.jobs.executors.interface import Executor
from holdfast.testing.executors import ExecutorContract, RehearsedExecutor, Stage


class TestRehearsedExecutor(ExecutorContract):
    @pytest.fixture(autouse=True)
    def _stage(self) -> None:
        self.stage = Stage()

    def make(self) -> Executor:
        return RehearsedExecutor(self.stage)

    def command_that_says(self, *words: str) -> tuple[str, ...]:
        return ("say", *words)

    def command_that_fails(self, code: int, last_words: str) -> tuple[str, ...]:
        return ("fail", str(code), last_words)

    def command_that_lasts(self) -> tuple[str, ...]:
        return ("last",)
