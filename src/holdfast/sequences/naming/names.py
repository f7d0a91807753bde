"""
Names: which sequence a text means, as of a position in the journal.

A text is taken as it is written first: a digest, ``namespace:alias``, an alias that some namespace
has. Only then is it looked at more closely: a bare text may be a digest without its prefix, and one
with bars (``ref|NM_000551.3|``) may hold names that are known. What stands for several sequences is
refused with all of them; nothing is guessed.

>>> DIGEST_LENGTHS[32]
('md5', 'sha512t24u')
"""

import base64
import binascii
import json
from collections.abc import Callable, Sequence
from itertools import islice
from typing import NamedTuple

from holdfast.base.digests import PREFIX, Digest
from holdfast.errors import AliasAmbiguous, AliasNotFound, SequenceNotFound, UsageError
from holdfast.sequences.naming.definition import names_between_bars
from holdfast.sequences.naming.namespaces import canonical, infer, is_digest
from holdfast.sequences.storage.index import Index
from holdfast.sequences.storage.kept import Kept
from holdfast.sequences.storage.schema import NOW

SHOWN = 50  #: how many meanings of an ambiguous name are written out
VERSIONS_SHOWN = 5
TOGETHER = 1 << 16  #: names asked for in one statement
KEPT = 1 << 14  #: names whose meaning a thread keeps while nothing changes
LAST = "\U0010ffff"  #: behind every letter that an alias can have

#: A namespace and the number of a sequence that has the name there.
_Meaning = tuple[str, int]


def is_known(ask: Callable[[str | Digest], object], name: object) -> bool:
    """Whether `ask` answers to `name`; a name of several sequences is known as well."""
    if not isinstance(name, str | Digest):
        return False
    try:
        ask(name)
    except (AliasAmbiguous, AliasNotFound, SequenceNotFound) as error:
        return isinstance(error, AliasAmbiguous)
    return True


class Meant(NamedTuple):
    """The sequence that a name means: its number, and its digest, which `text` writes out.

    (A named tuple because a slice by name takes it apart, and is done in a microsecond.)
    """

    number: int
    digest: Digest
    text: str


