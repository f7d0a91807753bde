"""
Opening what is beneath a folder, whatever its names and links say.

A path is walked one name at a time, each opened within the folder before it, so that neither a
name nor a symbolic link, nor one exchanged meanwhile, leads out of the folder that was opened
first. Links that stay inside are followed, absolute ones too. Only folders and plain files are
opened: what a device or a pipe would do is never found out.
"""

import os
import stat
from collections.abc import Callable, Sequence
from contextlib import suppress
from pathlib import Path

LINKS_MOST = 20  #: links followed on one way
_OPEN = os.O_RDONLY | os.O_NOFOLLOW | os.O_CLOEXEC | os.O_NONBLOCK | os.O_NOCTTY

#: Whether what is called so may be seen, in a folder so many folders deep.
Visible = Callable[[str, int], bool]


def everything(_name: str, _depth: int) -> bool:
    """All names may be seen."""
    return True


def open_beneath(folder: Path, names: Sequence[str], visible: Visible = everything) -> int:
    """A descriptor, to read from, of the folder or file that `names` lead to from `folder`.

    Raises
    ------
    FileNotFoundError
        There is none, or it is not beneath `folder`, or is neither a folder nor a plain file, or a
        name on the way is not `visible`.
    PermissionError
        This account may not read it.
    """
    with _Way(folder) as way:
        way.go(names, visible)
        return os.dup(way.here)


class _Way:
    """The folders opened on the way, the last of which may be a file."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._opened: list[int] = []

    def __enter__(self) -> "_Way":
        try:
            self._opened.append(os.open(self._folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC))
        except NotADirectoryError as error:
            raise _lost(str(self._folder)) from error
        return self

    def __exit__(self, *_: object) -> None:
        for descriptor in self._opened:
            os.close(descriptor)

    @property
    def here(self) -> int:
        """Where the way has come to."""
        return self._opened[-1]

    def go(self, names: Sequence[str], visible: Visible) -> None:
        """Follow `names`, and the links met."""
        waiting, links = [*reversed(names)], 0
        while waiting:
            name = waiting.pop()
            if name in ("", "."):
                continue
            if name == "..":
                self._back()
                continue
            if "/" in name or "\0" in name or not visible(name, len(self._opened) - 1):
                raise _lost(name)
            target = self._step(name)
            if target is not None:
                links += 1
                if links > LINKS_MOST:
                    raise _lost(name)
                waiting += reversed(self._inside(target).split("/"))

    def _back(self) -> None:
        if len(self._opened) == 1:
            raise _lost("..")
        os.close(self._opened.pop())

    def _step(self, name: str) -> str | None:
        """Go to `name`; or, if it is a link, stay, and return what it says."""
        try:
            mode = os.stat(name, dir_fd=self.here, follow_symlinks=False).st_mode
            if stat.S_ISLNK(mode):
                return os.readlink(name, dir_fd=self.here)
            if not (stat.S_ISDIR(mode) or stat.S_ISREG(mode)):
                raise _lost(name)
            self._opened.append(os.open(name, _OPEN, dir_fd=self.here))
        except PermissionError:
            raise
        except (OSError, UnicodeEncodeError) as error:  # too long, a file on the way, half a letter
            raise _lost(name) from error
        return None

    def _inside(self, target: str) -> str:
        """What a link says, from here on; an absolute one must lead into the folder."""
        if not target.startswith("/"):
            return target
        for root in (str(self._folder), os.path.realpath(self._folder)):
            if target == root or target.startswith(f"{root}/"):
                while len(self._opened) > 1:
                    self._back()
                return target[len(root) :]
        raise _lost(target)


def facts_beneath(folder: Path, names: Sequence[str], visible: Visible) -> os.stat_result | None:
    """What the system says of what `names` lead to; None where :func:`open_beneath` would raise."""
    with suppress(OSError):
        descriptor = open_beneath(folder, names, visible)
        try:
            return os.fstat(descriptor)
        finally:
            os.close(descriptor)
    return None


def _lost(name: str) -> FileNotFoundError:
    return FileNotFoundError(2, "there is nothing of this name", name)
