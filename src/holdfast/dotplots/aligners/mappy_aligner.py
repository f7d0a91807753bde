"""
mappy: minimap2 as a library, built in.

The target's index is made once; workers forked after that share its memory and take the query's
contigs, longest first. Each contig's lines go into a file of its own and are joined in the query's
order at the end, so the answer does not depend on how many workers there were, and a worker that
dies leaves nothing behind. Lines are written as ``minimap2 -c`` writes them, as far as the library
tells: ``NM nn tp de cg``, without ``ms AS cm s1 s2 zd rl``. The target is always one index, of any
size (the library sets no batch size), so a genome beyond 8 Gbp is not split as ``minimap2`` would.
A genome is compared with itself as by ``minimap2 -X``: each pair of contigs once, and no contig
with itself where it is. How many repeats are seen (``-f``) the library cannot be told.
"""

import shutil
import tempfile
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import mappy

from holdfast.base.files import atomic_file
from holdfast.base.progress import Listener, Progress, ignore
from holdfast.dotplots.aligners.hidden import REVEALED, Revealing
from holdfast.dotplots.aligners.interface import (
    AUTO,
    Aligner,
    AlignerNote,
    Answer,
    Needs,
    Question,
)
from holdfast.dotplots.aligners.mappy_workers import Piece, PrimaryOnly, align, lines_file
from holdfast.dotplots.aligners.options import Entry, Group, Kind, Preset, chosen, suiting
from holdfast.dotplots.genome import Contig, Genome, genome_name, read_contigs
from holdfast.dotplots.sketch import Sketch, divergence
from holdfast.errors import AlignmentFailed, UsageError, suggestion
from holdfast.formats.fasta import write_record

#: minimap2's manual says what each stands.
PRESETS = (
    Preset("asm5", divergence=0.003, help="nearly the same: 0.1 % differ"),
    Preset("asm10", divergence=0.02, help="strains of a species: 1 % differ"),
    Preset("asm20", divergence=1.0, help="species of a genus: 5 % and more differ"),
)
#: ``minimap2 -X``: no exact diagonal, each pair of names once, no long joins, all chains
#: (MM_F_NO_DIAG, MM_F_NO_DUAL, MM_F_NO_LJOIN and MM_F_ALL_CHAINS of minimap2's minimap.h)
WITH_ITSELF = 0x001 | 0x002 | 0x400 | 0x800000
SECONDARY = Group(
    "secondary",
    Kind.RADIO,
    (
        Entry("keep", (), "keep them", is_usual=True),
        Entry("drop", ("--secondary=no",), "leave them out"),
    ),
    "Secondary alignments",
    "Of a repeat's places all but the best are secondary.",
)
HIDDEN = Group(
    "hidden",
    Kind.RADIO,
    (
        Entry("leave", (), "leave them out, as minimap2 does", is_usual=True),
        Entry("align", (), "align them by themselves"),
    ),
    "Bases in the long gaps of alignments",
    "Small pieces that were moved or doubled are found only when they are aligned by themselves.",
)
BASE_MEMORY, WORKER_MEMORY = 256 << 20, 512 << 20  #: bytes, measured on genomes of 10 to 100 Mbp


