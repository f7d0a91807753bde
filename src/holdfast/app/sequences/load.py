"""Load files of sequences into the store, which is made first when there is none."""

from collections.abc import Sequence
from dataclasses import dataclass

from holdfast.app.container import Container
from holdfast.app.sequences.inputs import opened
from holdfast.base.progress import Listener, ignore
from holdfast.errors import HoldfastError, UsageError
from holdfast.sequences import LoadReport, Origin


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
    """Load each of `files` (paths, URLs, ``-`` for standard input) in a commit of its own.

    Raises
    ------
    UsageError
        One name was given to several files.
    FetchFailed
        A file could not be brought here.
    FormatError, AliasConflict
        A file cannot be loaded; the files before it are, nothing of it is.
    """
    if collection is not None and len(files) > 1:
        raise UsageError("--collection names one file's records; load the files one by one")
    container.store_made_if_absent()
    reports: list[LoadReport] = []
    for file in files:
        try:
            reports.append(_load(container, file, namespace, collection, reassign, listener))
        except HoldfastError as error:
            if reports:
                error.args = (f"{error}; {_stored(reports)}", *error.args[1:])
            raise
    return Loaded(tuple(reports))


def _load(
    container: Container,
    file: str,
    namespace: str,
    collection: str | None,
    reassign: bool,
    listener: Listener,
) -> LoadReport:
    with opened(container, file, listener) as given:
        origin = Origin(url=given.url, file=given.name) if given.url is not None else None
        name = given.name or None if collection is None else collection
        return container.store.load(
            given.file,
            namespace,
            name,
            reassign=reassign,
            origin=origin,
            listener=listener,
        )


def _stored(reports: Sequence[LoadReport]) -> str:
    """What was stored before a file that was not."""
    if len(reports) == 1:
        return f"the file before it, {reports[0].collection}, is stored"
    return f"the {len(reports):,} files before it are stored"
