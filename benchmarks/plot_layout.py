"""
How well contigs of a known genome are put in order, by each layout along another genome.

    python -m benchmarks.plot_layout [--data FOLDER]

Made-up genomes are those of the tests: a target with families of repeats, and a query that is the
target rearranged, cut, shuffled and turned; their matches are made up too. Real ones are the
chromosomes of the yeast SK1 of FOLDER/yeast, cut, shuffled and turned, and aligned with S288C: the
truth is SK1's own order, which is that of S288C but for what differs between the two yeasts. Each
row: the share of contigs in true order (the longest run of them that rises) and the share turned
right, by the rules of D-Genies (`reference`) and by chains.
"""

import sys
import tempfile
from argparse import ArgumentParser
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np

from holdfast.dotplots.aligners.interface import Question
from holdfast.dotplots.aligners.mappy_aligner import MappyAligner
from holdfast.dotplots.genome import read_contigs
from holdfast.dotplots.layout.chain import by_chain
from holdfast.dotplots.layout.reference import by_reference
from holdfast.dotplots.matches import matches_of
from holdfast.formats.paf import read_paf
from holdfast.formats.residues import reverse_complement

sys.path.insert(0, str(Path(__file__).parent.parent / "tests"))
from dotplots.layout.jigsaw import Jigsaw, Making, jigsaw, with_insertions

SEEDS = 5
REPEATS = ((6000, 60), (1500, 150), (300, 400))
CASES = {
    "few repeats, contigs of 20 kb": Making(),
    "many repeats, contigs of 20 kb": Making(families=REPEATS),
    "many repeats, contigs of 5 kb": Making(contig=5000, families=REPEATS),
    "many repeats, contigs of 1.5 kb": Making(contig=1500, families=REPEATS),
    "mostly repeats, contigs of 8 kb": Making(contig=8000, families=((6000, 200), (4000, 120))),
    "rearranged, contigs of 100 kb": Making(
        chromosomes=6, length=10**6, contig=10**5, moved=12, turned=8, families=((6000, 40),)
    ),
    "rearranged, contigs of 10 kb": Making(contig=10_000, moved=12, turned=10, families=REPEATS),
}
LARGE = Making(
    chromosomes=6, length=3 * 10**6, contig=400_000, moved=12, turned=10, families=((6000, 80),)
)
SIZES = (3000, 10_000, 50_000)
SHORTEST_CHROMOSOME = 100_000


def main() -> None:
    parser = ArgumentParser(description=(__doc__ or "").split("\n")[1])
    parser.add_argument("--data", type=Path, default=Path(__file__).parents[2] / "shared" / "data")
    folder = parser.parse_args().data / "yeast" / "genomes"
    print("| genomes | contigs | order: reference | chain | turned: reference | chain |")
    print("|---|---|---|---|---|---|")
    for name, making in CASES.items():
        print(_row(name, [jigsaw(making, seed) for seed in range(SEEDS)]), flush=True)
    grown = [with_insertions(jigsaw(LARGE, seed), seed) for seed in range(SEEDS)]
    print(_row("rearranged, many insertions, contigs of 400 kb", grown), flush=True)
    if folder.is_dir():
        for size, puzzle in _cut_yeasts(folder):
            print(_row(f"SK1 on S288C, contigs of {size / 1000:g} kb", [puzzle]), flush=True)


def _row(name: str, puzzles: list[Jigsaw]) -> str:
    """The means of all puzzles of a kind."""
    shares = []
    for each in puzzles:
        found = [by(each.matches, each.target, each.query) for by in (by_reference, by_chain)]
        shares.append(
            [
                *(each.share_in_order(one) for one in found),
                *(each.share_turned_right(one) for one in found),
            ]
        )
    contigs = np.mean([len(each.place) for each in puzzles])
    cells = " | ".join(f"{100 * share:.1f} %" for share in np.mean(shares, axis=0))
    return f"| {name} | {contigs:.0f} | {cells} |"


def _cut_yeasts(folder: Path) -> Iterator[tuple[int, Jigsaw]]:
    target = folder / "S288C.genome.fa.gz"
    chromosomes = [
        residues
        for contig, residues in read_contigs(folder / "SK1.genome.fa.gz")
        if contig.length >= SHORTEST_CHROMOSOME
    ]
    for size in SIZES:
        with tempfile.TemporaryDirectory() as made:
            yield size, _aligned(target, chromosomes, size, Path(made))


def _aligned(target: Path, chromosomes: list[bytes], size: int, folder: Path) -> Jigsaw:
    random = np.random.default_rng(1)
    pieces = [
        (float(number * 10**9 + start), chromosome[start:end])
        for number, chromosome in enumerate(chromosomes)
        for start, end in _cuts(len(chromosome), size, random)
    ]
    shuffled = [pieces[place] for place in random.permutation(len(pieces))]
    turned = tuple(bool(each) for each in random.random(len(pieces)) < 0.5)
    query, paf = folder / "query.fa", folder / "alignment.paf"
    with query.open("wb") as file:
        for number, (_, piece) in enumerate(shuffled):
            residues = reverse_complement(piece) if turned[number] else piece
            file.write(b">c%d\n%s\n" % (number, residues))
    answer = MappyAligner().align(Question(target, query, "asm10"), paf, lambda _: None)
    matches, _ = matches_of(read_paf(paf), answer.target, answer.query)
    place = tuple(each for each, _ in shuffled)
    return Jigsaw(answer.target, replace(answer.query, name="SK1"), matches, place, turned)


def _cuts(length: int, size: int, random: np.random.Generator) -> Iterator[tuple[int, int]]:
    """Where contigs of about `size` bases begin and end."""
    start = 0
    while start < length:
        end = min(start + int(random.uniform(0.3, 1.7) * size), length)
        if end - start >= size // 10:
            yield start, end
        start = end


if __name__ == "__main__":
    main()
