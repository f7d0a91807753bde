"""What banks there are, how they stand, and which releases they have."""

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from holdfast.app.container import Container
from holdfast.banks.releases import Release
from holdfast.banks.update import subject
from holdfast.errors import BankError, RecipeError

if TYPE_CHECKING:  # the ledger's library is heavy, and most commands about banks do without it
    from holdfast.jobs.ledger import RunRecord


@dataclass(frozen=True, slots=True)
class BankLine:
    """One bank in the list."""

    bank: str
    description: str
    url: str
    current: str | None
    problem: str | None


@dataclass(frozen=True, slots=True)
class BankStatus:
    """How a bank stands."""

    bank: str
    current: str | None
    newest: str | None
    created: datetime | None  #: when the newest release was completed
    releases: int
    size: int  #: bytes of the newest release
    unfinished: str | None  #: the release that is being made, or was left unfinished
    busy: bool  #: some process is at it now
    run: int | None  #: its newest run
    run_status: str | None


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


def list_banks(container: Container) -> tuple[BankLine, ...]:
    """All banks; one whose recipe cannot be read is listed with its problem."""
    return tuple(_line(container, bank) for bank in container.catalogue.banks())


def bank_status(container: Container, bank: str) -> BankStatus:
    """How `bank` stands."""
    folder = container.catalogue.folder(bank)
    releases, current = folder.releases(), folder.current()
    newest = releases[-1] if releases else None
    makings = folder.makings()
    run = _newest_run(container, bank)
    return BankStatus(
        bank,
        current=_name(current),
        newest=_name(newest),
        created=newest.created if newest else None,
        releases=len(releases),
        size=newest.size if newest else 0,
        unfinished=makings[-1].release if makings else None,
        busy=folder.is_busy,
        run=run.run if run else None,
        run_status=run.status.value if run else None,
    )


def list_releases(container: Container, bank: str) -> tuple[ReleaseLine, ...]:
    """The releases of `bank`, the newest first."""
    folder = container.catalogue.folder(bank)
    current = _name(folder.current())
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
        )
        for release in reversed(folder.releases())
    )


def _line(container: Container, bank: str) -> BankLine:
    try:
        recipe = container.catalogue.recipe(bank)
        current = _name(container.catalogue.folder(bank).current())
    except (RecipeError, BankError) as error:
        return BankLine(bank, "", "", None, str(error))
    return BankLine(bank, recipe.description, recipe.remote.url, current, None)


def _newest_run(container: Container, bank: str) -> "RunRecord | None":
    return next(iter(container.ledger.runs(subject(bank), limit=1)), None)


def _name(release: Release | None) -> str | None:
    return release.name if release is not None else None
