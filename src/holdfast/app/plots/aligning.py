"""
Aligning, but never twice: what is equal is known, what was aligned is kept, the rest is aligned.

The genomes are surveyed first. Contigs of the query that are contigs of the target get their match
without an aligner (a genome that is compared with itself is aligned all the same, for its repeats).
Of the others, those whose lines are kept are taken from there; what is left is given to the
aligner, and its answer is kept. The lines are put together in the order of the query's contigs, so
an alignment does not tell how it came to be; :class:`Made` does.
"""

import logging
from collections.abc import Iterable, Iterator, Mapping, Sequence, Set
from contextlib import ExitStack
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any, BinaryIO

from holdfast.app.plots.dividing import Stretch, by_query, parts
from holdfast.app.plots.kept import KeptAlignments, Lines, Shelf
from holdfast.base.digests import joined_sha256
from holdfast.base.files import atomic_file
from holdfast.base.progress import Listener, Progress, ignore
from holdfast.dotplots.aligners.interface import AUTO, Aligner, Answer, Question
from holdfast.dotplots.genome import Contig, read_contigs
from holdfast.dotplots.survey import Survey, equal_lines, surveyed, surveyed_alone
from holdfast.formats.fasta import write_record

logger = logging.getLogger(__name__)

SPOOL_FILE = "lines.paf"  #: the lines that were aligned, and behind them those that were kept
REST_FILE = "rest.fa"  #: the contigs an aligner is asked about, where they are not all

Places = Mapping[str, list[Stretch]]  #: where the lines of each query contig stand


@dataclass(frozen=True, slots=True)
class Habits:
    """What is not to be aligned."""

    align_equal: bool = False  #: align contigs that are equal, too
    again: bool = False  #: align what is kept, too
    kept: KeptAlignments | None = None  #: where alignments are kept


@dataclass(frozen=True, slots=True)
class Tally:
    """How many contigs of the query, and bases of these, came in one way."""

    contigs: int
    bases: int

    @classmethod
    def of(cls, contigs: Iterable[Contig]) -> "Tally":
        """The tally of `contigs`."""
        lengths = [contig.length for contig in contigs]
        return cls(len(lengths), sum(lengths))

    def without(self, others: "Tally") -> "Tally":
        """What is left when `others` are taken away."""
        return Tally(self.contigs - others.contigs, self.bases - others.bases)


@dataclass(frozen=True, slots=True)
class Made:
    """How an alignment came to be."""

    aligned: Tally
    kept: Tally
    equal: Tally

    def document(self) -> dict[str, Any]:
        """As JSON has it."""
        return asdict(self)


def align(
    aligner: Aligner,
    question: Question,
    output: Path,
    habits: Habits,
    listener: Listener = ignore,
) -> tuple[Answer, Made]:
    """Write the answer to `question` to `output`; files lie about beside it meanwhile.

    Raises
    ------
    FormatError
        A genome cannot be read.
    UsageError, AlignmentFailed
        As for :meth:`Aligner.align`.
    """
    listener(Progress("reading the genomes"))
    survey = _survey(aligner, question, habits)
    if question.preset == AUTO:
        question = replace(question, preset=aligner.preset_for(survey.divergence))
    with ExitStack() as stack:
        work = _Work(aligner, question, survey, output.parent)
        shelf: Shelf | None = None
        kept: dict[str, Lines] = {}
        if habits.kept is not None:
            shelf = stack.enter_context(habits.kept.shelf(_shelf_key(aligner, question, survey)))
            kept = {} if habits.again else shelf.find(work.members)
        made = work.done(shelf, kept, output, listener)
    if habits.kept is not None:
        habits.kept.make_room()
    note = aligner.note(question)
    return Answer(survey.target, survey.query, note, survey.divergence), made


def _survey(aligner: Aligner, question: Question, habits: Habits) -> Survey:
    if question.query is None:
        return surveyed_alone(question.target)
    apart = question.preset == AUTO and aligner.preset_for(None) != AUTO
    return surveyed(question.target, question.query, twins=not habits.align_equal, apart=apart)


def _shelf_key(aligner: Aligner, question: Question, survey: Survey) -> dict[str, Any]:
    """All that decides the lines of a query contig, besides itself."""
    return {
        "target": [(contig.name, contig.digest) for contig in survey.target.contigs],
        "alone": question.query is None,
        "aligner": aligner.name,
        "version": aligner.version(),
        "recipe": aligner.recipe,
        "preset": question.preset,
        "options": sorted(question.options),
    }


