"""
BAM: SAM in binary form.

What is inside the compressed blocks is read here, without another library: a heading with the
targets, then records, each of which says how long it is. There are no lines; what is refused is
named by the number of its record (https://samtools.github.io/hts-specs/SAMv1.pdf, section 4).
"""

import struct
from collections.abc import Iterator

from holdfast.errors import FormatError
from holdfast.formats.alignments.interface import AlignmentFormat, Lengths, Readable
from holdfast.formats.alignments.pairs import PairWriter
from holdfast.formats.alignments.sam import WANTED, Flag, Record, aligned, texts

MAGIC = b"BAM\x01"
KINDS = "MIDNSHP=X"  #: the operations of a CIGAR, by their numbers
RECORD_LIMIT = 1 << 30  #: bytes
HEADING_LIMIT, NAME_LIMIT = 1 << 30, 1 << 16  #: bytes
FIXED = struct.Struct("<iiBBHHHiiii")  #: of a record, behind its size
#: The kinds of a tag's value, and how each is laid out.
VALUES = {
    kind: struct.Struct(f"<{layout}")
    for kind, layout in zip("AcCsSiIf", ("c", "b", "B", "h", "H", "i", "I", "f"), strict=True)
}
LONG_CIGAR = b"CG"  #: the tag that holds a CIGAR of more than 65,535 runs


class Bam(AlignmentFormat):
    """Records behind a heading."""

    name = "bam"
    title = "BAM"
    endings = (".bam",)

    @staticmethod
    def begins(head: bytes) -> bool:
        """See :meth:`AlignmentFormat.begins`."""
        return head.startswith(MAGIC)

    def paf(self, content: Readable, name: str, lengths: Lengths) -> Iterator[bytes]:
        """See :meth:`AlignmentFormat.paf`."""
        file = _File(content, name)
        targets = file.targets()
        writer = PairWriter(file, lengths)
        while data := file.record():
            try:
                record, target = _record(data, targets)
            except (struct.error, ValueError, IndexError) as error:
                raise file.error("the record is damaged") from error
            if record is not None:
                yield from aligned(file, writer, record, targets[target][1])

    def targets(self, content: Readable, name: str) -> dict[str, int] | None:
        """See :meth:`AlignmentFormat.targets`."""
        file = _File(content, name)
        return texts(dict(file.targets()), file) or None


class _File:
    """The content of a BAM file, and the record it is read up to."""

    def __init__(self, content: Readable, name: str) -> None:
        self._content, self._name = content, name
        self._record = 0

    def error(self, problem: str) -> FormatError:
        """`problem`, said of the record read last."""
        where = f"record {self._record:,}: " if self._record else ""
        return FormatError(self._name, None, where + problem)

    def targets(self) -> list[tuple[bytes, int]]:
        """The names and lengths in the heading."""
        if self._bytes(4, 4) != MAGIC:
            raise self.error("is no BAM file")
        self._bytes(self._number("heading"), HEADING_LIMIT)  # the text, told again below
        count = self._number("number of targets")
        found = []
        for _ in range(count):
            name = self._bytes(self._number("name"), NAME_LIMIT).removesuffix(b"\0")
            found.append((name, self._number("length")))
        if len({name for name, _ in found}) < len(found):
            raise self.error("two targets have one name")
        return found

    def record(self) -> bytes:
        """The next record; empty at the end."""
        first = self._content.read(1)
        if not first:
            return b""
        self._record += 1
        (size,) = struct.unpack("<I", first + self._bytes(3, 3))
        return self._bytes(max(size, 1), RECORD_LIMIT)

    def _number(self, what: str) -> int:
        number: int = struct.unpack("<i", self._bytes(4, 4))[0]
        if number < 0:
            raise self.error(f"the {what} is below 0: the file is damaged")
        return number

    def _bytes(self, size: int, limit: int) -> bytes:
        if size > limit:
            raise self.error(f"{size:,} bytes in one piece are too many: the file is damaged")
        data = self._content.read(size)
        if len(data) < size:
            raise self.error("the end is missing; fetch or make the file again")
        return data


def _record(data: bytes, targets: list[tuple[bytes, int]]) -> tuple[Record | None, int]:
    """The record in `data` and the number of its target; None if it is not mapped."""
    target, start, name_size, mapq, _, runs, flag, bases, _, _, _ = FIXED.unpack_from(data)
    if flag & Flag.UNMAPPED or target < 0:
        return None, 0
    if start < 0 or bases < 0 or not name_size:
        raise ValueError(start)
    at = FIXED.size + name_size
    name = data[FIXED.size : at - 1]
    cigar = _runs(data, at, runs)
    at += 4 * runs
    at += (bases + 1) // 2 + bases
    if at > len(data):
        raise ValueError(at)
    tags, long = _tags(data, at)
    # A CIGAR of too many runs is replaced by two: all of the query clipped, all of the target.
    cigar = long if long and [kind for _, kind in cigar] == ["S", "N"] else cigar
    return Record(name, flag, targets[target][0], start, mapq, cigar, tags), target


def _runs(data: bytes, at: int, count: int) -> list[tuple[int, str]]:
    numbers = struct.unpack_from(f"<{count}I", data, at)
    return [(number >> 4, KINDS[number & 15]) for number in numbers]


def _tags(data: bytes, at: int) -> tuple[dict[bytes, bytes], list[tuple[int, str]]]:
    """The wanted tags as SAM writes them, and the long CIGAR if there is one."""
    tags: dict[bytes, bytes] = {}
    runs: list[tuple[int, str]] = []
    while at < len(data):
        name, kind = data[at : at + 2], chr(data[at + 2])
        at += 3
        if kind in "ZH":
            end = data.index(b"\0", at)
            at = end + 1
        elif kind == "B":
            layout, count = struct.unpack_from("<cI", data, at)
            at += 5
            if name == LONG_CIGAR and layout == b"I":
                runs = _runs(data, at, count)
            at += count * _layout(chr(layout[0])).size
        else:
            (value,) = _layout(kind).unpack_from(data, at)
            at += _layout(kind).size
            if name in WANTED:
                tags[name] = value if isinstance(value, bytes) else b"%.7g" % value
    if at > len(data):
        raise ValueError(at)
    return tags, runs


def _layout(kind: str) -> struct.Struct:
    """How a value of `kind` is laid out; a ValueError if there is no such kind."""
    if kind not in VALUES:
        raise ValueError(kind)
    return VALUES[kind]
