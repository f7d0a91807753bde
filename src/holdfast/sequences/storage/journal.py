"""
The journal: the append-only record of commits, and with the packs the whole truth of a store.

Each commit is one immutable file ``<number>-<sha256>.json.zst``, named by its number (from 1) and
the SHA-256 of its bytes, and carries the hash of the one before it; the first carries the store's
id. Inside is a JSON document and, behind it, the new sequences in binary columns. Sequences are
numbered from 0 in the order in which the journal names them; everything else refers to them by that
number.
"""

import json
import re
from array import array
from base64 import b64decode
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass, field, fields
from datetime import UTC, datetime
from hashlib import sha256
from itertools import accumulate, chain
from operator import add, sub
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import zstandard

from holdfast.base.digests import SHA512T_BYTES
from holdfast.base.files import WrittenBeside, remove_leftovers
from holdfast.base.texts import Texts, joined
from holdfast.errors import StoreDamaged
from holdfast.sequences.storage import lists
from holdfast.sequences.storage.packs import PackName

SUFFIX = ".json.zst"
LEVEL = 3
FASTEST = -7  #: the level of columns that do not shrink
ROWS_LIMIT = 1 << 32  # rows one column may have; more is damage
RUNS_SLACK = 1 << 16
DROPPED_LIMIT = 1 << 27  # sequences that one entry may drop
LIFTED_LEAST = 64  # texts in a list that is written beside the document
ENTRY_LIMIT = 1 << 34  # bytes one entry may unpack to; larger ones are damage
COLUMN_TYPES = {
    "digests": "V24", "md5": "V16", "sha1": "V20", "lengths": "<u8", "letters": "<u4",
    "packs": "<u4", "offsets": "<u8", "sizes": "<u8", "encodings": "u1", "dictionaries": "<u4",
}  # fmt: skip
DIGESTS = ("digests", "md5", "sha1")  #: columns
#: Digests do not shrink, so an entry of few bytes that promises many rows is damage.
DIGESTS_SHRINK, DIGESTS_SLACK = 100, 1 << 20
Longs = npt.NDArray[np.int64]
_NAME = re.compile(r"(\d{8})-([0-9a-f]{64})\.json\.zst", re.ASCII)


@dataclass(frozen=True, slots=True)
class Origin:
    """Where a collection came from, as far as it is known."""

    url: str | None = None
    file: str = ""
    sha256: str | None = None
    release: str | None = None


def _column(code: str) -> Callable[[], "array[int]"]:
    """What makes an empty column; `code` is the type of its numbers as `array` names it."""
    return lambda: array(code)


@dataclass(slots=True)
class SequenceColumns:
    """New sequences, in columns. Digests, md5 and sha1 are joined: 24, 16 and 20 bytes each."""

    digests: bytes = b""
    md5: bytes = b""
    sha1: bytes = b""
    lengths: "array[int]" = field(default_factory=_column("Q"))
    letters: "array[int]" = field(default_factory=_column("I"))
    packs: "array[int]" = field(default_factory=_column("I"))  #: place in the entry's list of packs
    offsets: "array[int]" = field(default_factory=_column("Q"))
    sizes: "array[int]" = field(default_factory=_column("Q"))
    encodings: "array[int]" = field(default_factory=_column("B"))
    dictionaries: "array[int]" = field(default_factory=_column("I"))  #: 0 for none

    def __len__(self) -> int:
        return len(self.lengths)

    def part(self, start: int, end: int) -> "SequenceColumns":
        """The rows from `start` to before `end`."""
        parts = (
            column[width * start : width * end]
            for column, width in (
                (self.digests, SHA512T_BYTES), (self.md5, 16), (self.sha1, 20), (self.lengths, 1),
                (self.letters, 1), (self.packs, 1), (self.offsets, 1), (self.sizes, 1),
                (self.encodings, 1), (self.dictionaries, 1),
            )
        )  # fmt: skip
        return SequenceColumns(*parts)  # type: ignore[arg-type]  # bytes and arrays, in their order


