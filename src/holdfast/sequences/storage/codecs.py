"""
Codecs: residues to the bytes of a record in a pack, and any slice of them back.

A record carries no header; its length in residues, size in bytes and encoding stand in the journal.

=========  =======================================================================================
TWO_BITS   ceil(length / 4) bytes, four bases a byte, the first base in the lowest bits, A 0, C 1,
           T 2, G 3; then the *runs*: what is none of ACGT, as all starts (uint64), all ends
           (uint64) and all letters (bytes). All numbers are little-endian.
ZSTD       one zstd frame without content size, with the store's dictionary when it has a number
BLOCKS     zstd frames of 65,536 residues each, then the size of each frame (uint32)
=========  =======================================================================================

Bases get their codes from bits 1 and 2 of their ASCII letters, which differ for A, C, G and T, so
that encoding is four vector operations on words of four letters and takes no table.
"""

import threading
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import IntEnum
from functools import cache
from typing import Protocol

import numpy as np
import numpy.typing as npt
import zstandard

from holdfast.errors import StoreDamaged
from holdfast.formats.residues import Joined, letter_set

Bytes = npt.NDArray[np.uint8]
Longs = npt.NDArray[np.int64]

BLOCK = 1 << 16
LEVEL = 1
RUN_BYTES = 17
RUNS_SLACK = 1 << 20  # residues' worth of runs that a long sequence may begin with
SMALL_SLICE = 400
WIDE = 1 << 15  # packed bytes from which two are unpacked at a time
DICTIONARY_SIZE = 1 << 14
SAMPLES_LEAST = 200
SAMPLES_MOST = 1000
ACGT = letter_set("ACGT")
NUCLEOTIDES = letter_set("ACGTNRYSWKMBDHV")

_FOUR = ["".join("ACTG"[byte >> shift & 3] for shift in (0, 2, 4, 6)) for byte in range(256)]
_FOUR_LETTERS = np.array([np.frombuffer(four.encode(), np.uint32)[0] for four in _FOUR], np.uint32)
_four = _FOUR.__getitem__


class Encoding(IntEnum):
    """How the residues of one sequence are written."""

    TWO_BITS = 1  #: four bases a byte, exceptions beside
    ZSTD = 2  #: one zstd frame
    BLOCKS = 3  #: zstd frames that decode independently


# As plain numbers, for loops over many sequences: an enum's members are slow to look up.
TWO_BITS, ZSTD, BLOCKS = map(int, Encoding)


@dataclass(frozen=True, slots=True)
class Runs:
    """Where letters other than A, C, G and T stand: parallel arrays of slices and letters."""

    starts: npt.NDArray[np.uint64]
    ends: npt.NDArray[np.uint64]
    letters: Bytes

    def to_bytes(self) -> bytes:
        """The runs as a record ends with them."""
        return self.starts.tobytes() + self.ends.tobytes() + self.letters.tobytes()

    def shifted(self, by: int) -> "Runs":
        """The same runs, `by` residues further on."""
        return Runs(self.starts + np.uint64(by), self.ends + np.uint64(by), self.letters)


def pack(letters: Bytes) -> bytes:
    """Four bases a byte; letters other than ACGT become any base, their runs say what they were."""
    missing = -len(letters) % 4
    if missing:
        letters = np.concatenate([letters, np.full(missing, 65, np.uint8)])
    words = np.ascontiguousarray(letters).view("<u4") & np.uint32(0x06060606)
    # Brings the four 2-bit codes (each at bit 1 of its byte) together in the highest byte.
    words *= np.uint32(0x00820820)
    words >>= np.uint32(24)
    return words.astype(np.uint8).tobytes()


def unpack(packed: Bytes) -> Bytes:
    """The letters in packed bytes, four each; where runs were, some base."""
    if len(packed) < WIDE:
        return _FOUR_LETTERS[packed].view(np.uint8)
    letters = np.empty(len(packed), np.uint32)
    even = len(packed) // 2 * 2
    pairs, eights = packed[:even].view(np.uint16), letters[:even].view(np.uint64)
    table = _eight_letters()
    for at in range(0, len(pairs), WIDE):  # what an index is made into stays in the cache
        np.take(table, pairs[at : at + WIDE], out=eights[at : at + WIDE], mode="clip")
    letters[even:] = _FOUR_LETTERS[packed[even:]]
    return letters.view(np.uint8)


