"""
The tree of banks as pyftpdlib asks for a file system.

Its paths are those the client sees, from ``/``: there is no way from them to the machine's own,
for each question goes to :mod:`holdfast.app.banks.files`, asked by the person who signed in. What
is not there and what may not be seen get one sentence. Whatever would write is refused here too,
though no command that could is known.
"""

import os
import stat
import time
from collections.abc import Mapping
from io import FileIO
from typing import Any, NoReturn

from pyftpdlib.exceptions import FilesystemError
from pyftpdlib.filesystems import AbstractedFS

from holdfast.app.banks.files import File, Folder, Row, look
from holdfast.app.container import Container

NOTHING_HERE = "There is nothing of this name"
READ_ONLY = "This server is only read from"
FRESH = 10.0  #: seconds for which the rows of the folder listed last are still right
FLOOR = 0.05  #: seconds that it takes at least to say that there is nothing, whatever the reason
_FOLDER, _FILE = stat.S_IFDIR | 0o555, stat.S_IFREG | 0o444


class Tree(AbstractedFS):  # type: ignore[misc]  # pyftpdlib has no types
    """What one connection sees."""

    def __init__(self, root: str, cmd_channel: Any) -> None:
        super().__init__(root, cmd_channel)
        self._container: Container = cmd_channel.asking
        self._listed = ""
        self._rows: Mapping[str, Row] = {}
        self._until = 0.0

    # -- paths -------------------------------------------------------------------------------------

    def ftp2fs(self, ftppath: str) -> str:
        """A path as the client writes it, from the root on."""
        path: str = self.ftpnorm(ftppath)
        return path

    def fs2ftp(self, fspath: str) -> str:
        """The same: the client's paths are ours."""
        return fspath

    def validpath(self, path: str) -> bool:
        """Every path is looked for; those that lead nowhere are not found."""
        return True

    def realpath(self, path: str) -> str:
        """The same: links are not shown as such."""
        return path

    # -- questions ---------------------------------------------------------------------------------

    def chdir(self, path: str) -> None:
        """Go to a folder."""
        with_file = self._look(path)
        if isinstance(with_file, File):
            with_file.close()
            raise FilesystemError(f"{NOTHING_HERE} that is a folder")
        self.cwd = path

    def listdir(self, path: str) -> list[str]:
        """The names in a folder."""
        found = self._look(path)
        if isinstance(found, File):
            found.close()
            raise FilesystemError(f"{NOTHING_HERE} that is a folder")
        self._listed, self._until = path, time.monotonic() + FRESH
        self._rows = {row.name: row for row in found.rows}
        return list(self._rows)

    listdirinfo = listdir

    def open(self, filename: str, mode: str) -> FileIO:
        """A file, to read."""
        if mode != "rb":
            raise FilesystemError(READ_ONLY)
        found = self._look(filename)
        if isinstance(found, Folder):
            raise FilesystemError(f"{NOTHING_HERE} that is a file")
        return found.content

    def stat(self, path: str) -> os.stat_result:
        """What is known of a file or folder."""
        folder, _, name = path.rpartition("/")
        if (folder or "/") == self._listed and time.monotonic() < self._until:
            row = self._rows.get(name)
            if row is not None:
                return _facts(row.size, row.modified.timestamp())
        found = self._look(path)
        if isinstance(found, Folder):
            return _facts(None, found.modified.timestamp())
        with found:
            return _facts(found.size, found.modified.timestamp())

    lstat = stat

    def isfile(self, path: str) -> bool:
        """Whether there is a file."""
        return self._is(path, stat.S_ISREG)

    def isdir(self, path: str) -> bool:
        """Whether there is a folder."""
        return self._is(path, stat.S_ISDIR)

    def islink(self, path: str) -> bool:
        """Links are what they lead to."""
        return False

    def lexists(self, path: str) -> bool:
        """Whether there is something."""
        return self._is(path, lambda _: True)

    def getsize(self, path: str) -> int:
        """Bytes of a file."""
        return int(self.stat(path).st_size)

    def getmtime(self, path: str) -> float:
        """When it was changed, seconds since 1970."""
        return float(self.stat(path).st_mtime)

    def get_user_by_uid(self, uid: int) -> str:
        """Whose accounts files are in is nobody's business."""
        return "holdfast"

    def get_group_by_gid(self, gid: int) -> str:
        """As above."""
        return "holdfast"

    # -- what would write --------------------------------------------------------------------------

    def _refuse(self, *_: object, **__: object) -> NoReturn:
        raise FilesystemError(READ_ONLY)

    mkstemp = mkdir = rmdir = remove = rename = chmod = utime = readlink = _refuse

    # -- looking -----------------------------------------------------------------------------------

    def _look(self, path: str) -> Folder | File:
        begun = time.monotonic()
        found = look(self._container, [name for name in path.split("/") if name])
        if found is None:
            # A private bank takes longer to find than one that is not there; nobody shall see it.
            time.sleep(max(0.0, FLOOR - (time.monotonic() - begun)))
            raise FilesystemError(NOTHING_HERE)
        return found

    def _is(self, path: str, wanted: Any) -> bool:
        try:
            return bool(wanted(self.stat(path).st_mode))
        except FilesystemError:
            return False


def _facts(size: int | None, modified: float) -> os.stat_result:
    """What the system would say of a file of `size` bytes, or of a folder."""
    mode = _FOLDER if size is None else _FILE
    return os.stat_result((mode, 0, 0, 1, 0, 0, size or 0, modified, modified, modified))
