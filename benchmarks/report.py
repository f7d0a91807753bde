"""
How benchmarks show their figures: a table on standard output and, with ``--json FILE``, the same as
a JSON list for programs.
"""

import argparse
import json
import time
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Row:
    """One figure. `ratio` says how it stands to another, in words: "1.4 x hashing alone"."""

    name: str
    value: float
    unit: str
    ratio: str = ""


def arguments(description: str | None) -> argparse.ArgumentParser:
    """A parser that knows ``--json``; a benchmark adds what is its own."""
    parser = argparse.ArgumentParser(description=description)
    parser.add_argument("--json", type=Path, help="write the figures to this file too")
    return parser


def best(work: Callable[[], object], runs: int) -> float:
    """Seconds on the clock: the best of some runs."""
    times = []
    for _ in range(runs):
        begin = time.perf_counter()
        work()
        times.append(time.perf_counter() - begin)
    return min(times)


def show(title: str, rows: Sequence[Row], json_file: Path | None = None) -> None:
    """Print the figures, and append them to `json_file` when it is given."""
    width = max(len(row.name) for row in rows)
    print(f"\n{title}")
    for row in rows:
        print(
            f"  {row.name:<{width}}  {_number(row.value):>12} {row.unit:<10} {row.ratio}".rstrip()
        )
    if json_file is not None:
        known = json.loads(json_file.read_text()) if json_file.exists() else []
        known.append({"title": title, "rows": [asdict(row) for row in rows]})
        json_file.write_text(json.dumps(known, indent=1) + "\n")


def _number(value: float) -> str:
    if value == int(value) and abs(value) < 1e15:
        return f"{int(value):,}"
    return f"{value:,.3f}" if abs(value) < 10 else f"{value:,.1f}"
