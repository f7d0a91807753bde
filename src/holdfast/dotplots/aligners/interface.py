"""
What an aligner owes.

An aligner must write its whole answer or raise and leave no output; it must write the same bytes
for the same question, however many cores it uses; and it must name in its note the command that a
person would type to get the same.
"""

from abc import ABC, abstractmethod
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar

from holdfast.base.progress import Listener, ignore
from holdfast.dotplots.genome import Genome

AUTO = "auto"  #: the preset that an aligner chooses by looking at the genomes


@dataclass(frozen=True, slots=True)
class Question:
    """What to align: two FASTA files, plain or compressed."""

    target: Path
    query: Path
    preset: str = AUTO
    cores: int = 1


@dataclass(frozen=True, slots=True)
class AlignerNote:
    """What made an alignment."""

    name: str
    version: str
    preset: str
    command: str


@dataclass(frozen=True, slots=True)
class Answer:
    """What was aligned, and by what; the matches are in the output."""

    target: Genome
    query: Genome
    note: AlignerNote
    divergence: float | None  #: estimated before aligning, where that chose the preset


class Aligner(ABC):
    """One way to align genomes."""

    name: ClassVar[str]
    presets: ClassVar[tuple[str, ...]]  #: all it knows, AUTO among them

    @abstractmethod
    def align(self, question: Question, output: Path, listener: Listener = ignore) -> Answer:
        """Align and write PAF to `output`, in the order of the query's contigs.

        Raises
        ------
        FormatError
            A genome cannot be read.
        UsageError
            The preset is unknown.
        AlignmentFailed
            The aligner failed; the message holds its last words.
        """
