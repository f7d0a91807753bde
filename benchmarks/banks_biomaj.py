"""BioMAJ beside."""

from collections.abc import Iterator
from pathlib import Path

from benchmarks.report import Row


def rows(work: Path, scale: int, runs: int) -> Iterator[Row]:
    yield from ()
