"""The store at a glance: how much is in it, in how many bytes, under which names, what is new."""

from dataclasses import dataclass
from datetime import datetime

from holdfast.app.container import Container
from holdfast.app.sequences.journal import journal
from holdfast.app.sequences.sequence import meaning_of
from holdfast.app.sequences.shown import (
    has_store,
    shown_collections,
    shown_namespaces,
    stores_read,
)
from holdfast.sequences import CollectionRecord

SHOWN = 6  #: collections of each kind


@dataclass(frozen=True, slots=True)
class NamespaceFact:
    """A namespace and how many aliases it has."""

    namespace: str
    aliases: int
    meaning: str


@dataclass(frozen=True, slots=True)
class StoreFacts:
    """How much the stores that are read hold together. Sizes in bytes."""

    sequences: int
    residues: int
    aliases: int
    collections: int
    snapshots: int
    commits: int
    size: int  #: of the packs
    layers: int  #: stores that are read as one
    changed: datetime | None

    @property
    def bytes_a_residue(self) -> float | None:
        """How many bytes a residue takes; None when there are none."""
        return self.size / self.residues if self.residues else None


@dataclass(frozen=True, slots=True)
class Overview:
    """What the front of the store's pages shows."""

    facts: StoreFacts
    namespaces: tuple[NamespaceFact, ...]
    recent: tuple[CollectionRecord, ...]
    largest: tuple[CollectionRecord, ...]


def overview(container: Container) -> Overview | None:
    """The store at a glance; None when there is none."""
    if not has_store(container):
        return None
    collections = shown_collections(container)
    return Overview(
        facts=store_facts(container, len(collections)),
        namespaces=namespaces(container),
        recent=tuple(sorted(collections, key=lambda each: (-each.added, each.name))[:SHOWN]),
        largest=tuple(sorted(collections, key=lambda each: (-each.residues, each.name))[:SHOWN]),
    )


def namespaces(container: Container) -> tuple[NamespaceFact, ...]:
    """The namespaces that who asks may see, that with the most aliases first."""
    found = sorted(shown_namespaces(container), key=lambda each: (-each.aliases, each.namespace))
    return tuple(
        NamespaceFact(each.namespace, each.aliases, meaning_of(each.namespace)) for each in found
    )


def store_facts(container: Container, collections: int | None = None) -> StoreFacts:
    """How much is held; of collections those that who asks may see."""
    statuses = [store.status() for store in stores_read(container)]
    seen = len(shown_collections(container)) if collections is None else collections
    is_one = len(statuses) == 1 and not container.settings.store_layers
    last = journal(container, limit=1) if is_one else []
    return StoreFacts(
        sequences=sum(each.sequences for each in statuses),
        residues=sum(each.residues for each in statuses),
        aliases=sum(each.aliases for each in shown_namespaces(container)),
        collections=seen,
        snapshots=sum(each.snapshots for each in statuses),
        commits=sum(each.position for each in statuses),
        size=sum(each.pack_bytes for each in statuses),
        layers=len(statuses),
        changed=last[0].time if last else None,
    )
