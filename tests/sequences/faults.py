"""
Faults: an act on a store is killed, or refused by the disk, at any of its system calls.

The act is a program of its own, given the folder of a store and perhaps more words. strace runs it
and, at the Nth call of one kind, kills it before the call is made or lets the call fail. Which
calls there are is not written down: an act that comes to its end unharmed is recorded, and each
call that could leave something half-done is a point (of those that are many, some).
"""

import re
import shutil
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

AT_ONCE = 2


@dataclass(frozen=True, slots=True)
class Point:
    """The `nth` call of a kind, of any thread."""

    call: str
    nth: int

    def __str__(self) -> str:
        return f"{self.call} {self.nth}"


@dataclass(frozen=True, slots=True)
class Act:
    """A program that does something to a store, with the words it is given besides the folder."""

    program: str
    said: tuple[str, ...] = ()

    def run(self, folder: Path, *strace: str) -> subprocess.CompletedProcess[str]:
        """Do it to the store in `folder`, under strace with some options."""
        command = [
            "strace", "-f", "-qq", "-o", str(folder.with_suffix(".calls")), *strace,
            sys.executable, "-c", self.program, str(folder), *self.said,
        ]  # fmt: skip
        return subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)

    def points(self, whole: Path, place: Path, calls: dict[str, int]) -> list[Point]:
        """The points of an act that comes to its end, from where it opens the store.

        It is done to a copy at `place`; `calls` says how many points of each kind there are at
        most.
        """
        shutil.copytree(whole, place)
        done = self.run(place, "-e", f"trace={','.join(calls)}")
        assert done.returncode == 0, done.stderr
        return list(_points(place.with_suffix(".calls").read_text(), str(place), calls))

    def harmed(
        self, whole: Path, points: list[Point], beside: Path, harm: str
    ) -> Iterator[tuple[Point, Path, subprocess.CompletedProcess[str]]]:
        """The copy after `harm` at each of the points, and how the act ended."""

        def at(point: Point) -> tuple[Point, Path, subprocess.CompletedProcess[str]]:
            folder = beside / f"{harm.partition('=')[2]}-{point.call}-{point.nth}"
            shutil.copytree(whole, folder)
            inject = f"inject={point.call}:{harm}:when={point.nth}"
            return point, folder, self.run(folder, "-e", f"trace={point.call}", "-e", inject)

        with ThreadPoolExecutor(AT_ONCE) as pool:
            yield from pool.map(at, points)


def _points(recorded: str, folder: str, calls: dict[str, int]) -> Iterator[Point]:
    passed: Counter[tuple[str, str]] = Counter()
    found: dict[str, set[int]] = {call: set() for call in calls}
    opened = False
    for thread, call in re.findall(r"^(\d+) +(\w+\(.*)", recorded, re.MULTILINE):
        name = call.partition("(")[0]
        passed[thread, name] += 1
        opened = opened or folder in call
        if opened:
            found[name].add(passed[thread, name])
    for call, ordinals in found.items():
        step = max(1, -(-len(ordinals) // calls[call]))
        yield from (Point(call, nth) for nth in sorted(ordinals)[::step])
