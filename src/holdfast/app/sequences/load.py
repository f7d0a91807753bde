"""Load FASTA files into the store, which is made first when there is none."""

import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from holdfast.app.container import Container
from holdfast.base.progress import Listener, ignore
from holdfast.errors import HoldfastError, UsageError
from holdfast.sequences import LoadReport

STANDARD_INPUT = "-"


@dataclass(frozen=True, slots=True)
class Loaded:
    """One report per file, in order."""

    files: tuple[LoadReport, ...]


def load_sequences(
    container: Container,
    files: Sequence[str],
    namespace: str,
    collection: str | None = None,
    *,
    reassign: bool = False,
    listener: Listener = ignore,
) -> Loaded:
    """Load each of `files` (``-`` is standard input) in a commit of its own.

    Raises
    ------
    UsageError
        One name was given to several files.
    FormatError, AliasConflict
        A file cannot be loaded; the files before it are, nothing of it is.
    """
    if collection is not None and len(files) > 1:
        raise UsageError("--collection names one file's records; load the files one by one")
    store = container.store_made_if_absent()
    reports: list[LoadReport] = []
    for file in files:
        try:
            reports.append(
                store.load(
                    source(file), namespace, collection, reassign=reassign, listener=listener
                )
            )
        except HoldfastError as error:
            if reports:
                error.args = (f"{error}; {_stored(reports)}", *error.args[1:])
            raise
    return Loaded(tuple(reports))


def source(file: str) -> Path | BinaryIO:
    """The file of this name, or standard input.

    Raises
    ------
    UsageError
        Standard input is closed.
    """
    if file != STANDARD_INPUT:
        return Path(file)
    if sys.stdin is None:
        raise UsageError("standard input is closed; pipe a FASTA text into it, or name a file")
    return sys.stdin.buffer


def _stored(reports: Sequence[LoadReport]) -> str:
    """What was stored before a file that was not."""
    if len(reports) == 1:
        return f"the file before it, {reports[0].collection}, is stored"
    return f"the {len(reports):,} files before it are stored"
