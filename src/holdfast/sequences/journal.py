"""
The journal: the append-only record of commits, and with the packs the whole truth of a store.

Each commit is one immutable file ``<number>-<sha256>.json.zst``, named by its number (from 1) and
the SHA-256 of its bytes, and carries the hash of the one before it; the first carries the store's
id. Inside is one JSON document in columns. Sequences are numbered from 0 in the order in which the
journal names them; everything else refers to them by that number.
"""

import json
import re
from base64 import b64decode, b64encode
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field, fields
from datetime import UTC, datetime
from hashlib import sha256
from itertools import accumulate
from operator import add, sub
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import zstandard

from holdfast.base.digests import SHA512T_BYTES
from holdfast.base.files import remove_leftovers, write_atomic
from holdfast.errors import StoreDamaged
from holdfast.sequences import lists
from holdfast.sequences.packs import PackName

SUFFIX = ".json.zst"
LEVEL = 4
JOINED = ("digests", "md5", "sha1")  #: columns written as base64 of all values
STEADY = ("packs", "encodings", "dictionaries")  #: columns written as runs of equal values
ROWS_LIMIT = 1 << 32  # rows one column may have; more is damage
ENTRY_LIMIT = 1 << 34  # bytes one entry may unpack to; larger ones are damage
Longs = npt.NDArray[np.int64]
_NAME = re.compile(r"(\d{8})-([0-9a-f]{64})\.json\.zst", re.ASCII)


@dataclass(frozen=True, slots=True)
class Origin:
    """Where a collection came from, as far as it is known."""

    url: str | None = None
    file: str = ""
    sha256: str | None = None
    release: str | None = None


@dataclass(slots=True)
class SequenceColumns:
    """New sequences, in columns. Digests, md5 and sha1 are joined: 24, 16 and 20 bytes each."""

    digests: bytes = b""
    md5: bytes = b""
    sha1: bytes = b""
    lengths: list[int] = field(default_factory=list)
    letters: list[int] = field(default_factory=list)
    packs: list[int] = field(default_factory=list)  #: place in the entry's list of packs
    offsets: list[int] = field(default_factory=list)
    sizes: list[int] = field(default_factory=list)
    encodings: list[int] = field(default_factory=list)
    dictionaries: list[int] = field(default_factory=list)  #: number of a dictionary, 0 for none

    def __len__(self) -> int:
        return len(self.lengths)

    def part(self, start: int, end: int) -> "SequenceColumns":
        """The rows from `start` to before `end`."""
        return SequenceColumns(
            self.digests[SHA512T_BYTES * start : SHA512T_BYTES * end],
            self.md5[16 * start : 16 * end],
            self.sha1[20 * start : 20 * end],
            *(column[start:end] for column in self._lists()),
        )

    def consistent(self) -> bool:
        """Whether all columns have the same number of rows."""
        rows = len(self)
        joined = (
            len(self.digests) == rows * SHA512T_BYTES
            and len(self.md5) == rows * 16
            and len(self.sha1) == rows * 20
        )
        return joined and all(len(column) == rows for column in self._lists())

    def _lists(self) -> tuple[list[int], ...]:
        """The columns that are lists, in the order of the fields."""
        return (
            self.lengths, self.letters, self.packs, self.offsets, self.sizes, self.encodings,
            self.dictionaries,
        )  # fmt: skip


@dataclass(frozen=True, slots=True)
class Aliases:
    """Aliases of one namespace that now belong to sequences, or (without) to none any more."""

    namespace: str
    texts: list[str]
    sequences: list[int] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Dictionary:
    """A zstd dictionary kept in a pack of this entry. Dictionaries are numbered from 1."""

    pack: int
    offset: int
    size: int


@dataclass(frozen=True, slots=True)
class LayoutPlace:
    """Where a text's layout is kept in a pack of this entry, and the SHA-256 of its bytes."""

    pack: int
    offset: int
    size: int
    sha256: str


