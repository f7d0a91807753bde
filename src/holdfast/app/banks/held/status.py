"""What banks there are, how they stand, and which releases they have."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from holdfast.app.banks.held.holding import formats_and_types
from holdfast.app.banks.visibility import visibility_of
from holdfast.app.container import Container
from holdfast.banks.recipes.recipe import Recipe, Visibility
from holdfast.banks.releases.bankfolder import BankFolder
from holdfast.banks.releases.metadata import read_made
from holdfast.banks.releases.release import Release
from holdfast.banks.updating.update import subject
from holdfast.base.progress import Listener, Progress, ignore
from holdfast.errors import BankError, BankNotFound, HoldfastError, RecipeError
from holdfast.jobs.model import Status

if TYPE_CHECKING:
    from holdfast.banks.register import Event
    from holdfast.jobs.ledger import RunRecord


@dataclass(frozen=True, slots=True)
class BankStatus:
    """How a bank stands. Times are UTC, sizes bytes."""

    bank: str
    description: str = ""
    url: str = ""
    current: str | None = None
    newest: str | None = None
    created: datetime | None = None  #: when the newest release was completed
    releases: int = 0
    size: int = 0  #: of the newest release
    formats: tuple[str, ...] = ()  #: of the newest release
    types: tuple[str, ...] = ()
    owner: str = ""
    visibility: Visibility = Visibility.PUBLIC
    unfinished: str | None = None  #: the release that is being made, or was left unfinished
    busy: bool = False  #: some process is at it now
    run: int | None = None  #: its newest run
    run_status: str | None = None
    last_update: datetime | None = None  #: when the last one ended that brought something or failed
    next_update: datetime | None = None  #: as schedules have it
    failure: str | None = None  #: why its last update failed, if it did
    problem: str | None = None  #: why it cannot be asked, or its recipe not be read


@dataclass(frozen=True, slots=True)
class Which:
    """Which banks are meant: all that every mark fits."""

    formats: tuple[str, ...] = ()  #: one of these
    types: tuple[str, ...] = ()  #: one of these
    failed: bool = False  #: the last update failed
    outdated: bool = False  #: the remote has something new, or does not answer


@dataclass(frozen=True, slots=True)
class ReleaseLine:
    """One release of a bank."""

    release: str
    remote_release: str
    created: datetime
    files: int
    size: int  #: bytes
    added: int  #: bytes that no earlier release had
    current: bool
    path: str
    verified: int = 0  #: remote files that agreed with a checksum or were whole archives
    frozen: bool = False  #: it is never removed


def banks_status(
    container: Container,
    banks: Collection[str] = (),
    which: Which | None = None,
    listener: Listener = ignore,
) -> tuple[BankStatus, ...]:
    """How `banks` (default: all) stand, those that `which` means; the remotes are asked only for
    the outdated. One that cannot be read is told with its problem.

    Raises
    ------
    BankNotFound
        There is no such bank.
    LedgerError
        The ledger cannot be read.
    """
    which = which or Which()
    for bank in banks:
        container.catalogue.folder(bank)
    facts = _Facts(container)
    found = [facts.of(bank) for bank in banks or container.catalogue.banks()]
    meant = [each for each in found if _is_meant(each, which)]
    return tuple(_outdated(container, meant, listener) if which.outdated else meant)


def bank_status(container: Container, bank: str) -> BankStatus:
    """How `bank` stands; raises as :func:`banks_status`."""
    (status,) = banks_status(container, [bank])
    return status


def list_releases(container: Container, bank: str) -> tuple[ReleaseLine, ...]:
    """The releases of `bank`, the newest first."""
    folder = container.catalogue.folder(bank)
    current, frozen = _name(folder.current()), folder.marks.frozen
    return tuple(
        ReleaseLine(
            release=release.name,
            remote_release=release.remote_release,
            created=release.created,
            files=release.files,
            size=release.size,
            added=release.added,
            current=release.name == current,
            path=str(release.folder),
            verified=release.verified,
            frozen=release.name in frozen,
        )
        for release in reversed(folder.releases())
    )


class _Facts:
    """What is asked once for all banks."""

    def __init__(self, container: Container) -> None:
        from holdfast.banks.register import Register

        self._container = container
        self._updates = Register(container.ledger).newest("update")
        self._next = _next_updates(container)

    def of(self, bank: str) -> BankStatus:
        """How one bank stands."""
        status = BankStatus(bank, next_update=self._next.get(bank))
        try:
            status = self._on_disk(status, self._container.catalogue.folder(bank))
        except (BankError, RecipeError) as error:
            status = replace(status, problem=str(error))
        return _updated(
            self._by_recipe(status), self._updates.get(bank), _newest_run(self._container, bank)
        )

    def _on_disk(self, status: BankStatus, folder: BankFolder) -> BankStatus:
        releases, makings = folder.releases(), folder.makings()
        newest = releases[-1] if releases else None
        formats, types = formats_and_types(None, read_made(newest.folder) if newest else ())
        return replace(
            status,
            current=_name(folder.current()),
            newest=_name(newest),
            created=newest.created if newest else None,
            releases=len(releases),
            size=newest.size if newest else 0,
            formats=formats,
            types=types,
            owner=folder.marks.owner,
            visibility=visibility_of(self._container, status.bank),
            unfinished=makings[-1].release if makings else None,
            busy=folder.is_busy,
        )

    def _by_recipe(self, status: BankStatus) -> BankStatus:
        try:
            recipe = self._container.catalogue.recipe(status.bank)
        except (BankNotFound, RecipeError) as error:
            return replace(status, problem=status.problem or str(error))
        return replace(
            status,
            description=recipe.description,
            url=_public(recipe),
            formats=_together(status.formats, recipe.formats),
            types=_together(status.types, recipe.types),
        )


def _updated(status: BankStatus, event: "Event | None", run: "RunRecord | None") -> BankStatus:
    """`status` with what is known of the last update."""
    last, failure = status.created, None
    if event is not None:
        last = max(last or event.when, event.when)
        failure = event.detail if event.outcome == "failed" else None
    elif run is not None and run.status in (Status.FAILED, Status.CANCELLED):
        last, failure = run.ended, f"run {run.run} {run.status.value}"
    return replace(
        status,
        run=run.run if run else None,
        run_status=run.status.value if run else None,
        last_update=last,
        failure=failure,
    )


def _is_meant(status: BankStatus, which: Which) -> bool:
    return (
        (not which.formats or bool(set(which.formats) & set(status.formats)))
        and (not which.types or bool(set(which.types) & set(status.types)))
        and (not which.failed or status.failure is not None)
    )


def _outdated(
    container: Container, found: Collection[BankStatus], listener: Listener
) -> Iterable[BankStatus]:
    """Those whose remote has something else than the newest release, or does not answer."""
    from holdfast.app.banks.updating.report import UpdateState
    from holdfast.app.banks.updating.update import preview_update

    for count, status in enumerate(found):
        listener(Progress("asking remotes", count, len(found), "banks", status.bank))
        try:
            report = preview_update(container, status.bank)
        except (HoldfastError, OSError) as error:
            yield replace(status, problem=str(error))
        else:
            if report.state is not UpdateState.UP_TO_DATE:
                yield status


def _next_updates(container: Container) -> Mapping[str, datetime]:
    """When the next update of each bank is due that a schedule updates."""
    from holdfast.app.chores import Almanac

    now = datetime.now(UTC)
    due: dict[str, datetime] = {}
    for chore in Almanac(container.settings).read().by_name.values():
        moment = chore.schedule.next_due(now) if chore.schedule.enabled else None
        if moment is not None:
            for bank in chore.banks:
                due[bank] = min(moment, due.get(bank, moment))
    return due


def _newest_run(container: Container, bank: str) -> "RunRecord | None":
    return next(iter(container.ledger.runs(subject(bank), limit=1)), None)


def _public(recipe: Recipe) -> str:
    from holdfast.banks.updating.finish import public

    return public(recipe.remote.url)


def _together(some: Iterable[str], others: Iterable[str]) -> tuple[str, ...]:
    return tuple(sorted({*some, *others}))


def _name(release: Release | None) -> str | None:
    return release.name if release is not None else None
