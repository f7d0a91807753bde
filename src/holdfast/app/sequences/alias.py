"""Give names to sequences, move, end, load, find and list them."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import BinaryIO

from holdfast.app.container import Container
from holdfast.app.sequences.get import view_at
from holdfast.app.sequences.inputs import opened
from holdfast.base.progress import Listener, ignore
from holdfast.sequences import Alias
from holdfast.sequences.naming.listing import NamespaceRecord, write_table
from holdfast.sequences.naming.namespaces import KNOWN, infer, is_versioned
from holdfast.sequences.naming.search import Found
from holdfast.sequences.writing.aliases import AliasReport, alarms


@dataclass(frozen=True, slots=True)
class Added:
    """An alias that is there now; `alarms` when it is a versioned accession that was moved."""

    alias: str
    digest: str
    moved: bool
    alarms: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Inference:
    """The namespaces that a name's form tells, and whether it has a version."""

    name: str
    namespaces: tuple[str, ...]
    versioned: bool


@dataclass(frozen=True, slots=True)
class NamespaceUse:
    """A namespace, how many aliases it has in the store, and what we know of it."""

    namespace: str
    aliases: int
    meaning: str
    synonyms: tuple[str, ...]


def add_alias(container: Container, new: str, name: str, *, reassign: bool = False) -> Added:
    """Give the sequence `name` the alias `new`, in a commit of its own.

    Raises
    ------
    UsageError
        `new` cannot be an alias.
    AliasConflict
        It belongs to another sequence, and `reassign` was not said.
    """
    alias, store = Alias.parse(new), container.store
    with store.write() as batch:
        digest = store.resolve(name)
        batch.alias(alias, digest, reassign)
        moved = batch.moved()
        batch.commit(f"alias {alias}")
    return Added(str(alias), str(digest), bool(moved), alarms(moved))


def retire_aliases(container: Container, olds: Sequence[str]) -> list[Alias]:
    """End aliases, in one commit: all of them or none. Their history stays.

    Raises
    ------
    UsageError
        One cannot be an alias.
    AliasNotFound
        No sequence has one of them.
    """
    aliases = list(dict.fromkeys(map(Alias.parse, olds)))
    with container.store.write() as batch:
        for alias in aliases:
            batch.retire(alias)
        batch.commit("retire " + ", ".join(map(str, aliases)))
    return aliases


def load_aliases(
    container: Container, file: str, *, reassign: bool = False, listener: Listener = ignore
) -> AliasReport:
    """Load the table of aliases `file` (a path, a URL, or ``-``): all of it or nothing."""
    store = container.store
    with opened(container, file, listener) as given:
        return store.load_aliases(given.file, reassign=reassign, listener=listener)


def search_aliases(
    container: Container,
    text: str,
    *,
    prefix: bool,
    namespace: str | None,
    limit: int,
    at: str | None,
    listener: Listener = ignore,
) -> list[Found]:
    """The sequences that `text` finds, now or as of a position."""
    view = view_at(container, at)
    return view.search(text, prefix=prefix, namespace=namespace, limit=limit, listener=listener)


def infer_namespaces(names: Sequence[str]) -> list[Inference]:
    """What the forms of names tell of their namespaces. Asks no store."""
    return [Inference(name, infer(name), is_versioned(name)) for name in names]


def namespaces_in_use(container: Container, at: str | None) -> list[NamespaceUse]:
    """The namespaces of the store, and how many aliases each has."""
    return list(map(_use, view_at(container, at).namespaces()))


def export_aliases(
    container: Container,
    file: BinaryIO,
    *,
    namespace: str | None = None,
    history: bool = False,
    at: str | None = None,
) -> int:
    """Write all aliases, or those of one namespace, as a table; how many they are."""
    listed = view_at(container, at).alias_blocks(namespace, history=history)
    return write_table(file, listed, history=history)


def _use(record: NamespaceRecord) -> NamespaceUse:
    known = next((each for each in KNOWN if each.name == record.namespace), None)
    meaning, synonyms = (known.meaning, known.synonyms) if known else ("", ())
    return NamespaceUse(record.namespace, record.aliases, meaning, synonyms)
