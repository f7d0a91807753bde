"""
Selections: which names of a listing are wanted.

A selection is made of globs on POSIX paths relative to the root: ``*`` and ``?`` stay within one
folder, ``[...]`` is one of some characters, ``**`` as a whole part of the path is any number of
folders. A name is wanted when a glob of `files` matches it whole and none of `exclude` does.
Selections answer two questions, as :class:`~holdfast.remotes.interface.Wanted` asks them: is this
file wanted, and could a wanted file be below this folder?
"""

import re
from collections.abc import Iterable, Sequence
from functools import cached_property

ANY_DEPTH = "**"


def problem_with_glob(glob: str) -> str | None:
    """Why `glob` cannot select anything, or None when it can.

    >>> problem_with_glob("/etc/*")
    "'/etc/*' must be relative to the remote's root: remove the leading slash"
    >>> problem_with_glob("**/*.gz") is None
    True
    """
    parts = glob.split("/")
    if glob.startswith("/"):
        return f"{glob!r} must be relative to the remote's root: remove the leading slash"
    if any(part in {"", ".", ".."} for part in parts):
        return f"{glob!r} holds an empty part, '.' or '..', which no name has"
    if any(ANY_DEPTH in part and part != ANY_DEPTH for part in parts):
        return f"{glob!r}: ** must stand alone between slashes, as in **/*.gz"
    return None


class Glob:
    """One glob, ready to be asked.

    >>> Glob("**/*.fa").file("a/b/c.fa"), Glob("*.fa").file("a/c.fa")
    (True, False)
    >>> Glob("a/*/c").folder("a/b"), Glob("a/*/c").folder("b")
    (True, False)
    """

    def __init__(self, glob: str) -> None:
        self.parts = tuple(glob.split("/"))
        self._whole = re.compile(_expression(self.parts), re.DOTALL)

    def file(self, name: str) -> bool:
        """Whether the glob matches the whole path `name`."""
        return self._whole.fullmatch(name) is not None

    def folder(self, name: str) -> bool:
        """Whether a name below the folder `name` could match."""
        return self._could_hold(name.split("/"))

    @cached_property
    def _part_patterns(self) -> tuple[re.Pattern[str], ...]:
        return tuple(re.compile(_part(part), re.DOTALL) for part in self.parts)

    def _could_hold(self, folders: Sequence[str]) -> bool:
        # The last part is for the file's own name, so folders must match the parts before it.
        for position, folder in enumerate(folders):
            if self.parts[position] == ANY_DEPTH:
                return True
            if position == len(self.parts) - 1:
                return False
            if not self._part_patterns[position].fullmatch(folder):
                return False
        return True


class Selection:
    """The names that a glob of `files` matches and none of `exclude`."""

    def __init__(self, files: Iterable[str], exclude: Iterable[str] = ()) -> None:
        self._files = tuple(Glob(glob) for glob in files)
        self._exclude = tuple(Glob(glob) for glob in exclude)

    def file(self, name: str) -> bool:
        """Whether the file `name` is wanted."""
        wanted = any(glob.file(name) for glob in self._files)
        return wanted and not any(glob.file(name) for glob in self._exclude)

    def folder(self, name: str) -> bool:
        """Whether a wanted file could be below the folder `name`."""
        return any(glob.folder(name) for glob in self._files)


def _expression(parts: Sequence[str]) -> str:
    """The regular expression of a whole path."""
    *folders, last = parts
    lead = "".join("(?:[^/]+/)*" if part == ANY_DEPTH else _part(part) + "/" for part in folders)
    return lead + ("(?:[^/]+/)*[^/]+" if last == ANY_DEPTH else _part(last))


def _part(part: str) -> str:
    """The regular expression of one part of a path."""
    pieces = re.findall(r"\[!?\]?[^\]]*\]|\*+|\?|.", part, re.DOTALL)
    return "".join(_piece(piece) for piece in pieces)


def _piece(piece: str) -> str:
    if piece.startswith("*"):
        return "[^/]*"
    if piece == "?":
        return "[^/]"
    if len(piece) > 2 and piece.startswith("["):
        negated, letters = piece[1] == "!", piece[1:-1].removeprefix("!")
        # A range keeps its hyphen; everything else that means something to `re` is escaped.
        inside = re.sub(r"([\\\[\]^&~|])", r"\\\1", letters)
        return f"(?!/)[{'^' if negated else ''}{inside}]"
    return re.escape(piece)
