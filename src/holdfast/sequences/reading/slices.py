"""
Slices by the million: residues of many slices in one array, decoded without a step per slice.

A batch is three columns: names, starts, ends. The names become rows of the index, in one question.
Bases in two bits are then gathered across all sequences of a pack at once: the bytes that hold a
slice are taken from the mapped pack, shifted so that its first base comes first, and turned into
letters four at a time; what is none of ACGT is written over them from the records' runs. Compressed
sequences are decoded once each (blocks: each block that a slice begins in) and cut. Working room is
bounded, whatever the number of slices; only the answer grows with them.
"""

import collections.abc
import json
from collections.abc import Callable, Iterable, Iterator
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt
import zstandard

from holdfast.base.digests import Digest
from holdfast.errors import SequenceNotFound, StoreDamaged, UsageError
from holdfast.sequences.storage.codecs import (
    BLOCK,
    BLOCKS,
    TWO_BITS,
    Bytes,
    Longs,
    Record,
    TwoBitsRecord,
    open_record,
    unpack,
)
from holdfast.sequences.storage.index import Index
from holdfast.sequences.storage.packs import Packs
from holdfast.sequences.storage.schema import DROPPED

if TYPE_CHECKING:
    import pyarrow as pa

TOGETHER = 1 << 16  #: packed bytes (or residues) whose places are in memory at once
LONG = 1 << 16  #: bases from which a slice is decoded by itself
FEW = 8  #: slices of one compressed sequence below which arrays cost more than they save

#: Byte -> the four letters that it packs.
_FOUR_LETTERS = unpack(np.arange(256, dtype=np.uint8)).view(np.uint32)

Names = str | Digest | Iterable[str | Digest | int] | npt.NDArray[Any]


class Slices(collections.abc.Sequence[str]):
    """The residues of many slices, in the order asked for.

    `residues` holds all of them, joined, as ASCII codes; slice `n` is from ``offsets[n]`` to before
    ``offsets[n + 1]``. Neither can be written to.
    """

    __slots__ = ("offsets", "residues")

    def __init__(self, residues: Bytes, offsets: Longs) -> None:
        self.residues, self.offsets = residues, offsets
        residues.flags.writeable = offsets.flags.writeable = False

    def __len__(self) -> int:
        return len(self.offsets) - 1

    def __getitem__(self, key: Any) -> Any:
        """The residues of one slice as text, or those of several as a list of texts."""
        if isinstance(key, slice):
            return [self[place] for place in range(*key.indices(len(self)))]
        place = range(len(self))[key]
        return self.residues[self.offsets[place] : self.offsets[place + 1]].tobytes().decode()

    def __iter__(self) -> Iterator[str]:
        return iter(self.texts())

    @property
    def lengths(self) -> Longs:
        """The length of each slice, in residues."""
        return np.diff(self.offsets)

    def texts(self) -> list[str]:
        """All slices as texts."""
        joined = self.residues.tobytes().decode("ascii")
        return [joined[start:end] for start, end in pairwise(self.offsets.tolist())]

    def to_arrow(self) -> "pa.LargeStringArray":
        """All slices as an Arrow array of texts that shares this memory."""
        import pyarrow as pa  # noqa: PLC0415 - heavy, and few who read slices want it

        buffers = (pa.py_buffer(self.offsets), pa.py_buffer(self.residues))
        return pa.LargeStringArray.from_buffers(len(self), *buffers)

    def as_matrix(self, width: int | None = None, fill: str = "-") -> Bytes:
        """A row for each slice, a column for each place: ASCII codes, filled up with `fill`.

        Raises
        ------
        UsageError
            A slice is longer than `width` (default: the longest slice's), or `fill` is no letter.
        """
        if len(fill) != 1 or not fill.isascii():
            raise UsageError(f"{fill!r} cannot fill a matrix; give one ASCII character")
        lengths = self.lengths
        longest = int(lengths.max(initial=0))
        columns = longest if width is None else width
        if columns < longest:
            raise UsageError(f"a slice has {longest} residues; they do not fit {columns} columns")
        if len(self) and int(lengths.min()) == columns:
            return self.residues.reshape(-1, columns)
        matrix = np.full((len(self), columns), ord(fill), np.uint8)
        matrix[np.arange(columns) < lengths[:, np.newaxis]] = self.residues
        return matrix


