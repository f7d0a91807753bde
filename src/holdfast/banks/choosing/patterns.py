"""
Patterns: names of a listing chosen by regular expressions, as BioMAJ's ``remote.files`` does.

A pattern is cut at its slashes; every part but the last is for the name of one folder, the last for
the name of the file. A part must match the beginning of a name: ``fasta`` also enters ``fasta2``
unless it is written ``fasta$``. A lone ``^`` before the first slash is the root, an empty part any
one folder, and ``**/*`` everything. Groups of a pattern say what a file below a folder is called
here: what they found, joined by slashes.
"""

import re
import warnings
from collections.abc import Iterable, Sequence

EVERYTHING = "**/*"
NO_RENAMING = frozenset({EVERYTHING, ".*"})


def compiled(expression: str) -> re.Pattern[str]:
    """`expression`, compiled; that Python may read some sets otherwise one day is no news here."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", FutureWarning)
        return re.compile(expression)


def problem_with_pattern(pattern: str) -> str | None:
    """Why `pattern` cannot choose anything, or None when it can.

    >>> problem_with_pattern("^fasta/[0-9]+[.]fa$") is None
    True
    >>> problem_with_pattern("(a/b)")
    "'(a/b)': '(a' is no regular expression (missing ), unterminated subpattern at position 0); a \
pattern is cut at its slashes, so none may stand in a group or a class"
    """
    if pattern == EVERYTHING:
        return None
    for part in pattern.split("/"):
        try:
            compiled(part)
        except re.error as error:
            reason = (
                "; a pattern is cut at its slashes, so none may stand in a group or a class"
                if "/" in pattern
                else ""
            )
            return f"{pattern!r}: {part!r} is no regular expression ({error}){reason}"
    try:
        compiled(f"/{pattern}")  # as its groups are asked
    except re.error as error:
        return f"{pattern!r} is no regular expression as a whole ({error})"
    return None


class Pattern:
    """One pattern, ready to be asked.

    >>> Pattern("^fasta/.*[.]gz$").file("fasta/a.gz"), Pattern(".*").file("fasta/a.gz")
    (True, False)
    >>> Pattern("^fasta/.*").folder("fasta2"), Pattern("fasta$/.*").folder("fasta2")
    (True, False)
    """

    def __init__(self, pattern: str) -> None:
        self.pattern = pattern
        parts = pattern.split("/")
        if len(parts) > 1 and parts[0] == "^":
            del parts[0]
        self._parts = [] if pattern == EVERYTHING else [compiled(part) for part in parts]

    def file(self, name: str) -> bool:
        """Whether the file `name` is meant."""
        if not self._parts:
            return True
        parts = name.split("/")
        return len(parts) == len(self._parts) and self._begins_with(parts)

    def folder(self, name: str) -> bool:
        """Whether a file below the folder `name` could be meant."""
        if not self._parts:
            return True
        parts = name.split("/")
        return len(parts) < len(self._parts) and self._begins_with(parts)

    def saved_as(self, name: str) -> str | None:
        """What the groups of the pattern call the file `name`, or None where they say nothing.

        >>> Pattern("dir/(.*)").saved_as("dir/a.fa"), Pattern("(dir)/(.*)").saved_as("dir/a.fa")
        ('a.fa', 'dir/a.fa')
        >>> Pattern("(.*)").saved_as("a.fa") is None  # only for files below a folder
        True
        """
        if self.pattern in NO_RENAMING or "/" not in name:
            return None
        whole = re.sub(r"\A\^?", "/", self.pattern, count=1)
        if self.pattern.startswith("^"):
            whole = "^" + whole
        match = compiled(whole).match("/" + name)
        found = [group for group in match.groups() if group] if match else []
        return "/".join(found) or None

    def _begins_with(self, parts: Sequence[str]) -> bool:
        # The shorter of the two decides: for a folder, the deeper parts are still to come.
        return all(pattern.match(part) for pattern, part in zip(self._parts, parts, strict=False))


class Patterns:
    """The names that a pattern of `match` means and none of `exclude`."""

    def __init__(self, match: Iterable[str], exclude: Iterable[str] = ()) -> None:
        self._match = tuple(Pattern(each) for each in match)
        self._exclude = tuple(Pattern(each) for each in exclude)

    def file(self, name: str) -> bool:
        """Whether the file `name` is wanted."""
        wanted = any(pattern.file(name) for pattern in self._match)
        return wanted and not any(pattern.file(name) for pattern in self._exclude)

    def folder(self, name: str) -> bool:
        """Whether a wanted file could be below the folder `name`."""
        return any(pattern.folder(name) for pattern in self._match)

    def saved_as(self, name: str) -> str:
        """What the file `name` is called here: as the first pattern with groups says, or `name`."""
        for pattern in self._match:
            saved = pattern.saved_as(name)
            if saved is not None:
                return saved
        return name


def has_groups(pattern: str) -> bool:
    """Whether `pattern` says what files are called here."""
    return pattern != EVERYTHING and compiled(pattern).groups > 0


def begins(patterns: Iterable[str], path: str) -> bool:
    """Whether one of `patterns`, taken whole, matches the beginning of `path`; as ``local.files``.

    >>> begins(["^b.*"], "fasta/b.fa"), begins(["fasta/b"], "fasta/b.fa"), begins(["**/*"], "x/y")
    (False, True, True)
    """
    return any(each == EVERYTHING or compiled(each).match(path) for each in patterns)
