"""
Wishes: what errands are asked to do, each a value that travels as JSON.

A wish knows its kind, what it is about, and its title in a person's words; what does it is
:mod:`holdfast.app.errands.carrying`.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, ClassVar

from pydantic import TypeAdapter, ValidationError

from holdfast.app.plots.compare import Comparison
from holdfast.app.plots.importing import Importing
from holdfast.base.wording import counted
from holdfast.errors import UsageError


@dataclass(frozen=True, slots=True)
class UpdateBank:
    """Bring a bank up to what its remote has; the words are those of ``bank update``."""

    kind: ClassVar[str] = "update"
    bank: str
    from_scratch: bool = False
    publish: bool = False
    stop_before: str = ""
    stop_after: str = ""
    from_task: str = ""
    process: str = ""
    release: str = ""

    @property
    def subject(self) -> str:
        """What it is about."""
        return f"bank:{self.bank}"

    @property
    def title(self) -> str:
        """What a person calls it."""
        return f"Update {self.bank}"


@dataclass(frozen=True, slots=True)
class PublishRelease:
    """Make a release the current one; None is the newest."""

    kind: ClassVar[str] = "publish"
    bank: str
    release: str | None = None

    @property
    def subject(self) -> str:
        """What it is about."""
        return f"bank:{self.bank}"

    @property
    def title(self) -> str:
        """What a person calls it."""
        return f"Publish {self.release or 'the newest release'} of {self.bank}"


@dataclass(frozen=True, slots=True)
class RemoveReleases:
    """Remove releases of a bank."""

    kind: ClassVar[str] = "remove"
    bank: str
    releases: tuple[str, ...]

    @property
    def subject(self) -> str:
        """What it is about."""
        return f"bank:{self.bank}"

    @property
    def title(self) -> str:
        """What a person calls it."""
        return f"Remove {', '.join(self.releases)} of {self.bank}"


@dataclass(frozen=True, slots=True)
class RemoveBank:
    """Remove all releases of a bank, and its recipe with them if that is said."""

    kind: ClassVar[str] = "remove-bank"
    bank: str
    force: bool = False  #: frozen releases too
    with_recipe: bool = False

    @property
    def subject(self) -> str:
        """What it is about."""
        return f"bank:{self.bank}"

    @property
    def title(self) -> str:
        """What a person calls it."""
        return f"Remove {self.bank if self.with_recipe else f'all releases of {self.bank}'}"


@dataclass(frozen=True, slots=True)
class MoveBank:
    """Have a bank in another folder of this machine, most often on another disk."""

    kind: ClassVar[str] = "move"
    bank: str
    folder: Path

    @property
    def subject(self) -> str:
        """What it is about."""
        return f"bank:{self.bank}"

    @property
    def title(self) -> str:
        """What a person calls it."""
        return f"Move {self.bank} to {self.folder}"


@dataclass(frozen=True, slots=True)
class UpdateBanks:
    """Update several banks, each after those it is made from; one that fails stops no other."""

    kind: ClassVar[str] = "update-banks"
    banks: tuple[str, ...]

    @property
    def subject(self) -> str:
        """What it is about."""
        return f"banks:{len(self.banks)}"

    @property
    def title(self) -> str:
        """What a person calls it."""
        return f"Update {counted(len(self.banks), 'bank')}"


@dataclass(frozen=True, slots=True)
class CheckRemotes:
    """Ask the remotes of several banks what they have; nothing is fetched."""

    kind: ClassVar[str] = "check-remotes"
    banks: tuple[str, ...]

    @property
    def subject(self) -> str:
        """What it is about."""
        return f"banks:{len(self.banks)}"

    @property
    def title(self) -> str:
        """What a person calls it."""
        return f"Ask {counted(len(self.banks), 'remote')} what is new"


@dataclass(frozen=True, slots=True)
class Compare:
    """Align two genomes, or one with itself, and draw them. The comparison names its plot."""

    kind: ClassVar[str] = "compare"
    comparison: Comparison
    called: str = ""  #: what a person calls it; empty: made of what is compared

    @property
    def subject(self) -> str:
        """What it is about."""
        return f"plot:{self.comparison.name or ''}"

    @property
    def title(self) -> str:
        """What a person calls it."""
        if self.called:
            return self.called
        target, query = self.comparison.target, self.comparison.query
        return f"Compare {query} with {target}" if query else f"Compare {target} with itself"


@dataclass(frozen=True, slots=True)
class ImportAlignment:
    """Draw an alignment that was made elsewhere, or a saved plot. It names its plot."""

    kind: ClassVar[str] = "import"
    importing: Importing
    called: str = ""  #: as for a comparison

    @property
    def subject(self) -> str:
        """What it is about."""
        return f"plot:{self.importing.name or ''}"

    @property
    def title(self) -> str:
        """What a person calls it."""
        return self.called or f"Draw {self.importing.alignment}"


@dataclass(frozen=True, slots=True)
class BatchCompare:
    """Make the plots that a batch file asks for."""

    kind: ClassVar[str] = "batch"
    file: Path
    plots: tuple[str, ...]  #: the names of the plots it asks for
    called: str = ""

    @property
    def subject(self) -> str:
        """What it is about."""
        return f"plots:{len(self.plots)}"

    @property
    def title(self) -> str:
        """What a person calls it."""
        count = len(self.plots)
        return self.called or f"Make {count} plot{'' if count == 1 else 's'}"


@dataclass(frozen=True, slots=True)
class LoadSequences:
    """Load files of sequences into the store."""

    kind: ClassVar[str] = "load"
    files: tuple[str, ...]
    namespace: str
    collection: str | None = None
    definitions: str = "bars"
    reassign: bool = False
    called: str = ""
    release: str = ""  #: ``bank:release`` that the files are of; empty: they are URLs or paths

    @property
    def subject(self) -> str:
        """What it is about."""
        return f"store:{self.collection or self.namespace}"

    @property
    def title(self) -> str:
        """What a person calls it."""
        return self.called or f"Load {', '.join(self.files)}"


@dataclass(frozen=True, slots=True)
class RetryRun:
    """Do again what is not done of a run, or only some jobs of it and what waited for them."""

    kind: ClassVar[str] = "retry"
    run: int
    about: str  #: the run's subject
    jobs: tuple[str, ...] = ()

    @property
    def subject(self) -> str:
        """What it is about."""
        return self.about

    @property
    def title(self) -> str:
        """What a person calls it."""
        what = f"{', '.join(self.jobs)} of run {self.run}" if self.jobs else f"run {self.run}"
        return f"Do {what} again"


@dataclass(frozen=True, slots=True)
class RunSchedule:
    """Do now what a schedule does."""

    kind: ClassVar[str] = "schedule"
    name: str

    @property
    def subject(self) -> str:
        """What it is about."""
        return f"schedule:{self.name}"

    @property
    def title(self) -> str:
        """What a person calls it."""
        return f"Do {self.name} now"


Wish = (
    UpdateBank
    | PublishRelease
    | RemoveReleases
    | RemoveBank
    | MoveBank
    | UpdateBanks
    | CheckRemotes
    | Compare
    | ImportAlignment
    | BatchCompare
    | LoadSequences
    | RetryRun
    | RunSchedule
)
KINDS: Mapping[str, type[Wish]] = {
    kind.kind: kind
    for kind in (
        UpdateBank,
        PublishRelease,
        RemoveReleases,
        RemoveBank,
        MoveBank,
        UpdateBanks,
        CheckRemotes,
        Compare,
        ImportAlignment,
        BatchCompare,
        LoadSequences,
        RetryRun,
        RunSchedule,
    )
}


def written(wish: Wish) -> str:
    """A wish as JSON."""
    return _adapter(wish.kind).dump_json(wish).decode()


def read(kind: str, words: str) -> Wish:
    """The wish that :func:`written` wrote.

    Raises
    ------
    UsageError
        Another Holdfast wrote it, which knows other wishes.
    """
    try:
        wish: Wish = _adapter(kind).validate_json(words)
    except (KeyError, ValidationError) as error:
        raise UsageError(
            f"an errand of the kind {kind!r} was asked for with another version of Holdfast and is "
            "not understood; ask for it again"
        ) from error
    return wish


@cache
def _adapter(kind: str) -> TypeAdapter[Any]:
    return TypeAdapter(KINDS[kind])
