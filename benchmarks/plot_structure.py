"""
What differs in structure: how much of what was changed is told, and how long it takes.

    python -m benchmarks.plot_structure [--data FOLDER]

Genomes are made up with fifty changes each that are known (``tests/dotplots/made_up.py``), aligned
with mappy, and what is told is compared with what was changed (``tests/dotplots/scored.py`` says
when an event counts as right). The real target is the one in FOLDER/yeast, with its own repeats.
There is no peer here: what the alignment alone can tell is shown beside, with ``hidden:leave``.
"""

import argparse
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from benchmarks.report import Row, arguments, show

sys.path.insert(0, str(Path(__file__).parent.parent / "tests"))

from dotplots.made_up import MadeUp, Plan, cut_up, made_up
from dotplots.scored import Score, scores
from holdfast.dotplots.aligners.interface import Question
from holdfast.dotplots.aligners.mappy_aligner import MappyAligner
from holdfast.dotplots.genome import Contig, Genome, read_contigs
from holdfast.dotplots.matches import Matches, matches_of
from holdfast.dotplots.structure.accounts import Sizes
from holdfast.dotplots.structure.events import Event, EventKind
from holdfast.dotplots.structure.finding import structure_of
from holdfast.formats.paf import read_paf
from holdfast.formats.paf_gaps import read_gaps

SEEDS = (11, 12, 13)
LARGE = {"slot": 40_000, "sizes": (2_000, 20_000)}
SETTINGS: dict[str, tuple[dict[str, Any], int]] = {
    "3 chromosomes, 1 % apart": ({}, 0),
    "the same in 25 contigs": ({}, 25),
    "2 % apart": ({"substitutions": 0.02}, 0),
    "5 % apart": ({"substitutions": 0.05}, 0),
    "20 families of 40 repeats": ({"families": 20, "copies": 40}, 0),
    "changes of 5 to 50 kb": ({"slot": 100_000, "sizes": (5_000, 50_000)}, 0),
    "changes close together": ({"slot": 7_000, "sizes": (800, 3_000), "indels": (60, 1_500)}, 0),
}
TARGETS, LENGTH = 24, 125_000_000


def main() -> None:
    """Measure and show."""
    parser = arguments(__doc__)
    parser.add_argument("--data", type=Path, help="folder of real data with yeast/genomes in it")
    asked = parser.parse_args()
    rows = [row for name in SETTINGS for row in _told(name, *SETTINGS[name])]
    show(f"fifty changes, {len(SEEDS)} times each: recall and precision", rows, asked.json)
    show("the same, kind by kind, changes in yeast or not", _by_kind(asked), asked.json)
    show("with what the alignment hides left hidden", _hidden(), asked.json)
    for count in (10_000, 100_000, 1_000_000):
        show(f"{count:,} synthetic matches", _seconds(count), asked.json)


def _told(name: str, choices: dict[str, Any], contigs: int) -> list[Row]:
    every = [_scored(Plan(seed=seed, **choices), contigs)[None] for seed in SEEDS]
    return [_row(name, _together(every))]


def _by_kind(asked: argparse.Namespace) -> list[Row]:
    """Kind by kind, on made-up genomes and on the real one."""
    target = _real(asked.data or Path("../shared/data"))
    found = [_scored(Plan(seed=seed)) for seed in SEEDS]
    if target:
        found += [_scored(Plan(seed=seed, **LARGE), 100, target) for seed in SEEDS]
    kinds: list[EventKind | None] = [*EventKind, None]
    return [
        _row(kind.value if kind else "together", _together([each[kind] for each in found]))
        for kind in kinds
    ]


def _hidden() -> list[Row]:
    usual = [_scored(Plan(seed=seed), option="hidden:leave")[None] for seed in SEEDS]
    return [_row("hidden:leave", _together(usual))]


def _row(name: str, score: Score) -> Row:
    words = f"precision {score.precision:.3f} ({score.right} right of {score.told} told)"
    return Row(name, score.recall, f"of {score.made}", words)


def _together(found: Sequence[Score]) -> Score:
    return Score(*(sum(getattr(each, name) for each in found) for name in Score.__slots__))


def _scored(
    plan: Plan, contigs: int = 0, target: Any = (), option: str = "hidden:align"
) -> dict[EventKind | None, Score]:
    made = made_up(plan, target)
    made = cut_up(made, contigs, plan.seed) if contigs else made
    return scores(made.changes, _events(made, option))


def _events(made: MadeUp, option: str) -> tuple[Event, ...]:
    with tempfile.TemporaryDirectory() as name:
        alignment = Path(name) / "alignment.paf"
        question = Question(*made.write(Path(name)), options=(option,))
        answer = MappyAligner().align(question, alignment)
        matches, _ = matches_of(read_paf(alignment), answer.target, answer.query)
        gaps = read_gaps(alignment, Sizes().least)
    return structure_of(matches, answer.target, answer.query, gaps)


def _real(data: Path) -> tuple[Any, ...]:
    """The nuclear chromosomes of the yeast S288C, where they are."""
    file = data / "yeast" / "genomes" / "S288C.genome.fa.gz"
    if not file.is_file():
        return ()
    return tuple(
        np.frombuffer(residues, dtype=np.uint8)
        for _, residues in read_contigs(file)
        if set(residues) <= set(b"ACGT")
    )


def _seconds(count: int) -> list[Row]:
    """Half of the matches along the chromosomes, with changes, and half repeats anywhere."""
    matches, target, query = _synthetic(count)
    started = time.process_time()
    events = structure_of(matches, target, query)
    return [
        Row("structure", time.process_time() - started, "s", "of processor time"),
        Row("events", len(events), ""),
    ]


def _synthetic(count: int) -> tuple[Matches, Genome, Genome]:
    random = np.random.default_rng(1)
    each = count // 2 // TARGETS
    step = LENGTH // (each + 1)
    along = np.tile(np.arange(each) * step, TARGETS)
    chromosome = np.repeat(np.arange(TARGETS), each)
    rest = count - len(along)
    anywhere = random.integers(0, LENGTH - 7_000, (2, rest))
    # One in a hundred is cut short, one in a hundred is turned.
    lost = np.where(random.random(len(along)) < 0.01, step // 3, 0)
    span = np.concatenate((step - lost, random.integers(200, 6_000, rest)))
    strand = np.concatenate((random.random(len(along)) < 0.01, random.random(rest) < 0.5))
    starts = [np.concatenate((along, side)) for side in anywhere]
    genomes = (
        Genome(name, tuple(Contig(f"{name}{i}", LENGTH) for i in range(TARGETS))) for name in "tq"
    )
    matches = Matches(
        target=np.concatenate((chromosome, random.integers(0, TARGETS, rest))).astype(np.int32),
        query=np.concatenate((chromosome, random.integers(0, TARGETS, rest))).astype(np.int32),
        target_start=starts[0],
        target_end=starts[0] + span,
        query_start=starts[1],
        query_end=starts[1] + span,
        strand=np.where(strand, -1, 1).astype(np.int8),
        identity=np.full(count, 0.98, dtype=np.float32),
        bases=span,
        mapq=np.full(count, 60, dtype=np.uint8),
    )
    return (matches, *genomes)


if __name__ == "__main__":
    main()