class SliceReader:
    """Reads slices of the sequences whose index rows it is given; `dictionary` finds zstd's."""

    def __init__(
        self,
        packs: Packs,
        index: Index,
        rows: npt.NDArray[np.void],
        dictionary: Callable[[int], zstandard.ZstdCompressionDict],
    ) -> None:
        self._packs, self._rows, self._dictionary = packs, rows, dictionary
        used = json.dumps(np.unique(rows["pack"]).tolist())
        self._pack_names: dict[int, str] = dict(
            index.ask(
                "SELECT id, sha256 FROM packs WHERE id IN (SELECT value FROM json_each(?))",
                (used,),
            )
        )

    def read(self, codes: Longs, starts: Longs, ends: Longs) -> Slices:
        """The slices of the sequences `codes` (places among the rows); all must lie within."""
        offsets = np.zeros(len(starts) + 1, np.int64)
        np.cumsum(ends - starts, out=offsets[1:])
        out = np.empty(int(offsets[-1]), np.uint8)
        bases = self._rows["encoding"][codes] == TWO_BITS
        batch = _Batch(codes, starts, ends, offsets[:-1], out)
        self._read_bases(batch.where(bases))
        self._read_compressed(batch.where(~bases))
        return Slices(out, offsets)

    def _read_bases(self, batch: "_Batch") -> None:
        """Bases in two bits: pack by pack, and then what is none of ACGT, sequence by sequence."""
        rows = self._rows
        for pack, part in batch.split(rows["pack"][batch.codes]):
            content = np.frombuffer(self._packs.content(self._pack_names[pack]), np.uint8)
            _check_bases(rows[part.codes], len(content))
            first = rows["offset"][part.codes].astype(np.int64) * 4 + part.starts
            gather_bases(content, first, part.lengths, part.places, part.out)
        having_runs = rows["size"] > (rows["length"] + np.uint64(3)) // np.uint64(4)
        batch = batch.where(having_runs[batch.codes])
        for code, part in batch.split(batch.codes):
            record = self._record(code)
            assert isinstance(record, TwoBitsRecord)
            write_runs(record, part.starts, part.ends, part.places, part.out)

    def _read_compressed(self, batch: "_Batch") -> None:
        blocks = self._rows["encoding"][batch.codes] == BLOCKS
        part = batch.where(blocks)
        for code, slices in part.split(part.codes):
            _cut_blocks(self._record(code), slices)
        batch = batch.where(~blocks)
        for pack, part in batch.split(self._rows["pack"][batch.codes]):
            for number, slices in part.split(self._rows["dictionary"][part.codes]):
                self._read_frames(pack, number, slices)

    def _read_frames(self, pack: int, dictionary: int, batch: "_Batch") -> None:
        """Short compressed sequences of one pack: each is decoded once, many in one call."""
        batch = batch.part(np.argsort(batch.codes, kind="stable"))
        starting = np.flatnonzero(np.diff(batch.codes, prepend=-1))  # each sequence's first slice
        bounds = [*starting.tolist(), len(batch.codes)]
        rows = self._rows[batch.codes[starting]]
        content = self._packs.content(self._pack_names[pack])
        trained = self._dictionary(dictionary) if dictionary else None
        for some in _parts(rows["length"].astype(np.int64)):
            plain = decompress_many(content, rows[some], trained)
            part = batch.part(slice(bounds[some.start], bounds[some.stop]))
            lengths = rows["length"][some].astype(np.int64)
            numbers = np.repeat(
                np.arange(len(lengths)), np.diff(bounds[some.start : some.stop + 1])
            )
            _cut(plain, part.shifted((np.cumsum(lengths) - lengths)[numbers]), 0)

    def _record(self, code: int) -> Record:
        row = self._rows[code]
        content = self._packs.record(
            self._pack_names[int(row["pack"])], int(row["offset"]), int(row["size"])
        )
        number = int(row["dictionary"])
        dictionary = self._dictionary(number) if number else None
        return open_record(int(row["encoding"]), content, int(row["length"]), dictionary)


