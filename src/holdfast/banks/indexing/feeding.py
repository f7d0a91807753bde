"""
Feeding: the plain bytes of files, as programs should get them.
"""

from collections.abc import Iterator

from holdfast.banks.indexing.acts import Feed, Lines
from holdfast.formats.compression import Content, open_content

CHUNK = 1 << 20  #: bytes given at once
SEQUENCES_FOLLOW = b"##FASTA"  #: ends the rows of a GFF3 file
HEADS = (b"#", b"track", b"browser")  #: how lines of a table begin that are no rows


def fed(feed: Feed) -> Iterator[bytes]:
    """What `feed` gives, in pieces.

    Raises
    ------
    FormatError
        A file cannot be read, is damaged or cut short.
    """
    for path in feed.files:
        with open_content(path) as content:
            yield from _wanted(_ended(_pieces(content)), feed)


def _wanted(pieces: Iterator[bytes], feed: Feed) -> Iterator[bytes]:
    if feed.lines is Lines.COMMENTS:
        return _joined(_comments(_lines(pieces)))
    if feed.lines is Lines.ROWS:
        return _joined(_rows(_lines(pieces)))
    return _marked(pieces, feed.mark.encode()) if feed.mark else pieces


def _pieces(content: Content) -> Iterator[bytes]:
    while piece := content.read(CHUNK):
        yield piece


def _ended(pieces: Iterator[bytes]) -> Iterator[bytes]:
    """`pieces`, and a line's end if they lack it: what follows would become part of the line."""
    last = b"\n"
    for piece in pieces:
        last = piece[-1:]
        yield piece
    if last != b"\n":
        yield b"\n"


def _marked(pieces: Iterator[bytes], mark: bytes) -> Iterator[bytes]:
    last = b"\n"
    for piece in pieces:
        marked = piece.replace(b"\n>", b"\n>" + mark)
        if last == b"\n" and piece.startswith(b">"):
            marked = b">" + mark + marked[1:]
        last = piece[-1:]
        yield marked


def _lines(pieces: Iterator[bytes]) -> Iterator[bytes]:
    """The lines of `pieces`, which end with one."""
    rest = b""
    for piece in pieces:
        *lines, rest = (rest + piece).split(b"\n")
        yield from lines


def _comments(lines: Iterator[bytes]) -> Iterator[bytes]:
    for line in lines:
        if not line.startswith(HEADS):
            return
        if line.startswith(b"#"):
            yield line


def _rows(lines: Iterator[bytes]) -> Iterator[bytes]:
    for line in lines:
        if line.startswith(SEQUENCES_FOLLOW):
            return
        if line and not line.startswith(HEADS):
            yield line


def _joined(lines: Iterator[bytes]) -> Iterator[bytes]:
    """`lines` in pieces of about a megabyte."""
    some: list[bytes] = []
    size = 0
    for line in lines:
        some.append(line)
        size += len(line)
        if size > CHUNK:
            yield b"\n".join(some) + b"\n"
            some, size = [], 0
    if some:
        yield b"\n".join(some) + b"\n"
