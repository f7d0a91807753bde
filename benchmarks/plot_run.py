"""
Comparing genomes: the whole command beside minimap2 alone, and reading, ordering and writing a
scene of many matches.

    python -m benchmarks.plot_run [--data FOLDER] [--cores N]

The peer is the ``minimap2`` of this machine, with the same preset and threads, writing PAF and
nothing more: what `holdfast plot run` takes beyond it is start-up, checks, digests, pictures and
the page. Both read the same gzip files of FOLDER/yeast. The scenes are of synthetic lines.
"""

import io
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
from benchmarks.report import Row, arguments, show

from holdfast.dotplots.aligners.interface import AlignerNote
from holdfast.dotplots.genome import Contig, Genome
from holdfast.dotplots.layout import by_reference
from holdfast.dotplots.matches import matches_of
from holdfast.dotplots.pictures import Format, picture
from holdfast.dotplots.scene import Scene, scene_of, write_scene
from holdfast.formats.paf import read_paf

PRESET = "asm10"
TIMES = 3
TARGETS, QUERIES = 20, 800
TARGET_LENGTH, QUERY_LENGTH = 10_000_000, 1_000_000


def main() -> None:
    """Measure and show."""
    parser = arguments(__doc__)
    parser.add_argument("--data", type=Path, help="folder of real data with yeast/genomes in it")
    parser.add_argument("--cores", type=int, default=len(os.sched_getaffinity(0)))
    asked = parser.parse_args()
    genomes = (asked.data or Path("../shared/data")) / "yeast" / "genomes"
    if genomes.is_dir():
        rows = whole_command(genomes, asked.cores)
        show(f"S288C against UWOPS034614, {PRESET}, {asked.cores} cores", rows, asked.json)
    else:
        print(f"left out, for want of {genomes}: the whole command beside minimap2")
    for count in (10_000, 100_000, 1_000_000):
        show(f"a scene of {count:,} synthetic lines", scene_of_lines(count), asked.json)


def whole_command(genomes: Path, cores: int) -> list[Row]:
    """The best of a few runs each, taken in turn."""
    pair = [str(genomes / f"{name}.genome.fa.gz") for name in ("S288C", "UWOPS034614")]
    with tempfile.TemporaryDirectory() as home:
        environment = {**os.environ, "HOLDFAST_HOME": home, "HOLDFAST_CORES": str(cores)}
        ours = [sys.executable, "-m", "holdfast", "plot", "run", *pair, "--preset", PRESET]
        theirs = ["minimap2", "-c", "-x", PRESET, "-t", str(cores), *pair]
        taken: dict[str, list[float]] = {"ours": [], "theirs": []}
        for _ in range(TIMES):
            taken["ours"].append(_seconds(ours, environment))
            if shutil.which("minimap2"):
                taken["theirs"].append(_seconds(theirs, environment))
    best = min(taken["ours"])
    if not taken["theirs"]:
        return [Row("holdfast plot run", best, "s", "minimap2 is not on PATH")]
    peer = min(taken["theirs"])
    return [
        Row("minimap2 -c alone", peer, "s"),
        Row("holdfast plot run", best, "s", f"{best / peer:.2f} x minimap2 alone"),
    ]


def _seconds(command: list[str], environment: dict[str, str]) -> float:
    started = time.perf_counter()
    subprocess.run(command, env=environment, check=True, capture_output=True)
    return time.perf_counter() - started


def scene_of_lines(count: int) -> list[Row]:
    """Each step from the file to the scene, and the picture."""
    target = Genome("t", tuple(Contig(f"chr{i}", TARGET_LENGTH) for i in range(TARGETS)))
    query = Genome("q", tuple(Contig(f"contig{i}", QUERY_LENGTH) for i in range(QUERIES)))
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "lines.paf"
        file.write_text(synthetic_lines(count))
        megabytes = file.stat().st_size / 1e6
        rows: list[Row] = []
        table = _timed(rows, "read PAF", lambda: read_paf(file))
    matches = _timed(rows, "matches", lambda: matches_of(table, target, query))
    layout = _timed(rows, "layout", lambda: by_reference(matches[0], target, query))
    note = AlignerNote("none", "0", "none", "synthetic")
    scene = _timed(
        rows, "scene", lambda: _written(scene_of("x", (target, query), matches, layout, note))
    )
    total = sum(row.value for row in rows)
    rows.append(Row("together", total, "s", f"{megabytes / total:.0f} MB of PAF per second"))
    _timed(rows, "picture (PNG)", lambda: picture(scene, Format.PNG))
    return rows


def _written(scene: Scene) -> Scene:
    write_scene(scene, io.BytesIO())
    return scene


def _timed(rows: list[Row], name: str, work: Callable[[], Any]) -> Any:
    started = time.perf_counter()
    answer = work()
    rows.append(Row(name, time.perf_counter() - started, "s"))
    return answer


def synthetic_lines(count: int) -> str:
    """PAF lines anywhere between the genomes, with the tags minimap2 writes."""
    random = np.random.default_rng(1)
    queries, targets = random.integers(0, QUERIES, count), random.integers(0, TARGETS, count)
    lengths = random.integers(100, 20_000, count)
    starts = random.integers(0, QUERY_LENGTH - 20_000, count)
    places = random.integers(0, TARGET_LENGTH - 20_000, count)
    columns = zip(queries, targets, lengths, starts, places, strict=True)
    return "".join(
        f"contig{q}\t{QUERY_LENGTH}\t{s}\t{s + n}\t{'+-'[int(s) % 2]}\tchr{t}\t{TARGET_LENGTH}\t"
        f"{p}\t{p + n}\t{n * 19 // 20}\t{n}\t60\tNM:i:{n // 20}\tms:i:{n}\tAS:i:{n}\tnn:i:0\t"
        f"tp:A:P\tcm:i:100\ts1:i:100\tde:f:0.0{100 + int(p) % 900}\trl:i:55\n"
        for q, t, n, s, p in columns
    )


if __name__ == "__main__":
    main()
