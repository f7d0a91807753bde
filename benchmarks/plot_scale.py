"""
Alignments of ten thousand to ten million lines: time and memory from the file to the plot.

    python -m benchmarks.plot_scale [--lines N …] [--with-dgenies]

Measured for each size, each in a process of its own: reading, laying out and writing the scene;
and the whole ``holdfast plot import``, with pictures and page. Beside them, with
``--with-dgenies``, the same files through D-Genies' own server (see
:mod:`benchmarks.plots_dgenies`), which shows the best 100,000 lines and no more.
"""

import json
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from benchmarks import plots_dgenies
from benchmarks.report import Row, arguments, show

LINES = (10_000, 100_000, 1_000_000, 10_000_000)
MOST_BESIDE = 1_000_000  #: lines that D-Genies is asked for: it needs minutes for these
TARGETS, QUERIES = 20, 800
TARGET_LENGTH, QUERY_LENGTH = 10_000_000, 1_000_000
AT_ONCE = 500_000
METER = Path(__file__).with_name("banks_meter.py")


@dataclass(frozen=True, slots=True)
class Files:
    """An alignment with the indexes of its genomes."""

    alignment: Path
    target: Path
    query: Path

    @property
    def words(self) -> list[str]:
        return [str(self.alignment), str(self.target), str(self.query)]


def main(words: Sequence[str]) -> None:
    """Measure and show."""
    parser = arguments(__doc__)
    parser.add_argument("--lines", type=int, nargs="+", default=LINES)
    parser.add_argument("--data", help="not used: the files are made here")
    parser.add_argument("--with-dgenies", action="store_true", help="also D-Genies")
    asked = parser.parse_args(words)
    with tempfile.TemporaryDirectory(prefix="plots-") as place:
        work = Path(place)
        python = plots_dgenies.python_of(work / "dgenies") if asked.with_dgenies else None
        for count in asked.lines:
            files = made(work, count)
            rows = list(_ours(files, work))
            if python is not None and count <= MOST_BESIDE:
                rows += _theirs(files, python, work / f"home-{count}")
            size = files.alignment.stat().st_size / 1e6
            show(f"an alignment of {count:,} lines, {size:,.0f} MB", rows, asked.json)


def made(work: Path, count: int) -> Files:
    """`count` lines anywhere between two genomes, with the tags minimap2 writes."""
    files = Files(work / f"{count}.paf", work / "target.idx", work / "query.idx")
    target = [f"chr{number}\t{TARGET_LENGTH}" for number in range(TARGETS)]
    query = [f"contig{number}\t{QUERY_LENGTH}" for number in range(QUERIES)]
    files.target.write_text("\n".join(["target", *target, ""]), encoding="utf-8")
    files.query.write_text("\n".join(["query", *query, ""]), encoding="utf-8")
    random = np.random.default_rng(1)
    with files.alignment.open("w", encoding="ascii") as file:
        for first in range(0, count, AT_ONCE):
            file.writelines(_lines(random, min(AT_ONCE, count - first)))
    return files


def _lines(random: np.random.Generator, count: int) -> Iterator[str]:
    queries, targets = random.integers(0, QUERIES, count), random.integers(0, TARGETS, count)
    # As alignments are: most are short, few are long.
    lengths = (100 * random.pareto(0.9, count)).astype(np.int64).clip(50, 400_000)
    starts = (random.random(count) * (QUERY_LENGTH - lengths)).astype(np.int64)
    places = (random.random(count) * (TARGET_LENGTH - lengths)).astype(np.int64)
    alike = random.integers(80, 101, count)
    columns = (queries, targets, lengths, starts, places, alike)
    for q, t, n, s, p, a in zip(*(each.tolist() for each in columns), strict=True):
        yield (
            f"contig{q}\t{QUERY_LENGTH}\t{s}\t{s + n}\t{'+-'[s % 2]}\tchr{t}\t{TARGET_LENGTH}\t"
            f"{p}\t{p + n}\t{n * a // 100}\t{n}\t60\ttp:A:P\tcm:i:{n // 10}\ts1:i:{n // 2}\t"
            f"NM:i:{n - n * a // 100}\tde:f:{1 - a / 100:.4f}\trl:i:55\n"
        )


def _ours(files: Files, work: Path) -> Iterator[Row]:
    reading = [sys.executable, "-m", "benchmarks.plots_reading", *files.words]
    yield _metered("read, lay out, write the scene", [*reading, str(work / "scene")], work)
    alignment, target, query = files.words
    home = str(work / "home")
    whole = [sys.executable, "-m", "holdfast", "--home", home, "plot", "import", alignment]
    words = [*whole, "--target", target, "--query", query, "--name", f"of-{files.alignment.stem}"]
    yield _metered("holdfast plot import, whole", words, work)
    plot = work / "home" / "plots" / f"of-{files.alignment.stem}"
    for name in ("scene.arrow", "plot.html", "plot.svg"):
        yield Row(f"  {name}", (plot / name).stat().st_size / 1e6, "MB")


def _metered(name: str, command: Sequence[str], work: Path) -> Row:
    answer = work / "answer"
    meter = [sys.executable, "-I", "-S", str(METER), str(answer), *command]
    subprocess.run(meter, check=True, stdout=subprocess.DEVNULL)
    used = json.loads(answer.read_text(encoding="utf-8"))
    more = f"processor {used['processor']:.2f} s, {used['memory'] / 1e6:,.0f} MB"
    return Row(name, used["seconds"], "s", more)


def _theirs(files: Files, python: str, home: Path) -> Iterator[Row]:
    with plots_dgenies.running(python, home) as server:
        asked = server.plot("lines", files.alignment, files.target, files.query)
    yield Row("D-Genies: plot job", asked.job, "s", f"{asked.memory / 1e6:,.0f} MB")
    yield Row("  its page's data", asked.graph, "s", f"{asked.lines:,} lines of them")
    yield Row("  its sort", asked.sort, "s")


if __name__ == "__main__":
    main(sys.argv[1:])
