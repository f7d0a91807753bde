"""Get sequences, or a slice of each, by any of their names."""

from collections.abc import Sequence
from dataclasses import dataclass

from holdfast.app.container import Container
from holdfast.base.intervals import Slice
from holdfast.errors import UsageError
from holdfast.sequences import View


@dataclass(frozen=True, slots=True)
class Got:
    """A sequence's residues from `start` to before `end`; `length` is the whole sequence's."""

    name: str
    digest: str
    length: int
    start: int
    end: int
    residues: str


def get_sequences(
    container: Container, names: Sequence[str], part: Slice | None, at: str | None
) -> list[Got]:
    """The residues of `names`, all or a slice, now or as of the snapshot `at`.

    Every name is looked up before any residues are read, so an unknown one costs nothing.
    """
    view = view_at(container, at)
    infos = [view.info(name) for name in names]
    found = []
    for name, info in zip(names, infos, strict=True):
        start = min(part.start, info.length) if part else 0
        end = min(part.end, info.length) if part else info.length
        residues = view.fetch(info.digest, start, end)
        found.append(Got(name, str(info.digest), info.length, start, end, residues))
    return found


def view_at(container: Container, snapshot: str | None) -> View:
    """The store as it is now, or as of a snapshot."""
    return container.store.at(snapshot) if snapshot is not None else container.store


def read_slice(text: str | None) -> Slice | None:
    """The slice that ``start-end`` writes.

    Raises
    ------
    UsageError
        It is not one.
    """
    try:
        return Slice.parse(text) if text is not None else None
    except ValueError as error:
        raise UsageError(str(error)) from error
