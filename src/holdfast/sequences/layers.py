"""
Layers: several stores, or views of them, read as one: private over public.

Each layer is asked in its turn, from the top. The first that knows a name answers, so an alias or a
collection of an upper layer hides those of the same name below it; digests mean the same in every
layer, so it does not matter which answers. A name is ambiguous only within one layer. Nothing is
copied and nothing written: take a layer away, and what it had is gone.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import chain, islice
from typing import Any, BinaryIO, NoReturn, TypeVar

import numpy as np
import numpy.typing as npt

from holdfast.base.digests import SHA512T_BYTES, Digest
from holdfast.base.progress import Listener, ignore
from holdfast.errors import (
    AliasNotFound,
    CollectionNotFound,
    SequenceNotFound,
    SnapshotNotFound,
    UsageError,
)
from holdfast.formats.fai import FaiRow
from holdfast.sequences.collections import seqcol
from holdfast.sequences.collections.collection import Collection, CollectionRecord
from holdfast.sequences.naming import search
from holdfast.sequences.naming.alias import Alias, AliasRecord
from holdfast.sequences.naming.listing import AliasColumns, NamespaceRecord
from holdfast.sequences.reading import outgoing, slices
from holdfast.sequences.storage.schema import NOW
from holdfast.sequences.store import SequenceStore
from holdfast.sequences.view import Opened, Room, View

Answer = TypeVar("Answer")
_ABSENT = (AliasNotFound, SequenceNotFound)


class Layers(View):
    """Views read as one, the uppermost first."""

    def __init__(self, views: Sequence[View]) -> None:
        if not views:
            raise UsageError("there must be at least one layer")
        self.views = tuple(views)
        self._at = self._limit = NOW  # each layer sees to its own
        self._sequences: dict[Any, Opened] = {}

    def at(self, position: str) -> "Layers":
        """The layers as of a snapshot: those that have it as of then, the others as they are.

        A time is one for all layers.

        Raises
        ------
        SnapshotNotFound
            No layer has a snapshot of this name.
        UsageError
            It is a journal position, which is something else in each layer.
        """
        if position.isdigit():
            raise UsageError(
                f"the position {position} is another one in each layer; name a snapshot or a time"
            )
        found = [_view_at(view, position) for view in self.views]
        if not any(found):
            raise SnapshotNotFound(f"no layer has the snapshot {position!r}")
        return Layers([then or now for then, now in zip(found, self.views, strict=True)])

    @property
    def room(self) -> Room:
        """There is none: see :attr:`views` for those of the layers. Raises UsageError."""
        return self._one_store()

    # Sequences

    def slices(
        self,
        names: slices.Names,
        starts: npt.ArrayLike,
        ends: npt.ArrayLike,
        *,
        table: Iterable[str | Digest] | None = None,
    ) -> slices.Slices:
        """See :meth:`View.slices`."""
        first, last = slices.checked_bounds(starts, ends)
        wanted, codes = slices.distinct(names, table, len(first))
        homes = np.array([self._home(name) for name in wanted], np.int64)[codes]
        parts = []
        for home in np.unique(homes).tolist():
            rows = np.flatnonzero(homes == home)
            view = self.views[home]
            used, own = np.unique(codes[rows], return_inverse=True)
            named = [wanted[code] for code in used.tolist()]
            parts.append((rows, view.slices(own, first[rows], last[rows], table=named)))
        return parts[0][1] if len(parts) == 1 else _interleaved(parts, len(first))

    def resolve(self, name: str | Digest) -> Digest:
        """See :meth:`View.resolve`."""
        return self._first(lambda view: view.resolve(name), _ABSENT)

    def resolve_all(self, names: Iterable[str]) -> list[Digest]:
        """See :meth:`View.resolve_all`."""
        wanted = list(names)
        try:
            return self.views[0].resolve_all(wanted)
        except _ABSENT:
            return list(map(self.resolve, wanted))

    def all_sequences(self) -> Iterator[outgoing.Known]:
        """See :meth:`View.all_sequences`: layer by layer, each sequence once."""
        for nth, view in enumerate(self.views):
            for known in view.all_sequences():
                if nth and self._home(known.digest) != nth:
                    continue
                aliases = tuple(each.alias for each in self.aliases(known.digest))
                yield outgoing.Known(known.digest, known.length, aliases)

    # Aliases

    def aliases(self, name: str | Digest, history: bool = False) -> list[AliasRecord]:
        """The aliases that `name` has in any layer and that no upper layer gives to another.

        The positions are those of the layer's own journal. With `history`: also what was, layer by
        layer, hidden or not.
        """
        digest = self.resolve(name)
        found: dict[Alias, AliasRecord] = {}
        told: list[AliasRecord] = []
        for nth, view in enumerate(self.views):
            records = _aliases(view, digest, history)
            told += records
            for record in records:
                if record.alias not in found and not self._hidden(record.alias, nth):
                    found[record.alias] = record
        return told if history else [found[alias] for alias in sorted(found)]

    def aliases_all(
        self, names: Iterable[str], namespace: str | None = None
    ) -> list[tuple[Alias, ...]]:
        """See :meth:`View.aliases_all`."""
        space = self.views[0]._space(namespace)
        listed = ([record.alias for record in self.aliases(name)] for name in names)
        return [
            tuple(alias for alias in aliases if space in (None, alias.namespace))
            for aliases in listed
        ]

    def search(
        self,
        text: str,
        *,
        prefix: bool = False,
        namespace: str | None = None,
        limit: int = search.LIMIT,
        listener: Listener = ignore,
    ) -> list[search.Found]:
        """See :meth:`View.search`: what the upper layers find comes first."""
        found: dict[Digest, search.Found] = {}
        for view in self.views:
            for each in view.search(
                text, prefix=prefix, namespace=namespace, limit=limit, listener=listener
            ):
                found.setdefault(each.digest, each)
        return list(islice(found.values(), limit))

    def namespaces(self) -> list[NamespaceRecord]:
        """The namespaces of all layers; aliases that several layers have count in each."""
        counts: dict[str, int] = {}
        for record in chain.from_iterable(view.namespaces() for view in self.views):
            counts[record.namespace] = counts.get(record.namespace, 0) + record.aliases
        return [NamespaceRecord(name, counts[name]) for name in sorted(counts)]

    def alias_blocks(
        self, namespace: str | None = None, *, history: bool = False
    ) -> Iterator[AliasColumns]:
        """See :meth:`View.alias_blocks`: layer by layer, without what an upper layer hides.

        With `history` nothing is hidden.
        """
        for nth, view in enumerate(self.views):
            for block in view.alias_blocks(namespace, history=history):
                yield block if history or not nth else self._seen(block, nth)

    # Tables, as Arrow

    def sequence_batches(self, columns: Iterable[str] | None = None) -> Any:
        """See :meth:`View.sequence_batches`: layer by layer; what several have is in each."""
        import pyarrow as pa  # noqa: PLC0415 - heavy; few ask for it

        chosen = None if columns is None else list(columns)
        readers = [view.sequence_batches(chosen) for view in self.views]
        return pa.RecordBatchReader.from_batches(readers[0].schema, chain.from_iterable(readers))

    # Collections

    def collections(self) -> list[CollectionRecord]:
        """See :meth:`View.collections`."""
        found: dict[str, CollectionRecord] = {}
        for record in chain.from_iterable(view.collections() for view in self.views):
            found.setdefault(record.name, record)
        return [found[name] for name in sorted(found)]

    def collection(self, name: str) -> Collection:
        """See :meth:`View.collection`."""
        return self._of(name).collection(name)

    def columns(self, collection: str) -> seqcol.Columns:
        """See :meth:`View.columns`."""
        return self._of(collection).columns(collection)

    def level1(self, collection: str) -> seqcol.Level1:
        """See :meth:`View.level1`."""
        return self._of(collection).level1(collection)

    def write_exact(
        self, collection: str, file: BinaryIO, index: list[FaiRow] | None = None
    ) -> int:
        """See :meth:`View.write_exact`."""
        return self._of(collection).write_exact(collection, file, index)

    def small_letters(
        self, collection: str
    ) -> Iterator[tuple[npt.NDArray[np.int64], npt.NDArray[np.int64]]]:
        """See :meth:`View.small_letters`."""
        return self._of(collection).small_letters(collection)

    def find_content(self, *_: Any) -> NoReturn:
        """Only who writes asks this, and layers are not written to. Raises UsageError."""
        self._one_store()

    def has_collection(self, *_: Any) -> NoReturn:
        """Only who writes asks this, and layers are not written to. Raises UsageError."""
        self._one_store()

    # Inside

    def _first(self, ask: Callable[[View], Answer], absent: tuple[type[Exception], ...]) -> Answer:
        """The answer of the first layer that has one; else the first layer's error."""
        missing: Exception | None = None
        for view in self.views:
            try:
                return ask(view)
            except absent as error:
                missing = missing or error
        assert missing is not None, "there is a layer, and it had no answer"
        raise missing

    def _opened(self, name: str | Digest) -> Opened:
        return self._first(lambda view: view._visible(name), _ABSENT)

    def _visible(self, name: str | Digest) -> Opened:
        return self._opened(name)

    def _level1(self, digest: str) -> seqcol.Level1:
        return self._of(digest)._level1(digest)

    def _home(self, name: str | Digest) -> int:
        """Which layer answers to `name`."""
        places = iter(range(len(self.views)))
        return self._first(lambda view: (next(places), view.resolve(name))[0], _ABSENT)

    def _of(self, collection: str) -> View:
        """The layer that has a collection of this name or digest."""
        return self._first(
            lambda view: (view, view._named_collection(collection))[0], (CollectionNotFound,)
        )

    def _hidden(self, alias: Alias, nth: int) -> bool:
        """Whether a layer above the `nth` knows `alias`."""
        names = (view._names for view in self.views[:nth])
        return any(each.numbers([str(alias)])[0] is not None for each in names)

    def _seen(self, block: AliasColumns, nth: int) -> AliasColumns:
        """The rows of `block`, of the `nth` layer, that no layer above hides."""
        texts = [f"{ns}:{text}" for ns, text in zip(block.namespaces, block.texts, strict=True)]
        above = [view._names.numbers(texts) for view in self.views[:nth]]
        rows = [place for place, found in enumerate(zip(*above, strict=True)) if not _any(found)]
        width = SHA512T_BYTES
        return AliasColumns(
            [block.namespaces[row] for row in rows],
            [block.texts[row] for row in rows],
            b"".join(block.digests[width * row : width * (row + 1)] for row in rows),
            [block.added[row] for row in rows],
            [block.retired[row] for row in rows],
        )

    def _one_store(self) -> NoReturn:
        raise UsageError(
            "this works on one store and not on layers of several; unset the setting store_layers"
        )


def _any(found: tuple[int | None, ...]) -> bool:
    return any(number is not None for number in found)


def _view_at(view: View, position: str) -> View | None:
    """The store `view` as of a snapshot, if it has it."""
    if not isinstance(view, SequenceStore):
        return None
    try:
        return view.at(position)
    except SnapshotNotFound:
        return None


def _aliases(view: View, digest: Digest, history: bool) -> list[AliasRecord]:
    """The aliases that a layer has for a sequence, which it may not have."""
    try:
        return view.aliases(digest, history=history)
    except _ABSENT:
        return []


def _interleaved(parts: Sequence[tuple[Any, slices.Slices]], count: int) -> slices.Slices:
    """Slices of several layers, each with the rows they were asked for in, as one batch."""
    lengths = np.zeros(count, np.int64)
    for rows, part in parts:
        lengths[rows] = part.lengths
    offsets = np.concatenate([np.zeros(1, np.int64), np.cumsum(lengths)])
    residues = np.empty(int(offsets[-1]), np.uint8)
    for rows, part in parts:
        shift = np.repeat(offsets[rows] - part.offsets[:-1], part.lengths)
        residues[shift + np.arange(len(part.residues))] = part.residues
    return slices.Slices(residues, offsets)