class Names:
    """What names mean in a store as of `at`; sequences from the number `limit` on came later.

    In namespaces that are `hidden` nothing means anything.
    """

    def __init__(
        self,
        index: Index,
        at: int = NOW,
        limit: int = NOW,
        hidden: frozenset[str] = frozenset(),
    ) -> None:
        self._index, self._at, self._limit, self._hidden = index, at, limit, hidden
        self._kept: Kept[str, Meant] = Kept(index, KEPT)

    @property
    def hidden(self) -> frozenset[str]:
        """The namespaces in which nothing means anything."""
        return self._hidden

    def digest(self, name: str) -> Digest:
        """The digest of the one sequence that `name` means. Raises what :meth:`sequence` raises."""
        return self.sequence(name).digest

    def number(self, name: str) -> int:
        """The number of the one sequence that `name` means. Raises what :meth:`sequence` raises."""
        return self.sequence(name).number

    def sequence(self, name: str) -> Meant:
        """The one sequence that `name` means.

        Raises
        ------
        SequenceNotFound, AliasNotFound
            It means nothing.
        AliasAmbiguous
            It means different sequences in several namespaces; the error has them all.
        UsageError
            It says that it is a digest, and is none.
        """
        found = self._kept.find(name)
        if found is None:
            kept = self._kept.now()
            found = kept.get(name)
        if found is None:
            number, digest = self._looked_up(name)
            found = kept[name] = Meant(number, digest, str(digest))
        return found

    def _looked_up(self, name: str) -> tuple[int, Digest]:
        namespace, colon, text = name.partition(":")
        if not colon and name.startswith(PREFIX):
            return self._by_digest("ga4gh", name, name)
        if colon and is_digest(namespace):
            return self._by_digest(namespace.lower(), text, name)
        meanings = self._meanings(name)
        if meanings:
            return self._one_meaning(name, meanings)
        return self._bare_digest(name) or self._between_bars(name)

    def past(self, name: str) -> list[tuple[str, str, int, int, int | None]]:
        """What the alias `name` ever meant: namespace, text, sequence, added, retired."""
        namespace, colon, text = name.partition(":")
        asked = [(text, canonical(namespace))] if colon else []
        for known, space in [*asked, (name, None)]:
            rows = self._index.alias_past(known, space, self._at)
            found = [row for row in rows if row[0] not in self._hidden]
            if found:
                return found
        return []

    def numbers(self, names: Sequence[str]) -> list[int | None]:
        """The numbers of the sequences that `names` mean, many in one question.

        None stands where a name is not simply an alias or a ``SQ.`` digest, or means nothing or
        several things: ask :meth:`digest` for that one, which answers or says why not.
        """
        found: list[int | None] = []
        for start in range(0, len(names), TOGETHER):
            found.extend(self._some_numbers(names[start : start + TOGETHER]))
        return found

    def numbers_of(self, names: Sequence[str]) -> list[int]:
        """The numbers that `names` mean, in order. Raises what :meth:`sequence` raises."""
        return [
            number if number is not None else self.number(name)
            for name, number in zip(names, self.numbers(names), strict=True)
        ]

    def digests(self, names: Sequence[str]) -> list[Digest]:
        """The digests that `names` mean, in order. Raises what :meth:`sequence` raises."""
        joined = self._index.digests_of(self.numbers_of(names))
        return [Digest(joined[at : at + 24]) for at in range(0, len(joined), 24)]

    # As written

    def _meanings(self, name: str) -> list[_Meaning]:
        """What `name` means as an alias, in its namespace or (without one) in all."""
        namespace, colon, text = name.partition(":")
        found = self._named(text, canonical(namespace)) if colon else []
        # A name from a FASTA file may hold colons of its own.
        return found or self._named(name, None)

    def _named(self, text: str, namespace: str | None) -> list[_Meaning]:
        try:
            rows = self._index.named(text, namespace, self._at)
        except UnicodeEncodeError:
            return []  # what is no text is no alias
        return [row for row in rows if row[0] not in self._hidden] if self._hidden else rows

    def _one_meaning(self, name: str, meanings: Sequence[_Meaning]) -> tuple[int, Digest]:
        """The sequence on which all meanings agree.

        Raises
        ------
        AliasAmbiguous
            They do not.
        """
        first = meanings[0][1]
        if all(number == first for _, number in meanings):
            return first, self._index.digest_of(first)
        choices = [(space, str(self._index.digest_of(number))) for space, number in meanings]
        shown = ", ".join(f"{digest} in {space}" for space, digest in islice(choices, SHOWN))
        more = f" and {len(choices) - SHOWN:,} more" if len(choices) > SHOWN else ""
        raise AliasAmbiguous(
            f"{name!r} names different sequences: {shown}{more}; write namespace:{name}", choices
        )

    # Digests

    def _by_digest(self, kind: str, text: str, name: str) -> tuple[int, Digest]:
        column, read = DIGEST_KINDS[kind]
        try:
            raw = read(text)
        except (ValueError, binascii.Error) as error:
            raise UsageError(f"{name!r} is not a digest of the kind {kind}") from error
        row = self._index.find(column, raw)
        if row is None or not row.pack:
            raise SequenceNotFound(f"the store has no sequence {name}")
        if row.first >= self._limit:
            raise SequenceNotFound(f"{name} was not in the store then")
        return row.id, Digest(row.digest)

    def _bare_digest(self, name: str) -> tuple[int, Digest] | None:
        """What `name` means as a digest without its namespace."""
        for kind in DIGEST_LENGTHS.get(len(name), ()):
            try:
                return self._by_digest(kind, name, name)
            except (SequenceNotFound, UsageError):
                continue
        return None

    # At a closer look

    def _between_bars(self, name: str) -> tuple[int, Digest]:
        """What the names between the bars of `name` mean, if they agree.

        Raises
        ------
        AliasNotFound
            They mean nothing, or there are none.
        """
        inner = names_between_bars(name)
        meanings = [each for space, text in inner for each in self._named(text, space)]
        if not meanings:
            raise AliasNotFound(f"no sequence has the name {name!r}{self._hint(name)}")
        return self._one_meaning(name, meanings)

    def _hint(self, name: str) -> str:
        """What may help whoever asked for a name that nothing has."""
        versions = self._versions(name)
        if versions:
            return f"; it is known with a version: {', '.join(versions)}"
        form = infer(name)
        return f", which has the form of {' or '.join(form)}" if form else ""

    def _versions(self, name: str) -> list[str]:
        """The versions of the accession `name` that are known."""
        if not infer(name):
            return []
        rows = self._index.ask(
            "SELECT DISTINCT alias FROM aliases WHERE alias > :low AND alias < :high"
            " AND added <= :at AND (retired IS NULL OR retired > :at) AND namespace NOT IN"
            " (SELECT id FROM namespaces WHERE name IN (SELECT value FROM json_each(:hidden)))"
            " LIMIT :shown",
            {
                "low": f"{name}.",
                "high": f"{name}.{LAST}",
                "at": self._at,
                "shown": VERSIONS_SHOWN,
                "hidden": json.dumps(sorted(self._hidden)),
            },
        )
        return [alias for (alias,) in rows]

    # Many at once

    def _some_numbers(self, names: Sequence[str]) -> list[int | None]:
        found: list[int | None] = [None] * len(names)
        digests = {place: raw for place, name in enumerate(names) if (raw := _ga4gh(name))}
        known = self._index.known(list(digests.values()))
        for place, raw in digests.items():
            number = known.get(raw)
            found[place] = number if number is not None and number < self._limit else None
        self._fill_aliases(names, found)
        return found

    def _fill_aliases(self, names: Sequence[str], found: list[int | None]) -> None:
        """Put in the numbers of those names that are aliases of one sequence each."""
        parts = [name.partition(":") for name in names]
        spaces = [canonical(space) if colon else None for space, colon, _ in parts]
        texts = [text if colon else space for space, colon, text in parts]
        # Passed over: digests, which are known already; then those that mean several sequences.
        passed = {place for place, name in enumerate(names) if name.startswith(PREFIX)}
        rows = self._index.ask(
            "SELECT j.key, s.name, a.sequence FROM json_each(:texts) j"
            " CROSS JOIN aliases a ON a.alias = j.value"
            " JOIN namespaces s ON s.id = a.namespace"
            " WHERE a.added <= :at AND (a.retired IS NULL OR a.retired > :at)",
            {"texts": json.dumps(texts), "at": self._at},
        )
        for place, space, number in rows:
            if spaces[place] not in (None, space) or place in passed or space in self._hidden:
                continue
            if found[place] is None or found[place] == number:
                found[place] = number
            else:
                found[place] = None
                passed.add(place)