@dataclass(frozen=True, slots=True)
class Aliases:
    """Aliases of one namespace that now belong to sequences, or (without) to none any more."""

    namespace: str
    texts: Sequence[str]
    sequences: Sequence[int] = field(default_factory=list)


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
    names: Sequence[str] = field(default_factory=list)
    descriptions: Sequence[str] = field(default_factory=list)
    sequences: Sequence[int] = field(default_factory=list)
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


@dataclass(frozen=True, slots=True)
class StagedEntry:
    """An entry that is on the disk, of `size` bytes, and has not its name yet."""

    name: EntryName
    size: int
    file: WrittenBeside


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
        staged = self.stage(entry)
        self.put(staged)
        return staged.name

    def stage(self, entry: Entry) -> "StagedEntry":
        """Write `entry` durably, so that it only needs its name to be there."""
        frames = _frames(entry)
        hasher = sha256()
        for frame in frames:
            hasher.update(frame)
        name = EntryName(entry.number, hasher.hexdigest())
        file = WrittenBeside(self.folder / str(name), frames, 0o444)
        return StagedEntry(name, sum(map(len, frames)), file)

    def put(self, staged: "StagedEntry") -> None:
        """Let a staged entry be there. All that it names must be durable."""
        try:
            staged.file.put()
        except BaseException:
            staged.file.discard()
            raise
        name = staged.name
        lists.note_entry(self.folder, lists.ListedEntry(name.number, name.sha256, staged.size))

    def has(self, number: int) -> bool:
        """Whether there is an entry of this number."""
        return any(self.folder.glob(f"{number:08d}-*{SUFFIX}"))

    def clear_leftovers(self) -> None:
        """Remove what an interrupted writer left. Only the one writer may ask this."""
        remove_leftovers(self.folder)


def now() -> str:
    """This moment, UTC, as entries write it."""
    return datetime.now(UTC).isoformat(timespec="seconds")


def encode(entry: Entry) -> bytes:
    """The bytes of an entry's file."""
    return b"".join(_frames(entry))


def _frames(entry: Entry) -> list[bytes]:
    """The zstd frames of an entry's file: the document, and the columns of its sequences."""
    compressor, passing = (
        zstandard.ZstdCompressor(level=level, write_checksum=True) for level in (LEVEL, FASTEST)
    )
    names = COLUMN_TYPES if entry.sequences else ()
    columns = [
        (passing if name in DIGESTS else compressor).compress(column)
        for name, column in zip(names, _raw_columns(entry.sequences), strict=True)
    ]
    document = {
        "number": entry.number,
        "previous": entry.previous,
        "time": entry.time,
        "note": entry.note,
        "who": entry.who,
        "packs": [asdict(pack) for pack in entry.packs],
        "dictionaries": [asdict(dictionary) for dictionary in entry.dictionaries],
        "sequences": {"rows": len(entry.sequences), "frames": list(map(len, columns))},
        "added": list(map(_aliases_document, entry.added)),
        "retired": list(map(_aliases_document, entry.retired)),
        "collections": list(map(_collection, entry.collections)),
        **_seldom(entry),
    }
    texts = list(map(compressor.compress, _lifted(document)))
    document["texts"] = list(map(len, texts))
    text = json.dumps(document, ensure_ascii=False, separators=(",", ":"))
    return [compressor.compress(text.encode()), *columns, *texts]


def _lifted(document: dict[str, Any]) -> list[bytes]:
    """Take long lists of texts out of a document, joined by newlines; their numbers stay there.

    Equal lists are one: a file's names are mostly the aliases it gives.
    """
    found: list[bytes] = []
    for each, key in _text_lists(document):
        texts = each[key]
        raw = None if len(texts) < LIFTED_LEAST else joined(texts)
        if raw is None:
            each[key] = list(texts)
            continue
        if raw not in found:
            found.append(raw)
        each[key] = found.index(raw)
    return found


def _put_back(document: dict[str, Any], texts: Sequence[bytes]) -> None:
    """Put the lists that `_lifted` took out where they were."""
    for each, key in _text_lists(document):
        if isinstance(each[key], int):
            each[key] = Texts.read(texts[each[key]])