class _Work:
    """One question: what is needed, what of it is missing, and how it is put together.

    `members` are what can be kept: contigs of the query that are aligned, one by one, or all of
    them where the aligner's answer to one may depend on the others.
    """

    def __init__(self, aligner: Aligner, question: Question, survey: Survey, folder: Path) -> None:
        self.aligner, self.question, self.survey = aligner, question, survey
        self.spool, self.rest = folder / SPOOL_FILE, folder / REST_FILE
        wanted = survey.unknown
        self.divided = aligner.contigwise and question.query is not None
        self.members: dict[str, tuple[Contig, ...]] = {}
        if self.divided:
            self.members = {_key(each): (each,) for each in wanted}
        elif wanted:
            self.members = {_whole_key(wanted): wanted}

    def done(
        self, shelf: Shelf | None, kept: Mapping[str, Lines], output: Path, listener: Listener
    ) -> Made:
        """Align what is missing, keep it, and write all lines to `output`."""
        missing = {key: each for key, each in self.members.items() if key not in kept}
        contigs = [contig for each in missing.values() for contig in each]
        self.spool.unlink(missing_ok=True)
        if contigs:
            self._align(contigs, listener)
        aligned = _appended(self.spool, kept.values())
        with self.spool.open("rb") as lines:
            places = by_query(self.spool)
            if shelf is not None and missing:
                self._keep(shelf, self._new_lines(missing, lines, places, aligned))
            with atomic_file(output) as joined:
                self._join(lines, places, joined)
        self.spool.unlink()
        return self._made(contigs)

    def _align(self, contigs: Sequence[Contig], listener: Listener) -> None:
        """Ask the aligner about `contigs` of the query."""
        question = self.question
        if len(contigs) < len(self.survey.query.contigs):
            _write_some({contig.name for contig in contigs}, _query(question), self.rest)
            question = replace(question, query=self.rest)
        self.aligner.align(question, self.spool, listener)
        self.rest.unlink(missing_ok=True)

    def _keep(self, shelf: Shelf, members: Mapping[str, Iterable[bytes]]) -> None:
        """Keep what was aligned; where that cannot be, the answer is not lost for it."""
        try:
            shelf.keep(members, asdict(self.aligner.note(self.question)))
        except OSError as error:
            logger.warning("the alignment could not be kept for later: %s", error)

    def _new_lines(
        self,
        missing: Mapping[str, Sequence[Contig]],
        lines: BinaryIO,
        places: Places,
        aligned: int,
    ) -> dict[str, Iterator[bytes]]:
        """The lines of each member that was `missing`, among the `aligned` bytes of the spool."""
        if not self.divided:
            return {key: parts(lines, [Stretch(0, aligned)]) for key in missing}
        return {
            key: parts(lines, places.get(contig.name, [])) for key, (contig,) in missing.items()
        }

    def _join(self, lines: BinaryIO, places: Places, output: BinaryIO) -> None:
        """Write the lines of all contigs in the query's order; of strange ones at the end."""
        rest = dict(places)
        for contig, twins in zip(self.survey.query.contigs, self.survey.twins, strict=True):
            output.writelines(equal_lines(contig, twins))
            output.writelines(parts(lines, rest.pop(contig.name, [])))
        for stretches in rest.values():  # the plot's drawing says what is wrong with them
            output.writelines(parts(lines, stretches))

    def _made(self, aligned: Sequence[Contig]) -> Made:
        wanted = Tally.of(self.survey.unknown)
        every, new = Tally.of(self.survey.query.contigs), Tally.of(aligned)
        return Made(aligned=new, kept=wanted.without(new), equal=every.without(wanted))


def _key(contig: Contig) -> str:
    return f"{contig.name} {contig.digest}"


def _whole_key(contigs: Sequence[Contig]) -> str:
    return "* " + joined_sha256(f"{_key(each)}\n".encode() for each in contigs)


def _query(question: Question) -> Path:
    return question.query or question.target


def _write_some(names: Set[str], genome: Path, file: Path) -> None:
    """Write the contigs of `genome` that have one of `names` to `file`."""
    with atomic_file(file) as output:
        for contig, residues in read_contigs(genome):
            if contig.name in names:
                write_record(output, contig.name, "", residues)


def _appended(spool: Path, kept: Iterable[Lines]) -> int:
    """Put `kept` lines behind what was aligned, of which the size in bytes is returned."""
    with spool.open("ab") as file:
        aligned = file.tell()
        for each in kept:
            each.copy_to(file)
    return aligned
