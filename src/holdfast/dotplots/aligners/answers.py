"""
What a tool wrote, made PAF between whole contigs: read, checked, folded, joined, sorted.

Nothing is kept of an answer that is not whole. A tool that died in the middle of a line, or wrote
what is not its format, fails the alignment, and the message tells where and what it said last.
"""

from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

import numpy as np
from numpy.typing import NDArray

from holdfast.dotplots.aligners.joining import joined, pieces_of
from holdfast.dotplots.aligners.programs import last_words
from holdfast.dotplots.aligners.sorting import Lines, order_of
from holdfast.dotplots.aligners.splitting import Blocks, folded
from holdfast.dotplots.aligners.tools import PAF, Tool
from holdfast.dotplots.genome import Genome
from holdfast.errors import AlignmentFailed, FormatError
from holdfast.formats.alignments.interface import Lengths
from holdfast.formats.alignments.reading import named, paf_lines
from holdfast.formats.columns import blocks as blocks_of
from holdfast.formats.compression import open_content
from holdfast.formats.paf import PafTable, read_paf

GZIP = b"\x1f\x8b"


@dataclass(frozen=True, slots=True)
class Wanted:
    """What an answer is about."""

    tool: Tool
    target: Genome
    query: Genome
    given: Blocks  #: what it was given of the target, whose contigs are never cut
    blocks: Blocks  #: what it was given of the query
    log: Path  #: what it said

    @property
    def lengths(self) -> Lengths:
        """The lengths of what the tool was given."""
        return Lengths(self.given.lengths, self.blocks.lengths)

    @property
    def is_alone(self) -> bool:
        """Whether it is about one genome that is compared with itself."""
        return self.target is self.query

    @property
    def is_plain(self) -> bool:
        """Whether the tool knows the contigs as they are."""
        return self.given.is_plain and self.blocks.is_plain


def put(answered: Path, wanted: Wanted, folder: Path, output: BinaryIO) -> None:
    """Write the PAF of the file `answered` to `output`; `folder` is for what lies about meanwhile.

    Raises
    ------
    AlignmentFailed
        It is not whole, or not about what was asked.
    """
    try:
        _refuse_half(answered, wanted.tool)
        paf = _paf(answered, wanted, folder / "answer.paf")
        table = read_paf(paf, _called(wanted.tool))
    except FormatError as error:
        said = last_words(wanted.log)
        last = f"; it said last: {said}" if said else ""
        raise AlignmentFailed(f"{wanted.tool.name} gave no whole answer: {error}{last}") from error
    _refuse_strange(table, wanted)
    if not wanted.is_plain:
        paf = _folded(paf, wanted, folder / "folded.paf")
        table = read_paf(paf)
        pieces = pieces_of(table, wanted.blocks) if wanted.tool.is_joined else []
        if pieces:
            paf = _joined(paf, pieces, folder / "joined.paf")
            table = read_paf(paf)
    order = order_of(table, wanted.target, wanted.query)
    if wanted.is_alone:
        order = order[~_on_itself(table)[order]]
    output.writelines(Lines(paf).taken(order))


def _called(tool: Tool) -> str:
    return f"the output of {tool.name}"


def _refuse_half(answered: Path, tool: Tool) -> None:
    """Raise for an answer that is not there, or that ends in the middle of a line."""
    if not answered.exists():
        raise FormatError(_called(tool), None, "it ended well, but wrote none")
    with answered.open("rb") as file:
        is_text = file.read(2) != GZIP
        size = file.seek(0, 2)
        file.seek(max(0, size - 1))
        if size and is_text and file.read(1) != b"\n":
            raise FormatError(
                f"the output of {tool.name}",
                None,
                "it ends in the middle of a line; is a disk full?",
            )


def _paf(answered: Path, wanted: Wanted, into: Path) -> Path:
    if wanted.tool.format == PAF:
        return answered
    try:
        with into.open("wb") as file:
            file.writelines(paf_lines(answered, named(wanted.tool.format), wanted.lengths))
    except FormatError as error:  # people know no file in a folder that goes away
        raise FormatError(_called(wanted.tool), error.line, error.problem) from error
    return into


def _refuse_strange(table: PafTable, wanted: Wanted) -> None:
    """Raise for a line about a contig that the tool was not given."""
    sides = (
        ("target", table.target_names, table.target_lengths, wanted.given.lengths),
        ("query", table.query_names, table.query_lengths, wanted.blocks.lengths),
    )
    for side, names, lengths, known in sides:
        for name, length in zip(names, lengths, strict=True):
            given = known.get(name)
            if given != length:
                what = "was not given" if given is None else f"has {given:,} bases, not {length:,}"
                raise AlignmentFailed(
                    f"{wanted.tool.name} answered of the {side} contig {name!r}, which {what}"
                )


def _on_itself(table: PafTable) -> NDArray[np.bool_]:
    """The lines that only say that a contig is itself."""
    names = {name: number for number, name in enumerate(table.target_names)}
    same = np.array([names.get(name, -1) for name in table.query_names], dtype=np.int64)
    found: NDArray[np.bool_] = (
        (same[table.query] == table.target)
        & (table.query_start == table.target_start)
        & (table.query_end == table.target_end)
        & (table.strand > 0)
    )
    return found


def _folded(paf: Path, wanted: Wanted, into: Path) -> Path:
    with open_content(paf) as content, into.open("wb") as file:
        file.writelines(folded(data, wanted.given, wanted.blocks) for data in blocks_of(content))
    return into


def _joined(paf: Path, pieces: list[tuple[int, ...]], into: Path) -> Path:
    lines = Lines(paf)
    others = np.ones(len(lines), dtype=bool)
    others[[number for match in pieces for number in match]] = False
    with into.open("wb") as file:
        file.writelines(lines.taken(np.flatnonzero(others)))
        file.writelines(joined([lines.line(number) for number in match]) for match in pieces)
    return into
