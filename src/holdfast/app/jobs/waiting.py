"""Waiting until runs are over."""

import time
from collections.abc import Callable, Collection
from dataclasses import dataclass

from holdfast.app.container import Container
from holdfast.app.jobs.following import Pace
from holdfast.app.jobs.runs import RunSummary, summary_of
from holdfast.errors import JobError, LedgerError, UsageError


@dataclass(frozen=True, slots=True)
class Waited:
    """How the runs stood when the waiting ended. `in_time`: all of them were over."""

    runs: tuple[RunSummary, ...]
    in_time: bool

    @property
    def succeeded(self) -> bool:
        """Whether all of them have ended well."""
        return all(run.succeeded for run in self.runs)


def wait_for(
    container: Container,
    runs: Collection[int],
    timeout: float | None = None,
    sleep: Callable[[float], object] = time.sleep,
) -> Waited:
    """Wait until `runs` are over, for `timeout` seconds at most.

    A run that no engine does is waited for, too: a worker may take it over.

    Raises
    ------
    UsageError
        There is no such run.
    LedgerError
        The ledger stayed out of reach.
    """
    wanted = list(dict.fromkeys(runs))
    deadline = None if timeout is None else time.monotonic() + timeout
    pace = Pace(sleep)
    left = [run for run in wanted if not _is_over(container, run)]
    while left and (deadline is None or time.monotonic() < deadline):
        pace.rest(happened=False)
        left = [run for run in left if not _is_over(container, run)]
    return Waited(tuple(summary_of(container, run) for run in wanted), in_time=not left)


def _is_over(container: Container, run: int) -> bool:
    try:
        return container.ledger.run(run).ended is not None
    except LedgerError:
        raise
    except JobError as error:
        raise UsageError(str(error)) from error
