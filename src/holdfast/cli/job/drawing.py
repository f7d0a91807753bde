"""
How runs and jobs look: the colour and mark of each state, tables that fit.

A table leaves out its less telling columns on a narrow terminal; nothing is cut without a sign.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from rich import box
from rich.console import Console, ConsoleOptions, RenderableType, RenderResult
from rich.table import Table
from rich.text import Text

from holdfast.base.wording import amount, counted, size, span

if TYPE_CHECKING:
    from holdfast.app.jobs.runs import JobSummary, RunDetails, RunSummary

#: The mark and the style of each state of a run or a job, by its word.
LOOKS = {
    "waiting": ("○", "dim"),
    "queued": ("◌", "cyan"),
    "running": ("●", "bold cyan"),
    "done": ("✓", "green"),
    "failed": ("✗", "bold red"),
    "blocked": ("▪", "yellow"),
    "cancelled": ("⊘", "yellow"),
    "cancelling": ("⊘", "bold yellow"),
    "unfinished": ("◍", "bold yellow"),
}


def state(word: str) -> Text:
    """A state with its mark, in its colour."""
    mark, style = LOOKS[word]
    return Text(f"{mark} {word}", style=style)


def moment(when: datetime | None) -> str:
    """A moment on the clock on the wall."""
    return "" if when is None else when.astimezone().strftime("%Y-%m-%d %H:%M:%S")


@dataclass(frozen=True, slots=True)
class Column:
    """One column: shown where there are `room` characters in a line, or more."""

    heading: str
    cells: Sequence[Text | str]
    room: int = 0
    right: bool = False
    folds: bool = False


class FittingTable:
    """A table that shows as many of its columns as there is room for."""

    def __init__(self, columns: Iterable[Column]) -> None:
        self._columns = tuple(columns)

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        """What the console prints."""
        shown = [each for each in self._columns if each.room <= options.max_width]
        drawn = Table(box=box.SIMPLE_HEAD, show_edge=False, pad_edge=False, collapse_padding=True)
        for column in shown:
            drawn.add_column(
                column.heading,
                justify="right" if column.right else "left",
                no_wrap=not column.folds,
                overflow="fold" if column.folds else "ellipsis",
            )
        for row in zip(*(column.cells for column in shown), strict=True):
            drawn.add_row(*(cell if isinstance(cell, Text) else Text(cell) for cell in row))
        yield drawn


# -- runs ------------------------------------------------------------------------------------------


def runs_table(runs: "Sequence[RunSummary]") -> FittingTable:
    """The runs, one in a line."""
    return FittingTable(
        (
            Column("run", [str(run.run) for run in runs], right=True),
            Column("state", [state(run.state.value) for run in runs]),
            Column("jobs", [_share(run) for run in runs], right=True),
            Column("began", [moment(run.started) for run in runs], room=70),
            Column("took", [span(_took(run)) for run in runs], room=84, right=True),
            Column("about", [run.subject for run in runs], room=100, folds=True),
            Column("what", [run.title for run in runs], folds=True),
        )
    )


def heading(run: "RunSummary") -> list[RenderableType]:
    """Two lines about a run: what it is, and how it stands."""
    first = Text.assemble((f"Run {run.run}", "bold"), "  ", run.title, "  ", state(run.state.value))
    facts = [run.subject, f"began {moment(run.started)}", f"took {span(_took(run))}"]
    if run.ended is None:
        facts[-1] = f"{span(_took(run))} ago"
    if run.host is not None:
        facts.append(f"done by process {run.pid} on {run.host}")
    return [first, Text(" · ".join(facts), style="dim"), _counts(run)]


def _counts(run: "RunSummary") -> Text:
    total = sum(run.jobs.values())
    parts = [
        (f"{count:,} {status.value}", LOOKS[status.value][1]) for status, count in run.jobs.items()
    ]
    counts = Text(f"{counted(total, 'job')}: ")
    counts.append_text(Text(", ").join(Text(words, style) for words, style in parts))
    return counts


def _share(run: "RunSummary") -> Text:
    """How many of its jobs have ended, of how many."""
    ended = sum(count for status, count in run.jobs.items() if status.value in {"done", "failed"})
    return Text(f"{ended:,}/{sum(run.jobs.values()):,}")


def _took(run: "RunSummary") -> float:
    return ((run.ended or datetime.now(UTC)) - run.started).total_seconds()


def ending(details: "RunDetails") -> list[RenderableType]:
    """How a run has ended, and what went wrong in it."""
    remarks = remarks_about(details)
    return [*heading(details.summary), *([] if remarks is None else [remarks])]


# -- jobs ------------------------------------------------------------------------------------------


def jobs_table(jobs: "Sequence[JobSummary]") -> FittingTable:
    """The jobs of a run, one in a line."""
    return FittingTable(
        (
            Column("job", [_named(job) for job in jobs], folds=True),
            Column("state", [state(job.status.value) for job in jobs]),
            Column("try", [str(job.attempt or "") for job in jobs], room=70, right=True),
            Column("where", [_where(job) for job in jobs], room=100),
            Column("began", [moment(job.started) for job in jobs], room=140),
            Column("queue", [span(_queue(job)) for job in jobs], room=120, right=True),
            Column("wall", [span(_wall(job)) for job in jobs], right=True),
            Column("CPU", [span(job.cpu) for job in jobs], room=80, right=True),
            Column("memory", [_memory(job) for job in jobs], room=60, right=True),
            Column("needs", [", ".join(job.needs) for job in jobs], room=160, folds=True),
        )
    )


def remarks_about(details: "RunDetails") -> Table | None:
    """How far jobs at work are, and why others did not end well; None if there is nothing to say.

    Jobs that share a reason share a line.
    """
    names: dict[tuple[str, str], list[str]] = {}
    for job in details.jobs:
        if words := _remark(job):
            names.setdefault((job.status.value, words), []).append(job.name)
    if not names:
        return None
    drawn = Table.grid(padding=(0, 2, 0, 0))
    drawn.add_column(overflow="fold", max_width=40)
    drawn.add_column(overflow="fold")
    for (word, words), jobs in names.items():
        who = jobs[0] if len(jobs) == 1 else f"{jobs[0]} and {len(jobs) - 1:,} more"
        drawn.add_row(Text(who, style=LOOKS[word][1]), Text(words))
    return drawn


def _remark(job: "JobSummary") -> str:
    word = job.status.value
    if word == "done" or (word == "waiting" and not job.reason):
        return ""
    if job.progress is not None:
        return f"{job.progress.what}: {amount(job.progress)}"
    return job.reason


def _named(job: "JobSummary") -> Text:
    rule = job.rule.value
    return Text.assemble(job.name, ("" if rule == "usual" else f" ({rule})", "dim"))


def _where(job: "JobSummary") -> str:
    return f"{job.executor} · {job.host}" if job.executor and job.host else job.executor


def _queue(job: "JobSummary") -> float | None:
    if job.queued is None or job.started is None:
        return None
    return max(0.0, (job.started - job.queued).total_seconds())


def _wall(job: "JobSummary") -> float | None:
    """Seconds it took, or has been at work."""
    if job.status.value == "running" and job.started is not None:
        return max(0.0, (datetime.now(UTC) - job.started).total_seconds())
    if job.wall is not None or job.started is None or job.ended is None:
        return job.wall
    return max(0.0, (job.ended - job.started).total_seconds())


def _memory(job: "JobSummary") -> str:
    return "" if job.memory is None else size(job.memory)
