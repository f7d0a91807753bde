"""
A run while it goes on: one bar for all of it and one for each job at work, fitted to the terminal.

The picture is drawn on standard error from the events in the ledger, so it does not matter which
process does the run. Where nobody looks it draws nothing and asks nothing.
"""

import time
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Self

from rich.console import Console, ConsoleOptions, Group, RenderableType, RenderResult
from rich.live import Live
from rich.progress_bar import ProgressBar
from rich.table import Table
from rich.text import Text

from holdfast.app.jobs.following import Standing
from holdfast.app.jobs.runs import summary_of
from holdfast.cli.job.drawing import LOOKS
from holdfast.cli.output import amount, remarks
from holdfast.errors import JobError

if TYPE_CHECKING:
    from holdfast.app.container import Container
    from holdfast.app.jobs.runs import RunSummary

LOOKS_A_SECOND = 4
ASK_WHO = 2.0  #: seconds between two looks whether an engine is at the run
AROUND = 6  #: lines of a terminal that are left to other things than jobs
WIDE = 90  #: characters of a terminal with room for all columns

COUNTED = ("done", "failed", "blocked", "cancelled", "running", "queued", "waiting")


class RunPicture:
    """Draws `run` while its block lasts."""

    def __init__(self, container: "Container", run: int, *, silent: bool = False) -> None:
        self._container, self._run = container, run
        self._silent = silent or not remarks.is_terminal
        self._live: Live | None = None

    def __enter__(self) -> Self:
        if not self._silent:
            self._live = Live(
                console=remarks,
                get_renderable=_Look(self._container, self._run),
                refresh_per_second=LOOKS_A_SECOND,
                transient=True,
                redirect_stdout=False,
                redirect_stderr=False,
            )
            self._live.start()
        return self

    def __exit__(self, *_: object) -> None:
        if self._live is not None:
            self._live.stop()


class _Look:
    """Looks at a run and draws how it stands; called by a thread of the picture's own."""

    def __init__(self, container: "Container", run: int) -> None:
        self._container, self._run = container, run
        self._summary = summary_of(container, run)
        self._standing, self._feed = Standing.of(container, run)
        self._next_ask = time.monotonic() + ASK_WHO
        # Made here and not by the picture's thread, for another one may be about to make it.
        _ = container.engine

    def __call__(self) -> RenderableType:
        """How the run stands now."""
        try:
            for event in self._feed.news():
                self._standing.take(event)
            if time.monotonic() >= self._next_ask:
                self._next_ask = time.monotonic() + ASK_WHO
                self._summary = summary_of(self._container, self._run)
        except JobError:
            pass  # the ledger is away for a moment: the picture stays as it was
        return _Drawing(self._summary, self._standing)


class _Drawing:
    """A run at one moment."""

    def __init__(self, run: "RunSummary", standing: Standing) -> None:
        self._run, self._standing = run, standing

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        """What the console prints."""
        room = max(1, console.size.height - AROUND)
        at_work = list(self._standing.at_work.items())
        shown = at_work if len(at_work) <= room else at_work[-room:]
        parts: list[RenderableType] = [self._heading(options.max_width), self._whole()]
        if shown:
            parts.append(self._jobs(shown, options.max_width))
        if len(at_work) > len(shown):
            parts.append(Text(f"and {len(at_work) - len(shown):,} more at work", style="dim"))
        if self._run.unfinished:
            words = (
                "no engine is at it: it goes on when a worker runs, or with `holdfast job retry`"
            )
            parts.append(Text(words, style="yellow", overflow="fold", no_wrap=False))
        yield Group(*parts)

    def _heading(self, width: int) -> Table:
        """What it is, and how many jobs are in which state; in two lines if one is too short."""
        title = Text.assemble((f"Run {self._run.run}", "bold"), f"  {self._run.title}")
        counts = Text(", ").join(self._counts())
        counts.append(f"  {_since(self._run.started)}", "dim")
        drawn = Table.grid(expand=True, padding=(0, 1))
        drawn.add_column(no_wrap=True, overflow="ellipsis", ratio=1)
        if title.cell_len + counts.cell_len + 2 <= width:
            drawn.add_column(no_wrap=True, justify="right")
            drawn.add_row(title, counts)
        else:
            drawn.add_row(title)
            drawn.add_row(counts)
        return drawn

    def _counts(self) -> list[Text]:
        by_word = {status.value: status for status in self._standing.counted()}
        return [
            Text(f"{self._standing.count(by_word[word]):,} {word}", style=LOOKS[word][1])
            for word in COUNTED
            if word in by_word
        ]

    def _whole(self) -> Table:
        total = max(1, self._standing.total)
        drawn = Table.grid(expand=True)  # a bar alone does not end its line
        drawn.add_row(ProgressBar(total=total, completed=self._standing.over))
        return drawn

    def _jobs(self, jobs: "Sequence[tuple[str, datetime | None]]", width: int) -> Table:
        drawn = Table.grid(expand=True, padding=(0, 1))
        drawn.add_column(no_wrap=True, overflow="ellipsis", ratio=3)
        if width >= WIDE:
            drawn.add_column(no_wrap=True, overflow="ellipsis", ratio=2, style="dim")
        drawn.add_column(ratio=2)
        drawn.add_column(no_wrap=True, overflow="ellipsis", justify="right", ratio=3)
        drawn.add_column(no_wrap=True, justify="right", min_width=8, style="dim")
        for name, began in jobs:
            drawn.add_row(*self._cells(name, began, is_wide=width >= WIDE))
        return drawn

    def _cells(self, name: str, began: datetime | None, *, is_wide: bool) -> list[RenderableType]:
        progress = self._standing.progress.get(name)
        elapsed = Text("" if began is None else _since(began))
        bar: RenderableType = ProgressBar(pulse=True, total=None)
        if progress is not None and progress.total:
            bar = ProgressBar(total=progress.total, completed=min(progress.done, progress.total))
        what = Text("" if progress is None else progress.what)
        said = Text("" if progress is None else amount(progress))
        return [Text(name), *([what] if is_wide else []), bar, said, elapsed]


def _since(moment: datetime) -> str:
    """How long ago that was, as a clock shows it."""
    seconds = int(max(0.0, (datetime.now(UTC) - moment).total_seconds()))
    return f"{seconds // 3600}:{seconds // 60 % 60:02}:{seconds % 60:02}"
