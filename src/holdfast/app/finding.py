"""
Finding: everything that is held, by what a person types in one field.

A text is a name of a sequence, a digest of any kind, words of a bank, a file, a collection, a plot
or a run, or the number of one; each kind of thing is asked in its own way, and of each only what
whoever asks may see. What is found says what it is and how it is called; where that is shown is the
page's affair.
"""

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import Enum
from itertools import islice

from holdfast.app.banks.held.search import Hit, Query, search
from holdfast.app.banks.held.survey import Asked, survey
from holdfast.app.container import Container
from holdfast.app.jobs.paging import RunsWanted, page_of_runs
from holdfast.app.jobs.rights import may_see_run
from holdfast.app.jobs.runs import RunSummary, summary_of
from holdfast.app.plots.shown import shown_plots
from holdfast.app.sequences.finding import Findings, collections_like
from holdfast.app.sequences.finding import find as find_sequences
from holdfast.app.sequences.shown import has_store
from holdfast.base.wording import counted
from holdfast.errors import JobError, StoreError

LONGEST = 1000  #: characters of a text that is sought
FILES = 50  #: of one release


class Kind(Enum):
    """What a thing is that was found."""

    BANK = "bank"
    RELEASE = "release"
    FILE = "file"
    SEQUENCE = "sequence"
    COLLECTION = "collection"
    PLOT = "plot"
    RUN = "run"


@dataclass(frozen=True, slots=True)
class Thing:
    """Something that was found. `names` lead to it: of a file, its bank, its release, its path."""

    kind: Kind
    names: tuple[str, ...]
    title: str
    more: str = ""  #: what else a person wants to know


@dataclass(frozen=True, slots=True)
class Group:
    """What was found of one kind, from `start` on."""

    kind: Kind
    things: tuple[Thing, ...]
    start: int
    is_more: bool


@dataclass(frozen=True, slots=True)
class Searched:
    """All that was found, by kind; kinds of which nothing was found are not there."""

    text: str
    groups: tuple[Group, ...]

    @property
    def only(self) -> Thing | None:
        """The one thing that was found, if it is one."""
        things = [thing for group in self.groups for thing in group.things]
        return things[0] if len(things) == 1 and not self.groups[0].is_more else None


#: Finds things of one kind: the container, the text, how many at most.
Finder = Callable[[Container, str, int], Iterator[Thing]]


def find(
    container: Container,
    text: str,
    kinds: Collection[Kind] = tuple(Kind),
    start: int = 0,
    limit: int = 6,
) -> Searched:
    """What `text` finds: of each of `kinds` at most `limit` things, those from `start` on.

    Raises
    ------
    LedgerError
        The ledger cannot be read.
    """
    text = text.strip()[:LONGEST]
    if not text or not text.isprintable():
        return Searched(text, ())
    groups = (
        _group(kind, _FINDERS[kind](container, text, start + limit + 1), start, limit)
        for kind in Kind
        if kind in kinds
    )
    return Searched(text, tuple(group for group in groups if group.things or group.start))


def _group(kind: Kind, found: Iterator[Thing], start: int, limit: int) -> Group:
    things = tuple(islice(found, start, start + limit + 1))
    return Group(kind, things[:limit], start, len(things) > limit)


# -- each kind -------------------------------------------------------------------------------------


def _banks(container: Container, text: str, _: int) -> Iterator[Thing]:
    lines = survey(container, Asked(tuple(text.split()))).lines
    for line in sorted(lines, key=lambda line: _likeness(line.bank, text)):
        more = line.description or counted(line.releases, "release")
        yield Thing(Kind.BANK, (line.bank,), line.bank, more)


def _likeness(name: str, text: str) -> tuple[int, str]:
    """What is sorted by: what is called so, what begins so, what has it inside, all others."""
    called, sought = name.casefold(), text.casefold()
    marks = (called != sought, not called.startswith(sought), sought not in called)
    return sum(marks), called


