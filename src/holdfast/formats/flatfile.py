"""
Flat files: what GenBank, EMBL and UniProt text have in common.

A record begins with a line of one word (``LOCUS``, ``ID``), has a head with its names, a table of
features that may be far longer than its residues, the residues, and ends with ``//``. The reader
takes names from the head, passes over the features by searching for the line where the residues
begin, and takes these out of their text in one C loop, so that the work for a record does not
depend on its lines. Like :mod:`~holdfast.formats.fasta` it gives blocks of short records and long
records in pieces, and holds no more than some megabytes of a text of any size.

A record whose residues are fewer or more than it says is refused: it was cut or edited.
"""

import re
from collections.abc import Iterator, Sequence
from typing import NamedTuple, Protocol

from holdfast.errors import FormatError
from holdfast.formats.blocks import Gathered
from holdfast.formats.compression import Content
from holdfast.formats.fasta import BLOCK, NAME_LIMIT, Aliases, Block, Heading, LongRecord
from holdfast.formats.residues import CAPITALS, REMOVED, long_letter_set

END = b"//"
HEAD_LIMIT = 1 << 24  #: bytes of a record before its features
LINE_LIMIT = 1 << 20
SHORT = 1 << 16  #: residues up to which a record is read whole
_BLANK = re.compile(rb"[ \t\r\n]+")
_NUMBERED = REMOVED + b"0123456789"  # residues stand between their numbers


class Names(NamedTuple):
    """What a record's head says: its name, description, other names, and length if it does."""

    name: str
    description: str
    aliases: Aliases
    length: int | None


class Dialect(Protocol):
    """What one flat file format has of its own."""

    format: str
    first: bytes  #: how a record's first line begins
    features: Sequence[bytes]  #: how the line behind the head may begin
    residues: bytes  #: how the line before the residues begins
    preamble: bytes  #: what stands in a text that has lines before its first record
    complete: str  #: how to get a record with its residues, when it came without

    def names(self, head: bytes, line: bytes) -> Names:
        """What the `head` says, and the `line` before the residues; ``name`` is "" if nothing."""


class Lines:
    """A text that is searched for lines, of which only a part is held."""

    def __init__(self, content: Content, block: int) -> None:
        self._content, self._block = content, block
        self._text = b""
        self._at = 0  # what stands before it in the text has been given out
        self._ended = False
        self.number = 1  #: the number of the next line

    def next_line(self) -> bytes:
        """The next line with its end; b"" behind the last."""
        while (end := self._text.find(b"\n", self._at)) < 0 and not self._ended:
            self._fill()
        return self._give(len(self._text) if end < 0 else end + 1)

    def skip_blank(self) -> None:
        """Pass over blank lines."""
        while True:
            blank = _BLANK.match(self._text, self._at)
            if blank:
                self._give(blank.end())
            if self._at < len(self._text) or self._ended:
                return
            self._fill()

    def begins(self, mark: bytes) -> bool:
        """Whether the next line begins with `mark`."""
        while len(self._text) - self._at < len(mark) and not self._ended:
            self._fill()
        return self._text.startswith(mark, self._at)

    def parts_to(self, marks: Sequence[bytes]) -> Iterator[bytes]:
        """The text up to the next line that begins with one of `marks`, in whole lines.

        Raises
        ------
        FormatError
            The text ends before.
        """
        while True:
            found = self._find(marks)
            if found >= 0:
                if found > self._at:
                    yield self._give(found)
                return
            if self._ended:
                line = self.number + self._text.count(b"\n", self._at)
                raise FormatError(
                    self._content.name, line, "the last record is cut short; fetch the file again"
                )
            whole = self._text.rfind(b"\n", self._at) + 1
            if whole:
                yield self._give(whole)
            self._fill()

    def skip_to(self, marks: Sequence[bytes]) -> None:
        """Pass over the text that :meth:`parts_to` would give."""
        for _ in self.parts_to(marks):
            pass

    def take_to(self, marks: Sequence[bytes], limit: int, problem: str) -> bytes:
        """The text that :meth:`parts_to` gives; FormatError if it is longer than `limit`."""
        line, size, parts = self.number, 0, []
        for part in self.parts_to(marks):
            parts.append(part)
            size += len(part)
            if size > limit:
                raise FormatError(self._content.name, line, problem)
        return parts[0] if len(parts) == 1 else b"".join(parts)

    def _find(self, marks: Sequence[bytes]) -> int:
        """Where the next line that begins with one of `marks` begins, or -1."""
        if self._text.startswith(tuple(marks), self._at):
            return self._at
        found, end = -1, len(self._text)
        for mark in marks:
            place = self._text.find(b"\n" + mark, self._at, end)
            if place >= 0:
                found, end = place + 1, place  # only what stands before can be nearer
        return found

    def _give(self, end: int) -> bytes:
        given = self._text[self._at : end]
        self.number += given.count(b"\n")
        self._at = end
        return given

    def _fill(self) -> None:
        rest = self._text[self._at :]
        if len(rest) > LINE_LIMIT + self._block:
            raise FormatError(self._content.name, self.number, "a line is too long to be right")
        try:
            part = self._content.read(self._block)
        except FormatError as error:
            line = self.number + rest.count(b"\n") + self._content.lost.count(b"\n")
            raise FormatError(self._content.name, line, error.problem) from error
        self._ended = len(part) < self._block
        self._text, self._at = rest + part, 0


