"""
What a process holds ready of the plots that are looked at from near.

A person who moves over a plot asks many small questions about the same few files; what costs to
read, and cannot change while its file is the same, is kept in memory as long as there is room.
"""

import json
from collections import OrderedDict
from collections.abc import Callable, Hashable
from dataclasses import dataclass
from pathlib import Path
from threading import Lock
from typing import Any, Generic, TypeVar

from holdfast.app.container import Container
from holdfast.app.plots.folders import PLOT_FILE, Plot, show_plot
from holdfast.app.plots.marks import refuse_unseen_plot
from holdfast.dotplots.details import Alignments
from holdfast.dotplots.genome import Contig, Genome
from holdfast.errors import PlotError, UsageError

KEPT_PLOTS = 4  #: whose alignments, and whose genomes, are held ready
KEPT_BASES = 300_000_000  #: of contigs that were read from files
KEPT_TRACKS = 200_000_000  #: bytes of annotation as it is sent

Kept = TypeVar("Kept")


class Recent(Generic[Kept]):
    """The things last asked for, as many as their sizes together may be; each is made once."""

    def __init__(self, most: int, size: Callable[[Kept], int] = lambda _: 1) -> None:
        self._most, self._size = most, size
        self._kept: OrderedDict[Hashable, Kept] = OrderedDict()
        self._making: dict[Hashable, Lock] = {}
        self._lock = Lock()

    def get(self, key: Hashable, make: Callable[[], Kept]) -> Kept:
        """What is kept under `key`, or else what `make` makes; who wants the same waits."""
        with self._lock:
            own = self._making.setdefault(key, Lock())
        with own:
            with self._lock:
                if key in self._kept:
                    self._kept.move_to_end(key)
                    return self._kept[key]
            made = make()
            with self._lock:
                self._kept[key] = made
                self._making.pop(key, None)
                while len(self._kept) > 1 and self._total() > self._most:
                    self._kept.popitem(last=False)
            return made

    def _total(self) -> int:
        return sum(map(self._size, self._kept.values()))


@dataclass(frozen=True, slots=True)
class Known:
    """A finished plot and its genomes; its matches are not read."""

    document: dict[str, Any]  #: ``plot.json``
    target: Genome
    query: Genome
    alone: bool  #: a genome is compared with itself

    def side(self, side: str) -> Genome:
        """The genome of a side.

        Raises
        ------
        UsageError
            There is no such side.
        """
        if side not in ("target", "query"):
            raise UsageError(f"{side!r} is no side of a plot; it is target or query")
        return self.target if side == "target" else self.query

    def provenance(self, side: str) -> dict[str, Any]:
        """Where the genome of a side came from."""
        told: dict[str, Any] = self.document[side].get("provenance", {})
        return told


class Near:
    """What one process holds ready."""

    def __init__(self) -> None:
        self.plots: Recent[Known] = Recent(KEPT_PLOTS)
        self.alignments: Recent[Alignments] = Recent(KEPT_PLOTS)
        self.contigs: Recent[bytes] = Recent(KEPT_BASES, len)
        self.tracks: Recent[bytes] = Recent(KEPT_TRACKS, len)
        #: Held by whoever reads a whole file: many at once would only take memory and the disk.
        self.reading = Lock()

    def known(self, container: Container, name: str) -> tuple[Plot, Known]:
        """The finished plot called `name`, and its genomes, for who asks.

        Raises
        ------
        UsageError
            There is none that they may see.
        PlotError
            It is damaged.
        """
        refuse_unseen_plot(container, name)
        plot = show_plot(container, name)
        file = plot.folder / PLOT_FILE
        return plot, self.plots.get(state_of(file), lambda: _known(file))


def _known(file: Path) -> Known:
    try:
        document = json.loads(file.read_bytes())
        genomes = [
            Genome(side["name"], tuple(Contig(**each) for each in side["contigs"]))
            for side in (document["target"], document["query"])
        ]
    except (KeyError, TypeError, ValueError) as error:
        raise PlotError(f"{file} is damaged ({error!r}); draw the plot again") from error
    return Known(document, genomes[0], genomes[1], bool(document.get("alone", False)))


def state_of(file: Path) -> tuple[str, int, int, int]:
    """What changes when the content of a file does.

    Raises
    ------
    PlotError
        It cannot be read.
    """
    try:
        state = file.stat()
    except OSError as error:
        raise PlotError(f"{file.name} cannot be read: {error.strerror}") from error
    return str(file), state.st_ino, state.st_mtime_ns, state.st_size