@cache
def _eight_letters() -> npt.NDArray[np.uint64]:
    """Two packed bytes, as a number of this machine, -> their eight letters."""
    bytes_ = np.arange(1 << 16, dtype=np.uint16).view(np.uint8).reshape(-1, 2)
    return _FOUR_LETTERS[bytes_].view(np.uint64).ravel()


def find_runs(letters: Bytes) -> Runs:
    """The runs of equal letters that are none of ACGT."""
    plain = letters == 65
    for base in (67, 71, 84):
        plain |= letters == base
    at = np.flatnonzero(~plain)
    found = letters[at]
    breaks = np.flatnonzero((np.diff(at) != 1) | (np.diff(found) != 0)) + 1
    firsts = np.concatenate([[0], breaks]) if len(at) else breaks
    lasts = np.concatenate([breaks, [len(at)]]) - 1 if len(at) else breaks
    starts, ends = at[firsts].astype("<u8"), (at[lasts] + 1).astype("<u8")
    return Runs(starts, ends, found[firsts])


def join_runs(parts: Sequence[Runs]) -> Runs:
    """The runs of pieces one after another; runs that touch and are alike become one."""
    starts = np.concatenate([np.empty(0, "<u8"), *(part.starts for part in parts)])
    ends = np.concatenate([np.empty(0, "<u8"), *(part.ends for part in parts)])
    letters = np.concatenate([np.empty(0, np.uint8), *(part.letters for part in parts)])
    apart = (starts[1:] != ends[:-1]) | (letters[1:] != letters[:-1])
    first = np.concatenate([np.ones(min(1, len(starts)), bool), apart])
    last = np.concatenate([apart, np.ones(min(1, len(starts)), bool)])
    return Runs(starts[first], ends[last], letters[first])


def suits_two_bits(residues: bytes, letters: int) -> bool:
    """Whether two bits a base, with the runs beside, is the shorter form of `residues`."""
    if letters & ~NUCLEOTIDES:
        return False
    if not letters & ~ACGT:
        return True
    runs = len(find_runs(np.frombuffer(residues, np.uint8)).starts)
    return runs * RUN_BYTES * 4 <= len(residues) + 64


class LongEncoder(Protocol):
    """Encodes a sequence that comes in pieces."""

    encoding: Encoding

    def update(self, residues: bytes) -> bytes:
        """Take the next residues; the bytes of the record that are ready."""

    def finish(self) -> bytes:
        """The last bytes of the record."""


class TwoBitsEncoder:
    """Four bases a byte, piece by piece; memory holds only the runs."""

    encoding = Encoding.TWO_BITS

    def __init__(self) -> None:
        self.length = self._found = 0
        self._rest = b""
        self._runs: list[Runs] = []

    def outgrown(self) -> bool:
        """Whether the runs have become more than two bits a base save: this is no DNA after all."""
        return self._found * RUN_BYTES * 4 > self.length + RUNS_SLACK

    def update(self, residues: bytes) -> bytes:
        """The packed bytes of all whole groups of four so far."""
        letters = np.frombuffer(residues, np.uint8)
        self._runs.append(find_runs(letters).shifted(self.length))
        self._found += len(self._runs[-1].starts)
        self.length += len(letters)
        whole = self._rest + residues if self._rest else residues
        cut = len(whole) - len(whole) % 4
        self._rest = whole[cut:]
        return pack(np.frombuffer(whole, np.uint8)[:cut])

    def finish(self) -> bytes:
        """The last group and the runs."""
        tail = pack(np.frombuffer(self._rest, np.uint8))
        return tail + join_runs(self._runs).to_bytes()


class BlocksEncoder:
    """Zstd frames of one block each, piece by piece."""

    encoding = Encoding.BLOCKS

    def __init__(self) -> None:
        self._rest = b""
        self._sizes: list[int] = []

    def update(self, residues: bytes) -> bytes:
        """The frames of all whole blocks so far."""
        whole = self._rest + residues
        cut = len(whole) - len(whole) % BLOCK
        self._rest = whole[cut:]
        return self._frames(whole[:cut])

    def finish(self) -> bytes:
        """The last block's frame and the table of sizes."""
        tail = self._frames(self._rest)
        return tail + np.array(self._sizes, "<u4").tobytes()

    def _frames(self, residues: bytes) -> bytes:
        compressor = compressor_with(None)
        blocks = [residues[at : at + BLOCK] for at in range(0, len(residues), BLOCK)]
        frames = [compressor.compress(block) for block in blocks]
        self._sizes.extend(map(len, frames))
        return b"".join(frames)


