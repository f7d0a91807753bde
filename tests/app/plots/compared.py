"""Genomes that are compared in these tests, and what is told of a plot."""

import json
from pathlib import Path

import numpy as np

from holdfast.app.plots.folders import Plot

PAGE = (
    b"<html><head><title>Plot</title></head>"
    b'<body><script id="holdfast-scene" type="application/gzip+base64"></script></body></html>'
)
FILES = ["alignment.paf", "plot.html", "plot.json", "plot.png", "plot.svg", "scene.arrow"]


def random_bases(count: int, seed: int) -> str:
    return "".join(np.random.default_rng(seed).choice(list("ACGT"), count))


def fasta(path: Path, **contigs: str) -> Path:
    path.write_text("".join(f">{name}\n{residues}\n" for name, residues in contigs.items()))
    return path


def description(plot: Plot) -> dict:
    return json.loads((plot.folder / "plot.json").read_text())
