"""
Acts: what is done, one after another, to make an index.

They are values: a tool decides, :mod:`holdfast.banks.indexing.running` does. Paths that are text
are relative to the folder of the index, which is empty before the first act; the files of the
release are whole paths, and no act changes them.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from enum import Enum
from pathlib import Path


class Lines(Enum):
    """Which lines of a table are meant."""

    ALL = "all"
    COMMENTS = "comments"  #: those before the first row that begin with ``#``
    ROWS = "rows"  #: those that are neither comments nor empty, up to a section of sequences


@dataclass(frozen=True, slots=True)
class Feed:
    """The plain bytes of `files`, one after another, whatever they are packed in.

    Each file ends with a line's end. `mark` is put behind the ``>`` of each definition line.
    """

    files: tuple[Path, ...]
    lines: Lines = Lines.ALL
    mark: str = ""


@dataclass(frozen=True, slots=True)
class Run:
    """Run a program; what `feed` gives is its standard input.

    Its standard output goes through the programs of `through` and then to the end of the file
    `into`; without one it goes to the log. If it fails, `otherwise` is done instead.
    """

    words: tuple[str, ...]
    feed: Feed | None = None
    through: tuple[tuple[str, ...], ...] = ()
    into: str = ""
    directory: Path | None = None  #: where it runs; None: in the folder of the index
    environment: Mapping[str, str] = field(default_factory=dict, hash=False)
    otherwise: "tuple[Act, ...]" = ()


@dataclass(frozen=True, slots=True)
class Gather:
    """Append the plain bytes of `feed` to the file `into`: for programs that read no pipe."""

    feed: Feed
    into: str


@dataclass(frozen=True, slots=True)
class Write:
    """Put `text` into the file `into`."""

    into: str
    text: str


@dataclass(frozen=True, slots=True)
class Link:
    """Make `link` a symbolic link to a file of the release."""

    link: str
    file: Path


@dataclass(frozen=True, slots=True)
class Drop:
    """Remove the files and folders that `glob` means."""

    glob: str


Act = Run | Gather | Write | Link | Drop


def files_of(acts: Iterable[Act]) -> Iterator[Path]:
    """The files of the release that `acts` read, those of last resort included."""
    for act in acts:
        if isinstance(act, Link):
            yield act.file
        elif isinstance(act, Run | Gather) and act.feed is not None:
            yield from act.feed.files
        if isinstance(act, Run):
            yield from files_of(act.otherwise)
