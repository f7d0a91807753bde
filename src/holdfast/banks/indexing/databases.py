"""
Databases: which files become one index, and what it is called.

Most tools make one index of all files, called as the bank is, or one of each file, called as the
file is without its suffixes.
"""

import re
from collections import Counter
from collections.abc import Container, Iterable, Iterator
from dataclasses import dataclass
from itertools import chain, count
from pathlib import Path
from typing import Annotated

from pydantic import StringConstraints

from holdfast.banks.indexing.acts import Act, Drop, Feed, Gather
from holdfast.banks.indexing.tool import Input, Keys, Packing, Work

PACKED = ("", ".gz", ".bgz", ".zst", ".bz2", ".xz")
DNA = ("fa", "fasta", "fas", "fna", "ffn", "frn")
DNA_FILES = tuple(f"**/*.{kind}{packed}" for kind in DNA for packed in PACKED)
FASTA_FILES = (*DNA_FILES, *(f"**/*.faa{packed}" for packed in PACKED))
GATHERED = "gathered.fa"  #: what is put together for a program that reads no pipe

_SUFFIXES = re.compile(rf"\.({'|'.join((*DNA, 'faa'))})$")
_PACKED = re.compile(r"\.(gz|bgz|zst|bz2|xz)$")
_ODD = re.compile(r"[^A-Za-z0-9_.+/-]|(?:^|(?<=/))[.-]")

DatabaseName = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9][A-Za-z0-9_.+-]{0,99}$")]


class DatabaseKeys(Keys):
    """The keys of a tool that makes databases."""

    database: DatabaseName | None = None  #: what it is called; None: as the bank
    each: bool = False  #: one of each file, instead of one of all


@dataclass(frozen=True, slots=True)
class Database:
    """Files that become one index."""

    name: str  #: a path in the folder of the index, without characters that programs stumble on
    inputs: tuple[Input, ...]

    @property
    def feed(self) -> Feed:
        """All files, one after another."""
        return Feed(tuple(each.path for each in self.inputs))


def databases(work: Work[DatabaseKeys]) -> Iterator[Database]:
    """The databases that `work` asks for."""
    if not work.keys.each:
        yield Database(work.keys.database or work.bank, work.inputs)
        return
    for name, each in zip(names(work.inputs), work.inputs, strict=True):
        yield Database(name, (each,))


def names(inputs: Iterable[Input]) -> list[str]:
    """What the index of each file is called: as the file, without suffixes."""
    whole = [each.name for each in inputs]
    return _apart([_SUFFIXES.sub("", unpacked(name)) for name in whole], whole)


def unpacked_names(inputs: Iterable[Input]) -> list[str]:
    """What each file is called when it is not packed."""
    whole = [each.name for each in inputs]
    return _apart([unpacked(name) for name in whole], whole)


def unpacked(name: str) -> str:
    """`name` without the suffix of what it is packed in."""
    return _PACKED.sub("", name)


def readable(database: Database, packings: Iterable[Packing]) -> tuple[tuple[Act, ...], str]:
    """One file that a program can read which reads no pipe, and the acts that make it.

    It is the only file itself if the program knows one of its `packings`.
    """
    first = database.inputs[0]
    if len(database.inputs) == 1 and first.packing in set(packings) and _is_plain(first.path):
        return (), str(first.path)
    return (Gather(database.feed, GATHERED),), GATHERED


def tidy(acts: tuple[Act, ...]) -> tuple[Act, ...]:
    """The acts that remove what :func:`readable` gathered."""
    return (Drop(GATHERED),) if acts else ()


def _apart(short: list[str], whole: list[str]) -> list[str]:
    """The short names, made plain; those that would be alike keep suffixes, or get numbers."""
    plain = [_ODD.sub("_", name) for name in short]
    often = Counter(plain)
    longer = [
        brief if often[brief] == 1 else _ODD.sub("_", name)
        for brief, name in zip(plain, whole, strict=True)
    ]
    told: dict[str, None] = {}
    for name in longer:
        told[_free(name, told)] = None
    return list(told)


def _free(name: str, taken: Container[str]) -> str:
    """`name`, or the first of ``name_2``, ``name_3`` … that nothing is called yet."""
    numbered = (f"{name}_{number}" for number in count(2))
    return next(each for each in chain((name,), numbered) if each not in taken)


def _is_plain(path: Path) -> bool:
    """Whether no program takes the path for a list of files, or for an option."""
    return not re.search(r"[,\s]", str(path))