@dataclass(slots=True)
class Moved:
    """What earlier entries brought and what is now in packs of this one, byte for byte as it was.

    The lists of sequences run in parallel. Dictionaries are named by their number, layouts by the
    entry of their collection and its place there.
    """

    sequences: list[int] = field(default_factory=list)
    packs: list[int] = field(default_factory=list)
    offsets: list[int] = field(default_factory=list)
    sizes: list[int] = field(default_factory=list)
    dictionaries: list[tuple[int, Dictionary]] = field(default_factory=list)
    layouts: list[tuple[int, int, LayoutPlace]] = field(default_factory=list)

    def __bool__(self) -> bool:
        return bool(self.sequences or self.dictionaries or self.layouts)


@dataclass(frozen=True, slots=True)
class NamedCollection:
    """A collection that now has this name.

    Its content is in the entry `content`, as that entry's collection `place`; 0 is this entry, and
    a `place` below 0 is that of the same digest.
    """

    name: str
    digest: str
    origin: Origin
    content: int = 0
    place: int = -1
    layout: LayoutPlace | None = None
    names: list[str] = field(default_factory=list)
    descriptions: list[str] = field(default_factory=list)
    sequences: list[int] = field(default_factory=list)
    residues: int = 0


@dataclass(frozen=True, slots=True)
class Entry:
    """One commit."""

    number: int
    previous: str
    time: str
    note: str = ""
    who: str = ""
    packs: list[PackName] = field(default_factory=list)
    dictionaries: list[Dictionary] = field(default_factory=list)
    sequences: SequenceColumns = field(default_factory=SequenceColumns)
    added: list[Aliases] = field(default_factory=list)
    retired: list[Aliases] = field(default_factory=list)
    collections: list[NamedCollection] = field(default_factory=list)
    retired_collections: list[str] = field(default_factory=list)  #: names that stand for none now
    undoes: list[int] = field(default_factory=list)  #: entries that this one reverses
    moved: Moved = field(default_factory=Moved)
    dropped: list[int] = field(default_factory=list)  #: sequences whose residues are gone
    dropped_packs: list[str] = field(default_factory=list)  #: packs that need no longer be there

    def aliases_changed(self) -> tuple[int, int]:
        """How many aliases it adds and how many it retires."""
        added, retired = (
            sum(len(each.texts) for each in changed) for changed in (self.added, self.retired)
        )
        return added, retired

    def empty(self) -> bool:
        """Whether it changes nothing."""
        return not (
            self.sequences
            or self.added
            or self.retired
            or self.collections
            or self.retired_collections
            or self.undoes
            or self.moved
            or self.dropped
            or self.dropped_packs
        )


@dataclass(frozen=True, slots=True)
class EntryName:
    """An entry's file name: its number and the SHA-256 of its bytes."""

    number: int
    sha256: str

    def __str__(self) -> str:
        return f"{self.number:08d}-{self.sha256}{SUFFIX}"


class Journal:
    """The journal's folder."""

    def __init__(self, folder: Path, store_id: str) -> None:
        self.folder, self.store_id = folder, store_id

    def names(self) -> list[EntryName]:
        """All entries, in order.

        Raises
        ------
        StoreDamaged
            One is missing, or two have the same number.
        """
        found = sorted(
            (int(match[1]), match[2])
            for path in self.folder.iterdir()
            if (match := _NAME.fullmatch(path.name))
        )
        names = [EntryName(number, digest) for number, digest in found]
        for expected, name in enumerate(names, 1):
            if name.number != expected:
                problem = "is missing" if name.number > expected else "is there twice"
                raise StoreDamaged(
                    f"the journal entry {min(expected, name.number)} {problem} in {self.folder}; "
                    "restore the journal from a copy"
                )
        return names

    def read(self, name: EntryName) -> Entry:
        """An entry, verified against its name.

        Raises
        ------
        StoreDamaged
            It is not what was written.
        """
        path = self.folder / str(name)
        content = path.read_bytes()
        if sha256(content).hexdigest() != name.sha256:
            raise StoreDamaged(f"{path} is damaged; restore it from a copy")
        entry = decode(content, str(path))
        if entry.number != name.number:
            raise StoreDamaged(f"{path} holds the entry {entry.number}; restore it from a copy")
        return entry

    def write(self, entry: Entry) -> EntryName:
        """Add `entry` durably; its name."""
        content = encode(entry)
        name = EntryName(entry.number, sha256(content).hexdigest())
        write_atomic(self.folder / str(name), content, 0o444)
        lists.note_entry(self.folder, lists.ListedEntry(entry.number, name.sha256, len(content)))
        return name

    def clear_leftovers(self) -> None:
        """Remove what an interrupted writer left. Only the one writer may ask this."""
        remove_leftovers(self.folder)


