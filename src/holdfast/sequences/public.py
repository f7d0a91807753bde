"""
Public views: what strangers may see of a store.

Aliases of private namespaces do not exist in it: they are neither found nor listed, nor among the
choices of an ambiguous name. A collection is not listed when one of its records is named in private
namespaces only. A sequence is found by its digest whatever its aliases are: who knows the digest
knows the sequence, and 24 bytes of a hash cannot be guessed.
"""

from collections.abc import Iterable, Iterator
from dataclasses import replace

from holdfast.base.digests import SHA512T_BYTES, Digest
from holdfast.errors import CollectionNotFound, SequenceNotFound
from holdfast.sequences.collections.collection import CollectionRecord
from holdfast.sequences.layers import Layers
from holdfast.sequences.naming.alias import AliasRecord
from holdfast.sequences.naming.names import Names
from holdfast.sequences.naming.namespaces import canonical
from holdfast.sequences.reading.outgoing import Known
from holdfast.sequences.storage.schema import NOW
from holdfast.sequences.view import View


class PublicView(View):
    """The store of `whole` as of now, without what is in the `private` namespaces."""

    def __init__(self, whole: View, private: Iterable[str]) -> None:
        super().__init__(whole.room)
        self._private = frozenset(map(canonical, private))
        self._names = Names(whole.room.index, NOW, NOW, self._private)
        self._shown: tuple[int, list[CollectionRecord]] = (-1, [])

    def position(self) -> int:
        """The number of the last commit that answers know of."""
        return self._room.index.position().number

    def added(self, digest: Digest) -> str:
        """When a sequence came into the store: UTC, ISO 8601.

        Raises
        ------
        SequenceNotFound
            It is not there.
        """
        number = self._visible(digest).number
        rows = self._room.index.ask(
            "SELECT time FROM entries WHERE sequences > ? ORDER BY number LIMIT 1", (number,)
        )
        if not rows:
            raise SequenceNotFound(f"the store has no sequence {digest}")
        return str(rows[0][0])

    def aliases(self, name: str | Digest, history: bool = False) -> list[AliasRecord]:
        """The aliases that `name` has, or ever had, in namespaces that are not private."""
        found = super().aliases(name, history)
        return [record for record in found if record.alias.namespace not in self._private]

    def all_sequences(self) -> Iterator[Known]:
        """Every sequence, with its aliases in namespaces that are not private."""
        for known in super().all_sequences():
            public = [alias for alias in known.aliases if alias.namespace not in self._private]
            yield replace(known, aliases=tuple(public))

    def collections(self) -> list[CollectionRecord]:
        """The collections that have a name and no record that is only privately named, by name.

        To tell takes a look at each record; it is done once per commit.
        """
        if not self._private:
            return super().collections()
        position = self.position()
        if self._shown[0] != position:
            known = super().collections()
            private = {
                digest for digest in {record.digest for record in known} if self._is_private(digest)
            }
            self._shown = position, [each for each in known if each.digest not in private]
        return list(self._shown[1])

    def check_collection(self, digest: str) -> None:
        """Raise CollectionNotFound unless a collection, listed or not, has this digest.

        A collection that is merely *called* so is not found: strangers ask by digest.
        """
        if self._named_collection(digest)[1] != digest:
            raise CollectionNotFound(f"the store has no collection with the digest {digest}")

    def _is_private(self, collection: str) -> bool:
        columns, index = self.columns(collection), self._room.index
        raw, step = columns.digests, SHA512T_BYTES
        members = [raw[at : at + step] for at in range(0, len(raw), step)]
        for namespace in self._private:
            owners = index.alias_owners(namespace, columns.names)
            digests = index.digests_of(list(owners.values()))
            owned = dict(zip(owners, range(0, len(digests), step), strict=True))
            for name, member in zip(columns.names, members, strict=True):
                at = owned.get(name)
                hit = at is not None and digests[at : at + step] == member
                if hit and not self._is_public(name, Digest(member)):
                    return True
        return False

    def _is_public(self, name: str, digest: Digest) -> bool:
        return any(record.alias.text == name for record in self.aliases(digest))


class PublicLayers(Layers):
    """Several stores read as one, each without what is in the `private` namespaces.

    A private alias of an upper layer hides nothing of the layers below.
    """

    def __init__(self, wholes: Iterable[View], private: Iterable[str]) -> None:
        self.layers = tuple(PublicView(whole, private) for whole in wholes)
        super().__init__(self.layers)

    def position(self) -> int:
        """A number that grows with each commit to any of the stores."""
        return sum(layer.position() for layer in self.layers)

    def added(self, digest: Digest) -> str:
        """When a sequence came into the first store that has it: UTC, ISO 8601."""
        return self.layers[self._home(digest)].added(digest)

    def check_collection(self, digest: str) -> None:
        """Raise CollectionNotFound unless a collection of some layer has this digest."""
        missing: CollectionNotFound | None = None
        for layer in self.layers:
            try:
                return layer.check_collection(digest)
            except CollectionNotFound as error:
                missing = missing or error
        assert missing is not None, "there is at least one layer"
        raise missing


def public_view(whole: View, private: Iterable[str]) -> PublicView | PublicLayers:
    """`whole`, a store or layers of several, without what is in the `private` namespaces."""
    if isinstance(whole, Layers):
        return PublicLayers(whole.views, private)
    return PublicView(whole, private)
