"""
Carrying over: what an unfinished release had fetched serves the one that is begun instead.

A making that was given up lies among what is dropped. The files of it that the next making wants
too, whole or in part, are moved over before the rest goes.
"""

import os
from pathlib import Path

from holdfast.banks.updating.arrivals import ARRIVED, note_carried
from holdfast.banks.updating.entries import carried_over
from holdfast.banks.updating.making import STAGED, Making


def carry_over(old: Path, making: Making) -> None:
    """Move what the making at `old` had fetched, wholly or partly, of the files `making` wants."""
    carried = carried_over(old, making) if (old / ARRIVED).is_file() else []
    for arrival in carried:
        _move(old / STAGED / arrival.file.name, making.staged / arrival.file.name)
    if carried:
        note_carried(making, carried)
    for file in making.to_fetch:
        partial = old / STAGED / file.name
        for part in partial.parent.glob(f"{_escaped(partial.name)}.part*"):
            _move(part, (making.staged / file.name).with_name(part.name))


def _move(source: Path, target: Path) -> None:
    target.parent.mkdir(parents=True, exist_ok=True)
    if not target.exists():
        os.replace(source, target)  # noqa: PTH105 - Path.replace says nothing of a missing source


def _escaped(name: str) -> str:
    """`name` for a glob that means only itself."""
    return "".join(f"[{letter}]" if letter in "*?[" else letter for letter in name)