def now() -> str:
    """This moment, UTC, as entries write it."""
    return datetime.now(UTC).isoformat(timespec="seconds")


def encode(entry: Entry) -> bytes:
    """The bytes of an entry's file."""
    columns = {each.name: getattr(entry.sequences, each.name) for each in fields(SequenceColumns)}
    for joined in JOINED:
        columns[joined] = b64encode(columns[joined]).decode()
    for steady in STEADY:
        columns[steady] = runs(columns[steady])
    columns["offsets"] = runs(_gaps(columns["offsets"], columns["sizes"]))
    document = {
        "number": entry.number,
        "previous": entry.previous,
        "time": entry.time,
        "note": entry.note,
        "who": entry.who,
        "packs": [asdict(pack) for pack in entry.packs],
        "dictionaries": [asdict(dictionary) for dictionary in entry.dictionaries],
        "sequences": columns,
        "added": list(map(_aliases_document, entry.added)),
        "retired": list(map(_aliases_document, entry.retired)),
        "collections": list(map(_collection, entry.collections)),
        **_seldom(entry),
    }
    text = json.dumps(document, ensure_ascii=False, separators=(",", ":"))
    return zstandard.ZstdCompressor(level=LEVEL, write_checksum=True).compress(text.encode())


def _seldom(entry: Entry) -> dict[str, Any]:
    """The parts of an entry that are written only when there is something in them."""
    parts = {
        "retired_collections": entry.retired_collections,
        "undoes": entry.undoes,
        "moved": _moved_document(entry.moved) if entry.moved else None,
        "dropped": _steps(entry.dropped),
        "dropped_packs": entry.dropped_packs,
    }
    return {key: part for key, part in parts.items() if part}


def _moved_document(moved: Moved) -> dict[str, Any]:
    return {
        "sequences": _steps(moved.sequences),
        "packs": runs(moved.packs),
        "offsets": runs(_gaps(moved.offsets, moved.sizes)),
        "sizes": moved.sizes,
        "dictionaries": [[number, asdict(place)] for number, place in moved.dictionaries],
        "layouts": [[entry, nth, asdict(place)] for entry, nth, place in moved.layouts],
    }


def _moved(document: dict[str, Any]) -> Moved:
    sizes = document["sizes"]
    moved = Moved(
        sequences=_from_steps(document["sequences"]),
        packs=from_runs(document["packs"]),
        offsets=_from_gaps(from_runs(document["offsets"]), sizes),
        sizes=sizes,
        dictionaries=[(number, Dictionary(**each)) for number, each in document["dictionaries"]],
        layouts=[(entry, nth, LayoutPlace(**each)) for entry, nth, each in document["layouts"]],
    )
    if len({len(moved.sequences), len(moved.packs), len(moved.offsets), len(sizes)}) != 1:
        raise ValueError("its columns have different lengths")
    return moved


def runs(values: Sequence[int]) -> list[list[int]]:
    """Runs of equal values: each value and how often it stands there."""
    return _runs(np.array(values, np.int64))


def _runs(values: Longs) -> list[list[int]]:
    starts = np.flatnonzero(np.diff(values, prepend=values[:1] - 1))
    counts = np.diff(starts, append=len(values))
    pairs: list[list[int]] = np.stack([values[starts], counts], axis=1).tolist()
    return pairs


def from_runs(written: list[list[int]]) -> list[int]:
    """The values that `runs` wrote."""
    values: list[int] = _from_runs(written).tolist()
    return values


