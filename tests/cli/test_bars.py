"""Bars of long work fit the terminal, and those of what is at work stay in sight."""

import pytest

from cli.terminal import on_a_terminal

WORK = """
import time
from holdfast.base.progress import Progress
from holdfast.cli.output import Bar
with Bar() as bar:
    for done in range(1, 31):
        for back in range(5):
            number = max(0, done - back)
            what = f"fetch a file with a name that is long {number}.fa.gz: fetching"
            bar(Progress(f"{number} {what}", back + 1, 5, "files"))
        bar(Progress("update of yeast", done, 30, "jobs"))
        time.sleep(0.03)
    time.sleep(0.3)
"""


@pytest.mark.parametrize(("columns", "rows"), [(60, 9), (80, 24), (200, 50)])
def test_bars_fit_and_the_newest_are_seen(columns: int, rows: int) -> None:
    code, pictures = on_a_terminal(["-c", WORK], columns, rows)
    assert code == 0
    assert len(pictures) > 3
    assert all(len(line) <= columns for each in pictures for line in each)
    assert all(len(each) <= rows for each in pictures)
    last = [each for each in pictures if len(each) > 2][-1]
    assert any("update of yeast" in line and "30 of 30 jobs" in line for line in last)
    assert [
        number for number in range(26, 31) if not any(f" {number} " in line for line in last)
    ] == []
