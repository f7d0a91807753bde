"""
A plan as a picture in text: each job hangs below one of those it needs.

Of several needs it is the one that is farthest from the beginning; the others are named beside it.
A job that needs nothing begins a tree of its own.
"""

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from rich.console import Console, ConsoleOptions, RenderResult
from rich.text import Text

from holdfast.cli.job.drawing import LOOKS

if TYPE_CHECKING:
    from holdfast.app.jobs.runs import JobSummary

STEP = 3  #: characters by which each level is set in
FOREST = {"last": "└─ ", "more": "├─ ", "below last": "   ", "below more": "│  "}


def parents(jobs: "Sequence[JobSummary]") -> dict[str, str | None]:
    """Below which need each job is drawn; None: below nothing. The needs make no circle."""
    depth: dict[str, int] = {}
    needs = {job.name: job.needs for job in jobs}
    for name in needs:
        _measure(name, needs, depth)
    return {
        name: max(wanted, key=lambda need: depth[need]) if wanted else None
        for name, wanted in needs.items()
    }


def _measure(name: str, needs: dict[str, tuple[str, ...]], depth: dict[str, int]) -> None:
    """Note how far `name` is from the beginning; plans may be deeper than Python's stack."""
    path = [name]
    while path:
        job = path[-1]
        unknown = [need for need in needs[job] if need not in depth]
        if job in depth or not unknown:
            depth.setdefault(job, 1 + max((depth[need] for need in needs[job]), default=-1))
            path.pop()
        else:
            path.extend(unknown)


class Graph:
    """The picture of the jobs of a run."""

    def __init__(self, jobs: "Sequence[JobSummary]") -> None:
        self._jobs = {job.name: job for job in jobs}
        self._parents = parents(jobs)
        self._below: dict[str | None, list[str]] = {}
        for name, parent in self._parents.items():
            self._below.setdefault(parent, []).append(name)

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        """What the console prints."""
        most = max(4 * STEP, options.max_width // 2)
        for prefix, name in self._lines():
            yield self._line(prefix, name, most, options.max_width)

    def _lines(self) -> Iterator[tuple[str, str]]:
        """Each job after the one below which it is drawn, with what stands before it."""
        left = [("", "", name) for name in reversed(self._below.get(None, []))]
        while left:
            before, own, name = left.pop()
            yield before + own, name
            if own:
                before += FOREST["below last" if own == FOREST["last"] else "below more"]
            below = self._below.get(name, [])
            for each in reversed(below):
                own = FOREST["last" if each == below[-1] else "more"]
                left.append((before, own, each))

    def _line(self, prefix: str, name: str, most: int, width: int) -> Text:
        job = self._jobs[name]
        mark, style = LOOKS[job.status.value]
        if len(prefix) > most:  # so deep a plan leaves room for names all the same
            levels = f"… {len(prefix) // STEP} "
            prefix = levels + prefix[len(prefix) - (most - len(levels)) :]
        line = Text.assemble((prefix, "dim"), (f"{mark} ", style), name)
        line.append(f" {job.status.value}", style)
        others = [need for need in dict.fromkeys(job.needs) if need != self._parents[name]]
        if others:
            line.append(f"  needs also {', '.join(others)}", "dim")
        line.truncate(max(width, 20), overflow="ellipsis")
        return line
