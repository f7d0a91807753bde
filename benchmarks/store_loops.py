"""
The loops over bytes of a load: cutting FASTA, digesting sequences, telling their letters.

Each is measured compiled, if there is the compiled library, and as its twin in NumPy and hashlib
does it; both answers are compared. The bound of digesting is hashlib alone, on sequences that are
cut already. The sequences are made-up proteins in blocks of 2 MB, as a load has them.
"""

import hashlib
import io
import sys
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial
from itertools import pairwise

import numpy as np
from benchmarks import store_data
from benchmarks.report import Row, arguments, best, show

from holdfast.base.compiled import MD5, SHA1, SHA512T, Lines, Loops
from holdfast.base.compiled.library import load
from holdfast.base.compiled.twin import NumpyLoops
from holdfast.formats.fasta import BLOCK

MILLI = 1e3


@dataclass(frozen=True, slots=True)
class Cut:
    """A block of FASTA, its lines, and the residues in them."""

    text: bytes
    lines: Lines
    residues: bytes


def blocks_of(proteins: Sequence[bytes]) -> list[Cut]:
    """Proteins as blocks of a FASTA file."""
    file = io.BytesIO()
    for number, residues in enumerate(proteins):
        lines = [residues[at : at + 60] for at in range(0, len(residues), 60)]
        file.write(b"\n".join([b">P%06d made up" % number, *lines, b""]))
    text, twin, blocks = file.getvalue(), NumpyLoops(), []
    while text:
        end = len(text) if len(text) <= BLOCK else text.rfind(b"\n>", 0, BLOCK) + 1
        lines = twin.lines(text[:end])
        blocks.append(Cut(text[:end], lines, twin.bodies(text[:end], lines)))
        text = text[end:]
    return blocks


def cut(loops: Loops, block: Cut) -> tuple[bytes, bytes]:
    """Headings and bodies of a block."""
    lines = loops.lines(block.text)
    return loops.heads(block.text, lines), loops.bodies(block.text, lines)


def digests(loops: Loops, block: Cut) -> list[bytes]:
    """The three digests of each sequence of a block."""
    lengths = block.lines.letters
    return [loops.digests(each, block.residues, lengths) for each in (SHA512T, MD5, SHA1)]


def letter_sets(loops: Loops, block: Cut) -> bytes:
    """The letter set of each sequence of a block."""
    return loops.letter_sets(block.residues, block.lines.letters).tobytes()


def widths(loops: Loops, block: Cut) -> bytes:
    """The widths of each record's lines."""
    return loops.widths(block.lines, 60).tobytes()


def bound(blocks: Sequence[Cut], runs: int) -> float:
    """The time of hashlib alone."""
    sequences = [
        block.residues[start:end]
        for block in blocks
        for start, end in pairwise([0, *np.cumsum(block.lines.letters).tolist()])
    ]

    def work() -> None:
        for each in sequences:
            hashlib.sha512(each).digest()
            hashlib.md5(each).digest()
            hashlib.sha1(each).digest()

    return MILLI * best(work, runs)


LOOPS = {"cut": cut, "three digests": digests, "letter sets": letter_sets, "widths": widths}


def rows_of(blocks: Sequence[Cut], runs: int) -> list[Row]:
    """All figures."""
    kinds: dict[str, Loops] = {"NumPy and hashlib": NumpyLoops()}
    compiled = load()
    if compiled is not None:
        kinds = {"compiled": compiled, **kinds}
    rows = [Row("three digests, hashlib alone (bound)", bound(blocks, runs), "ms")]
    for name, loop in LOOPS.items():
        answers = [[loop(loops, block) for block in blocks] for loops in kinds.values()]
        assert answers[0] == answers[-1], f"{name}: the twins differ"
        for kind, loops in kinds.items():
            one, two = (in_threads(partial(loop, loops), blocks, count, runs) for count in (1, 2))
            rows.append(Row(f"{name}, {kind}", one, "ms", f"two threads: {two:.0f} ms"))
    return rows


def in_threads(
    work: Callable[[Cut], object], blocks: Sequence[Cut], count: int, runs: int
) -> float:
    """Milliseconds of all blocks in so many threads."""
    with ThreadPoolExecutor(count) as pool:
        return MILLI * best(lambda: list(pool.map(work, blocks)), runs)


def main() -> None:
    parser = arguments(__doc__)
    parser.add_argument("--data", help="not used: the sequences are made")
    parser.add_argument("--proteins", type=int, default=100_000)
    parser.add_argument("--runs", type=int, default=5)
    asked = parser.parse_args()
    blocks = blocks_of(store_data.proteins(asked.proteins))
    size = sum(len(block.text) for block in blocks) / 1e6
    title = f"Loops over {asked.proteins:,} proteins, {size:.0f} MB of FASTA"
    show(title, rows_of(blocks, asked.runs), asked.json)


if __name__ == "__main__":
    sys.exit(main())