class _Batch:
    """Slices in columns: of which sequence, from where to where, and their places in `out`."""

    __slots__ = ("codes", "ends", "out", "places", "starts")

    def __init__(self, codes: Longs, starts: Longs, ends: Longs, places: Longs, out: Bytes) -> None:
        self.codes, self.starts, self.ends = codes, starts, ends
        self.places, self.out = places, out

    @property
    def lengths(self) -> Longs:
        return self.ends - self.starts

    def where(self, wanted: npt.NDArray[np.bool_]) -> "_Batch":
        """Those slices that are wanted."""
        return self if wanted.all() else self.part(np.flatnonzero(wanted))

    def part(self, which: Longs | slice) -> "_Batch":
        """Some of the slices, in the order of `which`."""
        columns = (self.codes, self.starts, self.ends, self.places)
        codes, starts, ends, places = (column[which] for column in columns)
        return _Batch(codes, starts, ends, places, self.out)

    def shifted(self, by: Longs) -> "_Batch":
        """The same slices of a text in which each stands further on."""
        return _Batch(self.codes, self.starts + by, self.ends + by, self.places, self.out)

    def split(self, keys: npt.NDArray[Any]) -> Iterator[tuple[int, "_Batch"]]:
        """The slices with equal `keys` together, in their order."""
        if not len(keys):
            return
        if (keys == keys[0]).all():
            yield int(keys[0]), self
            return
        order = np.argsort(keys, kind="stable")
        ordered, batch = keys[order], self.part(order)
        cuts = np.flatnonzero(ordered[1:] != ordered[:-1]) + 1
        for first, last in pairwise([0, *cuts.tolist(), len(keys)]):
            yield int(ordered[first]), batch.part(slice(first, last))


# Bases in two bits


def gather_bases(packed: Bytes, firsts: Longs, lengths: Longs, places: Longs, out: Bytes) -> None:
    """Write slices of packed bases to `out`, each to its place.

    `firsts` are places of bases in all of `packed` (byte `n` holds the bases from ``4 * n``). Runs
    are not known here: in their stead come the bases that were packed for them.
    """
    long = lengths > LONG
    for which in np.flatnonzero(long).tolist():
        first, length, place = int(firsts[which]), int(lengths[which]), int(places[which])
        _decode(packed, first, out[place : place + length])
    if long.any():
        short = ~long
        firsts, lengths, places = firsts[short], lengths[short], places[short]
    for part in _parts((lengths + 3) >> 2):
        _gather_some(packed, firsts[part], lengths[part], places[part], out)


def _check_bases(rows: npt.NDArray[np.void], pack_size: int) -> None:
    """Raise StoreDamaged unless the records of these index rows are in a pack of this size."""
    ends, packed = rows["offset"] + rows["size"], (rows["length"] + np.uint64(3)) >> np.uint64(2)
    if (ends > pack_size).any() or (packed > rows["size"]).any():
        raise StoreDamaged("a record of bases has the wrong size; run: holdfast seq check")


