"""
Workers of mappy: processes forked after the index was made, which share its memory.

They take the query's contigs, longest first, and write the lines of each into a file of its own. A
worker that dies fails the alignment with its last words.
"""

import contextlib
import os
import signal
import sys
import warnings
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from multiprocessing import get_context
from multiprocessing.connection import Connection, wait
from multiprocessing.context import ForkProcess
from pathlib import Path
from typing import Any, cast

import mappy

from holdfast.base.progress import Listener, Progress
from holdfast.dotplots.genome import Contig
from holdfast.errors import AlignmentFailed

LAST_WORDS = 500  #: characters of a dead worker's last words that its error tells
INSERTION, DELETION = 1, 2


@dataclass(frozen=True, slots=True)
class Piece:
    """A contig with its residues."""

    contig: Contig
    residues: bytes


class PrimaryOnly:
    """An index that finds no secondary alignments."""

    def __init__(self, index: Any) -> None:
        self._index = index

    def map(self, *what: Any, **how: Any) -> Iterator[Any]:
        """The primary hits of those that the index finds."""
        return (hit for hit in self._index.map(*what, **how) if hit.is_primary)


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


@dataclass(frozen=True, slots=True)
class _Worker:
    """A process that aligns the contigs it is told, and our end of the line to it."""

    process: ForkProcess
    line: Connection
    words: Path  #: what it said on standard error


def align(index: Any, query: Sequence[Piece], cores: int, folder: Path, listener: Listener) -> None:
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
def _crew(index: Any, query: Sequence[Piece], count: int, folder: Path) -> Iterator[list[_Worker]]:
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


def _hired(index: Any, query: Sequence[Piece], folder: Path, number: int) -> _Worker:
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


def _work(index: Any, query: Sequence[Piece], folder: Path, line: Connection, words: Path) -> None:
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
        with lines_file(folder, number).open("w") as file:
            file.writelines(paf_lines(index, each.contig, each.residues, room))
        line.send(number)


def lines_file(folder: Path, number: int) -> Path:
    return folder / f"{number}.paf"
