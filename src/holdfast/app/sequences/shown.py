"""
What of the store a person may see on the web.

Administrators, and whoever uses the command line, see all of it. To others the private namespaces
do not exist (:mod:`holdfast.sequences.public`), nor do those that are called by a bank they may not
see (``bank``, ``bank.file``), nor that bank's collections: such a collection is found neither by
name nor by digest. A sequence is found by its digest whatever it is called: who knows the digest
knows the sequence.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from threading import Lock
from weakref import WeakKeyDictionary

from holdfast.app.banks.visibility import may_see
from holdfast.app.container import Container
from holdfast.errors import BankNotFound, CollectionNotFound, UsageError
from holdfast.sequences import CollectionRecord, Origin, SequenceStore, View
from holdfast.sequences.layers import Layers
from holdfast.sequences.naming.listing import NamespaceRecord
from holdfast.sequences.naming.namespaces import canonical
from holdfast.sequences.public import PublicLayers, PublicView, public_view

KEPT = 64  #: views of strangers with one set of private namespaces each


@dataclass
class _Kept:
    """What one home's questions have in common, by the namespaces that are private for who asks.

    Namespaces are counted once a commit.
    """

    public: dict[frozenset[str], PublicView | PublicLayers] = field(default_factory=dict)
    namespaces: dict[frozenset[str], tuple[int, list[NamespaceRecord]]] = field(
        default_factory=dict
    )
    lock: Lock = field(default_factory=Lock)
    words: Lock = field(default_factory=Lock)


_kept: "WeakKeyDictionary[Container, _Kept]" = WeakKeyDictionary()
#: What is private for who asks, for as long as they ask: a container is made for each request.
_private: "WeakKeyDictionary[Container, frozenset[str]]" = WeakKeyDictionary()


def has_store(container: Container) -> bool:
    """Whether there is anything to look at."""
    settings = container.settings
    return bool(settings.store_layers) or (settings.store / "store.toml").exists()


def has_journal(container: Container) -> bool:
    """Whether this home has a store of its own, with a journal and snapshots."""
    return (container.settings.store / "store.toml").exists()


def sees_all(container: Container) -> bool:
    """Whether who asks may see what is private."""
    return container.person is None or container.person.is_administrator


def private_namespaces(container: Container) -> frozenset[str]:
    """The namespaces that do not exist for who asks."""
    if sees_all(container):
        return frozenset()
    known = _private.get(container)
    if known is None:
        own = frozenset(map(canonical, container.settings.private_namespaces))
        known = _private[container] = own.union(_of_hidden_banks(container))
    return known


def _of_hidden_banks(container: Container) -> Iterator[str]:
    """The namespaces that are called by a bank that who asks may not see."""
    banks = _Banks(container)
    here = set(container.catalogue.banks())
    for store in stores_read(container):
        for (namespace,) in store.room.index.ask("SELECT name FROM namespaces"):
            bank = next((each for each in _prefixes(namespace) if each in here), "")
            if not banks.may_see(bank):
                yield namespace


def _prefixes(namespace: str) -> Iterator[str]:
    """A namespace, and all of it before each of its dots, the longest first."""
    while namespace:
        yield namespace
        namespace = namespace.rpartition(".")[0]


def shown(container: Container) -> View:
    """The store, as who asks may see it.

    Raises
    ------
    StoreError
        There is none yet.
    """
    whole = container.reading
    if sees_all(container):
        return whole
    kept, private = _kept_of(container), private_namespaces(container)
    with kept.lock:
        if private not in kept.public:
            if len(kept.public) >= KEPT:
                kept.public.clear()
            kept.public[private] = public_view(whole, private)
        return kept.public[private]


def shown_namespaces(container: Container) -> list[NamespaceRecord]:
    """The namespaces that who asks may see, and how many aliases each has."""
    view, kept, private = shown(container), _kept_of(container), private_namespaces(container)
    position = position_of(container)
    known = kept.namespaces.get(private)
    if known is None or known[0] != position:
        if len(kept.namespaces) >= KEPT:
            kept.namespaces.clear()
        known = kept.namespaces[private] = position, view.namespaces()
    return known[1]


def position_of(container: Container) -> int:
    """A number that grows with each commit to what is read."""
    whole = container.reading
    views = whole.views if isinstance(whole, Layers) else (whole,)
    return sum(view.room.index.position().number for view in views)


def stores_read(container: Container) -> tuple[SequenceStore, ...]:
    """The stores that are read, the uppermost first."""
    whole = container.reading
    views = whole.views if isinstance(whole, Layers) else (whole,)
    return tuple(view for view in views if isinstance(view, SequenceStore))


def shown_collections(container: Container) -> list[CollectionRecord]:
    """The collections that who asks may see, by name."""
    found = shown(container).collections()
    if sees_all(container):
        return found
    banks = _Banks(container)
    return [
        replace(record, origin=origin_shown(container, record.origin))
        for record in found
        if banks.shows(record)
    ]


def origin_shown(container: Container, origin: Origin) -> Origin:
    """Where something came from, without a path of this machine, which is an administrator's."""
    is_path = (origin.url or "").startswith("file:") or origin.file.startswith("/")
    if sees_all(container) or not is_path:
        return origin
    file = origin.file if origin.release else origin.file.rpartition("/")[2]
    return replace(origin, url=None, file=file)


