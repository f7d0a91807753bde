"""
Tools as aligners: a program is run in a folder of its own, and what it writes becomes PAF.

The program gets both genomes as plain FASTA of upper-case residues, with a ``.fai`` beside, under
names without blanks: it aligns residues, and neither a file's name nor its compression can matter.
What it writes is read as a whole and checked before any of it is kept, and its lines are sorted, so
that the answer does not depend on how many threads wrote it.
"""

import os
import shlex
import tempfile
from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path

from holdfast.base.files import atomic_file
from holdfast.base.progress import Listener, Progress, ignore
from holdfast.dotplots.aligners.answers import Wanted, put
from holdfast.dotplots.aligners.commands import Command
from holdfast.dotplots.aligners.interface import (
    AUTO,
    Aligner,
    AlignerNote,
    Answer,
    Needs,
    Question,
)
from holdfast.dotplots.aligners.options import Preset, chosen, suiting
from holdfast.dotplots.aligners.programs import run, version_of
from holdfast.dotplots.aligners.splitting import BLOCK, Blocks
from holdfast.dotplots.aligners.tools import Tool
from holdfast.dotplots.genome import Contig, Genome, genome_name, read_contigs
from holdfast.dotplots.sketch import Sketch, divergence
from holdfast.errors import AlignmentFailed, UsageError, suggestion
from holdfast.formats.fasta import read_fasta
from holdfast.formats.fasta_writing import FastaWriter

TARGET, QUERY, OUT, LOG = "target.fa", "query.fa", "out", "log"
ALL_CORES = "$(nproc)"  #: in the command that a person would type
NO_PRESET = "none"  #: of a tool that has no presets
WHOLE = 1 << 62  #: bases of a block that no contig is longer than


class CommandAligner(Aligner):
    """Aligns with a program that ``tools.yaml`` describes."""

    def __init__(self, tool: Tool, block: int = BLOCK) -> None:
        self.tool, self.block = tool, block
        self.name, self.label, self.help = tool.name, tool.label, tool.help
        self.groups, self.install, self.recipe = tool.groups, tool.install, tool.recipe
        self._versions: dict[str, str] = {}  # by path: a program is asked once
        self.is_for_self = tool.for_self is not None
        self.contigwise, self.details = tool.contigwise, tool.presets
        self.presets = (AUTO, *(preset.name for preset in tool.presets))

    def check(self, question: Question) -> None:
        """See :meth:`Aligner.check`."""
        if question.preset not in self.presets:
            raise UsageError(
                f"{question.preset!r} is not a preset of {self.name} ({', '.join(self.presets)})"
                f"{suggestion(question.preset, self.presets)}"
            )
        chosen(self.tool.groups, question.options, self.name)
        if question.query is None and not self.is_for_self:
            raise UsageError(f"{self.name} cannot align a genome with itself; choose another tool")
        self.found(self.tool.program)
        for command in self.tool.prepare:
            self.found(command.words[0])

    def version(self) -> str:
        """See :meth:`Aligner.version`."""
        path = self.found(self.tool.program)
        if path not in self._versions:
            self._versions[path] = version_of(path, self.tool.version)
        return self._versions[path]

    def needs(self, target: int, query: int, cores: int) -> Needs:
        """See :meth:`Aligner.needs`."""
        used = min(cores, self.tool.threads)
        memory = self.tool.memory.estimate(target, query, used)
        limit = self.tool.memory_limit
        return Needs(used, memory if limit is None else min(memory, limit))

    def preset_for(self, apart: float | None) -> str:
        """See :meth:`Aligner.preset_for`."""
        return suiting(self.tool.presets, apart).name if self.tool.presets else AUTO

    def note(self, question: Question) -> AlignerNote:
        """See :meth:`Aligner.note`."""
        names = {
            "target": question.target.name,
            "query": (question.query or question.target).name,
            "out": OUT,
            "threads": ALL_CORES,
        }
        lines = [_typed(words) for words in self.words(question, names, lambda name: name)]
        piped = f" > {OUT}" if self.command(question).is_piped else ""
        command = " && ".join(lines) + piped
        preset = question.preset if self.tool.presets else NO_PRESET
        return AlignerNote(self.name, self.version(), preset, command)

    def align(self, question: Question, output: Path, listener: Listener = ignore) -> Answer:
        """See :meth:`Aligner.align`."""
        self.check(question)
        with tempfile.TemporaryDirectory(prefix=".tmp-align-", dir=output.parent) as folder:
            return _Alignment(self, question, Path(folder), listener).written_to(output)

    def command(self, question: Question) -> Command:
        """The command that answers `question`."""
        own = self.tool.for_self if question.query is None else None
        return own or self.tool.command

    def words(
        self, question: Question, places: Mapping[str, str], found: Callable[[str], str]
    ) -> list[tuple[str, ...]]:
        """The commands that answer `question`, in order: those that prepare, and the one.

        `places` says what stands in the places of a command, `found` where a program is.
        """
        preset = next(
            (each for each in self.tool.presets if each.name == question.preset), Preset("")
        )
        entries = chosen(self.tool.groups, question.options, self.name)
        options = (*preset.words, *(word for entry in entries for word in entry.words))
        everything = {**places, "exe": found(self.tool.program)}
        commands = []
        for command in self.tool.prepare:
            program, *others = command.filled(everything, preset.prepare)
            commands.append((found(program), *others))
        return [*commands, self.command(question).filled(everything, options)]

    def found(self, program: str) -> str:
        """The path of `program`, or AlignmentFailed."""
        path = self.tool.found(program)
        if path is None:
            advice = f": {self.tool.install}" if self.tool.install else ""
            raise AlignmentFailed(
                f"{program} is not installed, or not on the PATH; {self.name} needs it. "
                f"Install it{advice}, or choose another aligner"
            )
        return os.path.abspath(path)  # noqa: PTH100 - a link names the program, and stays one


