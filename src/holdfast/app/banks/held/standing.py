"""
How banks stand, found quickly for all of them, or for one.

What is held is taken from the index, what happened from the register, each with one question for
all banks; recipes are read again only when their files change. Of the disk only the few small
things are looked at that nobody notes: whether a bank is busy, what is current, what is unfinished.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from enum import Enum
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from holdfast.app.container import Container
from holdfast.banks.catalogue import PROPERTIES
from holdfast.banks.recipes.recipe import Recipe, Visibility, read_recipe
from holdfast.banks.releases.bankfolder import CURRENT, BankFolder
from holdfast.banks.updating.update import subject
from holdfast.base.progress import Progress
from holdfast.errors import BankError, HoldfastError, RecipeError, UsageError
from holdfast.jobs.model import Status

if TYPE_CHECKING:
    from holdfast.app.jobs.runs import RunSummary
    from holdfast.banks.register import Event, Holding, Register

RECIPES_KEPT = 5000


class BankState(Enum):
    """How a bank stands, in the words of the page."""

    UPDATING = "updating"  #: some process is at it
    WAITING = "waiting"  #: somebody asked for an update, which begins when there is room
    FAILED = "failed"  #: its last update failed
    BROKEN = "recipe broken"  #: its recipe cannot be used
    INTERRUPTED = "interrupted"  #: an update was left unfinished; the next one goes on
    NEVER = "never updated"
    UP_TO_DATE = "up to date"  #: as far as its last update knew


@dataclass(frozen=True, slots=True)
class Bar:
    """How far an update is that goes on now."""

    run: int
    done: int  #: steps that are over
    steps: int
    progress: Progress | None = None  #: of what is at work


@dataclass(frozen=True, slots=True)
class BankLine:
    """One bank in a list. Times are UTC, sizes bytes."""

    bank: str
    state: BankState
    description: str = ""
    current: str | None = None
    newest: str | None = None
    releases: int = 0
    size: int = 0  #: of the current release, or else of the newest
    files: int = 0  #: of the same
    formats: tuple[str, ...] = ()
    types: tuple[str, ...] = ()
    tags: tuple[str, ...] = ()
    last_update: datetime | None = None
    next_update: datetime | None = None
    owner: str = ""
    visibility: Visibility = Visibility.PUBLIC
    sentence: str = (
        ""  #: why it failed, or what is wrong with its recipe: for those who can mend it
    )
    errand: str | None = None  #: what was asked for, as long as that waits or is done
    bar: Bar | None = None

    @property
    def is_going_on(self) -> bool:
        """Whether this will be another soon, by itself."""
        return self.state in (BankState.UPDATING, BankState.WAITING)


@dataclass(slots=True)
class Facts:
    """What is asked once for all banks, or for one."""

    container: Container
    only: str | None = None
    holdings: dict[str, "list[Holding]"] = field(init=False)
    updates: "Mapping[str, Event]" = field(init=False)
    next: Mapping[str, datetime] = field(init=False)
    runs: "Mapping[str, RunSummary]" = field(init=False)
    waiting: Mapping[str, tuple[str, str]] = field(init=False)

    def __post_init__(self) -> None:
        from holdfast.banks.register import Index, Register

        ledger = self.container.ledger
        self.holdings = {}
        for each in Index(ledger).holdings(self.only):
            self.holdings.setdefault(each.holding.bank, []).append(each.holding)
        self.updates = _newest_updates(Register(ledger), self.only)
        self.next = next_updates(self.container)
        self.runs = _running(self.container)
        self.waiting = _asked_for(self.container)

    def of(self, bank: str) -> tuple[BankLine, bool]:
        """One bank, and whether whoever asks may see it."""
        recipe, problem = self._recipe(bank)
        try:
            line = self._on_disk(bank, recipe)
        except (BankError, UsageError, OSError) as error:
            line = BankLine(bank, BankState.BROKEN, visibility=Visibility.PRIVATE)
            problem = problem or str(error)
        held = self.holdings.get(bank, [])
        described = recipe.description if recipe is not None else ""
        return replace(
            line,
            description=described or next((each.description for each in held), ""),
            next_update=self.next.get(bank),
            formats=all_of([recipe.formats if recipe else (), *(h.formats for h in held[:1])]),
            types=all_of([recipe.types if recipe else (), *(h.types for h in held[:1])]),
            tags=tuple(sorted(f"{name}:{each}" for name, each in held[0].tags.items()))
            if held
            else (),
            **self._standing(bank, line, problem),
        ), self._is_seen(line)

    def _recipe(self, bank: str) -> tuple[Recipe | None, str]:
        catalogue = self.container.catalogue
        if not catalogue.has(bank):
            return None, ""
        try:
            return recipe_now(self.container, bank), ""
        except RecipeError as error:
            return None, f"{error.key}: {error.problem}" if error.key else error.problem
        except (HoldfastError, OSError) as error:
            return None, str(error)

    def _folder(self, bank: str, recipe: Recipe | None) -> BankFolder:
        if recipe is None:
            return self.container.catalogue.folder(bank)
        place = recipe.place
        where = place.folder_of(bank, self.container.settings.banks)
        return BankFolder(where, bank, place.separator)

    def _on_disk(self, bank: str, recipe: Recipe | None) -> BankLine:
        folder = self._folder(bank, recipe)
        marks = folder.marks
        releases = [each for each in self.holdings.get(bank, []) if each.release]
        current = _current(folder, releases)
        shown = current or (releases[0] if releases else None)
        says = recipe.visibility if recipe is not None else self._unsaid(bank)
        return BankLine(
            bank,
            _resting(folder, releases),
            current=current.release if current else None,
            newest=releases[0].release if releases else None,
            releases=len(releases),
            size=shown.size if shown else 0,
            files=shown.files if shown else 0,
            last_update=releases[0].created if releases else None,
            owner=marks.owner,
            visibility=marks.visibility or says,
        )

    def _unsaid(self, bank: str) -> Visibility:
        """A recipe that cannot be read may have said that the bank is private."""
        has = self.container.catalogue.has(bank)
        return Visibility.PRIVATE if has else Visibility.PUBLIC

    def _is_seen(self, line: BankLine) -> bool:
        person = self.container.person
        if person is None or line.visibility is Visibility.PUBLIC:
            return True
        return person.owns(line.owner)

    def _standing(self, bank: str, line: BankLine, problem: str) -> dict[str, Any]:
        """What goes on with a bank, or how its last update ended."""
        event, run = self.updates.get(bank), self.runs.get(subject(bank))
        errand, errand_state = self.waiting.get(bank, (None, ""))
        mends = self.container.person is None or self.container.person.owns(line.owner)
        facts: dict[str, Any] = {"errand": errand, "sentence": problem if mends else ""}
        if event is not None:
            facts["last_update"] = max(line.last_update or event.when, event.when)
        if run is not None and not run.unfinished:
            facts |= {"state": BankState.UPDATING, "bar": _bar(self.container, run)}
        elif line.state is BankState.UPDATING or errand_state == "working":
            facts["state"] = BankState.UPDATING
        elif errand is not None:
            facts["state"] = BankState.WAITING
        elif problem:
            facts["state"] = BankState.BROKEN
        elif event is not None and event.outcome == "failed":
            facts |= {"state": BankState.FAILED, "sentence": event.detail if mends else ""}
        return facts


def _resting(folder: BankFolder, releases: Sequence[object]) -> BankState:
    if folder.is_busy:
        return BankState.UPDATING
    if folder.unfinished():
        return BankState.INTERRUPTED
    return BankState.UP_TO_DATE if releases else BankState.NEVER


def _current(folder: BankFolder, releases: "Iterable[Holding]") -> "Holding | None":
    """The published release, as the link says and the index knows it."""
    try:
        target = (folder.folder / CURRENT).readlink().name
    except OSError:
        return None
    return next((each for each in releases if Path(each.folder).name == target), None)


def _bar(container: Container, run: "RunSummary") -> Bar:
    over = sum(count for status, count in run.jobs.items() if status.is_final)
    outcomes, newest = container.ledger.outcomes(run.run), container.ledger.newest_progress(run.run)
    at_work = (newest.get(job) for job, each in outcomes.items() if each.status is Status.RUNNING)
    progress = next((each for each in at_work if each is not None), None)
    return Bar(run.run, over, sum(run.jobs.values()), progress)


def _newest_updates(register: "Register", only: str | None) -> "Mapping[str, Event]":
    if only is None:
        return register.newest("update")
    return {each.bank: each for each in register.events(only, 1, "update")}


def _running(container: Container) -> "Mapping[str, RunSummary]":
    from holdfast.app.jobs.runs import RunState, Sought, list_runs

    going_on = (RunState.RUNNING, RunState.CANCELLING)
    return {run.subject: run for run in list_runs(container, Sought(states=going_on), 1000)}


def _asked_for(container: Container) -> Mapping[str, tuple[str, str]]:
    """The errand that is to update each bank, and its state, as long as it has not ended."""
    from holdfast.app.errands import State, errands

    unended = (State.WAITING, State.WORKING)
    found: dict[str, tuple[str, str]] = {}
    for each in errands(container, states=unended, limit=1000):
        if each.noun == "bank":
            found[each.about] = (each.id, each.state.value)
    return found


def next_updates(container: Container) -> Mapping[str, datetime]:
    """When the next update of each bank is due that a schedule updates."""
    now = datetime.now(UTC)
    due: dict[str, datetime] = {}
    for chore in container.almanac.read().by_name.values():
        moment = chore.schedule.next_due(now) if chore.schedule.enabled else None
        if moment is not None:
            for bank in chore.banks:
                due[bank] = min(moment, due.get(bank, moment))
    return due


def all_of(words: Iterable[Sequence[str]]) -> tuple[str, ...]:
    """All words of several rows of them, each once, sorted."""
    return tuple(sorted({word for some in words for word in some}))


# -- recipes, as long as their files stay as they are ----------------------------------------------


def recipe_now(container: Container, bank: str) -> Recipe:
    """The recipe of `bank`, as `catalogue.recipe`; it is read anew only when its file changed.

    Raises
    ------
    BankNotFound, RecipeError
        There is none, or it cannot be read.
    """
    file = container.catalogue.recipe_file(bank)
    if file.suffix == PROPERTIES:  # what it means may also be changed by other files
        return container.catalogue.recipe(bank)
    try:
        found = file.stat()
    except OSError:
        return container.catalogue.recipe(bank)  # which says what is wrong
    recipe = _read(file, found.st_mtime_ns, found.st_size, found.st_ino)
    if isinstance(recipe, RecipeError):
        raise recipe
    return recipe if recipe.name == bank else container.catalogue.recipe(bank)


@lru_cache(maxsize=RECIPES_KEPT)
def _read(file: Path, _modified: int, _size: int, _inode: int) -> Recipe | RecipeError:
    try:
        return read_recipe(file)
    except RecipeError as error:
        return error
