"""
FASTA, read in blocks of many records and pieces of long ones.

A record is a line ``>name description`` and lines of residues. The reader yields a :class:`Block`
of whole records for every few megabytes of text, or a :class:`LongRecord` when one record alone is
longer than that, whose residues then come in pieces: so neither a million short sequences nor one
chromosome costs more than a few blocks of memory, and no Python code runs per line. What is no
FASTA is refused with its file and line; nothing but :class:`FormatError` comes out of the reader.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, NamedTuple

from holdfast.errors import FormatError
from holdfast.formats.compression import Content, open_content
from holdfast.formats.fasta_writing import FastaWriter, heading_of
from holdfast.formats.headings import cut_usual
from holdfast.formats.layout import BlockLines, LayoutWriter, RawBlock
from holdfast.formats.residues import (
    FOREIGN,
    Joined,
    letter_sets,
    long_letter_set,
    normalise,
)

BLOCK = 2 << 20
FIRST = 4  # the first block is this part of one
HEADER_LIMIT = 1 << 20
NAME_LIMIT = 1024


#: What else a record is called: namespaces, and the name in each.
Aliases = Sequence[tuple[str, str]]


class Heading(NamedTuple):
    """A record's first line: its name, what follows the name, and where it stands.

    (A named tuple because there are as many as records, and it is made in a third of the time.)
    """

    name: str
    description: str
    line: int


@dataclass(frozen=True, slots=True)
class Block:
    """Whole records: the lists run in parallel.

    `text` is what they were read from, and `line` where it begins.
    """

    names: Sequence[str]
    descriptions: Sequence[str]
    residues: Joined
    text: bytes
    line: int
    aliases: Sequence[Aliases] = ()  #: of each record, in formats that have them; or nothing

    @property
    def letters(self) -> list[int]:
        """The records' letter sets, see :mod:`residues`; they are made only now, so ask once."""
        letters: list[int] = letter_sets(self.residues).tolist()
        return letters

    @property
    def headings(self) -> list[Heading]:
        """The records' first lines; they are counted only now, so ask once."""
        return list(map(Heading, self.names, self.descriptions, _lines(self.text, self.line)))


@dataclass(frozen=True, slots=True)
class LongRecord:
    """One record whose residues come in normalised pieces, each with its letter set."""

    heading: Heading
    pieces: Iterator[tuple[bytes, int]]
    aliases: Aliases = ()


@dataclass(frozen=True, slots=True)
class Record:
    """One whole record."""

    heading: Heading
    residues: bytes