def _typed(words: tuple[str, ...]) -> str:
    """Words as a person would type them."""
    return " ".join(word if ALL_CORES in word else shlex.quote(word) for word in words)


class _Alignment:
    """One question on its way to its answer; what lies about meanwhile lies in `folder`."""

    def __init__(
        self, aligner: CommandAligner, question: Question, folder: Path, listener: Listener
    ) -> None:
        self.aligner, self.tool, self.question = aligner, aligner.tool, question
        self.folder, self.listener = folder, listener
        self.given = Blocks(WHOLE)
        self.blocks = Blocks(aligner.block if self.tool.is_split else WHOLE)

    def written_to(self, output: Path) -> Answer:
        """Prepare the genomes, run the tool, and put what it found in order."""
        self.listener(Progress("reading the genomes"))
        target, query = self._genomes()
        apart = self._divergence(query)
        if self.question.preset == AUTO:
            self.question = replace(self.question, preset=self.aligner.preset_for(apart))
        self._run()
        self.listener(Progress("reading the matches"))
        answered = self.folder / self.tool.writes.replace("{out}", OUT)
        wanted = Wanted(self.tool, target, query, self.given, self.blocks, self.folder / LOG)
        with atomic_file(output) as file:
            put(answered, wanted, self.folder, file)
        return Answer(target, query, self.aligner.note(self.question), apart)

    def _genomes(self) -> tuple[Genome, Genome]:
        """Both genomes, whose plain files are beside; the query's may be in blocks."""
        contigs = self._plain(self.question.target, TARGET, self.given)
        target = Genome(genome_name(self.question.target), contigs)
        if self.question.query is None:
            self.blocks = self.given
            return target, target
        query = self._plain(self.question.query, QUERY, self.blocks)
        return target, Genome(genome_name(self.question.query), query)

    def _plain(self, file: Path, name: str, blocks: Blocks) -> tuple[Contig, ...]:
        """The contigs of `file`; a plain FASTA file of them is written beside, with its index."""
        contigs = []
        with (self.folder / name).open("wb") as plain:
            writer = FastaWriter(plain, indexed=True)
            for contig, residues in read_contigs(file):
                blocks.write(writer, contig.name, residues)
                contigs.append(contig)
        with (self.folder / f"{name}.fai").open("w") as index:
            index.writelines("\t".join(map(str, row)) + "\n" for row in writer.rows)
        return tuple(contigs)

    def _divergence(self, query: Genome) -> float | None:
        """How far apart the genomes are, where that chooses the preset."""
        is_known = self.question.preset != AUTO or len(self.tool.presets) < 2
        if is_known or self.question.query is None:
            return None
        sketches = []
        for name in (TARGET, QUERY):
            sketch = Sketch.for_length(query.length)
            for record in read_fasta(self.folder / name):
                sketch.add(record.residues)
            sketches.append(sketch)
        return divergence(*sketches)

    def _run(self) -> None:
        places = {
            "target": TARGET,
            "query": QUERY,
            "out": OUT,
            "threads": str(min(self.question.cores, self.tool.threads)),
        }
        *before, last = self.aligner.words(self.question, places, self.aligner.found)
        piped = self.aligner.command(self.question).is_piped
        log = self.folder / LOG
        for words in before:
            run(words, self.folder, out=None, log=log, tell=self._tell)
        run(last, self.folder, out=self.folder / OUT if piped else None, log=log, tell=self._tell)

    def _tell(self, said: str) -> None:
        self.listener(Progress(f"aligning with {self.aligner.label}", message=said))
