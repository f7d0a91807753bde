"""
2bit: sequences of bases in two bits each, as UCSC's genome browser keeps them.

The file begins with a signature in the byte order of the machine that wrote it, a version (0, or 1
when offsets have eight bytes), the number of sequences, and an index of their names and offsets.
Each sequence has its length, the runs of N, the runs of small letters, and its bases, T 0, C 1,
A 2, G 3, the first in the highest bits of a byte (UCSC, "FAQ: data file formats", .2bit). All that
a file says of sizes is checked before it is believed. Normalised residues have no small letters;
a layout is told of them, as if the file had been the FASTA text that ``twoBitToFa`` makes of it.
"""

import struct
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from holdfast.errors import FormatError, UsageError
from holdfast.formats.blocks import Gathered
from holdfast.formats.compression import Content
from holdfast.formats.fasta import Block, Heading, LongRecord
from holdfast.formats.fasta_writing import Sink
from holdfast.formats.headings import cut_usual
from holdfast.formats.layout import BlockLines, LayoutWriter, RawBlock
from holdfast.formats.residues import long_letter_set

SIGNATURE = 0x1A412743
LITTLE, BIG = SIGNATURE.to_bytes(4, "little"), SIGNATURE.to_bytes(4, "big")
PIECE = 1 << 21  #: residues decoded at once
SHORT = 1 << 16  #: residues up to which sequences are gathered into blocks
TOGETHER = 1 << 14  #: sequences in a block at most
RUNS_LIMIT = 1 << 24  #: runs of one kind in a sequence
SEQUENCES_LIMIT = 1 << 24
WIDTH = 50  #: letters a line that ``twoBitToFa`` writes
NAME_LIMIT = 255  #: bytes: its length stands in one

_N = ord("N")
_ZERO = np.int8(0)  # an int would make eight bytes of each
_CODES = np.zeros(256, np.uint8)
_CODES[[ord("C"), ord("A"), ord("G")]] = 1, 2, 3
_FOUR = np.frombuffer(
    "".join("TCAG"[byte >> shift & 3] for byte in range(256) for shift in (6, 4, 2, 0)).encode(),
    np.uint32,
)

Longs = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Runs:
    """Slices of a sequence, in order and apart: all starts and all lengths, in residues."""

    starts: Longs
    lengths: Longs

    def within(self, start: int, end: int) -> npt.NDArray[np.bool_] | None:
        """Which of the residues from `start` to before `end` are in a run; None if none is."""
        ends = self.starts + self.lengths
        first = int(np.searchsorted(ends, start, "right"))
        last = int(np.searchsorted(self.starts, end, "left"))
        if first >= last:
            return None
        edges = np.zeros(end - start + 1, np.int8)
        # Runs may touch, so that a place is both an end and a start.
        np.add.at(edges, np.maximum(self.starts[first:last] - start, 0), 1)
        np.add.at(edges, np.minimum(ends[first:last], end) - start, -1)
        return np.cumsum(edges[:-1], dtype=np.int8).astype(bool)