def _text_lists(document: dict[str, Any]) -> Iterator[tuple[dict[str, Any], str]]:
    """Where a document has lists of texts that may be long: an object, and its key."""
    for each in chain(document["added"], document["retired"]):
        yield each, "texts"
    for each in document["collections"]:
        yield each, "names"
        yield each, "descriptions"


def _raw_columns(sequences: SequenceColumns) -> Iterable[bytes]:
    """The columns one after another, none when there are no rows."""
    if not sequences:
        return
    ends = np.zeros(len(sequences) + 1, np.uint64)
    np.add(sequences.offsets, sequences.sizes, out=ends[1:], dtype=np.uint64)
    for name, kind in COLUMN_TYPES.items():
        if name in DIGESTS:
            yield getattr(sequences, name)
        elif name == "offsets":  # mostly each record begins where the one before it ends
            yield (np.asarray(sequences.offsets, np.uint64) - ends[:-1]).astype(kind).tobytes()
        else:
            yield np.asarray(getattr(sequences, name), kind).tobytes()


def _columns(rows: int, raw: Sequence[bytes]) -> SequenceColumns:
    """The columns that `_raw_columns` wrote."""
    columns = dict(zip(COLUMN_TYPES, raw, strict=True))
    made: dict[str, Any] = {name: columns.pop(name) for name in DIGESTS}
    for name, content in columns.items():
        made[name] = _filled(name, np.frombuffer(content, COLUMN_TYPES[name]))
    sizes = np.concatenate([np.zeros(1, np.uint64), made["sizes"]])[:rows]
    # Whole numbers wrap around, so gaps below nothing come out right.
    made["offsets"] = _filled("offsets", np.cumsum(made["offsets"] + sizes, dtype=np.uint64))
    return SequenceColumns(**made)


def _filled(name: str, values: npt.NDArray[Any] | Sequence[int]) -> "array[int]":
    """The column `name` with these values.

    Raises ValueError or OverflowError when they are too large for it.
    """
    column: array[int] = getattr(SequenceColumns(), name)
    if isinstance(values, list):
        column.fromlist(values)
    else:
        column.frombytes(np.asarray(values, f"u{column.itemsize}").tobytes())
    return column


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
        sequences=_from_steps(document["sequences"], len(sizes)),
        packs=from_runs(document["packs"], len(sizes)),
        offsets=_from_gaps(from_runs(document["offsets"], len(sizes)), sizes),
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


def from_runs(written: list[list[int]], most: int = ROWS_LIMIT) -> list[int]:
    """The values that `runs` wrote, `most` of them; a run takes few bytes and may promise many."""
    values: list[int] = _from_runs(written, most).tolist()
    return values


def _from_runs(written: list[list[int]], most: int) -> Longs:
    if any(len(run) != 2 for run in written):
        raise ValueError("a run is a value and a count")
    pairs = np.array(written, np.int64).reshape(-1, 2)
    counts = pairs[:, 1]
    if (counts < 0).any() or int(counts.astype(object).sum()) > most:
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


def _steps(numbers: Sequence[int]) -> list[list[int]]:
    """Numbers as the runs of what each is more than the one before it: mostly one."""
    values = np.asarray(numbers, np.int64)
    before = np.concatenate([np.zeros(1, np.int64), values[:-1]])[: len(values)]
    return _runs(values - before)


def _from_steps(written: list[list[int]], most: int) -> list[int]:
    found: list[int] = np.cumsum(_from_runs(written, most)).tolist()
    return found


def _aliases_document(aliases: Aliases) -> dict[str, Any]:
    return _shallow(aliases) | {"sequences": _steps(aliases.sequences)}


def _as_many(texts: Sequence[str]) -> int:
    """How many numbers may stand beside `texts`: as many, or a few more in what is malformed."""
    return len(texts) + RUNS_SLACK


def _aliases(document: dict[str, Any]) -> Aliases:
    numbers = _from_steps(document["sequences"], _as_many(document["texts"]))
    return Aliases(**document | {"sequences": numbers})


