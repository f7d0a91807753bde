"""
Killing: a trial in which something ends by SIGKILL between any two of its steps.

The trial is a program that runs in a process of its own and calls :func:`kill_everywhere`. The list
of points is not written down: every call of the functions it names is two, before and after it,
and the end is one, in a run that comes to its end unharmed. For each point the folder is copied,
the process forks, and the fork kills itself there.
"""

import json
import os
import shutil
import signal
import subprocess
import sys
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any

TESTS = Path(__file__).parents[1]
#: A step, and how often it was passed before: threads take their steps side by side, so the order
#: of all steps is no name for one.
Point = tuple[str, int]


def killed(program: str, whole: Path, *said: str) -> list[tuple[Path, str]]:
    """Run `program` on the folder `whole`: the copies in which it was killed, and where."""
    command = [sys.executable, "-c", program, str(whole), *said]
    done = subprocess.run(
        command, capture_output=True, text=True, timeout=100, check=False, cwd=TESTS
    )
    assert done.returncode == 0, done.stderr
    lines = map(json.loads, done.stdout.splitlines())
    return [(Path(line["folder"]), line["at"]) for line in lines]


def kill_everywhere(
    whole: Path,
    functions: Iterable[tuple[Any, str]],
    act: Callable[[Path], object],
    *,
    after: bool = True,
) -> None:
    """Kill `act` on copies of `whole` before and `after` each call of `functions`, and at last.

    A function is its owner, a module or a class, and its name.
    """
    trial = _Trial(whole, act, after)
    for owner, name in functions:
        trial.watch(owner, name)
    for number, point in enumerate(list(trial.points())):
        assert trial.run(str(number), point) == signal.SIGKILL, point


class _Trial:
    """What is tried, and how far the present fork has come in it."""

    def __init__(self, whole: Path, act: Callable[[Path], object], after: bool) -> None:
        self.whole, self.act, self.after = whole, act, after
        self.passed: Counter[str] = Counter()

    def watch(self, owner: Any, name: str) -> None:
        """Make the beginning of every call of a function a step, and perhaps its end."""
        real = getattr(owner, name)

        def watched(*args: Any, **said: Any) -> Any:
            self.step(f"before {name}")
            result = real(*args, **said)
            if self.after:
                self.step(f"after {name}")
            return result

        setattr(owner, name, watched)

    def points(self) -> Iterator[Point]:
        """The points that an unharmed run passes."""
        hears, self.told = os.pipe()
        assert self.run("never", None) == 0
        os.close(self.told)
        with os.fdopen(hears) as lines:
            for line in lines:
                name, times = json.loads(line)
                yield name, times

    def run(self, number: str, fatal: Point | None) -> int:
        """Act on a copy in a fork, which dies at `fatal`; how it ended."""
        self.folder, self.fatal = self.whole.with_name(f"killed-{number}"), fatal
        shutil.copytree(self.whole, self.folder)
        child = os.fork()
        if child == 0:
            self.act(self.folder)
            self.step("at the end")
            os._exit(0)
        return os.waitpid(child, 0)[1]

    def step(self, name: str) -> None:
        """Pass a point, or die at it."""
        point = (name, self.passed[name])
        self.passed[name] += 1
        if self.fatal is None:
            os.write(self.told, json.dumps(point).encode() + b"\n")
        if point == self.fatal:
            os.write(1, json.dumps({"folder": str(self.folder), "at": name}).encode() + b"\n")
            os.kill(os.getpid(), signal.SIGKILL)
