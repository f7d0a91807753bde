"""
``SeqRepo`` and what it gives for a name, with the arguments, shapes and errors its clients know.

Otherwise than the original: a sequence taken by name is a Python sequence in every respect; nothing
that may change is cached, so a name that was moved is seen moved at once; what was stored and not
committed is forgotten by `close`, whole; a commit is one commit of the store.
"""

import logging
import re
from collections.abc import Iterable, Iterator, Sequence
from itertools import starmap
from os import PathLike
from typing import Any, overload

from holdfast.base.closing import Closes
from holdfast.compat.seqrepo.fastadir import FastaDir
from holdfast.compat.seqrepo.fastadir.fastadir import key_of, plain
from holdfast.compat.seqrepo.seqaliasdb import SeqAliasDB
from holdfast.compat.seqrepo.shelf import open_shelf
from holdfast.sequences import Alias
from holdfast.sequences.seqrepo import Question
from holdfast.sequences.seqrepo.naming import (
    DIGEST_SPACES,
    kept_name,
    our_namespace,
    raw_digest,
    stored_name,
    synonyms,
)

__all__ = ["SeqRepo", "SequenceProxy"]

_logger = logging.getLogger(__name__)

#: More than this many since the last commit, and `store` commits by itself.
ct_n_seqs = 20_000
ct_n_aliases = 60_000
ct_n_residues = 1 << 28  #: they wait in memory

nsa_sep = ":"
uri_re = re.compile(r"([^:]+):(.+)")


class SequenceProxy(Sequence[str]):
    """A sequence by one of its names. Residues are read when they are asked for."""

    def __init__(self, sr: "SeqRepo", namespace: str | None, alias: str) -> None:
        self._sr = sr
        self.seq_id: str = sr._get_unique_seqid(alias=alias, namespace=namespace)
        self._md = sr.sequences.fetch_seqinfo(self.seq_id)

    @property
    def aliases(self) -> list[str]:
        """All its names, ``namespace:alias``."""
        return self._sr._names_of(self.seq_id)

    def __len__(self) -> int:
        length: int = self._md["len"]
        return length

    @overload
    def __getitem__(self, key: int) -> str: ...
    @overload
    def __getitem__(self, key: slice) -> str: ...
    def __getitem__(self, key: int | slice) -> str:
        if isinstance(key, slice):
            start, end, step = key.indices(len(self))
            if step == 1:
                return self._fetch(start, max(start, end))
            return str(self)[key]
        place = key + len(self) if key < 0 else key
        if not 0 <= place < len(self):
            raise IndexError(f"{key} is outside a sequence of {len(self)} residues")
        return self._fetch(place, place + 1)

    def __iter__(self) -> Iterator[str]:
        return iter(str(self))

    def __reversed__(self) -> str:  # type: ignore[override]  # SeqRepo gives a text, which is iterated as well
        return str(self)[::-1]

    def __contains__(self, residues: object) -> bool:
        return isinstance(residues, str) and residues in str(self)

    def index(self, value: str, start: int = 0, stop: int | None = None) -> int:
        """Where `value` is first found; ValueError when it is not."""
        return str(self).index(value, start, stop)

    def count(self, value: str) -> int:
        """How often `value` is found."""
        return str(self).count(value)

    def __bool__(self) -> bool:
        return len(self) > 0

    def __eq__(self, other: object) -> bool:
        if isinstance(other, SequenceProxy):
            return self.seq_id == other.seq_id
        return str(self) == other if isinstance(other, str) else NotImplemented

    def __hash__(self) -> int:
        return hash(str(self))  # equal to its text, so it must hash as its text does

    def __repr__(self) -> str:
        return f"SequenceProxy(seq_id={self.seq_id}, len={len(self)})"

    def __str__(self) -> str:
        return self._fetch(None, None)

    def _fetch(self, start: int | None, end: int | None) -> str:
        return self._sr.sequences.fetch(self.seq_id, start, end)