def long_encoder(first_piece: bytes, letters: int) -> LongEncoder:
    """The encoder for a long sequence that begins with `first_piece`."""
    return TwoBitsEncoder() if suits_two_bits(first_piece, letters) else BlocksEncoder()


def compressor_with(dictionary: zstandard.ZstdCompressionDict | None) -> zstandard.ZstdCompressor:
    """The store's compressor. The journal has sizes and dictionaries, so frames need not.

    They have a checksum of the residues: with it zstd refuses a frame with a flipped bit, which
    seldom is no frame any more.
    """
    if dictionary is None:
        return zstandard.ZstdCompressor(level=LEVEL, write_content_size=False, write_checksum=True)
    return zstandard.ZstdCompressor(
        level=LEVEL,
        dict_data=dictionary,
        write_content_size=False,
        write_checksum=True,
        write_dict_id=False,
    )


@dataclass(frozen=True, slots=True)
class Encoded:
    """Records of many sequences, one after another: their sizes, encodings and dictionaries."""

    content: bytes
    sizes: Longs
    encodings: Bytes
    dictionaries: Longs


def encode(
    residues: Sequence[bytes],
    letters: Sequence[int] | npt.NDArray[np.uint32],
    dictionary: tuple[int, zstandard.ZstdCompressionDict] | None,
    threads: int,
) -> Encoded:
    """The records of whole sequences, in order; `letters` are their letter sets."""
    joined = Joined.of(residues)
    encodings = choose_all(joined, letters)
    places = np.flatnonzero(encodings == ZSTD).tolist()
    short = joined if len(places) == len(joined) else [joined[place] for place in places]
    frames, frame_sizes = _frames(Joined.of(short), dictionary and dictionary[1], threads)
    sizes = np.zeros(len(residues), np.int64)
    sizes[encodings == ZSTD] = frame_sizes
    others = {
        place: two_bits(residues[place], int(letters[place]))
        if encodings[place] == TWO_BITS
        else blocks(residues[place])
        for place in np.flatnonzero(encodings != ZSTD).tolist()
    }
    for place, record in others.items():
        sizes[place] = len(record)
    number = dictionary[0] if dictionary else 0
    return Encoded(
        content=_woven(frames, others, encodings, sizes),
        sizes=sizes,
        encodings=encodings,
        dictionaries=np.where(encodings == ZSTD, number, 0),
    )


def _frames(
    residues: Joined, dictionary: zstandard.ZstdCompressionDict | None, threads: int
) -> tuple[bytes, list[int]]:
    """The frames of short sequences, joined, and the size of each."""
    if not len(residues):
        return b"", []
    lengths = residues.lengths.astype(np.uint64)
    segments = np.stack([np.cumsum(lengths) - lengths, lengths], axis=1)
    plain = zstandard.BufferWithSegments(residues.whole, segments.tobytes())
    found = compressor_with(dictionary).multi_compress_to_buffer(plain, threads=threads)
    frames = list(found)  # type: ignore[call-overload]  # a sequence, which its stub does not say
    return b"".join(frames), list(map(len, frames))


def _woven(frames: bytes, others: dict[int, bytes], encodings: Bytes, sizes: Longs) -> bytes:
    """All records in their order: the frames, and between them the `others`."""
    if not others:
        return frames
    ends = np.cumsum(np.where(encodings == ZSTD, sizes, 0)).tolist()
    parts, done = [], 0
    for place, record in others.items():
        parts += [frames[done : ends[place]], record]
        done = ends[place]
    return b"".join([*parts, frames[done:]])


def choose_all(residues: Joined, letters: Sequence[int] | npt.NDArray[np.uint32]) -> Bytes:
    """The encoding for each of many whole sequences; only nucleotides are looked at singly."""
    encodings = np.where(residues.lengths <= BLOCK, ZSTD, BLOCKS).astype(np.uint8)
    nucleotides = np.array(letters, np.uint32) & ~np.uint32(NUCLEOTIDES) == 0
    for place in np.flatnonzero(nucleotides).tolist():
        encodings[place] = choose(residues[place], int(letters[place]))
    return encodings