def _releases(container: Container, text: str, _: int) -> Iterator[Thing]:
    for hit in _held(container, text):
        if hit.release is not None and not hit.files and _is_named(hit, text):
            more = "published" if hit.published else ""
            title = f"{hit.bank} {hit.release}"
            yield Thing(Kind.RELEASE, (hit.bank, hit.release), title, more)


def _is_named(hit: Hit, text: str) -> bool:
    """Whether some word is of the release itself: else each release of a bank is found with it."""
    release = (hit.release or "").casefold()
    return any(word in release for word in text.casefold().split())


def _files(container: Container, text: str, _: int) -> Iterator[Thing]:
    for hit in _held(container, text):
        if hit.release is not None:
            for file in hit.files:
                names = (hit.bank, hit.release, file)
                yield Thing(Kind.FILE, names, file.rpartition("/")[2], f"{hit.bank} {hit.release}")


def _held(container: Container, text: str) -> Iterator[Hit]:
    seen = frozenset(line.bank for line in survey(container).lines)
    for hit in search(container, Query(words=tuple(text.split()), limit=FILES)):
        if hit.bank in seen:
            yield hit


def _sequences(container: Container, text: str, most: int) -> Iterator[Thing]:
    found = _in_store(container, text, most)
    if found.exact is not None:
        # Who names one sequence means it, and not those whose names begin with the same letters.
        yield _sequence(found.exact.digest, found.exact.aliases, found.exact.length)
        return
    for choice in found.choices:
        more = f"{counted(choice.length, 'residue')}"
        yield Thing(Kind.SEQUENCE, (choice.name,), choice.name, more)
    chosen = {choice.digest for choice in found.choices}
    for each in found.sequences:
        if each.digest not in chosen:
            yield _sequence(each.digest, each.aliases, each.length, each.description)


def _sequence(digest: str, aliases: Sequence[str], length: int, words: str = "") -> Thing:
    title = aliases[0] if aliases else digest
    more = ", ".join(filter(None, (counted(length, "residue"), words)))
    return Thing(Kind.SEQUENCE, (digest,), title, more)


def _in_store(container: Container, text: str, most: int) -> Findings:
    try:
        return find_sequences(container, text, most)
    except StoreError:
        return Findings(text)  # the store's own page says what is wrong with it


def _collections(container: Container, text: str, _: int) -> Iterator[Thing]:
    if not has_store(container):
        return
    for record in collections_like(container, text):
        more = counted(record.sequences, "sequence")
        yield Thing(Kind.COLLECTION, (record.digest,), record.name, more)


def _plots(container: Container, text: str, _: int) -> Iterator[Thing]:
    for each in shown_plots(container, text.split()):
        title = each.plot.title or each.plot.name
        more = counted(each.plot.matches, "match", "matches")
        yield Thing(Kind.PLOT, (each.plot.name,), title, more)


def _runs(container: Container, text: str, most: int) -> Iterator[Thing]:
    number = _run_of(container, text)
    if number is not None:
        yield _run(number)
    for run in page_of_runs(container, RunsWanted(words=tuple(text.split())), limit=most).runs:
        if number is None or run.run != number.run:
            yield _run(run)


def _run_of(container: Container, text: str) -> RunSummary | None:
    """The run whose number `text` is."""
    if not (text.isascii() and text.isdigit() and len(text) < 18):
        return None
    try:
        found = summary_of(container, int(text))
    except JobError:
        return None
    return found if may_see_run(container, found.subject) else None


def _run(run: RunSummary) -> Thing:
    return Thing(Kind.RUN, (str(run.run),), f"Run {run.run}: {run.title}", run.state.value)


_FINDERS: Mapping[Kind, Finder] = {
    Kind.BANK: _banks,
    Kind.RELEASE: _releases,
    Kind.FILE: _files,
    Kind.SEQUENCE: _sequences,
    Kind.COLLECTION: _collections,
    Kind.PLOT: _plots,
    Kind.RUN: _runs,
}
