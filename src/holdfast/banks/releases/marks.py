"""
Marks: what people have decided about a bank that is in no recipe and no release.

::

    banks/<bank>/marks.json     {"version": 1, "frozen": ["2024-03-07"], "owner": "ann",
                                 "visibility": "private"}

Which releases are frozen, and so are never removed; who owns the bank; who may see it. The document
is replaced whole, by whoever holds the bank's lock. One that is not there says nothing; one that
cannot be read is an error, for what was frozen must not be taken for what may go.
"""

import json
from collections.abc import Iterable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from holdfast.banks.recipes.recipe import Visibility
from holdfast.base.files import write_atomic
from holdfast.errors import BankError

MARKS_FILE = "marks.json"
VERSION = 1
LIMIT = 10_000_000  #: bytes of a document, at most


@dataclass(frozen=True, slots=True)
class Marks:
    """What is marked at one bank."""

    frozen: frozenset[str] = frozenset()  #: names of releases that are never removed
    owner: str = ""  #: empty: nobody in particular
    visibility: Visibility | None = None  #: None: as the recipe says

    def freezing(self, releases: Iterable[str]) -> "Marks":
        """These marks, and `releases` frozen."""
        return replace(self, frozen=self.frozen | frozenset(releases))

    def thawing(self, releases: Iterable[str]) -> "Marks":
        """These marks, and `releases` no longer frozen."""
        return replace(self, frozen=self.frozen - frozenset(releases))


def read_marks(folder: Path) -> Marks:
    """The marks of the bank at `folder`; none where nothing was marked.

    Raises
    ------
    BankError
        They are not what was written.
    """
    file = folder / MARKS_FILE
    try:
        if file.stat().st_size > LIMIT:
            raise ValueError(f"it has more than {LIMIT:,} bytes")
        return _decoded(json.loads(file.read_bytes()))
    except (FileNotFoundError, NotADirectoryError):
        return Marks()
    except (OSError, KeyError, TypeError, ValueError, RecursionError) as error:
        raise BankError(
            f"{file}: cannot be read ({error}); it says which releases are frozen and who owns the "
            "bank: put it right, or remove it and say these again"
        ) from error


def write_marks(folder: Path, marks: Marks) -> None:
    """Replace the marks of the bank at `folder`. Hold the bank's lock."""
    document = {
        "version": VERSION,
        "frozen": sorted(marks.frozen),
        "owner": marks.owner,
        "visibility": marks.visibility.value if marks.visibility is not None else None,
    }
    text = json.dumps(document, indent=2, ensure_ascii=False)
    write_atomic(folder / MARKS_FILE, text.encode() + b"\n")


def _decoded(document: Any) -> Marks:
    if document["version"] != VERSION:
        raise ValueError(f"it is not of version {VERSION}")
    frozen, owner, visibility = document["frozen"], document["owner"], document["visibility"]
    if not isinstance(frozen, list) or not all(isinstance(each, str) for each in (owner, *frozen)):
        raise TypeError("frozen is no list of names, or owner no text")
    seen_by = Visibility(visibility) if visibility is not None else None
    return Marks(frozenset(frozen), owner, seen_by)
