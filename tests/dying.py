"""Dying: a process that comes to an end at one of its changes of a name, played in this one."""

import os
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

NAMES = ("rename", "replace", "link", "unlink", "mkdir")


class Dead(BaseException):
    """What a killed process does next."""


@contextmanager
def dying_at(
    count: int, folder: Path | None = None, names: Sequence[str] = NAMES
) -> Iterator[list[int]]:
    """Within the block, the `count`-th change of a name and all later ones fail.

    Changes are calls of `os` by one of `names`, those below `folder` where one is given.
    """
    changes = [0]
    before = {name: getattr(os, name) for name in names}

    def counted(act: Callable[..., Any]) -> Callable[..., Any]:
        def perform(*words: Any, **named: Any) -> Any:
            if folder is None or str(words[0]).startswith(str(folder)) or "dir_fd" in named:
                changes[0] += 1
                if changes[0] >= count:
                    raise Dead
            return act(*words, **named)

        return perform

    for name, act in before.items():
        setattr(os, name, counted(act))
    try:
        yield changes
    finally:
        for name, act in before.items():
            setattr(os, name, act)
