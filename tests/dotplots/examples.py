"""Small genomes and matches that the tests of this room share."""

import io
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from holdfast.dotplots.aligners.interface import AlignerNote
from holdfast.dotplots.genome import Contig, Genome
from holdfast.dotplots.identity import Estimator
from holdfast.dotplots.layout.arrangement import Arrangement, Layout
from holdfast.dotplots.matches import Matches, matches_of
from holdfast.dotplots.scene import Scene, scene_of
from holdfast.formats.paf import read_paf

NOTE = AlignerNote("mappy", "2.31", "asm10", "minimap2 -c -x asm10 t.fa q.fa")


def genome(name: str, **lengths: int) -> Genome:
    return Genome(name, tuple(Contig(each, length) for each, length in lengths.items()))


def indexed(file: Path) -> Genome:
    """A genome from an index: its name on the first line, then names and lengths."""
    first, *rest = file.read_text().splitlines()
    rows = [line.split("\t") for line in rest]
    return Genome(first, tuple(Contig(row[0], int(row[1])) for row in rows))


def matches_in(text: str, target: Genome, query: Genome) -> Matches:
    """Matches from PAF lines whose columns are separated by blanks."""
    lines = "".join("\t".join(line.split()) + "\n" for line in text.strip().splitlines())
    return matches_of(read_paf(io.BytesIO(lines.encode())), target, query)[0]


def scene(target: Genome, query: Genome, matches: Matches, layout: Layout | None = None) -> Scene:
    layout = layout or Layout.as_given(target, query)
    return scene_of("q against t", (target, query), (matches, Estimator.DE), layout, NOTE)


def query_laid_out(target: Genome, query: Arrangement) -> Layout:
    """A layout in which the target is as given."""
    return Layout(Arrangement.as_given(target), query)


def random_matches(target: Genome, query: Genome, count: int, seed: int) -> Matches:
    """`count` matches anywhere."""
    random = np.random.default_rng(seed)
    targets = random.integers(0, len(target.contigs), count).astype(np.int32)
    queries = random.integers(0, len(query.contigs), count).astype(np.int32)
    on_target = np.sort(
        (random.random((count, 2)) * target.lengths[targets, None]).astype(np.int64)
    )
    on_query = np.sort((random.random((count, 2)) * query.lengths[queries, None]).astype(np.int64))
    return Matches(
        target=targets,
        query=queries,
        target_start=on_target[:, 0],
        target_end=on_target[:, 1],
        query_start=on_query[:, 0],
        query_end=on_query[:, 1],
        strand=random.choice(np.array([-1, 1], dtype=np.int8), count),
        identity=random.random(count).astype(np.float32),
        bases=on_target[:, 1] - on_target[:, 0],
        mapq=np.full(count, 60, dtype=np.uint8),
    )


def fasta(path: Path, contigs: Sequence[tuple[str, str]]) -> Path:
    path.write_text("".join(f">{name}\n{residues}\n" for name, residues in contigs))
    return path
