"""
Search: sequences by the beginning of an alias, or by words of aliases and descriptions.

The beginnings are in the index already. The words are kept in a text index of their own
(``search.sqlite``, SQLite's FTS5), which the first search makes and each later one brings up to the
journal: loading costs nothing for those who never search. Like the index it is made from the
journal and may be deleted at any time. Whatever is searched for is plain text: no letter of it has
a meaning of its own.
"""

import json
import os
import re
import sqlite3
import unicodedata
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

from holdfast.base.digests import Digest
from holdfast.base.progress import Listener, Progress, ignore
from holdfast.errors import StoreError, UsageError
from holdfast.sequences.naming.alias import Alias
from holdfast.sequences.naming.names import LAST
from holdfast.sequences.naming.namespaces import canonical
from holdfast.sequences.storage.index import Index
from holdfast.sequences.storage.journal import NamedCollection
from holdfast.sequences.storage.schema import NOW, Position

FILE = "search.sqlite"
VERSION = 1
LIMIT = 100  #: sequences an answer has, unless more are asked for
ALIASES_SHOWN = 5  #: of a sequence that was found by its description
TEXT_LIMIT = 1024  #: characters that may be searched for
SEQUENCE_BITS = 40  #: of a row's number in the text index: the sequence; above it, the generation
DESCRIBED = 1 << 61  #: added to the numbers of descriptions, to tell them from aliases

SCHEMA = f"""
CREATE TABLE state (position INTEGER, hash TEXT, generation INTEGER);
INSERT INTO state VALUES (0, '', 0);
CREATE TABLE descriptions (id INTEGER PRIMARY KEY, sequence INTEGER, entry INTEGER, name TEXT,
                           text TEXT);
CREATE INDEX descriptions_of ON descriptions (sequence);
CREATE VIRTUAL TABLE words USING fts5(text, content='', columnsize=0,
                                      tokenize='unicode61 remove_diacritics 2');
PRAGMA user_version = {VERSION};
"""
_ALIAS_WORDS = f"""
INSERT INTO words (rowid, text)
SELECT (:generation << {SEQUENCE_BITS}) | sequence, group_concat(alias, ' ') FROM store.aliases
WHERE added > :before AND added <= :now GROUP BY sequence
"""
_DESCRIBE = """
INSERT INTO descriptions (sequence, entry, name, text) SELECT :sequence, :entry, :name, :text
WHERE NOT EXISTS (SELECT 1 FROM descriptions WHERE sequence = :sequence AND text = :text
                  AND name = :name)
"""

#: The collection at a place of an entry, as the journal has it.
Contents = Callable[[int, int], NamedCollection]
Phrase = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Found:
    """A sequence that was found; `length` in residues, `aliases` those by which it was found."""

    digest: Digest
    length: int
    aliases: tuple[Alias, ...]
    description: str = ""


@dataclass(frozen=True, slots=True)
class Wanted:
    """What may be found: as of `at`, in one namespace or (None) all but the hidden ones."""

    at: int = NOW
    namespace: str | None = None
    hidden: frozenset[str] = frozenset()
    limit: int = LIMIT

    def in_namespace(self, namespace: str) -> bool:
        """Whether aliases of `namespace` may be found."""
        return namespace not in self.hidden and self.namespace in (None, namespace)


@dataclass(frozen=True, slots=True)
class _Hit:
    """A sequence in which the text index has the words; its description, if they are there."""

    sequence: int
    name: str = ""
    description: str = ""


def by_prefix(index: Index, text: str, wanted: Wanted) -> list[Found]:
    """The aliases that begin with `text` as it is written, in their order.

    ``namespace:text`` looks in that namespace, when the store has it.

    Raises
    ------
    UsageError
        `text` is empty, very long, or no text.
    """
    _check(text)
    namespace, text = _within(index, text, wanted)
    rows = index.ask(
        "SELECT s.name, a.alias, a.sequence FROM aliases a JOIN namespaces s ON s.id = a.namespace"
        " WHERE a.alias >= :low AND a.alias < :high AND a.added <= :at"
        " AND (a.retired IS NULL OR a.retired > :at)"
        " AND (:namespace IS NULL OR s.name = :namespace)"
        " AND s.name NOT IN (SELECT value FROM json_each(:hidden))"
        " ORDER BY a.alias, s.name LIMIT :limit",
        {
            "low": text,
            "high": text + LAST,
            "at": wanted.at,
            "namespace": namespace,
            "hidden": json.dumps(sorted(wanted.hidden)),
            "limit": wanted.limit,
        },
    )
    sequences = [sequence for _, _, sequence in rows]
    facts = zip(_digests(index, sequences), index.lengths_of(sequences), strict=True)
    return [
        Found(digest, length, (Alias.known(space, alias),))
        for (space, alias, _), (digest, length) in zip(rows, facts, strict=True)
    ]


