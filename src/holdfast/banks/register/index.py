"""
The index of what is held: releases, what is said of them, and the names of their files.

It is made from what is on disk, which is the truth, and can be made again at any time. Names are
kept in blocks, a thousand or so in a row, each with its words in the database's own full text: a
million names are a thousand rows. Who looks for a name asks the full text for the blocks it can be
in, and reads those; where there is no full text, all blocks are read, and the answer is the same.

The names of a release are written in several transactions, so that others have their turn. The row
of the release has the stamp of what they were taken from only when all are there; before, it has
the word of whoever is writing them, and only the last one to begin goes on.
"""

import json
import secrets
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from datetime import datetime
from functools import partial
from itertools import groupby, islice
from typing import Any

from sqlalchemy import Connection, Select, TextClause, delete, insert, select, text
from sqlalchemy import update as change

from holdfast.banks.register.words import Sought, tokens_of_all
from holdfast.jobs.ledger import Ledger, rows
from holdfast.jobs.ledger import bank_tables as tables
from holdfast.jobs.ledger.database import batches

NAMES_IN_BLOCK = 1000
LETTERS_IN_BLOCK = 250_000  #: of names and of words; PostgreSQL takes a megabyte of words
BLOCKS_AT_ONCE = 50  #: written in one transaction
BLOCKS_READ = 10  #: in one question

_HELD, _NAMES = tables.held.c, tables.held_names.c


@dataclass(frozen=True, slots=True)
class Holding:
    """A release, or with an empty `release` a bank, and what is said of it."""

    bank: str
    release: str
    description: str = ""
    formats: tuple[str, ...] = ()
    types: tuple[str, ...] = ()
    tags: Mapping[str, str] = field(default_factory=dict)
    folder: str = ""
    created: datetime | None = None
    files: int = 0
    size: int = 0  #: bytes
    number: int = 0  #: counts the releases of the bank: the newest has the greatest

    @property
    def text(self) -> str:
        """What words are looked for in, besides the names of files."""
        tags = (f"{name}:{value}" for name, value in self.tags.items())
        said = (self.bank, self.release, self.description, *self.formats, *self.types, *tags)
        return "\n".join(said)


@dataclass(frozen=True, slots=True)
class Indexed:
    """A holding as the index has it."""

    number: int
    holding: Holding
    stamp: str


class Index:
    """What is held, in a ledger."""

    def __init__(self, ledger: Ledger) -> None:
        self._database = ledger.database

    # -- asking ------------------------------------------------------------------------------------

    def holdings(self, bank: str | None = None) -> list[Indexed]:
        """What is held, of `bank` or in all, by bank, and the newest release of each first."""
        query = select(tables.held)
        if bank is not None:
            query = query.where(_HELD.bank == rows.text(bank))
        found = [_indexed(row) for row in self._database.read(_all(query))]
        return sorted(found, key=lambda each: _order(each.holding))

    def names(
        self, held: Collection[int], sought: Sequence[Sought], limit: int | None = None
    ) -> Iterator[tuple[int, str]]:
        """Each file, as the number of its release and its name, whose name has all `sought`.

        Of each release at most `limit` files are told, if there is one.
        """
        wanted = set(held)
        query = select(_NAMES.id, _NAMES.held).order_by(_NAMES.held, _NAMES.id)
        blocks = self._database.read(lambda connection: _where(connection, query, sought))
        for number, its in groupby(blocks, key=lambda block: int(block.held)):
            if number in wanted:
                names = self._names_in([block.id for block in its], sought)
                yield from ((number, name) for name in islice(names, limit))

    def _names_in(self, blocks: Collection[int], sought: Sequence[Sought]) -> Iterator[str]:
        for some in batches(blocks, BLOCKS_READ):
            query = select(_NAMES.names).where(_NAMES.id.in_(some)).order_by(_NAMES.id)
            for row in self._database.read(_all(query)):
                names = row.names.split("\n")
                yield from (name for name in names if all(each.is_in(name) for each in sought))

    # -- bringing up to date -----------------------------------------------------------------------

    def bring(
        self,
        bank: str,
        holdings: Mapping[str, tuple[Holding, str]],
        names: Callable[[str], Iterable[str]],
    ) -> int:
        """Have the index say of `bank` what `holdings` say; how many releases it read the names of.

        `holdings` has each release, and under the empty name the bank itself, with the stamp of
        what its names are taken from. Where that changed, `names` gives them anew.

        Raises
        ------
        LedgerError
            The ledger cannot be written; what is there by then is whole.
        """
        known = {each.holding.release: each for each in self.holdings(bank)}
        self._forget([each.number for name, each in known.items() if name not in holdings])
        read = 0
        for release, (holding, stamp) in holdings.items():
            had = known.get(release)
            if had is not None and had.stamp == stamp:
                if had.holding != holding:
                    self._say(had.number, holding)
                continue
            self._replace(holding, stamp, names(release) if release else ())
            read += bool(release)
        return read

    def forget(self, bank: str) -> None:
        """Leave out all of `bank`."""
        self._forget([each.number for each in self.holdings(bank)])

    def banks(self) -> frozenset[str]:
        """The banks of which something is in the index."""
        query = select(_HELD.bank).distinct()
        return frozenset(row.bank for row in self._database.read(_all(query)))

    def _say(self, number: int, holding: Holding) -> None:
        facts = change(tables.held).where(_HELD.id == number).values(facts=_facts(holding))
        self._database.write(lambda connection: connection.execute(facts))

    def _forget(self, numbers: Collection[int]) -> None:
        for number in numbers:
            self._database.write(partial(_leave_out, number=number))

    def _replace(self, holding: Holding, stamp: str, names: Iterable[str]) -> None:
        """Write `holding` and its names in place of what was there."""
        word = f"being written {secrets.token_hex(8)}"
        number = self._database.write(lambda connection: _begin(connection, holding, word))
        for some in _batched(_blocks(names)):
            add = partial(_add, number=number, word=word, blocks=some)
            if not self._database.write(add):
                return  # another process began later than we did, and knows better
        ended = change(tables.held).where(_HELD.id == number, _HELD.stamp == word)
        self._database.write(lambda connection: connection.execute(ended.values(stamp=stamp)))


