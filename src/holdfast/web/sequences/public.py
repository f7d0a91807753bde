"""
The public store: what strangers may find of a store, and by which names.

A name of a digest's form is that digest where the store has it, and then the answer can never
change; other names are aliases, of public namespaces only (:mod:`holdfast.sequences.public`). Names
are looked up as they are: there are no wildcards and no beginnings of digests, which would let one
read a store without knowing what is in it.
"""

import re
import threading
from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from holdfast.base.digests import PREFIX, Digest
from holdfast.errors import AliasNotFound, SequenceNotFound, UsageError
from holdfast.sequences import Alias, SequenceInfo, SequenceStore, View
from holdfast.sequences.collections import seqcol
from holdfast.sequences.layers import Layers
from holdfast.sequences.naming.namespaces import is_digest
from holdfast.sequences.public import PublicLayers, PublicView, public_view

#: Which digests a bare text may write, by its form.
_BARE: tuple[tuple[str, re.Pattern[str]], ...] = (
    ("md5", re.compile(r"[0-9A-Fa-f]{32}", re.ASCII)),
    ("sha1", re.compile(r"[0-9A-Fa-f]{40}", re.ASCII)),
    ("trunc512", re.compile(r"[0-9A-Fa-f]{48}", re.ASCII)),
    ("sha512t24u", re.compile(r"[0-9A-Za-z_-]{32}", re.ASCII)),
    ("vmc", re.compile(r"GS_[0-9A-Za-z_-]{32}", re.ASCII)),
    ("seguid", re.compile(r"[0-9A-Za-z+/]{27}", re.ASCII)),
)


@dataclass(frozen=True, slots=True)
class Found:
    """A sequence that a name led to, its length in residues; `lasting`: by what cannot change."""

    digest: Digest
    length: int
    lasting: bool


@dataclass(frozen=True, slots=True)
class Described:
    """What strangers may know of a sequence; `added` is when it came (UTC, ISO 8601)."""

    info: SequenceInfo
    aliases: tuple[Alias, ...]
    added: str


class PublicStore:
    """A store without what is private of it; safe among threads. The first question opens it."""

    def __init__(
        self, opener: Callable[[], SequenceStore | Layers], private: Collection[str] = ()
    ) -> None:
        self._opener, self._private = opener, private
        self._opening = threading.Lock()
        self._opened: tuple[str, PublicView | PublicLayers] | None = None
        self._spaces: tuple[int, list[str]] = (-1, [])

    @property
    def id(self) -> str:
        """The id of the store; of layers, that of the uppermost."""
        return self._both[0]

    @property
    def view(self) -> PublicView | PublicLayers:
        """The store as strangers see it.

        Raises
        ------
        StoreError
            There is no store yet, or it cannot be read.
        """
        return self._both[1]

    def position(self) -> int:
        """The number of the last commit that answers know of."""
        return self.view.position()

    # Sequences

    def find(self, name: str) -> Found:
        """The sequence of this name.

        Raises
        ------
        SequenceNotFound, AliasNotFound, AliasAmbiguous
            Nothing, or more than one thing, has this name.
        """
        view = self.view
        for digest in digest_names(name):
            try:
                sequence = view[digest]
            except (SequenceNotFound, AliasNotFound, UsageError):
                continue
            return Found(sequence.digest, len(sequence), lasting=True)
        if names_only_digests(name):
            raise SequenceNotFound(f"the store has no sequence {name}")
        sequence = view[name]
        return Found(sequence.digest, len(sequence), lasting=False)

    def residues(self, digest: Digest, start: int, end: int) -> bytes:
        """The residues of a sequence from `start` to before `end`, both within it."""
        return self.view.residues(digest, start, end)

    def slices(
        self, digests: Sequence[Digest | None], places: Sequence[tuple[int, int]]
    ) -> list[str | None]:
        """Many slices, each from a start to before an end; None where there is no sequence."""
        there = [nth for nth, digest in enumerate(digests) if digest is not None]
        names = [digest for digest in digests if digest is not None]
        starts, ends = ([places[nth][side] for nth in there] for side in (0, 1))
        texts: list[str | None] = [None] * len(digests)
        if there:
            found = self.view.slices(names, starts, ends).texts()
            for nth, text in zip(there, found, strict=True):
                texts[nth] = text
        return texts

    def describe(self, digest: Digest) -> Described:
        """What strangers may know of a sequence."""
        view = self.view
        aliases = tuple(record.alias for record in view.aliases(digest))
        return Described(view.info(digest), aliases, view.added(digest))

    def namespaces(self) -> list[str]:
        """The namespaces in which strangers may name sequences, in order; sought once a commit."""
        position = self.position()
        known, spaces = self._spaces
        if known != position:
            spaces = [each.namespace for each in self.view.namespaces()]
            self._spaces = position, spaces
        return spaces

    # Collections

    def collections(self) -> list[str]:
        """The digests of all collections that strangers may list, in order."""
        return sorted({record.digest for record in self.view.collections()})

    def with_attribute(self, attribute: str, digest: str) -> set[str]:
        """The collections (digests) whose `attribute` has this digest.

        Raises
        ------
        UsageError
            There is no such attribute.
        """
        return set(self.view.find_collections(attribute, digest))

    def level1(self, digest: str) -> seqcol.Level1:
        """The digest of each attribute of a collection."""
        self.view.check_collection(digest)
        return self.view.level1(digest)

    def level2(self, digest: str) -> seqcol.Level2:
        """The arrays of a collection."""
        self.view.check_collection(digest)
        return self.view.level2(digest)

    def attribute(self, name: str, digest: str) -> list[Any]:
        """The array `name` whose digest is this."""
        return self.view.attribute(name, digest)

    @property
    def _both(self) -> tuple[str, PublicView | PublicLayers]:
        opened = self._opened
        if opened is None:
            with self._opening:
                opened = self._opened
                if opened is None:
                    whole = self._opener()
                    opened = self._opened = id_of(whole), public_view(whole, self._private)
        return opened


def id_of(whole: View) -> str:
    """The id of a store; of layers, that of the uppermost."""
    first = whole.views[0] if isinstance(whole, Layers) else whole
    return first.id if isinstance(first, SequenceStore) else ""


def digest_names(name: str) -> Iterator[str]:
    """What `name` is if it is a digest, in the words of a store.

    >>> list(digest_names("F1F8F4BF413B16AD135722AA4591043E"))[0]
    'md5:f1f8f4bf413b16ad135722aa4591043e'
    >>> list(digest_names("refseq:NM_000551.4"))
    []
    """
    if names_only_digests(name):
        yield name
    elif ":" not in name:
        for namespace, form in _BARE:
            if form.fullmatch(name):
                hexadecimal = namespace in ("md5", "sha1", "trunc512")
                yield f"{namespace}:{name.lower() if hexadecimal else name}"


def names_only_digests(name: str) -> bool:
    """Whether `name` can be nothing but a digest."""
    namespace, colon, _ = name.partition(":")
    return is_digest(namespace) if colon else name.startswith(PREFIX)
