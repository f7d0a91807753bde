"""
All processes of this machine at one moment, and which of them come from which.
"""

from collections.abc import Iterable

from holdfast.jobs.executors import processes
from holdfast.jobs.executors.processes import Process


class Census:
    """The processes there were when it was taken."""

    def __init__(self, found: Iterable[Process]) -> None:
        self.everyone = tuple(found)
        self._children: dict[int, list[Process]] = {}
        for process in self.everyone:
            self._children.setdefault(process.parent, []).append(process)

    @classmethod
    def take(cls) -> "Census":
        """A census of now; it costs some ten microseconds for each process of the machine."""
        return cls(processes.everyone())

    def children(self, pid: int) -> list[Process]:
        """The direct children of the process `pid`."""
        return self._children.get(pid, [])

    def family(self, root: Process) -> list[Process]:
        """`root` and everything that comes from it."""
        found, left = [root], [root]
        while left:
            children = self.children(left.pop().pid)
            found += children
            left += children
        return found