# -- one transaction each --------------------------------------------------------------------------


def _all(query: Select[Any]) -> Callable[[Connection], Sequence[Any]]:
    return lambda connection: connection.execute(query).all()


def _begin(connection: Connection, holding: Holding, word: str) -> int:
    """The row of `holding`, without names; `word` says who is writing them."""
    its = _HELD.bank == rows.text(holding.bank), _HELD.release == rows.text(holding.release)
    said = {"facts": _facts(holding), "stamp": word}
    number = connection.execute(select(_HELD.id).where(*its).with_for_update()).scalar()
    if number is None:
        named = {"bank": rows.text(holding.bank), "release": rows.text(holding.release)}
        made = insert(tables.held).values(**named, **said).returning(_HELD.id)
        return int(connection.execute(made).scalar_one())
    _leave_out_names(connection, number)
    connection.execute(change(tables.held).where(_HELD.id == number).values(**said))
    return int(number)


def _add(connection: Connection, number: int, word: str, blocks: Sequence["_Block"]) -> bool:
    """Add `blocks` to the names of a release, if whoever began with `word` was the last to."""
    ours = select(_HELD.id).where(_HELD.id == number, _HELD.stamp == word).with_for_update()
    if connection.execute(ours).first() is None:
        return False
    in_column = connection.dialect.name != "sqlite"
    in_table = not in_column and tables.has_full_text(connection)
    for block in blocks:
        row = {"held": number, "names": block.names, "words": block.words if in_column else None}
        made = insert(tables.held_names).values(**row).returning(_NAMES.id)
        its_number = connection.execute(made).scalar_one()
        if in_table:
            words = text("INSERT INTO held_words (rowid, words) VALUES (:number, :words)")
            connection.execute(words, {"number": its_number, "words": block.words})
    return True


def _leave_out(connection: Connection, number: int) -> None:
    _leave_out_names(connection, number)
    connection.execute(delete(tables.held).where(_HELD.id == number))


def _leave_out_names(connection: Connection, number: int) -> None:
    if connection.dialect.name == "sqlite" and tables.has_full_text(connection):
        its = "SELECT id FROM held_names WHERE held = :number"
        words = text(f"DELETE FROM held_words WHERE rowid IN ({its})")  # noqa: S608 - our own words
        connection.execute(words, {"number": number})
    connection.execute(delete(tables.held_names).where(_NAMES.held == number))


def _where(connection: Connection, query: Select[Any], sought: Sequence[Sought]) -> Sequence[Any]:
    """The rows of `query` for the blocks in which a name can have all `sought`."""
    wanted = sorted({token for each in sought for token in each.tokens})
    if wanted and tables.has_full_text(connection):
        query = query.where(_has_words(connection.dialect.name, wanted))
    return connection.execute(query).all()


def _has_words(dialect: str, wanted: Sequence[str]) -> TextClause:
    """The condition that a block has words that begin with each of `wanted`."""
    asked, between, condition = _QUESTIONS[dialect]
    question = between.join(asked.format(token) for token in wanted)
    return text(condition).bindparams(question=question)


#: How a word with some beginning is asked for, what stands between, and the whole condition.
_QUESTIONS = {
    "sqlite": (
        '"{0}"*',
        " ",
        "held_names.id IN (SELECT rowid FROM held_words WHERE held_words MATCH :question)",
    ),
    "postgresql": ("{0}:*", " & ", "held_names.words @@ CAST(:question AS tsquery)"),
    "mariadb": ("+{0}*", " ", "MATCH (held_names.words) AGAINST (:question IN BOOLEAN MODE)"),
}


# -- values ----------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Block:
    names: str  #: a name a line
    words: str


def _blocks(names: Iterable[str]) -> Iterator[_Block]:
    some: list[str] = []
    letters = 0
    for name in names:
        if len(some) == NAMES_IN_BLOCK or letters > LETTERS_IN_BLOCK:
            yield _block(some)
            some, letters = [], 0
        some.append(rows.text(name))
        letters += len(name) if name.isascii() else 8 * len(name)  # as hexadecimal digits
    if some:
        yield _block(some)


def _block(names: Sequence[str]) -> _Block:
    return _Block("\n".join(names), " ".join(sorted(tokens_of_all(names))))


def _batched(blocks: Iterable[_Block]) -> Iterator[list[_Block]]:
    some: list[_Block] = []
    for block in blocks:
        some.append(block)
        if len(some) == BLOCKS_AT_ONCE:
            yield some
            some = []
    if some:
        yield some


def _facts(holding: Holding) -> str:
    facts = asdict(holding)
    facts["created"] = holding.created.isoformat() if holding.created is not None else None
    return rows.text(json.dumps(facts, ensure_ascii=False))


def _indexed(row: Any) -> Indexed:
    facts = json.loads(row.facts)
    facts["created"] = datetime.fromisoformat(facts["created"]) if facts["created"] else None
    for name in ("formats", "types"):
        facts[name] = tuple(facts[name])
    return Indexed(row.id, Holding(**facts), row.stamp)


def _order(holding: Holding) -> tuple[object, ...]:
    return holding.bank, -holding.number, holding.release