def choose(residues: bytes, letters: int) -> int:
    """The encoding for a whole sequence."""
    if not letters & ~NUCLEOTIDES and suits_two_bits(residues, letters):
        return TWO_BITS
    return ZSTD if len(residues) <= BLOCK else BLOCKS


def two_bits(residues: bytes, letters: int) -> bytes:
    """The TWO_BITS record of a whole sequence."""
    if not letters & ~ACGT:
        return pack(np.frombuffer(residues, np.uint8))
    encoder = TwoBitsEncoder()
    return encoder.update(residues) + encoder.finish()


def blocks(residues: bytes) -> bytes:
    """The BLOCKS record of a whole sequence."""
    encoder = BlocksEncoder()
    return encoder.update(residues) + encoder.finish()


class Record(Protocol):
    """A sequence's record, open for reading. Slices must lie within the sequence."""

    length: int

    def residues(self, start: int, end: int) -> bytes:
        """The residues from `start` to before `end`."""

    def text(self, start: int, end: int) -> str:
        """The same as text."""


class TwoBitsRecord:
    """Reads a TWO_BITS record: no compressor, no copy but of the bytes asked for."""

    __slots__ = ("_ends", "_packed", "_runs_letters", "_starts", "length")

    def __init__(self, record: memoryview, length: int) -> None:
        size = (length + 3) // 4
        runs, rest = divmod(len(record) - size, RUN_BYTES)
        if runs < 0 or rest:
            raise StoreDamaged("a record of bases has the wrong size; run: holdfast seq check")
        self.length = length
        self._packed = record[:size]
        self._starts = record[size : size + 8 * runs].cast("Q")
        self._ends = record[size + 8 * runs : size + 16 * runs].cast("Q")
        self._runs_letters = record[size + 16 * runs :]

    @property
    def runs(self) -> Runs:
        """Where letters other than A, C, G and T stand."""
        starts, ends = (np.frombuffer(part, "<u8") for part in (self._starts, self._ends))
        return Runs(starts, ends, np.frombuffer(self._runs_letters, np.uint8))

    def codes(self, start: int, end: int) -> Bytes:
        """The residues from `start` to before `end` as ASCII codes, in an array of its own."""
        first = start >> 2
        skip = start - 4 * first
        packed = np.frombuffer(self._packed[first : end + 3 >> 2], np.uint8)
        codes = unpack(packed)[skip : skip + end - start]
        if self._has_runs(start, end):
            for first, last, letter in self._runs_within(start, end):
                codes[first:last] = letter
        return codes

    def residues(self, start: int, end: int) -> bytes:
        """The residues from `start` to before `end`."""
        return self.codes(start, end).tobytes()

    def text(self, start: int, end: int) -> str:
        """The same as text; short slices skip NumPy, whose calls cost more than they do."""
        if end - start > SMALL_SLICE:
            return str(self.codes(start, end).data, "ascii")
        first = start >> 2
        letters = "".join(map(_four, self._packed[first : end + 3 >> 2]))
        skip = start - 4 * first
        plain = letters[skip : skip + end - start]
        if not self._has_runs(start, end):
            return plain
        codes = bytearray(plain.encode())
        for first, last, letter in self._runs_within(start, end):
            codes[first:last] = bytes([letter]) * (last - first)
        return codes.decode()

    def _has_runs(self, start: int, end: int) -> bool:
        if not self._ends:
            return False
        run = bisect_right(self._ends, start)
        return run < len(self._ends) and self._starts[run] < end

    def _runs_within(self, start: int, end: int) -> Iterator[tuple[int, int, int]]:
        """From where to where in a slice a run reaches, and its letter."""
        for run in range(bisect_right(self._ends, start), len(self._ends)):
            first, last = max(self._starts[run], start), min(self._ends[run], end)
            if first >= last:
                break
            yield first - start, last - start, self._runs_letters[run]


