"""The local executor passes the examination, and keeps what only it promises."""

from threading import Event

from holdfast.jobs.executors.interface import Executor
from holdfast.jobs.executors.local import LocalExecutor
from holdfast.testing.executors import ExecutorContract


class TestLocalExecutor(ExecutorContract):
    def make(self) -> Executor:
        return LocalExecutor("local", Event(), grace=0.5)
