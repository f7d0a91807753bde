"""
PAF itself: its lines are checked and pass as they are.
"""

from collections.abc import Iterator

from holdfast.formats.alignments.interface import AlignmentFormat, Lengths, Readable
from holdfast.formats.alignments.lines import are_digits, first_lines
from holdfast.formats.alignments.mashmap import is_sketched
from holdfast.formats.paf import COLUMNS, checked_blocks

NUMBERS = (1, 2, 3, 6, 7, 8, 9, 10, 11)


class Paf(AlignmentFormat):
    """PAF of minimap2 and others, with or without CIGARs."""

    name = "paf"
    title = "PAF (minimap2, wfmash …)"
    endings = (".paf",)

    @staticmethod
    def begins(head: bytes) -> bool:
        """See :meth:`AlignmentFormat.begins`."""
        line = next(iter(first_lines(head)), b"")
        words = line.split(b"\t")
        return (
            len(words) >= COLUMNS
            and words[4] in (b"+", b"-")
            and are_digits([words[column] for column in NUMBERS])
            and not is_sketched(line)
        )

    def paf(self, content: Readable, name: str, lengths: Lengths) -> Iterator[bytes]:
        """See :meth:`AlignmentFormat.paf`."""
        return checked_blocks(content, name)