def by_words(
    index: Index, contents: Contents, text: str, wanted: Wanted, listener: Listener = ignore
) -> list[Found]:
    """The sequences whose aliases or description have all words of `text`.

    A word with marks in it, as ``NM_000551.4``, is found where its parts stand together.

    Raises
    ------
    UsageError
        There is no word in `text`, it is very long, or no text.
    StoreError
        The text index cannot be made: SQLite lacks FTS5.
    """
    _check(text)
    phrases = [phrase for term in text.split() if (phrase := _phrase(index, term, wanted))]
    if not phrases:
        raise UsageError(f"there is no word in {text!r} to search for; --prefix takes it as it is")
    with closing(_up_to_date(index, contents, listener)) as connection:
        hits = _hits(connection, phrases, wanted)
        found = _visible(index, hits, phrases, wanted)
    digests = _digests(index, list(found))
    lengths = index.lengths_of(list(found))
    return [
        Found(digest, length, aliases, description)
        for digest, length, (aliases, description) in zip(
            digests, lengths, found.values(), strict=True
        )
    ]


def forget(folder: Path) -> None:
    """Delete the text index of the store in `folder`; the next search makes it anew."""
    for suffix in ("", "-journal"):
        (folder / (FILE + suffix)).unlink(missing_ok=True)


# What is searched for


def _check(text: str) -> None:
    if not text.strip() or len(text) > TEXT_LIMIT or not text.isprintable():
        raise UsageError(
            f"{text[:50]!r} cannot be searched for; it must not be empty, very long, or hold "
            "control characters"
        )


def _within(index: Index, text: str, wanted: Wanted) -> tuple[str | None, str]:
    """The namespace to look in, and the text without it."""
    space, colon, rest = text.partition(":")
    if wanted.namespace is None and colon and _may_be_said(index, canonical(space), wanted):
        return canonical(space), rest
    return wanted.namespace, text


def _may_be_said(index: Index, name: str, wanted: Wanted) -> bool:
    """Whether the store has a namespace, as far as whoever asks may know."""
    known = index.ask("SELECT 1 FROM namespaces WHERE name = ?", (name,))
    return bool(known) and name not in wanted.hidden


def _phrase(index: Index, term: str, wanted: Wanted) -> Phrase:
    """The words of a term, which must stand together; a namespace before them is left out."""
    space, colon, rest = term.partition(":")
    return _words(rest if colon and _may_be_said(index, canonical(space), wanted) else term)


def _words(text: str) -> Phrase:
    """The words of a text as FTS5's `unicode61` cuts them, without their accents."""
    plain = unicodedata.normalize("NFKD", text.lower())
    plain = "".join(letter for letter in plain if not unicodedata.combining(letter))
    return tuple(re.findall(r"[^\W_]+", plain))


# The text index


def _up_to_date(index: Index, contents: Contents, listener: Listener) -> sqlite3.Connection:
    """The text index, brought up to the journal, made anew when it is damaged or of another."""
    for last in (False, True):
        connection = _connect(index)
        try:
            _bring_up(connection, index, contents, listener)
        except sqlite3.DatabaseError as error:
            connection.close()
            if "fts5" in str(error):
                raise StoreError(
                    "this Python's SQLite has no FTS5, so words cannot be searched for; use "
                    "--prefix, or a Python with FTS5"
                ) from error
            if last:
                raise StoreError(
                    f"{index.path.with_name(FILE)} cannot be made ({error}); see to the disk, or "
                    "use --prefix"
                ) from error
            forget(index.path.parent)
        except BaseException:
            connection.close()
            raise
        else:
            return connection
    raise AssertionError("one of the two rounds ends it")


def _connect(index: Index) -> sqlite3.Connection:
    """The text index beside the index; on media that cannot be written, a passing one."""
    folder = index.path.parent
    path = (folder / FILE).absolute().as_uri() if os.access(folder, os.W_OK) else ""
    return sqlite3.connect(path, isolation_level=None, timeout=600, uri=True)


def _bring_up(
    connection: sqlite3.Connection, index: Index, contents: Contents, listener: Listener
) -> None:
    """Take in, in one transaction, what the journal has and the text index lacks."""
    now = index.position()
    if _state(connection) == (now.number, now.hash):
        return
    writable = os.access(index.path.parent, os.W_OK)
    mode = "?mode=ro" if writable else "?mode=ro&immutable=1"
    connection.execute("ATTACH ? AS store", (index.path.absolute().as_uri() + mode,))
    connection.execute("BEGIN IMMEDIATE")
    before = _state(connection)
    if before is None or index.position_at(before[0]).hash != before[1]:
        _make(connection)
        before = (0, "")
    if before != (now.number, now.hash):
        _take_in(connection, contents, before[0], now, listener)
    connection.execute("COMMIT")
    connection.execute("DETACH store")


