"""Load files of sequences into the store, which is made first when there is none."""

from collections.abc import Sequence
from dataclasses import dataclass

from holdfast.app.container import Container
from holdfast.app.sequences.inputs import opened
from holdfast.base.progress import Listener, ignore
from holdfast.errors import HoldfastError, UsageError
from holdfast.sequences import LoadReport, Origin
from holdfast.sequences.naming.definition import Definitions


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
    definitions: str = Definitions.BARS.value,
    reassign: bool = False,
    listener: Listener = ignore,
) -> Loaded:
    """Load each of `files` (paths, URLs, ``-`` for standard input) in a commit of its own.

    Raises
    ------
    UsageError
        One name was given to several files, or there is no such choice of definitions.
    FetchFailed
        A file could not be brought here.
    FormatError, AliasConflict
        A file cannot be loaded; the files before it are, nothing of it is.
    """
    if collection is not None and len(files) > 1:
        raise UsageError("--collection names one file's records; load the files one by one")
    wanted = _definitions(definitions)
    container.store_made_if_absent()
    reports: list[LoadReport] = []
    for file in files:
        try:
            with opened(container, file, listener) as given:
                origin = Origin(url=given.url, file=given.name) if given.url is not None else None
                report = container.store.load(
                    given.file,
                    namespace,
                    given.name or None if collection is None else collection,
                    definitions=wanted,
                    reassign=reassign,
                    origin=origin,
                    listener=listener,
                )
            reports.append(report)
        except HoldfastError as error:
            if reports:
                error.args = (f"{error}; {_stored(reports)}", *error.args[1:])
            raise
    return Loaded(tuple(reports))


def _definitions(word: str) -> Definitions:
    """The choice that a word says.

    Raises
    ------
    UsageError
        It says none.
    """
    try:
        return Definitions(word)
    except ValueError as error:
        known = ", ".join(each.value for each in Definitions)
        raise UsageError(f"--definitions is one of {known}, not {word!r}") from error


def _stored(reports: Sequence[LoadReport]) -> str:
    """What was stored before a file that was not."""
    if len(reports) == 1:
        return f"the file before it, {reports[0].collection}, is stored"
    return f"the {len(reports):,} files before it are stored"
