"""
What a tool owes: to say which acts make an index of some files.

A tool only decides. It must give the same acts for the same work, must name each program it runs
with the package that has it, and must write nothing outside the folder of the index.
"""

from abc import ABC, abstractmethod
from collections.abc import Iterable
from dataclasses import dataclass
from enum import Enum
from pathlib import Path
from typing import ClassVar, Generic, TypeVar

from pydantic import BaseModel, ConfigDict

from holdfast.banks.indexing.acts import Act


class Content(Enum):
    """What is in a file, by its first lines."""

    NUCLEOTIDE = "nucleotide"
    PROTEIN = "protein"
    OTHER = "other"  #: no FASTA, or an empty one


class Packing(Enum):
    """What a file is packed in, by its first bytes."""

    PLAIN = "plain"
    GZIP = "gzip"
    BGZIP = "bgzip"  #: gzip in blocks, of which any can be read alone
    OTHER = "other"  #: zstd, bzip2, xz: fed through pipes only


SEQUENCES = frozenset({Content.NUCLEOTIDE, Content.PROTEIN})
NUCLEOTIDES = frozenset({Content.NUCLEOTIDE})
PROTEINS = frozenset({Content.PROTEIN})


@dataclass(frozen=True, slots=True)
class Program:
    """A program that a tool runs, found on PATH."""

    name: str
    package: str  #: the package of Debian that has it
    version: tuple[str, ...] = ("--version",)  #: the words that make it say its version


class Keys(BaseModel):
    """The keys of a recipe's step that are a tool's own."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    options: tuple[str, ...] = ()  #: more words for the program that makes the index


K = TypeVar("K", bound=Keys)
K_co = TypeVar("K_co", bound=Keys, covariant=True)


@dataclass(frozen=True, slots=True)
class Input:
    """One file of the release."""

    name: str  #: below ``flat/``
    path: Path
    sha256: str
    packing: Packing = Packing.PLAIN
    content: Content = Content.OTHER

    @property
    def kind(self) -> str:
        """The type of what is made of it, as those who look for it call it."""
        return "protein" if self.content is Content.PROTEIN else "nucleic"


@dataclass(frozen=True, slots=True)
class Work(Generic[K_co]):
    """What an index is to be made of, and what may be used for it."""

    bank: str
    release: str
    inputs: tuple[Input, ...]  #: at least one, sorted by name
    flat: Path  #: the folder of the release's files
    folder: Path  #: where the index will be when it is made
    keys: K_co
    cores: int = 1
    memory: int | None = None  #: bytes


@dataclass(frozen=True, slots=True)
class Build:
    """One index: the acts that make it, and what those who look for it are told."""

    acts: tuple[Act, ...]
    format: str
    files: tuple[str, ...]  #: in the folder of the index: files, or what its programs call it
    types: tuple[str, ...] = ()


class Tool(ABC, Generic[K]):
    """One built-in step."""

    sentence: ClassVar[str]  #: what it makes
    programs: ClassVar[tuple[Program, ...]] = ()
    files: ClassVar[tuple[str, ...]] = ("**/*",)  #: globs of what it is about unless told
    keys: type[K]

    def needed(self, keys: K) -> tuple[Program, ...]:
        """The programs that a step with `keys` runs."""
        return self.programs

    def takes(self, keys: K) -> frozenset[Content] | None:
        """The contents it can be made of; None: all, and nobody need look."""
        return None

    @abstractmethod
    def builds(self, work: Work[K]) -> Iterable[Build]:
        """The indexes to make, each with its acts.

        Raises
        ------
        BankError
            They cannot be made of these files; the message says what to write in the recipe.
        """
