"""
What an aligner owes.

An aligner must write its whole answer or raise and leave no output; it must write the same bytes
for the same question, however many cores it uses; and it must name in its note the command that a
person would type to get the same.
"""

from abc import ABC, abstractmethod
from dataclasses import dataclass
from pathlib import Path

from holdfast.base.progress import Listener, ignore
from holdfast.dotplots.aligners.options import Group, Preset
from holdfast.dotplots.genome import Genome

AUTO = "auto"  #: the preset that an aligner chooses by looking at the genomes


@dataclass(frozen=True, slots=True)
class Question:
    """What to align: two FASTA files, plain or compressed, or one with itself."""

    target: Path
    query: (
        Path | None
    )  #: None: all contigs of the target against all, but none with itself in place
    preset: str = AUTO
    options: tuple[str, ...] = ()  #: chosen options of the tool, as ``group:key``
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


@dataclass(frozen=True, slots=True)
class Needs:
    """What an alignment takes, for the engine that places the job."""

    cores: int
    memory: int  #: bytes


class Aligner(ABC):
    """One way to align genomes."""

    name: str
    presets: tuple[str, ...]  #: all it knows, AUTO among them
    label: str = ""  #: the name shown to people; empty: the name
    help: str = ""  #: a sentence for who has to choose
    details: tuple[Preset, ...] = ()  #: of its presets: how far apart genomes may be, and for what
    groups: tuple[Group, ...] = ()  #: its options
    for_structure: tuple[str, ...] = ()  #: options without which changes of structure stay unseen
    install: str = ""  #: what to type to have it, where that is known
    is_for_self: bool = True  #: whether it can align a genome with itself
    #: What decides the lines besides name, version, preset and options, where something does: the
    #: description of a tool, which its owner may change.
    recipe: str = ""
    #: Whether the lines of a query contig are the same whatever other contigs the query has: then
    #: what is known of some contigs is kept, and only the others are aligned.
    contigwise: bool = False

    @abstractmethod
    def check(self, question: Question) -> None:
        """Look at all that can be known before any work: options, presets, the program.

        Raises
        ------
        UsageError
            The preset or an option is unknown, or two exclude one another, or the tool cannot align
            a genome with itself.
        AlignmentFailed
            The program is not there; the message says what to install.
        """

    @abstractmethod
    def version(self) -> str:
        """The version of what aligns, as it tells it itself."""

    @abstractmethod
    def needs(self, target: int, query: int, cores: int) -> Needs:
        """What aligning genomes of so many bases takes, of the `cores` there are."""

    def preset_for(self, apart: float | None) -> str:
        """The preset that AUTO means for genomes whose bases differ in the share `apart`.

        None means that nobody knows how far apart they are. AUTO is answered by an aligner that
        chooses only while it aligns; then nobody asks how far apart they are.
        """
        return AUTO

    def note(self, question: Question) -> AlignerNote:
        """What an alignment that answers `question` would say of itself, without aligning."""
        files = f"{question.target.name} {(question.query or question.target).name}"
        command = f"{self.name} {files}"
        return AlignerNote(self.name, self.version(), question.preset, command)

    @abstractmethod
    def align(self, question: Question, output: Path, listener: Listener = ignore) -> Answer:
        """Align and write PAF to `output`, in the order of the query's contigs.

        Raises
        ------
        FormatError
            A genome cannot be read.
        UsageError
            As for :meth:`check`.
        AlignmentFailed
            The aligner failed; the message holds its last words.
        """
