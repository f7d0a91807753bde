"""
Blocks of records, for formats that read them one by one.

FASTA is cut into blocks of many records by its marks. Other formats say before each record how
long it is; their readers gather the short ones here into the same blocks, so that whoever takes
blocks need not know the format.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field

from holdfast.formats.fasta import Aliases, Block, Heading
from holdfast.formats.residues import Joined


@dataclass(frozen=True, slots=True)
class NumberedBlock(Block):
    """Whole records; `lines` are where they begin."""

    lines: Sequence[int] = ()

    @property
    def headings(self) -> list[Heading]:
        """The records' names and where they stand."""
        return list(map(Heading, self.names, self.descriptions, self.lines))


@dataclass(slots=True)
class Gathered:
    """Records on their way into a block: the lists run in parallel."""

    headings: list[Heading] = field(default_factory=list)
    residues: list[bytes] = field(default_factory=list)
    aliases: list[Aliases] = field(default_factory=list)
    size: int = 0  #: residues

    def add(self, heading: Heading, residues: bytes, aliases: Aliases = ()) -> None:
        """Take one more record, of normalised residues."""
        self.headings.append(heading)
        self.residues.append(residues)
        self.aliases.append(aliases)
        self.size += len(residues)

    def block(self) -> NumberedBlock:
        """All that was taken, at least one record; nothing is left."""
        names, descriptions, lines = map(list, zip(*self.headings, strict=True))
        made = NumberedBlock(
            names,
            descriptions,
            Joined.of(self.residues),
            b"",
            lines[0],
            self.aliases if any(self.aliases) else (),
            lines,
        )
        self.headings, self.residues, self.aliases, self.size = [], [], [], 0
        return made