def is_all_shown(container: Container) -> bool:
    """Whether nothing of the store is kept from who asks.

    Where something is, they are told no descriptions of records either: a description does not say
    whose it is.
    """
    if sees_all(container):
        return True
    known = shown(container).collections()
    return not private_namespaces(container) and len(known) == len(shown_collections(container))


def shown_collection(container: Container, name: str) -> CollectionRecord:
    """The collection of this name or digest, if who asks may see it.

    Raises
    ------
    CollectionNotFound
        There is none, or it is another's.
    """
    named = [
        record for record in shown_collections(container) if name in (record.name, record.digest)
    ]
    if not named:
        raise CollectionNotFound(f"the store has no collection {name!r}")
    return max(named, key=lambda record: (record.name == name, record.added))


def check_shown(container: Container, namespace: str) -> None:
    """Raise UsageError if who asks may not know of what is named in `namespace`."""
    if canonical(namespace) in private_namespaces(container):
        raise UsageError(f"names in {namespace!r} are an administrator's to give")


def bank_of(record: CollectionRecord) -> str:
    """The bank that a collection is of; empty when it was loaded otherwise."""
    return (record.origin.release or "").partition(":")[0]


def release_of(record: CollectionRecord) -> str:
    """The release of its bank that a collection is of; empty when it was loaded otherwise."""
    return (record.origin.release or "").partition(":")[2]


class _Banks:
    """Which banks who asks may see: each is looked at once."""

    def __init__(self, container: Container) -> None:
        self._container = container
        self._known: dict[str, bool] = {"": True}

    def shows(self, record: CollectionRecord) -> bool:
        """Whether a collection is no private bank's."""
        return self.may_see(bank_of(record))

    def may_see(self, bank: str) -> bool:
        """Whether nothing about `bank` is private. A bank elsewhere is not private here."""
        if bank not in self._known:
            try:
                self._known[bank] = may_see(self._container, bank)
            except BankNotFound:
                self._known[bank] = True
        return self._known[bank]


def banks_shown(container: Container, names: Iterable[str]) -> frozenset[str]:
    """Those of `names` that are banks here which who asks may see."""
    found = set()
    for name in set(names) - {""}:
        try:
            if may_see(container, name):
                found.add(name)
        except BankNotFound:
            continue
    return frozenset(found)


def words_lock(container: Container) -> Lock:
    """Held by the one who searches for words: the first to do so may have to make their index."""
    return _kept_of(container).words


def _kept_of(container: Container) -> _Kept:
    with container.whole.making:
        return _kept.setdefault(container.whole, _Kept())
