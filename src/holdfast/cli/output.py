"""
How answers are shown: tables and sentences for people, one JSON document for programs.

Answers go to standard output; bars, warnings and errors to standard error, so that an answer can be
piped while its making is watched.
"""

import json
import os
import sys
from collections.abc import Iterable, Sequence
from datetime import datetime

from rich import box
from rich.console import Console, RenderableType
from rich.progress import BarColumn, SpinnerColumn, TaskID, TextColumn, TimeElapsedColumn
from rich.progress import Progress as Bars
from rich.table import Column, Table
from rich.text import Text

from holdfast.base.progress import Progress
from holdfast.base.wording import amount, counted, plain, size

__all__ = ["Bar", "amount", "counted", "plain", "remarks", "show", "size", "table"]

BARS = 12  #: bars at once, at most
PIPED_WIDTH = 160  #: characters of a table's line where no terminal says how wide it is


# Names come from outside: `bank:dna:file` is no emoji, and `[red]x` is no colour.
remarks = Console(stderr=True, highlight=False, soft_wrap=True, markup=False, emoji=False)


def show(value: object, *answer: RenderableType, as_json: bool = False) -> None:
    """Show `answer` to a person, or `value` as JSON to a program."""
    if as_json:
        json.dump(plain(value), sys.stdout, indent=2, ensure_ascii=False)
        sys.stdout.write("\n")
        return
    answers = _answers()
    above: RenderableType | None = None
    for part in answer:
        if above is not None and (isinstance(above, Table) or isinstance(part, Table)):
            answers.print()  # a table stands apart from what is above and below it
        answers.print(part)
        above = part


def _answers() -> Console:
    """Standard output as it is now; on a pipe, lines are as long as a wide terminal's."""
    known = sys.stdout.isatty() or "COLUMNS" in os.environ
    width = None if known else PIPED_WIDTH
    return Console(width=width, highlight=False, soft_wrap=True, markup=False, emoji=False)


def table(
    columns: Sequence[str], rows: Iterable[Sequence[object]], *, title: str | None = None
) -> Table:
    """A table; columns whose every cell is a number are set to the right, and never broken.

    Columns without any heading are facts, each beside its name: nothing stands above them.
    """
    cells = [[_cell(cell) for cell in row] for row in rows]
    drawn = Table(
        title=title,
        title_justify="left",
        box=box.SIMPLE_HEAD,
        show_edge=False,
        pad_edge=False,
        collapse_padding=True,
        show_header=any(columns),
    )
    for position, column in enumerate(columns):
        numeric = bool(cells) and all(_is_number(row[position]) for row in cells)
        drawn.add_column(
            column,
            justify="right" if numeric else "left",
            overflow="fold",
            no_wrap=numeric,
        )
    for row in cells:
        drawn.add_row(*(Text(cell) for cell in row))
    return drawn


class Bar:
    """
    A listener that draws a bar for each piece of work on standard error while its block lasts.

    There are as many bars as the terminal has room for; what has ended, or was silent for longest,
    makes room for what is new. It stays silent where nobody looks: when standard error is not a
    terminal, or when the answer is wanted as JSON.
    """

    def __init__(self, *, silent: bool = False) -> None:
        self._drawn = Bars(
            SpinnerColumn(),
            TextColumn("{task.description}", markup=False, table_column=_flexible(3)),
            BarColumn(bar_width=None, table_column=_flexible(2)),
            TextColumn("{task.fields[amount]}", markup=False, table_column=_flexible(3)),
            TimeElapsedColumn(table_column=Column(no_wrap=True, min_width=7)),
            console=remarks,
            transient=True,
            expand=True,
            disable=silent or not remarks.is_terminal,
        )
        self._tasks: dict[str, TaskID] = {}  # the one that was silent for longest is the first

    def __enter__(self) -> "Bar":
        self._drawn.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._drawn.stop()

    def __call__(self, progress: Progress) -> None:
        """Show `progress` on the bar of its work, drawn on first sight."""
        task = self._tasks.pop(progress.what, None)
        if task is None:
            self._make_room()
            task = self._drawn.add_task(progress.what, total=progress.total, amount="")
        self._tasks[progress.what] = task
        self._drawn.update(
            task, completed=progress.done, total=progress.total, amount=amount(progress)
        )

    def _make_room(self) -> None:
        """Take a bar away if there is no room for another."""
        if len(self._tasks) < max(1, min(BARS, remarks.height - 2)):
            return
        ended = {task.id for task in self._drawn.tasks if task.finished}
        gone = next((what for what, task in self._tasks.items() if task in ended), None)
        gone = next(iter(self._tasks)) if gone is None else gone
        self._drawn.remove_task(self._tasks.pop(gone))


def _flexible(share: int) -> Column:
    """A column that takes its share of a line, and is cut with a sign."""
    return Column(ratio=share, no_wrap=True, overflow="ellipsis")


def _cell(value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, int):
        return f"{value:,}"
    if isinstance(value, datetime):
        return value.astimezone().strftime("%Y-%m-%d %H:%M:%S")
    return str(value)


def _is_number(cell: str) -> bool:
    first = cell.partition(" ")[0].replace(",", "").replace(".", "").rstrip("%")
    return not cell or first.isdigit()
