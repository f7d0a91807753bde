"""
Pictures and pages of plots: seconds, memory and sizes for ten thousand to ten million matches.

    python -m benchmarks.plot_pictures [--matches N …]

Each size is measured in a process of its own, on made-up genomes of 2.7 Gbp: half of the matches
lie along the diagonal, half are repeats anywhere. Seconds are processor time; memory is what the
process took at most beyond the matches themselves.
"""

import json
import os
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from functools import partial

import numpy as np
from benchmarks.report import Row, arguments, show

from holdfast.dotplots.aligners.interface import AlignerNote
from holdfast.dotplots.bundle import template, write_one_file_html
from holdfast.dotplots.genome import Contig, Genome
from holdfast.dotplots.identity import Estimator
from holdfast.dotplots.layout.arrangement import Layout
from holdfast.dotplots.layout.choosing import Order
from holdfast.dotplots.matches import Matches
from holdfast.dotplots.pictures import Format, picture
from holdfast.dotplots.ribbons.picture import ribbon_pictures
from holdfast.dotplots.ribbons.stack import Pair, stacked
from holdfast.dotplots.scene import Scene, scene_of, write_scene

MATCHES = (10_000, 100_000, 1_000_000)
NOTE = AlignerNote("made up", "", "", "")


def main(words: Sequence[str]) -> None:
    """Measure and show."""
    parser = arguments(__doc__)
    parser.add_argument("--matches", type=int, nargs="+", default=MATCHES)
    parser.add_argument("--data", help="not used: the matches are made here")
    parser.add_argument("--only", type=int, help="measure this size here, and write JSON")
    asked = parser.parse_args(words)
    if asked.only is not None:
        json.dump(list(_figures(asked.only)), sys.stdout)
        return
    for count in asked.matches:
        command = [sys.executable, "-m", "benchmarks.plot_pictures", "--only", str(count)]
        told = subprocess.run(command, check=True, capture_output=True, text=True).stdout
        show(f"{count:,} matches", [Row(*row) for row in json.loads(told)], asked.json)


def _figures(count: int) -> Iterator[tuple[str, float, str, str]]:
    """Name, value, unit and words of each figure."""
    target, matches = made(count)
    layout = Layout.as_given(target, target)
    scene = scene_of("made up", (target, target), (matches, Estimator.DE), layout, NOTE)
    pair = Pair("made up", target, target, matches, layout, Order.INPUT)
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    works: dict[str, Callable[[], int]] = {
        f"{kind.value} of 180 mm": partial(_picture, scene, kind) for kind in Format
    }
    works["png of ribbons"] = partial(_ribbons, pair)
    works["scene"] = partial(_scene, scene)
    works["page"] = partial(_page, scene)
    for name, work in works.items():
        started = time.process_time()
        size = work()
        yield name, round(time.process_time() - started, 2), "s", f"{size / 1e6:.2f} MB"
    after = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    yield "memory beyond the matches", round((after - before) / 1024), "MB", ""


def _picture(scene: Scene, kind: Format) -> int:
    return len(picture(scene, kind))


def _ribbons(pair: Pair) -> int:
    return len(ribbon_pictures(stacked([pair]), (Format.PNG,), "made up")[0])


def _scene(scene: Scene) -> int:
    with tempfile.TemporaryFile() as file:
        write_scene(scene, file)
        return os.fstat(file.fileno()).st_size


def _page(scene: Scene) -> int:
    with tempfile.TemporaryFile() as file:
        write_one_file_html(template(), partial(write_scene, scene), scene.title, file)
        return os.fstat(file.fileno()).st_size


def made(count: int) -> tuple[Genome, Matches]:
    """A genome as large as a human's, and matches of it with another that has the same contigs."""
    contigs = (Contig(f"chr{place}", int(250e6 / (1 + 0.12 * place))) for place in range(1, 24))
    genome = Genome("made-up", tuple(contigs))
    random = np.random.default_rng(1)
    at = random.integers(0, genome.length, count)
    repeats = random.random(count) < 0.5
    other = np.where(repeats, random.integers(0, genome.length, count), at)
    span = (random.exponential(800, count) + 100).astype(np.int64)
    target, target_start, target_end = _placed(genome, at, span)
    query, query_start, query_end = _placed(genome, other, span)
    inverted = repeats & (random.random(count) < 0.5)
    noise = random.random(count) * 0.1
    return genome, Matches(
        target=target,
        query=query,
        target_start=target_start,
        target_end=target_end,
        query_start=query_start,
        query_end=query_end,
        strand=np.where(inverted, -1, 1).astype(np.int8),
        identity=np.where(repeats, 0.8 + noise, 1 - noise / 4).astype(np.float32),
        bases=target_end - target_start,
        mapq=np.full(count, 60, dtype=np.uint8),
    )


def _placed(genome: Genome, at: np.ndarray, span: np.ndarray) -> tuple[np.ndarray, ...]:
    """Positions on the whole genome as intervals of its contigs."""
    contigs = np.searchsorted(genome.offsets, at, side="right") - 1
    starts = at - genome.offsets[contigs]
    return contigs.astype(np.int32), starts, np.minimum(starts + span, genome.lengths[contigs])


if __name__ == "__main__":
    main(sys.argv[1:])
