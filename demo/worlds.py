"""
The two worlds the story is told about: a made-up one, and the yeasts.

The made-up world's truth is how it was made. The yeasts' truth is published: UWOPS03-461.4 differs
from the reference by reciprocal translocations among chromosomes VII, VIII, X, XI and XIII (Yue et
al., Nature Genetics 49, 913-924, 2017).
"""

from pathlib import Path

import numpy as np

from demo.databank import compressed
from demo.genomes import (
    AMINO_ACIDS,
    CONTIGS,
    ORDER,
    TURNED,
    Residues,
    Segment,
    ancestor,
    descendant,
    fasta,
    mutated,
    proteome,
)
from demo.story import Event, Files, World

SEED = 20_240_115
LONG_ENOUGH = 50_000  #: bases of a segment that a comparison must find
PARTS = 5  #: files of the made-up proteome, 300 proteins in each


def made_up() -> World:
    """Two genomes with known rearrangements and a proteome, in three releases each."""
    random = np.random.default_rng(SEED)
    alpha = ancestor(random)
    beta = descendant(alpha, random)
    corrected = beta | {"contig_e": mutated(beta["contig_e"], random)}
    gamma = {name: mutated(residues, random) for name, residues in alpha.items()}
    files = {"alpha.fa.gz": _file(alpha), "beta.fa.gz": _file(corrected)}
    return World(
        title="two made-up genomes and a proteome",
        genomes=(
            ("2024-01", files | {"beta.fa.gz": _file(beta)}),
            ("2024-02", files),
            ("2024-03", files | {"gamma.fa.gz": _file(gamma)}),
        ),
        proteomes=_proteomes(random),
        target="alpha.fa.gz",
        query="beta.fa.gz",
        events=_events(),
        order=ORDER,
        turned=TURNED,
    )


def yeast(data: Path) -> World:
    """The yeasts in the folder `data`: dated proteomes are three releases, the genomes one."""
    genomes = {
        file.name.replace(".genome", ""): file.read_bytes()
        for file in sorted((data / "genomes").glob("*.fa.gz"))
    }
    dates = sorted(folder.name for folder in (data / "proteomes").iterdir())
    return World(
        title="three yeast genomes, and proteomes of three dates",
        genomes=(("2017-06", genomes),),
        proteomes=[
            (date, {file.name: file.read_bytes() for file in (data / "proteomes" / date).iterdir()})
            for date in dates
        ],
        target="S288C.fa.gz",
        query="UWOPS034614.fa.gz",
        events=(
            Event("chrI", 30_000, 160_000, "chrI", "+"),
            Event("chrIX", 25_000, 438_000, "chrIX", "+"),
            Event("chrVII", 20_000, 310_000, "chrXI", "-"),
            Event("chrVII", 740_000, 1_080_000, "chrVIII", "+"),
            Event("chrVIII", 410_000, 485_000, "chrVII", "-"),
            Event("chrX", 60_000, 197_000, "chrVII", "+"),
            Event("chrXI", 518_000, 665_000, "chrXIII", "+"),
            Event("chrXIII", 385_000, 770_000, "chrX", "-"),
        ),
        order=None,
        turned=frozenset(),
    )


def _file(records: dict[str, Residues]) -> bytes:
    return compressed(fasta(records))


def _proteomes(random: np.random.Generator) -> tuple[tuple[str, Files], ...]:
    """Three releases: in the second some proteins change, in the third some come and some go."""
    proteins = proteome(1_500, random)
    names = list(proteins)
    second = proteins | {name: _revised(proteins[name], random) for name in names[300:330]}
    third = {name: residues for name, residues in second.items() if name not in names[1_200:1_210]}
    novel = {f"NEW_{name}": residues for name, residues in proteome(40, random).items()}
    first_files, second_files, third_files = (
        {
            f"part{part}.pep.fa.gz": _file(
                {
                    name: release[name]
                    for name in names[(part - 1) * 300 : part * 300]
                    if name in release
                }
            )
            for part in range(1, PARTS + 1)
        }
        for release in (proteins, second, third)
    )
    return (
        ("2024-01", first_files),
        ("2024-02", second_files),
        ("2024-03", third_files | {"novel.pep.fa.gz": _file(novel)}),
    )


def _revised(residues: Residues, random: np.random.Generator) -> Residues:
    revised = residues.copy()
    revised[len(revised) // 2] = random.choice(AMINO_ACIDS)
    revised[:1] = ord("M")
    return np.append(revised, random.choice(AMINO_ACIDS, 7))


def _events() -> list[Event]:
    """The long segments of the contigs, as a comparison must find them."""
    return [
        Event(piece.chromosome, piece.start, piece.end, contig, "-" if piece.reversed else "+")
        for contig, pieces in CONTIGS.items()
        for piece in pieces
        if isinstance(piece, Segment) and piece.end - piece.start >= LONG_ENOUGH
    ]
