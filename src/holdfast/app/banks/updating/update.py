"""
Updating banks: each after those it is made from, several at once, one failing alone.

What becomes of each bank is written into the register and told to whom it concerns. How one bank is
updated is :mod:`holdfast.app.banks.updating.cycle`.
"""

import time
from collections.abc import Iterable, Mapping

from holdfast.app.banks.maintenance import refuse_in_maintenance
from holdfast.app.banks.noticing import notice
from holdfast.app.banks.noting import note_update
from holdfast.app.banks.updating.cycle import update_alone
from holdfast.app.banks.updating.preview import preview_update
from holdfast.app.banks.updating.report import UpdateReport, UpdateState, failure_report
from holdfast.app.banks.updating.rounds import Round
from holdfast.app.container import Container
from holdfast.banks.dependencies import with_dependencies
from holdfast.banks.updating.stages import USUAL, Stage, Wishes, begin_of, stop_of
from holdfast.base.progress import Listener, Progress, ignore
from holdfast.errors import BankBusy, HoldfastError, UpdateFailed, UsageError

__all__ = ["check_wishes", "preview_update", "update_bank", "update_banks"]

LOOK = 1.0  #: seconds between two looks at a bank that somebody else updates


def update_banks(
    container: Container,
    banks: Iterable[str],
    *,
    dry_run: bool = False,
    from_scratch: bool = False,
    wishes: Wishes = USUAL,
    at_once: int = 1,
    patient: bool = False,
    listener: Listener = ignore,
) -> tuple[UpdateReport, ...]:
    """Update `banks`, and before them what they are made from; up to `at_once` side by side.

    The failure of one does not stop the others, but for those that are made from it. The reports
    come in an order in which each bank is after those it is made from. What is wished for holds for
    `banks`, not for what they are made from. If somebody else updates one of those already, that is
    waited for; so it is for `banks` too, if `patient`.

    Raises
    ------
    BankBusy
        Maintenance is on: nothing was begun, and nobody is told that it failed.
    """
    if not dry_run:
        refuse_in_maintenance(container)
    named = tuple(dict.fromkeys(banks))
    graph, reports = _graph(container, named, wishes)
    order = _order(named, graph)

    def one(own: Container, bank: str, listening: Listener) -> UpdateReport:
        try:
            _refuse_if_one_failed(bank, graph[bank], reports)
            if dry_run:
                return _previewed(own, bank, wishes, from_scratch=from_scratch)
            if patient or bank not in named:
                return _patiently(own, bank, listening)
            return update_alone(own, bank, wishes, listening, from_scratch=from_scratch)
        except (HoldfastError, OSError) as error:
            return failure_report(bank, error)

    for own, report in Round(container, graph, at_once, listener).reports(one):
        reports[report.bank] = report
        if not dry_run:
            _tell(own, report)
    return tuple(reports[bank] for bank in order)


def update_bank(
    container: Container,
    bank: str,
    *,
    from_scratch: bool = False,
    wishes: Wishes = USUAL,
    listener: Listener = ignore,
) -> UpdateReport:
    """Bring a bank up to what its remote has now, and before it the banks it is made from.

    Raises
    ------
    BankBusy
        Maintenance is on: nothing was begun, and nobody is told that it failed.
    UpdateFailed
        One of those could not be updated; or whatever :func:`cycle.update_alone` raises.
    """
    refuse_in_maintenance(container)
    banks = with_dependencies([bank], container.catalogue.recipe)
    others = [each for each in banks if each != bank]
    if others and _wants_dependencies(container, bank, wishes):
        done = update_banks(container, others, patient=True, listener=listener)
        _refuse_if_one_failed(bank, banks[bank], {each.bank: each for each in done}, why=True)
    try:
        report = update_alone(container, bank, wishes, listener, from_scratch=from_scratch)
    except (HoldfastError, OSError) as error:
        _tell(container, failure_report(bank, error))
        raise
    _tell(container, report)
    return report


def check_wishes(container: Container, banks: Iterable[str], wishes: Wishes) -> None:
    """See that what is wished for makes sense for `banks`, before anything starts.

    Raises
    ------
    UsageError
        It does not; the message names the nearest step.
    BankNotFound, RecipeError
        There is no such bank, or its recipe cannot be read.
    """
    named = tuple(banks)
    if wishes.are_of_one_bank and len(named) != 1:
        raise UsageError("--from-task, --process and --release are about one bank: name one")
    for bank in named:
        recipe = container.catalogue.recipe(bank)
        stop_of(wishes, recipe)
        begin_of(wishes, recipe)


# -- deciding --------------------------------------------------------------------------------------


def _graph(
    container: Container, named: tuple[str, ...], wishes: Wishes
) -> tuple[dict[str, tuple[str, ...]], dict[str, UpdateReport]]:
    """What is updated, and after what; and reports of those that cannot be."""
    graph: dict[str, tuple[str, ...]] = {}
    failed: dict[str, UpdateReport] = {}
    for bank in named:
        try:
            if _wants_dependencies(container, bank, wishes):
                found = with_dependencies([bank], container.catalogue.recipe)
            else:
                found = {bank: ()}
        except (HoldfastError, OSError) as error:
            failed[bank] = failure_report(bank, error)
        else:
            graph |= {each: needs for each, needs in found.items() if each not in graph}
    return graph, failed


def _order(named: tuple[str, ...], graph: Mapping[str, tuple[str, ...]]) -> tuple[str, ...]:
    """The banks as they are told: as they were named, each after those it is made from."""
    order: dict[str, None] = {}

    def add(bank: str) -> None:
        for need in graph.get(bank, ()):
            if need not in order:
                add(need)
        order[bank] = None

    for bank in named:
        add(bank)
    return tuple(order)


def _wants_dependencies(container: Container, bank: str, wishes: Wishes) -> bool:
    """Whether an update goes through the stage in which the bank's dependencies are updated."""
    if wishes == USUAL:
        return True
    recipe = container.catalogue.recipe(bank)
    begin = begin_of(wishes, recipe)
    if begin is not None and begin.stage > Stage.DEPENDS:
        return False
    return stop_of(wishes, recipe).last >= Stage.DEPENDS


def _refuse_if_one_failed(
    bank: str, needs: Iterable[str], reports: Mapping[str, UpdateReport], *, why: bool = False
) -> None:
    for need in needs:
        report = reports.get(need)
        if report is not None and report.state is UpdateState.FAILED:
            because = f" ({report.problem})" if why else ""
            raise UpdateFailed(
                f"{bank} is made from {need}, which could not be updated{because}; "
                f"{bank} is as it was"
            )


def _previewed(
    container: Container, bank: str, wishes: Wishes, *, from_scratch: bool
) -> UpdateReport:
    return preview_update(container, bank, from_scratch=from_scratch, wishes=wishes)


# -- doing -----------------------------------------------------------------------------------------


def _patiently(container: Container, bank: str, listener: Listener) -> UpdateReport:
    """Update a bank in the usual way; if somebody does that already, wait for it first."""
    folder = container.catalogue.folder(bank)
    while True:
        try:
            return update_alone(container, bank, USUAL, listener)
        except BankBusy:
            if not folder.is_busy:  # maintenance is on
                raise
        while folder.is_busy:
            listener(Progress(f"waiting for {bank}", message="another process updates it"))
            time.sleep(LOOK)


def _tell(container: Container, report: UpdateReport) -> None:
    """Write down what became of an update, and tell people."""
    note_update(container, report)
    notice(container, report)
