"""
mappy: minimap2 as a library, built in.

The target's index is made once; workers forked after that share its memory and take the query's
contigs, longest first. Each contig's lines go into a file of its own and are joined in the query's
order at the end, so the answer does not depend on how many workers there were, and a worker that
dies leaves nothing behind. Lines are written as ``minimap2 -c`` writes them, as far as the library
tells: ``NM nn tp de cg``, without ``ms AS cm s1 s2 zd rl``. The target is always one index, of any
size (the library sets no batch size), so a genome beyond 8 Gbp is not split as ``minimap2`` would.
"""

import contextlib
import os
import shutil
import signal
import sys
import tempfile
import warnings
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from multiprocessing import get_context
from multiprocessing.connection import Connection, wait
from multiprocessing.context import ForkProcess
from pathlib import Path
from typing import Any, cast

import mappy

from holdfast.base.files import atomic_file
from holdfast.base.progress import Listener, Progress, ignore
from holdfast.dotplots.aligners.interface import (
    AUTO,
    Aligner,
    AlignerNote,
    Answer,
    Needs,
    Question,
)
from holdfast.dotplots.genome import Contig, Genome, genome_name, read_contigs
from holdfast.dotplots.sketch import Sketch, divergence
from holdfast.errors import AlignmentFailed, UsageError, suggestion
from holdfast.formats.fasta import write_record

#: The preset for genomes at most this divergent; minimap2's manual says what each stands.
PRESETS = ((0.003, "asm5"), (0.02, "asm10"), (1.0, "asm20"))
LAST_WORDS = 500  #: characters of a dead worker's last words that its error tells
INSERTION, DELETION = 1, 2
BASE_MEMORY, WORKER_MEMORY = 256 << 20, 512 << 20  #: bytes, measured on genomes of 10 to 100 Mbp


class MappyAligner(Aligner):
    """Aligns with mappy, in as many processes as there are cores."""

    name = "mappy"
    presets = (AUTO, "asm5", "asm10", "asm20")
    contigwise = True

    def check(self, question: Question) -> None:
        """See :meth:`Aligner.check`."""
        if question.preset not in self.presets:
            raise UsageError(
                f"{question.preset!r} is not a preset of {self.name} ({', '.join(self.presets)})"
                f"{suggestion(question.preset, self.presets)}"
            )
        if question.options:
            raise UsageError(f"{self.name} has no options; it was given {question.options[0]!r}")

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
        command = f"minimap2 -c -x {question.preset} {files}"
        return AlignerNote(self.name, self.version(), question.preset, command)

    def align(self, question: Question, output: Path, listener: Listener = ignore) -> Answer:
        """See :meth:`Aligner.align`."""
        self.check(question)
        with tempfile.TemporaryDirectory(prefix=".tmp-align-", dir=output.parent) as folder:
            return _Alignment(question, Path(folder), listener).written_to(output)


@dataclass(frozen=True, slots=True)
class _Sequence:
    """A contig with its residues."""

    contig: Contig
    residues: bytes


class _Alignment:
    """One question on its way to its answer; what lies about meanwhile lies in `folder`."""

    def __init__(self, question: Question, folder: Path, listener: Listener) -> None:
        self.question, self.folder, self.listener = question, folder, listener
        self.query = question.query or question.target

    def written_to(self, output: Path) -> Answer:
        """Read, index, align, and put the lines together in `output`."""
        self.listener(Progress("reading the genomes"))
        query = [_Sequence(*pair) for pair in read_contigs(self.query)]
        target, apart = self._target(query)
        preset = self.question.preset if self.question.preset != AUTO else chosen_preset(apart)
        self.listener(Progress("indexing the target", message=f"preset {preset}"))
        index = self._index(preset)
        _align(index, query, self.question.cores, self.folder, self.listener)
        with atomic_file(output) as file:
            for number in range(len(query)):
                with _lines_file(self.folder, number).open("rb") as part:
                    shutil.copyfileobj(part, file)
        return Answer(
            target=Genome(genome_name(self.question.target), target),
            query=Genome(genome_name(self.query), tuple(each.contig for each in query)),
            note=MappyAligner().note(replace(self.question, preset=preset)),
            divergence=apart,
        )

    def _target(self, query: Sequence[_Sequence]) -> tuple[tuple[Contig, ...], float | None]:
        """The target's contigs, and its estimated divergence from `query` if that is wanted.

        A plain, checked copy is written beside: the library reads fewer kinds of files than we do,
        and takes broken ones without a word.
        """
        wanted = self.question.preset == AUTO
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
            str(self._plain_target()), preset=preset, n_threads=self.question.cores
        )
        if not index:
            raise AlignmentFailed(f"{self.question.target} could not be indexed by mappy")
        self._plain_target().unlink()
        return index


def chosen_preset(apart: float | None) -> str:
    """The preset for genomes of this divergence; the widest where it is not known."""
    if apart is None:
        return PRESETS[-1][1]
    return next(preset for limit, preset in PRESETS if apart <= limit)