class MappyAligner(Aligner):
    """Aligns with mappy, in as many processes as there are cores."""

    name = "mappy"
    label = "minimap2, built in"
    help = "Quick, with base-level alignment; for genomes that differ by up to some ten percent."
    details = PRESETS
    presets = (AUTO, *(preset.name for preset in PRESETS))
    groups = (SECONDARY, HIDDEN)
    for_structure = ("hidden:align",)
    contigwise = True

    def check(self, question: Question) -> None:
        """See :meth:`Aligner.check`."""
        if question.preset not in self.presets:
            raise UsageError(
                f"{question.preset!r} is not a preset of {self.name} ({', '.join(self.presets)})"
                f"{suggestion(question.preset, self.presets)}"
            )
        chosen(self.groups, question.options, self.name)

    def version(self) -> str:
        """See :meth:`Aligner.version`."""
        return str(mappy.__version__)

    def needs(self, target: int, query: int, cores: int) -> Needs:
        """See :meth:`Aligner.needs`.

        An index takes some eight bytes a base of the target; the query is held as it is, and each
        worker has room of its own for what it aligns.
        """
        return Needs(cores, BASE_MEMORY + 8 * target + 2 * query + cores * WORKER_MEMORY)

    def preset_for(self, apart: float | None) -> str:
        """See :meth:`Aligner.preset_for`."""
        return chosen_preset(apart)

    def note(self, question: Question) -> AlignerNote:
        """See :meth:`Aligner.note`."""
        files = f"{question.target.name} {(question.query or question.target).name}"
        entries = chosen(self.groups, question.options, self.name)
        words = ["-X"] if question.query is None else []
        words += [word for entry in entries for word in entry.words]
        command = " ".join(("minimap2 -c -x", question.preset, *words, files))
        if any(entry.key == "align" for entry in entries):
            command += REVEALED
        return AlignerNote(self.name, self.version(), question.preset, command)

    def align(self, question: Question, output: Path, listener: Listener = ignore) -> Answer:
        """See :meth:`Aligner.align`."""
        self.check(question)
        with tempfile.TemporaryDirectory(prefix=".tmp-align-", dir=output.parent) as folder:
            return _Alignment(question, Path(folder), listener).written_to(output)


class _Alignment:
    """One question on its way to its answer; what lies about meanwhile lies in `folder`."""

    def __init__(self, question: Question, folder: Path, listener: Listener) -> None:
        self.question, self.folder, self.listener = question, folder, listener
        self.query = question.query or question.target

    def written_to(self, output: Path) -> Answer:
        """Read, index, align, and put the lines together in `output`."""
        self.listener(Progress("reading the genomes"))
        query = [Piece(*pair) for pair in read_contigs(self.query)]
        target, apart = self._target(query)
        preset = self.question.preset if self.question.preset != AUTO else chosen_preset(apart)
        self.listener(Progress("indexing the target", message=f"preset {preset}"))
        index = self._index(preset)
        align(index, query, self.question.cores, self.folder, self.listener)
        with atomic_file(output) as file:
            for number in range(len(query)):
                with lines_file(self.folder, number).open("rb") as part:
                    shutil.copyfileobj(part, file)
        return Answer(
            target=Genome(genome_name(self.question.target), target),
            query=Genome(genome_name(self.query), tuple(each.contig for each in query)),
            note=MappyAligner().note(replace(self.question, preset=preset)),
            divergence=apart,
        )

    def _target(self, query: Sequence[Piece]) -> tuple[tuple[Contig, ...], float | None]:
        """The target's contigs, and its estimated divergence from `query` if that is wanted.

        A plain, checked copy is written beside: the library reads fewer kinds of files than we do,
        and takes broken ones without a word.
        """
        wanted = self.question.preset == AUTO and self.question.query is not None
        bases = sum(each.contig.length for each in query)
        ours, theirs = Sketch.for_length(bases), Sketch.for_length(bases)
        contigs = []
        with self._plain_target().open("wb") as plain:
            for contig, residues in read_contigs(self.question.target):
                contigs.append(contig)
                write_record(plain, contig.name, "", residues)
                if wanted:
                    theirs.add(residues)
        for each in query if wanted else ():
            ours.add(each.residues)
        return tuple(contigs), divergence(ours, theirs) if wanted else None

    def _plain_target(self) -> Path:
        return self.folder / "target.fa"

    def _index(self, preset: str) -> Any:
        index = mappy.Aligner(
            str(self._plain_target()),
            preset=preset,
            n_threads=self.question.cores,
            extra_flags=WITH_ITSELF if self.question.query is None else 0,
        )
        if not index:
            raise AlignmentFailed(f"{self.question.target} could not be indexed by mappy")
        self._plain_target().unlink()
        entries = chosen(MappyAligner.groups, self.question.options, MappyAligner.name)
        keys = {entry.key for entry in entries}
        if "align" in keys and self.question.query is not None:  # of itself, all is aligned anyway
            index = Revealing(index)
        return PrimaryOnly(index) if "drop" in keys else index


def chosen_preset(apart: float | None) -> str:
    """The preset for genomes of this divergence; the widest where it is not known."""
    return suiting(PRESETS, apart).name
