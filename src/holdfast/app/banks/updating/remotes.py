"""Asking the remotes of many banks whether they have something new; nothing is fetched."""

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

from holdfast.app.banks.updating.preview import preview_update
from holdfast.app.banks.updating.report import UpdateState
from holdfast.app.container import Container
from holdfast.base.progress import Listener, Progress, ignore
from holdfast.errors import HoldfastError

AT_ONCE = 4  #: remotes that are asked side by side
NEW = (UpdateState.PLANNED, UpdateState.UPDATED)


@dataclass(frozen=True, slots=True)
class RemoteSays:
    """What the remote of one bank has."""

    bank: str
    is_new: bool = False
    release: str | None = None  #: that an update would make, or that is up to date
    fetch: int = 0  #: files that it would bring
    fetch_bytes: int = 0
    problem: str | None = None  #: why it cannot be told


def check_remotes(
    container: Container, banks: Sequence[str], listener: Listener = ignore
) -> tuple[RemoteSays, ...]:
    """What the remote of each of `banks` has now; one that does not answer is told so."""

    def one(bank: str) -> RemoteSays:
        try:
            report = preview_update(container, bank)
        except (HoldfastError, OSError) as error:
            return RemoteSays(bank, problem=str(error))
        return RemoteSays(
            bank, report.state in NEW, report.release, report.fetched, report.fetched_bytes
        )

    found: list[RemoteSays] = []
    with ThreadPoolExecutor(AT_ONCE, "remote") as pool:
        for says in pool.map(one, banks):
            found.append(says)
            listener(Progress("asking remotes", len(found), len(banks), "banks", says.bank))
    return tuple(found)