class FastaReader:
    """Reads one FASTA text once; `layout` is told how the text was laid out."""

    format = "fasta"

    def __init__(
        self, content: Content, layout: LayoutWriter | None = None, block: int = BLOCK
    ) -> None:
        self._content, self._layout, self._block = content, layout, block
        # The first blocks are smaller, so that whoever works on them begins early.
        self._next, self._read_last = max(1, block // FIRST), 0
        self._line = 1  # of the first byte of the text not yet given out
        self._rest = b""
        self._ended = False

    @property
    def file(self) -> str:
        """What errors call the text."""
        return self._content.name

    def blocks(self) -> Iterator[Block | LongRecord]:
        """All records, in order. A long record's pieces must be used before the next item.

        Raises
        ------
        FormatError
            The text is no FASTA: it says what stands where.
        """
        self._start()
        while not (self._ended and not self._rest):
            text = self._whole_records()
            if text:
                yield self._parse(text)
            elif self._rest:
                record = self._long_record()
                yield record
                for _ in record.pieces:  # what the caller left is read past, and checked
                    pass
                if self._layout:
                    self._layout.long_end()

    def _start(self) -> None:
        """Stand before the first ``>``, past blank lines."""
        text = b""
        while not text and not self._ended:
            self._fill()
            text = self._rest.lstrip(b" \t\r\n\v\f")
            blank = self._rest[: len(self._rest) - len(text)]
            self._line += blank.count(b"\n")
            if self._layout:
                self._layout.preface(blank)
            self._rest = text
        if not text:
            raise FormatError(self.file, None, "is empty: there is no sequence in it")
        if not text.startswith(b">"):
            raise FormatError(self.file, self._line, _not_fasta(text))

    def _whole_records(self) -> bytes:
        """The next whole records; nothing when the next one is long, or there is none."""
        part = b"" if len(self._rest) >= self._read_last else self._read()
        cut = part.rfind(b"\n>") + 1
        if cut and not self._ended:  # the usual case, with as few copies as can be
            text, self._rest = b"".join([self._rest, memoryview(part)[:cut]]), part[cut:]
            return text
        self._rest += part
        cut = self._cut()
        while not (cut or self._ended) and len(self._rest) < self._block:
            self._fill()
            cut = self._cut()
        text, self._rest = self._rest[:cut], self._rest[cut:]
        return text

    def _cut(self) -> int:
        """Where the last whole record that was read ends; 0 when there is none."""
        return len(self._rest) if self._ended else self._rest.rfind(b"\n>") + 1

    def _fill(self) -> None:
        self._rest += self._read()

    def _read(self) -> bytes:
        """The next part of the text."""
        try:
            part = self._content.read(self._next)
        except FormatError as error:
            whole = self._rest.count(b"\n") + self._content.lost.count(b"\n")
            raise FormatError(self.file, self._line + whole, error.problem) from error
        self._ended, self._read_last = len(part) < self._next, self._next
        self._next = min(2 * self._next, self._block)
        return part

    def _parse(self, text: bytes) -> Block:
        """Records of `text`, which begins with ``>`` and ends where one does."""
        ended = text.endswith(b"\n")
        if not ended:
            text += b"\n"
        lines = BlockLines.of(text)
        heads = lines.heads(text)
        cut = cut_usual(heads)
        usual = cut is not None and cut[0].longest <= NAME_LIMIT
        names, descriptions = cut if cut and usual else self._headings(heads, text)
        residues = lines.bodies(text)
        if self._ended and not self._rest and not _last(residues).strip():
            last = heads.rpartition(b"\n")[2]
            self._refuse_cut(self._heading(last, _lines(text, self._line)[-1]))
        plain = residues if residues.are_letters() else self._normalised(residues, text)
        if self._layout:
            self._layout.block(
                RawBlock(
                    text=text,
                    ended=ended,
                    lines=lines,
                    heads=heads,
                    usual=usual,
                    names=names,
                    descriptions=descriptions,
                    residues=plain.lengths,
                    changed=plain is not residues,
                )
            )
        block = Block(names, descriptions, plain, text, self._line)
        self._line += len(lines.newlines)
        return block

    def _normalised(self, residues: Joined, text: bytes) -> Joined:
        """The residues of `text`, normalised and checked."""
        plain = Joined.of(list(map(normalise, residues)))
        if not plain.are_letters():
            first = int((letter_sets(plain) & FOREIGN).nonzero()[0][0])
            raise self._foreign(_body(text, first), _lines(text, self._line)[first])
        return plain

    def _long_record(self) -> LongRecord:
        end = self._rest.find(b"\n")
        while end < 0 and not self._ended and len(self._rest) <= HEADER_LIMIT:
            self._fill()
            end = self._rest.find(b"\n")
        if end < 0 and self._ended:  # the text ends with a name and nothing more
            end = len(self._rest)
        if not 0 <= end <= HEADER_LIMIT:
            raise FormatError(self.file, self._line, "the line after '>' is too long for FASTA")
        head = self._rest[1:end]
        heading = self._heading(head, self._line)
        if self._layout:
            self._layout.long_heading(head, heading.name, heading.description)
        self._rest = self._rest[end + 1 :]
        self._line += 1
        # The line's end is kept in mind: a '>' may follow at once.
        return LongRecord(heading, self._pieces(heading))

    def _pieces(self, heading: Heading) -> Iterator[tuple[bytes, int]]:
        found = False
        for text in self._texts():
            plain = normalise(text)
            letters = long_letter_set(plain)
            if letters & FOREIGN:
                raise self._foreign(text, self._line)
            self._lay_piece(text, len(plain))
            self._line += text.count(b"\n")
            if plain:
                found = True
                yield plain, letters
        if not found and self._ended and not self._rest:
            self._refuse_cut(heading)

    def _lay_piece(self, text: bytes, residues: int) -> None:
        if self._layout:
            try:
                self._layout.long_piece(text, residues)
            except ValueError as error:
                raise FormatError(self.file, self._line, str(error)) from error

    def _texts(self) -> Iterator[bytes]:
        """The raw text up to the next record, in parts."""
        at_line_start = True
        while True:
            text, self._rest = self._rest, b""
            cut = 0 if at_line_start and text.startswith(b">") else _next_record(text)
            if cut or (at_line_start and text.startswith(b">")):
                self._rest = text[cut:]
                yield text[:cut]
                return
            if text:
                yield text
                at_line_start = text.endswith(b"\n")
            if self._ended:
                return
            self._fill()

    def _headings(self, heads: bytes, text: bytes) -> tuple[list[str], list[str]]:
        """Names and descriptions; all are checked at once, and singly if one is wrong."""
        try:
            names, descriptions = _words(heads.decode())
        except (UnicodeDecodeError, IndexError):
            names, descriptions = [], []
        if not names or not "".join(names).isprintable() or max(map(len, names)) > NAME_LIMIT:
            found = list(map(self._heading, heads.split(b"\n"), _lines(text, self._line)))
            return [each.name for each in found], [each.description for each in found]
        return names, descriptions

    def _heading(self, head: bytes, line: int) -> Heading:
        try:
            words = head.decode().split(None, 1)
        except UnicodeDecodeError as error:
            raise FormatError(self.file, line, "is not text; is this a FASTA file?") from error
        if not words:
            raise FormatError(self.file, line, "a record has no name; write one after '>'")
        name = words[0]
        if len(name) > NAME_LIMIT or not name.isprintable():
            raise FormatError(
                self.file, line, "a name is too long or holds control characters; shorten it"
            )
        return Heading(name, words[1].rstrip() if len(words) > 1 else "", line)

    def _refuse_cut(self, heading: Heading) -> None:
        """A record may be empty; but a text that ends with a name was probably cut there."""
        raise FormatError(
            self.file,
            heading.line,
            f"the text ends behind the name {heading.name}, which has no residues; was it cut "
            "short? Complete or remove the record",
        )

    def _foreign(self, body: bytes, line: int) -> FormatError:
        """The error for the first foreign byte in `body`, which begins on `line`."""
        for offset, row in enumerate(body.split(b"\n")):
            plain = normalise(row)
            strange = plain.translate(None, bytes(range(65, 91)))
            if strange:
                return FormatError(self.file, line + offset, _strange(strange))
        raise AssertionError("no foreign byte after all")


def _body(text: bytes, record: int) -> bytes:
    """What stands from the heading's end of a record of `text` to the next heading."""
    lines = BlockLines.of(text)
    stops = [*lines.starts[1:].tolist(), len(text)]
    return text[int(lines.begins[record]) - 1 : stops[record]]


def _words(text: str) -> tuple[list[str], list[str]]:
    """The first word of each line, and what follows it, without a list kept for each.

    Raises IndexError when one has no word.
    """
    names, descriptions = [], []
    for head in text.split("\n"):
        words = head.split(None, 1)
        names.append(words[0])
        descriptions.append(words[1].rstrip() if len(words) > 1 else "")
    return names, descriptions


def _last(residues: Joined) -> bytes:
    """The last sequence, without having all cut."""
    return residues.whole[len(residues.whole) - int(residues.lengths[-1]) :]


def _lines(text: bytes, first: int) -> list[int]:
    """The line on which each record of `text` begins; the first one's is `first`."""
    lines: list[int] = (BlockLines.of(text).first - 1 + first).tolist()
    return lines


def _next_record(text: bytes) -> int:
    """Where the next record begins, or 0. (One byte is sought many times faster than two.)"""
    at = text.find(b">", 1)
    while at > 0 and text[at - 1] != 10:
        at = text.find(b">", at + 1)
    return max(at, 0)


def _strange(strange: bytes) -> str:
    if strange[0] < 32 or strange[0] > 126:
        return f"holds the byte 0x{strange[0]:02x}, so it is not text; is this a FASTA file?"
    return f"{chr(strange[0])!r} is not a residue; only letters and * are"


def _not_fasta(text: bytes) -> str:
    """A sentence on a text that does not begin with ``>``."""
    if text.startswith(b"@"):
        return "this looks like FASTQ (reads); convert it to FASTA first"
    line = text[:1000].split(b"\n")[0]
    if b"\0" in text[:1000] or not line.decode("ascii", "replace").rstrip("\r").isprintable():
        return "is not text; is this a FASTA file?"
    return "there is text before the first '>'; a FASTA file begins with '>name'"


def read_fasta(source: Path | BinaryIO, name: str | None = None) -> Iterator[Record]:
    """Each record of a FASTA file or stream, whole, in order.

    Raises
    ------
    FormatError
        The text is no FASTA, or its compression is damaged.
    """
    with open_content(source, name) as content:
        for item in FastaReader(content).blocks():
            if isinstance(item, LongRecord):
                yield Record(item.heading, b"".join(piece for piece, _ in item.pieces))
            else:
                yield from map(Record, item.headings, item.residues)


def write_record(file: BinaryIO, name: str, description: str, residues: bytes) -> None:
    """Write one record, 60 residues a line."""
    FastaWriter(file).write(heading_of(name, description), [residues])