class FlatReader:
    """Reads one flat file once."""

    def __init__(self, content: Content, dialect: Dialect, block: int = BLOCK) -> None:
        self._dialect, self._block = dialect, block
        self._lines = Lines(content, block)
        self.file = content.name  #: what errors call the text
        self.format = dialect.format

    def blocks(self) -> Iterator[Block | LongRecord]:
        """All records, in order. A long record's pieces must be used before the next item.

        Raises
        ------
        FormatError
            The text is not of this format, or a record is incomplete: it says which, and where.
        """
        gathered = Gathered()
        self._start()
        while self._at_record():
            heading, names = self._head()
            if names.length is not None and names.length <= SHORT:
                gathered.add(heading, self._short(heading, names.length), names.aliases)
                self._lines.next_line()
                if gathered.size >= self._block:
                    yield gathered.block()
                continue
            if gathered.headings:
                yield gathered.block()
            pieces = self._pieces(heading, names.length)
            yield LongRecord(heading, pieces, names.aliases)
            for _ in pieces:  # what the caller left is read past, and checked
                pass
            self._lines.next_line()
        if gathered.headings:
            yield gathered.block()

    def _start(self) -> None:
        """Stand before the first record."""
        self._lines.skip_blank()
        if self._dialect.preamble and not self._lines.begins(self._dialect.first):
            self._lines.skip_to([self._dialect.first])

    def _at_record(self) -> bool:
        """Whether another record begins here; False at the end."""
        self._lines.skip_blank()
        if self._lines.begins(self._dialect.first):
            return True
        line = self._lines.number
        if not self._lines.next_line():
            return False
        first = self._dialect.first.decode().strip()
        raise FormatError(
            self.file, line, f"a record must begin with {first}, and the one before end with //"
        )

    def _head(self) -> tuple[Heading, Names]:
        """The names of the record that begins here; afterwards its residues begin."""
        line = self._lines.number
        dialect = self._dialect
        marks = [END, dialect.residues, *dialect.features]
        head = self._lines.take_to(marks, HEAD_LIMIT, "this record's head is too long")
        self._lines.skip_to([END, dialect.residues])
        missing = self._lines.begins(END)
        before = b"" if missing else self._lines.next_line()
        names = dialect.names(head, before)
        if missing:
            raise FormatError(
                self.file,
                line,
                f"the record {names.name} has no sequence in it; {dialect.complete}",
            )
        if not names.name or len(names.name) > NAME_LIMIT or not names.name.isprintable():
            raise FormatError(self.file, line, "a record has no usable name; give it an accession")
        return Heading(names.name, names.description, line), names

    def _short(self, heading: Heading, length: int) -> bytes:
        """The residues of a record that says it has `length`."""
        line = self._lines.number
        problem = f"the record {heading.name} has more than the {length:,} residues it says"
        text = self._lines.take_to([END], 4 * length + 4096, problem)
        plain = self._plain(text, line)
        self._check_length(heading, len(plain), length)
        return plain

    def _pieces(self, heading: Heading, length: int | None) -> Iterator[tuple[bytes, int]]:
        found = 0
        while True:
            line = self._lines.number
            text = next(self._lines.parts_to([END]), b"")
            if not text:
                break
            plain = self._plain(text, line)
            found += len(plain)
            if length is not None and found > length:
                break
            if plain:
                yield plain, long_letter_set(plain)
        self._check_length(heading, found, length)

    def _plain(self, text: bytes, line: int) -> bytes:
        """The residues in `text`, which begins on `line`."""
        plain = text.translate(CAPITALS, _NUMBERED)
        if plain and not plain.isalpha():
            raise self._foreign(text, line)
        return plain

    def _foreign(self, text: bytes, line: int) -> FormatError:
        """The error for the first byte in `text` that is no residue."""
        for offset, row in enumerate(text.split(b"\n")):
            strange = row.translate(CAPITALS, _NUMBERED).translate(None, bytes(range(65, 91)))
            if strange:
                shown = ascii(strange[:1].decode("latin-1"))
                return FormatError(
                    self.file, line + offset, f"{shown} is not a residue; only letters and * are"
                )
        raise AssertionError("no foreign byte after all")

    def _check_length(self, heading: Heading, found: int, length: int | None) -> None:
        if length is not None and found != length:
            raise FormatError(
                self.file,
                heading.line,
                f"the record {heading.name} says it has {length:,} residues, and {found:,} were "
                "found; fetch the file again",
            )
        if not found:
            raise FormatError(
                self.file,
                heading.line,
                f"the record {heading.name} has no residues; complete or remove it",
            )


def text_of(raw: bytes) -> str:
    """A field's text on one line: UTF-8, or as old files have it, Latin-1."""
    try:
        text = raw.decode()
    except UnicodeDecodeError:
        text = raw.decode("latin-1")
    return " ".join(text.split())