def _decode(packed: Bytes, first: int, out: Bytes) -> None:
    """Write the bases from `first` on to all of `out`, one piece after another."""
    for start in range(0, len(out), 4 * TOGETHER):
        piece = out[start : start + 4 * TOGETHER]
        byte, skip = divmod(first + start, 4)
        letters = unpack(packed[byte : byte + (skip + len(piece) + 3) // 4])
        piece[:] = letters[skip : skip + len(piece)]


def _gather_some(packed: Bytes, firsts: Longs, lengths: Longs, places: Longs, out: Bytes) -> None:
    """Write slices whose bytes are few enough for all their places to be in memory.

    ::

        two packed bytes     DDCCBBAA HHGGFFEE      (the first base is in the lowest bits)
        a slice begins at C: ....DDCC | FFEE....  = FFEEDDCC, the byte that packs C D E F
    """
    counts = (lengths + 3) >> 2  # bytes once the slice begins at the first base of one
    ends = np.cumsum(counts)
    byte = np.repeat((firsts >> 2) - (ends - counts), counts)
    byte += np.arange(len(byte))
    shift = np.repeat(((firsts & 3) << 1).astype(np.uint8), counts)
    low = np.take(packed, byte, mode="clip")
    low >>= shift
    byte += 1  # behind the last byte nothing is needed, so the last may stand there again
    high = np.take(packed, byte, mode="clip")
    high <<= 8 - shift  # a shift by 8 leaves nothing, as it should
    low |= high
    letters = np.take(_FOUR_LETTERS, low).view(np.uint8)
    surplus = 4 * counts - lengths
    wanted = np.ones(len(letters), bool)
    for nth in (1, 2, 3):
        wanted[4 * ends[surplus >= nth] - nth] = False
    _put(letters[wanted], lengths, places, out)


def write_runs(
    record: TwoBitsRecord, starts: Longs, ends: Longs, places: Longs, out: Bytes
) -> None:
    """Write what is none of ACGT over slices of a record that stand in `out` at their places."""
    runs = record.runs
    run_starts, run_ends = runs.starts.view(np.int64), runs.ends.view(np.int64)
    first = np.searchsorted(run_ends, starts, "right")
    last = np.searchsorted(run_starts, ends, "left")
    counts = np.maximum(last - first, 0)
    for part in _parts(counts):
        many = counts[part]
        slices = np.repeat(np.arange(part.start, part.stop), many)
        run = np.repeat(first[part] - (np.cumsum(many) - many), many) + np.arange(len(slices))
        starts_there = np.maximum(run_starts[run], starts[slices])
        lengths = np.minimum(run_ends[run], ends[slices]) - starts_there
        targets = places[slices] + starts_there - starts[slices]
        _fill(runs.letters[run], lengths, targets, out)


def _fill(letters: Bytes, lengths: Longs, places: Longs, out: Bytes) -> None:
    """Write each letter `length` times at its place."""
    long = lengths > LONG
    for which in np.flatnonzero(long).tolist():
        out[places[which] : places[which] + lengths[which]] = letters[which]
    if long.any():
        letters, lengths, places = letters[~long], lengths[~long], places[~long]
    for part in _parts(lengths):
        _put(np.repeat(letters[part], lengths[part]), lengths[part], places[part], out)


# What is compressed


def decompress_many(
    pack: memoryview,
    rows: npt.NDArray[np.void],
    dictionary: zstandard.ZstdCompressionDict | None,
) -> bytes:
    """The residues of short compressed sequences of one pack, joined; `rows` are the index's.

    Raises
    ------
    StoreDamaged
        They are not what was written.
    """
    if int(rows["length"].max()) > BLOCK:
        raise StoreDamaged("a compressed sequence is too long for one; run: holdfast seq check")
    frames = np.stack([rows["offset"], rows["size"]], axis=1).astype("<u8", copy=False)
    sizes = rows["length"].astype("<u8").tobytes()
    decompressor = zstandard.ZstdDecompressor(dict_data=dictionary)
    try:
        found = decompressor.multi_decompress_to_buffer(
            zstandard.BufferWithSegments(pack, frames.tobytes()), decompressed_sizes=sizes
        )
    except (zstandard.ZstdError, ValueError) as error:
        raise StoreDamaged(
            f"a compressed sequence cannot be read ({error}); run: holdfast seq check"
        ) from error
    return b"".join(found[nth].tobytes() for nth in range(len(found)))


def _cut_blocks(record: Record, batch: _Batch) -> None:
    """Slices of a sequence in blocks: those that begin in one block are cut together."""
    for block, part in batch.split(batch.starts // BLOCK):
        start = block * BLOCK
        _cut(record.residues(start, max(start, int(part.ends.max()))), part, start)


def _cut(residues: bytes, batch: _Batch, start: int) -> None:
    """Write slices to their places; `residues` begin at `start` of the sequence."""
    if len(batch.codes) < FEW:
        target = batch.out.data
        columns = (batch.starts - start, batch.ends - start, batch.places)
        for first, last, place in zip(*(column.tolist() for column in columns), strict=True):
            target[place : place + last - first] = residues[first:last]
        return
    plain = np.frombuffer(residues, np.uint8)
    lengths = batch.lengths
    long = lengths > LONG
    for which in np.flatnonzero(long).tolist():
        first, place = int(batch.starts[which]) - start, int(batch.places[which])
        batch.out[place : place + lengths[which]] = plain[first : first + lengths[which]]
    batch = batch.where(~long)
    lengths = batch.lengths
    for part in _parts(lengths):
        places = _places(batch.starts[part] - start, lengths[part])
        _put(plain[places], lengths[part], batch.places[part], batch.out)


# Ragged columns


def _parts(sizes: Longs) -> Iterator[slice]:
    """The rows in parts whose sizes sum up to about TOGETHER."""
    part = np.maximum(np.cumsum(sizes) - 1, 0) // TOGETHER
    cuts = np.flatnonzero(part[1:] != part[:-1]) + 1
    for first, last in pairwise([0, *cuts.tolist(), len(sizes)]):
        yield slice(first, last)


def _places(firsts: Longs, lengths: Longs) -> Longs:
    """All places of slices, one slice after another."""
    places = np.repeat(firsts - (np.cumsum(lengths) - lengths), lengths)
    places += np.arange(len(places))
    return places


def _put(joined: Bytes, lengths: Longs, places: Longs, out: Bytes) -> None:
    """Write slices that stand joined to their places in `out`."""
    first = int(places[0]) if len(places) else 0
    if len(places) and int(places[-1] + lengths[-1]) - first == len(joined):
        out[first : first + len(joined)] = joined  # places rise, so nothing is between them
    else:
        out[_places(places, lengths)] = joined


# What a batch asks for


def distinct(
    names: Names, table: Iterable[str | Digest] | None, count: int
) -> tuple[list[str | Digest], Longs]:
    """The different names of a batch of `count` slices, and which of them each slice is of.

    Raises
    ------
    UsageError
        There are more or fewer names than slices, or a code that is no place in the table.
    """
    if isinstance(names, str | Digest):
        return [names], np.zeros(count, np.int64)
    if table is not None:
        return _used(_whole_numbers(names, "the codes of names"), list(table), count)
    listed = names.tolist() if isinstance(names, np.ndarray) else list(names)
    _check_count(len(listed), count)
    try:
        codes = {name: code for code, name in enumerate(dict.fromkeys(listed))}
    except TypeError:  # what cannot be hashed is no name
        codes = {}
    if not all(isinstance(name, str | Digest) for name in codes) or (listed and not codes):
        raise UsageError("names are texts or digests; numbers need a table of names")
    return list(codes), np.fromiter(map(codes.__getitem__, listed), np.int64, count)


def _used(codes: Longs, table: list[str | Digest], count: int) -> tuple[list[str | Digest], Longs]:
    """Those names of the table that are asked for, and new codes for them."""
    _check_count(len(codes), count)
    if len(codes) and not 0 <= int(codes.min()) <= int(codes.max()) < len(table):
        bad = int(np.flatnonzero((codes < 0) | (codes >= len(table)))[0])
        raise UsageError(f"row {bad}: {codes[bad]} is no place in a table of {len(table)} names")
    used = np.flatnonzero(np.bincount(codes, minlength=len(table)))
    renamed = np.zeros(len(table), np.int64)
    renamed[used] = np.arange(len(used))
    return [table[place] for place in used.tolist()], renamed[codes]


def _check_count(names: int, count: int) -> None:
    if names != count:
        raise UsageError(f"there are {names} names for {count} slices")


def checked_bounds(starts: npt.ArrayLike, ends: npt.ArrayLike) -> tuple[Longs, Longs]:
    """Two columns of whole numbers, equally long.

    Raises
    ------
    UsageError
        They are not.
    """
    first, last = _whole_numbers(starts, "starts"), _whole_numbers(ends, "ends")
    if len(first) != len(last):
        raise UsageError(f"there are {len(first)} starts and {len(last)} ends")
    return first, last


def out_of_order(start: int, end: int, length: int) -> str:
    """What a fetch gives when `start` is negative or after `end`, which was cut to `length`.

    Raises
    ------
    UsageError
        It is no slice.
    """
    if start >= length and end == length:
        return ""  # past the end there is nothing, which is no mistake
    raise UsageError(f"{start}-{end} is not a slice: it must be 0 <= start <= end")


def clamped(starts: Longs, ends: Longs, lengths: Longs) -> tuple[Longs, Longs]:
    """Slices cut to their sequences (`lengths` in residues), as a fetch cuts one.

    Raises
    ------
    UsageError
        One is none; its row is said.
    """
    ends = np.minimum(ends, lengths)
    beyond = (starts >= lengths) & (ends == lengths)  # nothing is there, which is no mistake
    wrong = (starts < 0) | ((starts > ends) & ~beyond)
    if wrong.any():
        row = int(np.flatnonzero(wrong)[0])
        raise UsageError(
            f"row {row}: {starts[row]}-{ends[row]} is not a slice: it must be 0 <= start <= end"
        )
    return np.minimum(starts, ends), ends


def _whole_numbers(values: object, what: str) -> Longs:
    try:
        column = np.asarray(values)
    except ValueError as error:
        raise UsageError(f"{what} must be one column of whole numbers") from error
    if column.ndim != 1 or (column.dtype.kind not in "iu" and len(column)):
        raise UsageError(f"{what} must be one column of whole numbers")
    if column.dtype == np.uint64 and len(column) and int(column.max()) > np.iinfo(np.int64).max:
        raise UsageError(f"{what} are too large")
    return column.astype(np.int64, copy=False)


def check_kept(rows: npt.NDArray[np.void]) -> None:
    """Raise SequenceNotFound if the residues of one of these index rows are gone."""
    gone = rows["pack"] == DROPPED
    if gone.any():
        digest = Digest(rows["digest"][gone][0].tobytes())
        raise SequenceNotFound(f"the residues of {digest} were dropped; load them again")