def _named(document: dict[str, Any]) -> NamedCollection:
    layout = document.get("layout")
    changed = {
        "origin": Origin(**document["origin"]),
        "sequences": _from_steps(document["sequences"], _as_many(document["names"])),
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
    except (
        ValueError, TypeError, LookupError, AttributeError, OverflowError, zstandard.ZstdError,
    ) as error:  # fmt: skip
        raise StoreDamaged(f"{file} is not a journal entry: {error}") from error


def _decode(content: bytes) -> Entry:
    if zstandard.frame_content_size(content) > ENTRY_LIMIT:
        raise ValueError("it would unpack to too much")
    reading = zstandard.ZstdDecompressor().decompressobj()
    document = json.loads(reading.decompress(content))
    unknown = document.keys() - _KEYS
    if unknown:
        raise ValueError(f"a newer Holdfast wrote {', '.join(sorted(unknown))}")
    columns, sizes = document["sequences"], document.get("texts", [])
    behind = memoryview(reading.unused_data)
    cut = len(behind) - sum(sizes)
    sequences = (
        _read_columns(columns["rows"], columns["frames"], behind[:cut])
        if "rows" in columns
        else _old_columns(columns)
    )
    _put_back(document, _read_texts(sizes, behind[cut:]))
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
        dropped=_from_steps(document.get("dropped", []), DROPPED_LIMIT),
        dropped_packs=document.get("dropped_packs", []),
    )


def _read_texts(sizes: list[int], content: memoryview) -> list[bytes]:
    """The texts in the frames of these `sizes`, which fill `content`."""
    ends = list(accumulate(sizes))
    frames = [content[end - size : end] for size, end in zip(sizes, ends, strict=True)]
    if sum(map(zstandard.frame_content_size, frames)) > ENTRY_LIMIT:
        raise ValueError("it would unpack to too much")
    return list(map(zstandard.ZstdDecompressor().decompress, frames))


def _read_columns(rows: int, sizes: list[int], content: memoryview) -> SequenceColumns:
    """The columns in the frames of these `sizes`, which fill `content`."""
    if sum(sizes) != len(content) or not 0 <= rows <= ROWS_LIMIT:
        raise ValueError("its columns are cut")
    if rows * SHA512T_BYTES > DIGESTS_SHRINK * len(content) + DIGESTS_SLACK:
        raise ValueError("it promises more sequences than it can hold")
    if not rows:
        return SequenceColumns()
    ends = list(accumulate(sizes))
    decompressor = zstandard.ZstdDecompressor()
    raw = []
    for kind, size, end in zip(COLUMN_TYPES.values(), sizes, ends, strict=True):
        frame = content[end - size : end]
        if zstandard.frame_content_size(frame) != rows * np.dtype(kind).itemsize:
            raise ValueError("its columns have different lengths")
        raw.append(decompressor.decompress(frame))
    return _columns(rows, raw)


def _old_columns(columns: dict[str, Any]) -> SequenceColumns:
    """The columns of an entry from before they were binary: lists, runs, and base64 of digests."""
    made: dict[str, Any] = {joined: b64decode(columns[joined], validate=True) for joined in DIGESTS}
    for steady in ("packs", "encodings", "dictionaries"):
        made[steady] = from_runs(columns[steady], len(columns["lengths"]))
    gaps = from_runs(columns["offsets"], len(columns["lengths"]))
    made["offsets"] = _from_gaps(gaps, columns["sizes"])
    made |= {name: columns[name] for name in ("lengths", "letters", "sizes")}
    rows = len(made["lengths"])
    for name, kind in COLUMN_TYPES.items():
        values = made[name]
        if isinstance(values, list):
            made[name] = values = _filled(name, values)
        width = 1 if isinstance(values, array) else np.dtype(kind).itemsize
        if len(values) != rows * width:
            raise ValueError("its columns have different lengths")
    return SequenceColumns(**made)


_KEYS = {each.name for each in fields(Entry)} | {"texts"}
