"""
What a format of alignments owes.

It turns a file's content, front to back and in bounded memory, into lines of PAF, in the file's own
order, with all that the file tells: both strands' coordinates on the forward strand, lengths, and
where there is a base alignment, its CIGAR (``cg:Z:``) and, if the file has the bases, edits
(``NM:i:``). What is wrong in the file is a :class:`~holdfast.errors.FormatError` with its line.
"""

from abc import ABC, abstractmethod
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import ClassVar

from holdfast.formats.columns import Readable

__all__ = ["AlignmentFormat", "Lengths", "Readable"]


@dataclass(frozen=True, slots=True)
class Lengths:
    """The lengths of contigs in bases, by name, where they are known otherwise than by the file.

    A side that is None is not known: a format that lacks lengths must then refuse the file and say
    that a FASTA file or an index is needed.
    """

    target: Mapping[str, int] | None = None
    query: Mapping[str, int] | None = None


class AlignmentFormat(ABC):
    """One format of alignments."""

    name: ClassVar[str]  #: as people choose it, and as a tool's `parser`
    title: ClassVar[str]  #: for lists
    endings: ClassVar[tuple[str, ...]]  #: of file names, lower-case, with their dots, uncompressed

    @staticmethod
    @abstractmethod
    def begins(head: bytes) -> bool:
        """Whether a file whose first 64 KiB, uncompressed, are `head` is surely of this format."""

    @abstractmethod
    def paf(self, content: Readable, name: str, lengths: Lengths) -> Iterator[bytes]:
        """Lines of PAF, each with its end, any number in each piece.

        Raises
        ------
        FormatError
            `content`, which people know by `name`, is not of this format, or it lacks lengths that
            are not in `lengths` either.
        """

    def targets(self, content: Readable, name: str) -> dict[str, int] | None:
        """The lengths of all contigs of the target, in order, by name, also of those without a
        match; None if files of this format do not list them.

        Raises
        ------
        FormatError
            As for :meth:`paf`.
        """
        del content, name
        return None
