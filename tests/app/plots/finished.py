"""Finished plots for tests that only look at them, remove them or show them: nothing is drawn."""

import json
import os
from datetime import UTC, datetime, timedelta
from pathlib import Path

from holdfast.app.container import Container
from holdfast.app.plots.folders import FILES, PLOT_FILE

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)


def finished(container: Container, name: str, *, days: int = 0, **told: object) -> Path:
    """The folder of a plot that was made so many days before NOW; `told` goes into plot.json."""
    folder = container.settings.plots / name
    folder.mkdir(parents=True)
    for each in FILES:
        (folder / each).write_bytes(b"x" * 10)
    genome = {
        "given": "a.fa", "contigs": [{}], "bases": 100, "aligned": 0.5, "provenance": {},
    }  # fmt: skip
    document = {
        "title": f"The plot {name}",
        "target": {"name": "tee", **genome},
        "query": {"name": "cue", **genome},
        "matches": {"drawn": 1},
        "identity": {"mean": 0.9, "source": "de"},
        "aligner": {"name": "mappy", "version": "1", "preset": "asm5", "command": "minimap2"},
        "drawing": {},
        "created": (NOW - timedelta(days=days)).isoformat(),
        **told,
    }
    (folder / PLOT_FILE).write_text(json.dumps(document))
    return folder


def aged(folder: Path, days: int) -> Path:
    """`folder`, written to last so many days before NOW."""
    moment = (NOW - timedelta(days=days)).timestamp()
    for each in (*folder.iterdir(), folder):
        os.utime(each, (moment, moment))
    return folder
