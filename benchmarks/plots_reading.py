"""
The work of :mod:`benchmarks.plot_scale` that is measured in a process of its own: an alignment is
read, laid out and written as a scene.

    python -m benchmarks.plots_reading ALIGNMENT TARGET.idx QUERY.idx SCENE
"""

import sys
from pathlib import Path

from holdfast.dotplots.aligners.interface import AlignerNote
from holdfast.dotplots.drawing import USUAL, draw
from holdfast.dotplots.genome import Contig, Genome
from holdfast.dotplots.matches import matches_of
from holdfast.dotplots.scene import write_scene
from holdfast.formats.paf import read_paf


def main(alignment: str, target: str, query: str, scene: str) -> None:
    """Read, lay out, write."""
    genomes = (_genome(Path(target)), _genome(Path(query)))
    matches = matches_of(read_paf(Path(alignment)), *genomes)
    drawn = draw(USUAL, "lines", genomes, matches, AlignerNote("none", "0", "none", "made up"))
    with Path(scene).open("wb") as file:
        write_scene(drawn.scene, file)


def _genome(index: Path) -> Genome:
    name, *rows = index.read_text(encoding="utf-8").splitlines()
    pairs = (row.split("\t") for row in rows)
    return Genome(name, tuple(Contig(pair[0], int(pair[1])) for pair in pairs))


if __name__ == "__main__":
    main(*sys.argv[1:])