def _ga4gh(name: str) -> bytes | None:
    """The digest that a name writes as ``SQ.…``, with or without ``ga4gh:``."""
    if not name.startswith((PREFIX, "ga4gh:")):
        return None
    try:
        return Digest.parse(name).raw
    except ValueError:
        return None


def _vmc(text: str) -> bytes:
    if not text.startswith("GS_"):
        raise ValueError("it begins with GS_")
    return Digest.parse(PREFIX + text.removeprefix("GS_")).raw


def _refget(text: str) -> bytes:
    return Digest.parse(text).raw


def _hexadecimal(size: int) -> Callable[[str], bytes]:
    def read(text: str) -> bytes:
        raw = bytes.fromhex(text)
        if len(raw) != size or len(text) != 2 * size:  # fromhex forgives blanks
            raise ValueError(f"it is {2 * size} hexadecimal digits")
        return raw

    return read


def _seguid(text: str) -> bytes:
    letters = text.removesuffix("=")
    raw = base64.b64decode(letters + "=" * (-len(letters) % 4), validate=True)
    if len(raw) != 20:
        raise ValueError("it is the base64 of 20 bytes")
    return raw


#: Namespace of digests -> the column that has them, and how a text is read.
DIGEST_KINDS: dict[str, tuple[str, Callable[[str], bytes]]] = {
    "ga4gh": ("digest", _refget),
    "sha512t24u": ("digest", _refget),
    "refget": ("digest", _refget),
    "vmc": ("digest", _vmc),
    "trunc512": ("digest", _hexadecimal(24)),
    "md5": ("md5", _hexadecimal(16)),
    "sha1": ("sha1", _hexadecimal(20)),
    "seguid": ("sha1", _seguid),
}
#: What a bare text of this length may be when it is no alias.
DIGEST_LENGTHS = {
    27: ("seguid",),
    32: ("md5", "sha512t24u"),
    35: ("vmc",),
    40: ("sha1",),
    48: ("trunc512",),
}