class TwoBitReader:
    """Reads one 2bit file once, from its beginning to its end."""

    format = "2bit"

    def __init__(
        self, content: Content, layout: LayoutWriter | None = None, piece: int = PIECE
    ) -> None:
        self._content, self._piece = content, max(4, piece - piece % 4)
        self._text = _Text(layout) if layout is not None else None
        self.file = content.name  #: what errors call the file
        self._at = 0  # bytes read so far
        self._order = "<"

    def blocks(self) -> Iterator[Block | LongRecord]:
        """All sequences, in order. A long one's pieces must be used before the next item.

        A heading's ``line`` is the number of the sequence.

        Raises
        ------
        FormatError
            The file is not what it says: which sequence, and what is wrong.
        """
        gathered = Gathered()
        for number, (name, offset) in enumerate(self._index(), 1):
            heading = Heading(name, "", number)
            self._skip_to(offset, heading)
            length, unknown, small = self._runs(heading)
            pieces = self._pieces(length, unknown)
            if length <= SHORT:
                residues = b"".join(piece for piece, _ in pieces)
                gathered.add(heading, residues)
                if self._text is not None:
                    self._text.short(heading.name, residues, small)
                if gathered.size >= self._piece or len(gathered.headings) >= TOGETHER:
                    yield self._block(gathered)
                continue
            if gathered.headings:
                yield self._block(gathered)
            if self._text is not None:
                pieces = self._text.long(heading.name, pieces, small)
            yield LongRecord(heading, pieces)
            for _ in pieces:  # what the caller left is read past
                pass
        if gathered.headings:
            yield self._block(gathered)
        if self._content.read(1):
            raise FormatError(self.file, None, "there is something behind the last sequence")

    def _block(self, gathered: Gathered) -> Block:
        block = gathered.block()
        if self._text is not None:
            self._text.block(block)
        return block

    def _index(self) -> list[tuple[str, int]]:
        """Name and offset of each sequence, which must come in the order of their offsets."""
        self._order = "<" if self._read(4) == LITTLE else ">"
        version, count, _ = self._numbers(3)
        if version > 1 or not 0 < count <= SEQUENCES_LIMIT:
            raise self._strange(f"version {version} with {count:,} sequences is none we know")
        size = 8 if version else 4
        found: dict[str, int] = {}
        last = 0
        for _ in range(count):
            name = self._name(self._read(self._read(1)[0]))
            offset = int.from_bytes(self._read(size), "little" if self._order == "<" else "big")
            if name in found or offset <= last:
                raise self._strange(
                    f"the sequence {name} stands twice, or not in the order of the index; "
                    "write the file anew with twoBitToFa and faToTwoBit"
                )
            found[name] = last = offset
        return list(found.items())

    def _name(self, raw: bytes) -> str:
        try:
            name = raw.decode()
        except UnicodeDecodeError as error:
            raise self._strange("a name is not text") from error
        if not name or not name.isprintable() or " " in name:
            raise self._strange("a name is empty, or holds blanks or control characters")
        return name

    def _runs(self, heading: Heading) -> tuple[int, Runs, Runs]:
        """The length of the sequence that begins here, its runs of N and of small letters."""
        (length,) = self._numbers(1)
        unknown, small = self._some_runs(heading, length), self._some_runs(heading, length)
        self._numbers(1)
        return length, unknown, small

    def _some_runs(self, heading: Heading, length: int) -> Runs:
        (count,) = self._numbers(1)
        if count > min(length, RUNS_LIMIT):
            raise self._strange(f"the sequence {heading.name} says it has {count:,} runs")
        raw = np.frombuffer(self._read(8 * count), f"{self._order}u4").astype(np.int64)
        runs = Runs(raw[:count], raw[count:])
        ends = runs.starts + runs.lengths
        if count and (ends[-1] > length or (runs.starts[1:] < ends[:-1]).any()):
            raise self._strange(f"the runs of the sequence {heading.name} do not fit it")
        return runs

    def _pieces(self, length: int, runs: Runs) -> Iterator[tuple[bytes, int]]:
        for start in range(0, length, self._piece):
            end = min(start + self._piece, length)
            packed = np.frombuffer(self._read((end - start + 3) // 4), np.uint8)
            letters = np.take(_FOUR, packed).view(np.uint8)[: end - start]
            unknown = runs.within(start, end)
            if unknown is not None:
                letters[unknown] = _N
            plain = letters.tobytes()
            yield plain, long_letter_set(plain)

    def _numbers(self, count: int) -> tuple[int, ...]:
        return struct.unpack(f"{self._order}{count}I", self._read(4 * count))

    def _skip_to(self, offset: int, heading: Heading) -> None:
        if offset < self._at:
            raise self._strange(f"the sequence {heading.name} begins within what is before it")
        while self._at < offset:
            self._read(min(PIECE, offset - self._at))

    def _read(self, size: int) -> bytes:
        content = self._content.read(size)
        self._at += len(content)
        if len(content) < size:
            raise self._strange("is cut short")
        return content

    def _strange(self, problem: str) -> FormatError:
        return FormatError(self.file, None, f"{problem}; fetch or make the 2bit file again")


class _Text:
    """The FASTA text that ``twoBitToFa`` would make, told to a layout as it comes."""

    def __init__(self, layout: LayoutWriter) -> None:
        self._layout = layout
        self._records: list[bytes] = []  # of short sequences, until their block is whole

    def short(self, name: str, residues: bytes, small: Runs) -> None:
        """Take a short sequence; :meth:`block` follows."""
        text = _in_lines(_small(residues, small, 0), 0)
        end = b"" if text.endswith(b"\n") else b"\n"
        self._records.append(b">" + name.encode() + b"\n" + text + end)

    def block(self, block: Block) -> None:
        """Tell the short sequences taken, which are those of `block`."""
        text, self._records = b"".join(self._records), []
        heads = "\n".join(block.names).encode()
        self._layout.block(
            RawBlock(
                text=text,
                ended=True,
                lines=BlockLines.of(text),
                heads=heads,
                usual=cut_usual(heads) is not None,
                names=block.names,
                descriptions=block.descriptions,
                residues=block.residues.lengths,
                changed=True,
            )
        )

    def long(
        self, name: str, pieces: Iterator[tuple[bytes, int]], small: Runs
    ) -> Iterator[tuple[bytes, int]]:
        """The pieces of a long sequence, each told as it is asked for."""
        self._layout.long_heading(name.encode(), name, "")
        at, text = 0, b""
        for piece, letters in pieces:
            text = _in_lines(_small(piece, small, at), at % WIDTH)
            self._layout.long_piece(text, len(piece))
            at += len(piece)
            yield piece, letters
        if not text.endswith(b"\n"):
            self._layout.long_piece(b"\n", 0)
        self._layout.long_end()


def _small(residues: bytes, small: Runs, start: int) -> bytes:
    """`residues`, the first of which is the sequence's `start`, small where they were."""
    within = small.within(start, start + len(residues))
    if within is None:
        return residues
    letters = np.frombuffer(residues, np.uint8) | (within.view(np.uint8) << np.uint8(5))
    return letters.tobytes()


def _in_lines(letters: bytes, column: int) -> bytes:
    """`letters`, of which the first stands in `column`, in lines of WIDTH."""
    first = (WIDTH - column) % WIDTH
    starts = range(first, len(letters), WIDTH)
    lines = [letters[:first]] if first else []
    lines += [letters[at : at + WIDTH] for at in starts]
    text = b"\n".join(lines)
    return text + b"\n" if letters and (column + len(letters)) % WIDTH == 0 else text


@dataclass(frozen=True, slots=True)
class TwoBitEntry:
    """A sequence to be written: its length, its runs of N, and the runs of small letters."""

    name: str
    length: int
    unknown: Runs
    small: Runs

    @property
    def size(self) -> int:
        """The bytes it takes behind the index."""
        runs = len(self.unknown.starts) + len(self.small.starts)
        return 16 + 8 * runs + (self.length + 3) // 4


class TwoBitWriter:
    """Writes a 2bit file in one pass: first the index of all `entries`, then their bases.

    Bases must come in the order of the entries; what is none of ACGT must be in the runs of N.

    Raises
    ------
    UsageError
        A name or a sequence cannot be in a 2bit file.
    """

    def __init__(self, file: Sink, entries: Sequence[TwoBitEntry]) -> None:
        self._file = file
        names = [_checked_name(entry) for entry in entries]
        small = 16 + sum(len(name) + 5 for name in names) + sum(each.size for each in entries)
        width = 4 if small <= 0xFFFFFFFF else 8
        at = 16 + sum(len(name) + 1 + width for name in names)
        file.write(struct.pack("<4I", SIGNATURE, int(width == 8), len(entries), 0))
        for name, entry in zip(names, entries, strict=True):
            file.write(bytes([len(name)]) + name + at.to_bytes(width, "little"))
            at += entry.size

    def begin(self, entry: TwoBitEntry) -> None:
        """Write what stands before the bases of `entry`."""
        parts = [struct.pack("<I", entry.length)]
        for runs in (entry.unknown, entry.small):
            parts.append(struct.pack("<I", len(runs.starts)))
            parts += [runs.starts.astype("<u4").tobytes(), runs.lengths.astype("<u4").tobytes()]
        self._file.write(b"".join([*parts, bytes(4)]))

    def write(self, residues: bytes) -> None:
        """Write the next bases: a multiple of four, but for the last of an entry."""
        codes = _CODES[np.frombuffer(residues, np.uint8)]
        missing = -len(codes) % 4
        if missing:
            codes = np.concatenate([codes, np.zeros(missing, np.uint8)])
        four = codes.reshape(-1, 4)
        packed = four[:, 0] << 6 | four[:, 1] << 4 | four[:, 2] << 2 | four[:, 3]
        self._file.write(packed.tobytes())


def unknown_runs(pieces: Iterator[bytes]) -> tuple[Runs, int]:
    """The runs of N in residues that come in pieces, and their length.

    Raises
    ------
    ValueError
        There is a letter that is none of ACGTN; the message is the letter.
    """
    starts, ends, at = [np.empty(0, np.int64)], [np.empty(0, np.int64)], 0
    for piece in pieces:
        letters = np.frombuffer(piece, np.uint8)
        strange = piece.translate(None, b"ACGTN")
        if strange:
            raise ValueError(chr(strange[0]))
        edges = np.diff((letters == _N).view(np.int8), prepend=_ZERO, append=_ZERO)
        starts.append(np.flatnonzero(edges == 1) + at)
        ends.append(np.flatnonzero(edges == -1) + at)
        at += len(piece)
    first, last = np.concatenate(starts), np.concatenate(ends)
    touching = first[1:] == last[:-1]  # a run that goes on in the next piece
    first = first[np.concatenate([np.ones(min(1, len(first)), bool), ~touching])]
    last = last[np.concatenate([~touching, np.ones(min(1, len(last)), bool)])]
    return Runs(first, last - first), at


def _checked_name(entry: TwoBitEntry) -> bytes:
    name = entry.name.encode()
    if not 0 < len(name) <= NAME_LIMIT:
        raise UsageError(f"a 2bit file cannot hold the name {entry.name!r}; write FASTA instead")
    if entry.length > 0xFFFFFFFF:
        raise UsageError(f"{entry.name} is too long for a 2bit file; write FASTA instead")
    return name