def paf_lines(index: Any, contig: Contig, residues: bytes, room: Any = None) -> Iterator[str]:
    """The PAF lines of one query contig, as ``minimap2 -c`` writes them.

    `room` is the library's buffer, worth keeping from contig to contig.
    """
    # The name decides between equal chains, as it does in minimap2.
    for hit in index.map(residues, name=contig.name, buf=room):
        columns = (
            *(contig.name, contig.length, hit.q_st, hit.q_en, "+" if hit.strand > 0 else "-"),
            *(hit.ctg, hit.ctg_len, hit.r_st, hit.r_en, hit.mlen, hit.blen, hit.mapq),
            f"NM:i:{hit.NM}",
            f"nn:i:{_ambiguous(hit)}",
            f"tp:A:{'P' if hit.is_primary else 'S'}",
            f"de:f:{_divergence(hit)}",
            f"cg:Z:{hit.cigar_str}",
        )
        yield "\t".join(map(str, columns)) + "\n"


def _ambiguous(hit: Any) -> int:
    """Columns with an ambiguous base: minimap2 counts them in NM but not in the block."""
    return int(hit.NM - (hit.blen - hit.mlen))


def _divergence(hit: Any) -> str:
    """Differences per column, each gap counting once, with minimap2's digits."""
    gaps = [length for length, kind in hit.cigar if kind in (INSERTION, DELETION)]
    events = hit.blen + _ambiguous(hit) - sum(gaps) + len(gaps)
    apart = 1.0 - hit.mlen / events
    return f"{apart:.4f}" if apart else "0"


# -- workers ----------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Worker:
    """A process that aligns the contigs it is told, and our end of the line to it."""

    process: ForkProcess
    line: Connection
    words: Path  #: what it said on standard error


def _align(
    index: Any, query: Sequence[_Sequence], cores: int, folder: Path, listener: Listener
) -> None:
    """Align each contig of `query` into its own file in `folder`."""
    longest_first = sorted(range(len(query)), key=lambda number: -query[number].contig.length)
    waiting = iter(longest_first)
    total, done = sum(each.contig.length for each in query), 0
    with _crew(index, query, min(cores, len(query)), folder) as workers:
        by_line = {worker.line: worker for worker in workers}
        busy = {line for line in by_line if _give(line, next(waiting, None))}
        while busy:
            for line in cast(list[Connection], wait(busy)):
                done += query[_finished(by_line[line])].contig.length
                listener(Progress("aligning", done, total, "bases"))
                if not _give(line, next(waiting, None)):
                    busy.discard(line)


@contextmanager
def _crew(
    index: Any, query: Sequence[_Sequence], count: int, folder: Path
) -> Iterator[list[_Worker]]:
    """`count` workers that end with the block, at the latest."""
    workers: list[_Worker] = []
    try:
        workers.extend(_hired(index, query, folder, number) for number in range(count))
        yield workers
    finally:
        for worker in workers:
            worker.line.close()
            worker.process.terminate()
            worker.process.join()


def _hired(index: Any, query: Sequence[_Sequence], folder: Path, number: int) -> _Worker:
    context = get_context("fork")
    ours, theirs = context.Pipe()
    words = folder / f"worker-{number}.err"
    process = context.Process(target=_work, args=(index, query, folder, theirs, words), daemon=True)
    with warnings.catch_warnings():
        # Python warns of forks beside threads; the child only calls mappy and writes files, so it
        # never waits for a lock that a thread of ours might have held.
        warnings.simplefilter("ignore", DeprecationWarning)
        process.start()
    theirs.close()
    return _Worker(process, ours, words)


def _give(line: Connection, number: int | None) -> bool:
    """Tell the worker on `line` which contig is next; False when there is none."""
    if number is None:
        return False
    with contextlib.suppress(OSError):  # it died; we hear that when we listen to it next
        line.send(number)
    return True


def _finished(worker: _Worker) -> int:
    """The contig that `worker` has just finished."""
    try:
        return int(worker.line.recv())
    except (EOFError, OSError):
        worker.process.join()
        said = worker.words.read_text(errors="replace").strip()[-LAST_WORDS:]
        last = said.splitlines()[-1] if said else "it said nothing; was there too little memory?"
        raise AlignmentFailed(
            f"a worker of mappy ended with exit code {worker.process.exitcode}: {last}"
        ) from None


def _work(
    index: Any, query: Sequence[_Sequence], folder: Path, line: Connection, words: Path
) -> None:
    """What a worker does: contig after contig, until the line is closed."""
    # Whatever the process we were forked from makes of these signals, a worker just ends.
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, signal.SIG_DFL)
    sys.stderr = words.open("w", buffering=1)
    os.dup2(sys.stderr.fileno(), 2)  # the library's own complaints too
    room = mappy.ThreadBuffer()
    while True:
        try:
            number = line.recv()
        except EOFError:
            return
        each = query[number]
        with _lines_file(folder, number).open("w") as file:
            file.writelines(paf_lines(index, each.contig, each.residues, room))
        line.send(number)


def _lines_file(folder: Path, number: int) -> Path:
    return folder / f"{number}.paf"