def _state(connection: sqlite3.Connection) -> tuple[int, str] | None:
    """The journal's position and hash up to which words are taken in; None when there is no index.

    A text index without its table of state is none; other trouble with the file rises.
    """
    if connection.execute("PRAGMA main.user_version").fetchone()[0] != VERSION:
        return None
    position, sha256 = connection.execute("SELECT position, hash FROM main.state").fetchone()
    return position, sha256


def _make(connection: sqlite3.Connection) -> None:
    """Make an empty text index, within the transaction that fills it."""
    for table in ("words", "descriptions", "state"):
        connection.execute(f"DROP TABLE IF EXISTS main.{table}")
    for statement in SCHEMA.split(";\n"):
        connection.execute(statement)


def _take_in(
    connection: sqlite3.Connection,
    contents: Contents,
    before: int,
    now: Position,
    listener: Listener,
) -> None:
    """Take in the aliases and descriptions that came behind the entry `before`, up to `now`."""
    listener(Progress("indexing the words of aliases"))
    (generation,) = connection.execute("SELECT generation FROM main.state").fetchone()
    between = {"before": before, "now": now.number, "generation": generation}
    connection.execute(_ALIAS_WORDS, between)
    places = connection.execute(
        "SELECT entry, place FROM store.contents WHERE entry > :before AND entry <= :now", between
    ).fetchall()
    for done, (entry, place) in enumerate(places):
        listener(Progress("indexing descriptions", done, len(places), "collections"))
        _describe(connection, entry, contents(entry, place))
    connection.execute(
        "UPDATE main.state SET position = ?, hash = ?, generation = generation + 1",
        (now.number, now.hash),
    )


def _describe(connection: sqlite3.Connection, entry: int, named: NamedCollection) -> None:
    """Take in the descriptions of a collection's records, with their names."""
    (last,) = connection.execute("SELECT ifnull(max(id), 0) FROM descriptions").fetchone()
    rows = zip(named.sequences, named.names, named.descriptions, strict=bool(named.descriptions))
    connection.executemany(
        _DESCRIBE,
        (
            {"sequence": sequence, "entry": entry, "name": name, "text": text}
            for sequence, name, text in rows
            if text
        ),
    )
    connection.execute(
        f"INSERT INTO words (rowid, text) SELECT {DESCRIBED} | id, name || ' ' || text"
        " FROM descriptions WHERE id > ?",
        (last,),
    )


# What is found


def _hits(
    connection: sqlite3.Connection, phrases: Sequence[Phrase], wanted: Wanted
) -> Iterator[_Hit]:
    """The sequences in which the text index has all `phrases`, aliases first."""
    asked = " ".join(f'"{" ".join(phrase)}"' for phrase in phrases)
    rows = connection.execute("SELECT rowid FROM words WHERE words MATCH ?", (asked,))
    for (number,) in rows:
        if number < DESCRIBED:
            yield _Hit(number & ((1 << SEQUENCE_BITS) - 1))
            continue
        described = connection.execute(
            "SELECT sequence, name, text FROM descriptions WHERE id = ? AND entry <= ?",
            (number ^ DESCRIBED, wanted.at),
        ).fetchone()
        if described:
            yield _Hit(*described)


def _visible(
    index: Index, hits: Iterator[_Hit], phrases: Sequence[Phrase], wanted: Wanted
) -> dict[int, tuple[tuple[Alias, ...], str]]:
    """Aliases and description of those hits that are there as of the position, by sequence."""
    found: dict[int, tuple[tuple[Alias, ...], str]] = {}
    for hit in hits:
        if hit.sequence in found and not hit.description:
            continue
        aliases = _aliases(index, hit.sequence, wanted)
        own = [(alias, _words(alias.text)) for alias in aliases]
        described = _words(f"{hit.name} {hit.description}")
        if not aliases or not _has_all([described, *(words for _, words in own)], phrases):
            continue
        those = tuple(alias for alias, words in own if any(_has(words, each) for each in phrases))
        found[hit.sequence] = (those or tuple(aliases[:ALIASES_SHOWN]), hit.description)
        if len(found) == wanted.limit:
            break
    return found


def _aliases(index: Index, sequence: int, wanted: Wanted) -> list[Alias]:
    rows = index.aliases_of(sequence, wanted.at)
    return [
        Alias.known(space, text)
        for space, text, _, retired in rows
        if retired is None and wanted.in_namespace(space)
    ]


def _has_all(texts: Sequence[Phrase], phrases: Sequence[Phrase]) -> bool:
    """Whether each phrase is in one of `texts`: an alias may have been retired since."""
    return all(any(_has(words, phrase) for words in texts) for phrase in phrases)


def _has(words: Phrase, phrase: Phrase) -> bool:
    width = len(phrase)
    return any(words[at : at + width] == phrase for at in range(len(words) - width + 1))


def _digests(index: Index, numbers: Sequence[int]) -> list[Digest]:
    joined = index.digests_of(numbers)
    return [Digest(joined[at : at + 24]) for at in range(0, len(joined), 24)]