class ZstdRecord:
    """Reads a ZSTD record, which is short: it is decoded whole, and once."""

    __slots__ = ("_dictionary", "_plain", "_record", "length")

    def __init__(
        self, record: memoryview, length: int, dictionary: zstandard.ZstdCompressionDict | None
    ) -> None:
        if length > BLOCK:
            raise StoreDamaged("a compressed sequence is too long; run: holdfast seq check")
        self.length, self._record, self._dictionary = length, record, dictionary
        self._plain: bytes | None = None

    def residues(self, start: int, end: int) -> bytes:
        """The residues from `start` to before `end`."""
        plain = self._plain
        if plain is None:
            plain = self._plain = decompress(self._record, self.length, self._dictionary)
        return plain[start:end]

    def text(self, start: int, end: int) -> str:
        """The same as text."""
        return self.residues(start, end).decode("ascii", "replace")


class BlocksRecord:
    """Reads a BLOCKS record: only the blocks a slice touches are decoded; the last one is kept."""

    __slots__ = ("_frames", "_last", "_starts", "length")

    def __init__(self, record: memoryview, length: int) -> None:
        table = 4 * -(-length // BLOCK)
        if table > len(record):
            raise StoreDamaged("a record of blocks has the wrong size; run: holdfast seq check")
        sizes = np.frombuffer(record[len(record) - table :], "<u4")
        self.length = length
        self._frames = record[: len(record) - table]
        self._starts = [0, *np.cumsum(sizes, dtype=np.int64).tolist()]
        self._last = (-1, b"")

    def residues(self, start: int, end: int) -> bytes:
        """The residues from `start` to before `end`."""
        first, last = start // BLOCK, -(-end // BLOCK)
        plain = b"".join(self._block(block) for block in range(first, last))
        return plain[start - first * BLOCK : end - first * BLOCK]

    def text(self, start: int, end: int) -> str:
        """The same as text."""
        return self.residues(start, end).decode("ascii", "replace")

    def _block(self, block: int) -> bytes:
        last, plain = self._last  # one value, so that no thread sees half of another's
        if last != block:
            length = min(BLOCK, self.length - block * BLOCK)
            frame = self._frames[self._starts[block] : self._starts[block + 1]]
            plain = decompress(frame, length, None)
            self._last = (block, plain)
        return plain


def open_record(
    encoding: int,
    record: memoryview,
    length: int,
    dictionary: zstandard.ZstdCompressionDict | None,
) -> Record:
    """A record open for reading."""
    match encoding:
        case Encoding.TWO_BITS:
            return TwoBitsRecord(record, length)
        case Encoding.ZSTD:
            return ZstdRecord(record, length, dictionary)
        case Encoding.BLOCKS:
            return BlocksRecord(record, length)
    raise StoreDamaged(f"the encoding {encoding} is unknown; a newer Holdfast may know it")


def decompress(
    frame: memoryview, length: int, dictionary: zstandard.ZstdCompressionDict | None
) -> bytes:
    """The `length` residues of one zstd frame.

    Raises
    ------
    StoreDamaged
        It holds something else.
    """
    try:
        plain = _decompressor(dictionary).decompress(frame, max_output_size=max(length, 1))
    except zstandard.ZstdError as error:
        raise StoreDamaged(
            f"a compressed sequence cannot be read ({error}); run: holdfast seq check"
        ) from error
    if len(plain) != length:
        raise StoreDamaged("a compressed sequence has the wrong length; run: holdfast seq check")
    return plain


def _decompressor(
    dictionary: zstandard.ZstdCompressionDict | None,
) -> zstandard.ZstdDecompressor:
    """This thread's decompressor: to make one with a dictionary takes longer than a sequence."""
    held: tuple[object, zstandard.ZstdDecompressor] | None = getattr(_held, "last", None)
    if held is None or held[0] is not dictionary:
        _held.last = held = dictionary, zstandard.ZstdDecompressor(dict_data=dictionary)
    return held[1]


_held = threading.local()


def train(samples: Sequence[bytes]) -> bytes | None:
    """A dictionary made from short sequences, or None when they are too few to learn from.

    The parameters are fixed, so that training takes milliseconds and gives the same bytes for the
    same samples (Liao et al. 2016, "Effective construction of relative Lempel-Ziv dictionaries",
    is the algorithm behind zstd's trainer).
    """
    if len(samples) < SAMPLES_LEAST:
        return None
    try:
        trained = zstandard.train_dictionary(DICTIONARY_SIZE, list(samples), k=200, d=8)
    except zstandard.ZstdError:
        return None  # samples too short or too alike; frames without a dictionary serve as well
    return trained.as_bytes()