def _from_runs(written: list[list[int]]) -> Longs:
    if any(len(run) != 2 for run in written):
        raise ValueError("a run is a value and a count")
    pairs = np.array(written, np.int64).reshape(-1, 2)
    counts = pairs[:, 1]
    if (counts < 0).any() or int(counts.astype(object).sum()) > ROWS_LIMIT:
        raise ValueError("a column is too long")
    return np.repeat(pairs[:, 0], counts)


def _gaps(offsets: list[int], sizes: list[int]) -> list[int]:
    """How far each record begins behind the end of the one before it: mostly nothing."""
    ends = [0, *map(add, offsets, sizes)]
    return list(map(sub, offsets, ends))


def _from_gaps(gaps: list[int], sizes: list[int]) -> list[int]:
    """The offsets that `_gaps` wrote."""
    steps = map(add, gaps, [0, *sizes])
    return list(accumulate(steps))


def _steps(numbers: list[int]) -> list[list[int]]:
    """Numbers as the runs of what each is more than the one before it: mostly one."""
    values = np.array([0, *numbers], np.int64)
    return _runs(values[1:] - values[:-1])


def _from_steps(written: list[list[int]]) -> list[int]:
    found: list[int] = np.cumsum(_from_runs(written)).tolist()
    return found


def _aliases_document(aliases: Aliases) -> dict[str, Any]:
    return _shallow(aliases) | {"sequences": _steps(aliases.sequences)}


def _aliases(document: dict[str, Any]) -> Aliases:
    return Aliases(**document | {"sequences": _from_steps(document["sequences"])})


def _named(document: dict[str, Any]) -> NamedCollection:
    layout = document.get("layout")
    changed = {
        "origin": Origin(**document["origin"]),
        "sequences": _from_steps(document["sequences"]),
        "layout": LayoutPlace(**layout) if layout else None,
    }
    return NamedCollection(**document | changed)


def _shallow(value: Any) -> dict[str, Any]:
    """A dataclass as an object, without asdict's copy of every list."""
    return {each.name: getattr(value, each.name) for each in fields(value)}


def _collection(named: NamedCollection) -> dict[str, Any]:
    return _shallow(named) | {
        "origin": asdict(named.origin),
        "layout": asdict(named.layout) if named.layout else None,
        "sequences": _steps(named.sequences),
    }


def decode(content: bytes, file: str) -> Entry:
    """The entry in the bytes of a file; `file` is named by errors.

    Raises
    ------
    StoreDamaged
        It is no entry.
    """
    try:
        return _decode(content)
    except (ValueError, TypeError, KeyError, AttributeError, zstandard.ZstdError) as error:
        raise StoreDamaged(f"{file} is not a journal entry: {error}") from error


def _decode(content: bytes) -> Entry:
    if zstandard.frame_content_size(content) > ENTRY_LIMIT:
        raise ValueError("it would unpack to too much")
    document = json.loads(zstandard.ZstdDecompressor().decompress(content))
    unknown = document.keys() - _KEYS
    if unknown:
        raise ValueError(f"a newer Holdfast wrote {', '.join(sorted(unknown))}")
    columns = document["sequences"]
    for joined in JOINED:
        columns[joined] = b64decode(columns[joined], validate=True)
    for steady in STEADY:
        columns[steady] = from_runs(columns[steady])
    columns["offsets"] = _from_gaps(from_runs(columns["offsets"]), columns["sizes"])
    sequences = SequenceColumns(**columns)
    if not sequences.consistent():
        raise ValueError("its columns have different lengths")
    return Entry(
        number=document["number"],
        previous=document["previous"],
        time=document["time"],
        note=document["note"],
        who=document["who"],
        packs=[PackName(**pack) for pack in document["packs"]],
        dictionaries=[Dictionary(**dictionary) for dictionary in document["dictionaries"]],
        sequences=sequences,
        added=list(map(_aliases, document["added"])),
        retired=list(map(_aliases, document["retired"])),
        collections=list(map(_named, document["collections"])),
        retired_collections=document.get("retired_collections", []),
        undoes=document.get("undoes", []),
        moved=_moved(document["moved"]) if "moved" in document else Moved(),
        dropped=_from_steps(document.get("dropped", [])),
        dropped_packs=document.get("dropped_packs", []),
    )


_KEYS = {each.name for each in fields(Entry)}