class SeqRepo(Closes):
    """The sequences and names in `root_dir`: a store of ours, or an instance of SeqRepo.

    `translate_ncbi_namespace`, `check_same_thread` and `fd_cache_size` are taken and mean nothing:
    any thread may read, and a few files stay open. `upcase` may only be true in effect: sequences
    are capitals.
    """

    def __init__(
        self,
        root_dir: str | PathLike[str],
        writeable: bool = False,
        upcase: bool = True,
        translate_ncbi_namespace: bool | None = None,
        check_same_thread: bool = False,
        use_sequenceproxy: bool = True,
        fd_cache_size: int | None = 0,
    ) -> None:
        if translate_ncbi_namespace is not None:
            _logger.warning("translate_ncbi_namespace is obsolete; translation is automatic")
        self._root_dir = root_dir
        self._writeable = writeable
        self._shelf = open_shelf(root_dir, writeable)
        self.sequences = FastaDir.over(self._shelf)
        self.aliases = SeqAliasDB.over(self._shelf)
        self.use_sequenceproxy = use_sequenceproxy
        self._pending_sequences = self._pending_residues = self._pending_aliases = 0

    def __str__(self) -> str:
        return f"SeqRepo(root_dir={self._root_dir}, writeable={self._writeable})"

    def __contains__(self, nsa: str) -> bool:
        namespace, alias = _split(nsa)
        return any(True for _ in self.aliases.find_aliases(namespace=namespace, alias=alias))

    def __getitem__(self, nsa: str) -> SequenceProxy | str:
        """The sequence named ``namespace:alias``, or by a bare alias.

        Raises
        ------
        KeyError
            There is none, or more than one.
        """
        namespace, alias = _split(nsa)
        if self.use_sequenceproxy:
            return SequenceProxy(self, namespace, alias)
        return self.fetch(alias, namespace=namespace)

    def __iter__(self) -> Iterator[tuple[dict[str, Any], Iterator[dict[str, Any]]]]:
        """What is known of each sequence, with its text, and its names; by their keys."""
        for record in self.sequences:
            yield record, self.aliases.find_aliases(seq_id=record["seq_id"])

    def fetch(
        self,
        alias: str,
        start: int | None = None,
        end: int | None = None,
        namespace: str | None = None,
    ) -> str:
        """A sequence, or a slice of it, cut at the sequence's end; `alias` is bare.

        Raises
        ------
        KeyError
            No sequence has this name, or more than one.
        ValueError
            The slice begins before the sequence or after its own end.
        """
        return self.sequences.fetch(self._get_unique_seqid(alias, namespace), start, end)

    def fetch_uri(self, uri: str, start: int | None = None, end: int | None = None) -> str:
        """The same for ``namespace:alias``; only the first colon separates.

        Raises ValueError when there is no colon.
        """
        match = uri_re.match(uri)
        if match is None:
            raise ValueError(f"Unable to parse {uri} as URI.")
        namespace, alias = match.groups()
        return self.fetch(alias, start, end, namespace)

    def store(self, seq: str, nsaliases: Iterable[dict[str, str]]) -> tuple[int, int]:
        """Store a sequence with its names; how many sequences and how many names were new.

        Nothing is stored when anything is wrong. `commit` makes it last; when much is waiting, it
        is committed by itself.

        Raises
        ------
        RuntimeError
            This was opened to be read, or the sequence holds what is no letter.
        KeyError
            A name lacks its namespace or its alias.
        ValueError
            The sequence is empty, or a name cannot be one.
        """
        pending = self._shelf.pending
        names = [(each["namespace"], each["alias"]) for each in nsaliases]
        residues = plain(seq)
        for namespace, alias in names:
            _check(namespace, alias)
        new = key_of(residues) not in self.sequences
        seq_id = pending.add_sequence(residues)
        rows = self._shelf.rows.alias_rows(Question(seq_id=seq_id))
        known = {(row.namespace, row.alias) for row in rows}
        fresh = [name for name in dict.fromkeys(starmap(kept_name, names)) if name not in known]
        for namespace, alias in fresh:
            pending.give(namespace, alias, seq_id)
        self._count(len(residues) if new else 0, len(fresh) + (len(DIGEST_SPACES) if new else 0))
        return int(new), len(fresh)

    def commit(self) -> None:
        """Make everything that was stored last, in one commit of the store."""
        self._shelf.commit()
        self._pending_sequences = self._pending_residues = self._pending_aliases = 0

    def close(self) -> None:
        """Let go of files; what was not committed is forgotten. May be said again."""
        self._shelf.close()

    def translate_alias(
        self,
        alias: str,
        namespace: str | None = None,
        target_namespaces: Iterable[str] | str | None = None,
        translate_ncbi_namespace: bool | None = None,
    ) -> list[str]:
        """All names, ``namespace:alias``, of the sequence that has this one.

        With `target_namespaces`, a list of them or the name of one, only those of these namespaces.

        Raises
        ------
        KeyError
            No sequence has this name, or more than one.
        """
        return self._names_of(self._get_unique_seqid(alias, namespace), target_namespaces)

    def translate_identifier(
        self,
        identifier: str,
        target_namespaces: Iterable[str] | str | None = None,
        translate_ncbi_namespace: bool | None = None,
    ) -> list[str]:
        """The same for ``namespace:alias``, or a bare alias."""
        namespace, alias = _split(identifier)
        return self.translate_alias(alias, namespace, target_namespaces)

    def _count(self, residues: int, aliases: int) -> None:
        """Note what waits now, and commit when it is much."""
        self._pending_sequences += residues > 0
        self._pending_residues += residues
        self._pending_aliases += aliases
        if (
            self._pending_sequences > ct_n_seqs
            or self._pending_aliases > ct_n_aliases
            or self._pending_residues > ct_n_residues
        ):
            self.commit()

    def _get_unique_seqid(self, alias: str, namespace: str | None) -> str:
        found = {row.seq_id for row in self.aliases.rows(namespace=namespace, alias=alias)}
        if not found:
            raise KeyError(f"Alias {alias} (namespace: {namespace})")
        if len(found) > 1:
            raise KeyError(f"Alias {alias} (namespace: {namespace}): not unique")
        return found.pop()

    def _names_of(
        self, seq_id: str, target_namespaces: Iterable[str] | str | None = None
    ) -> list[str]:
        wanted = {target_namespaces} if isinstance(target_namespaces, str) else target_namespaces
        wanted = set(wanted) if wanted else None
        return [
            f"{space}{nsa_sep}{text}"
            for row in self.aliases.rows(seq_id=seq_id)
            for space, text in [(row.namespace, row.alias), *synonyms(row.namespace, row.alias)]
            if wanted is None or space in wanted
        ]


def _split(nsa: str) -> tuple[str | None, str]:
    """Namespace and alias of ``namespace:alias``; a bare alias has no namespace.

    Raises ValueError when there are more colons, as SeqRepo does: which one separates is unsaid.
    """
    if nsa_sep not in nsa:
        return None, nsa
    namespace, alias = nsa.split(nsa_sep)
    return namespace, alias


def _check(namespace: str, alias: str) -> None:
    """Raise ValueError unless a sequence may be named so."""
    stored, text = stored_name(namespace, alias)
    if stored not in DIGEST_SPACES:
        Alias(our_namespace(stored), text or "")
    elif raw_digest(stored, text or "") is None:
        raise ValueError(f"{namespace}:{alias} is no digest; the namespace belongs to digests")
