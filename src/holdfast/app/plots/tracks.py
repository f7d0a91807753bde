"""
Annotation for a plot: what the releases that its genomes came from have of it.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from holdfast.app.banks.visibility import may_see
from holdfast.app.container import Container
from holdfast.app.plots.folders import PLOT_FILE
from holdfast.app.plots.near import Known, Near, state_of
from holdfast.banks.releases.release import Release
from holdfast.dotplots.tracks import ending_of, track_document
from holdfast.errors import BankError, ReleaseNotFound, UsageError

MOST_FILES = 200  #: offered of each release


@dataclass(frozen=True, slots=True)
class TrackFile:
    """A file of annotation that can be laid along a genome of a plot."""

    id: str
    side: str  #: target or query
    name: str
    origin: str  #: bank:release
    size: int  #: bytes
    path: Path


def plot_tracks(container: Container, name: str, near: Near) -> tuple[TrackFile, ...]:
    """The files of annotation in the releases that the genomes of the plot `name` came from.

    Raises
    ------
    UsageError
        There is no such plot.
    """
    _, known = near.known(container, name)
    return tuple(file for side in ("target", "query") for file in _files(container, known, side))


def plot_track(container: Container, name: str, track: str, near: Near) -> bytes:
    """The features of one of these files, as :mod:`holdfast.dotplots.tracks` writes them.

    Raises
    ------
    UsageError
        There is no such plot.
    ReleaseNotFound
        It has no such file.
    FormatError
        The file is no annotation.
    """
    plot, known = near.known(container, name)
    found = next((each for each in plot_tracks(container, name, near) if each.id == track), None)
    if found is None:
        raise ReleaseNotFound(f"the plot {name} has no track {track!r}; see what it has")
    genome = known.side(found.side)
    key = (state_of(found.path), state_of(plot.folder / PLOT_FILE), found.side)
    return near.tracks.get(key, lambda: track_document(found.path, genome))


def _files(container: Container, known: Known, side: str) -> Iterator[TrackFile]:
    release = _release(container, known.provenance(side).get("release"))
    if release is None:
        return
    origin = f"{release.bank}:{release.name}"
    count = 0
    for entry in release.entries():
        for product in entry.products:
            path = release.flat / product.path
            if ending_of(product.path) is None or not path.is_file() or count >= MOST_FILES:
                continue
            count += 1
            identity = f"{side}:{origin}:{product.path}"
            yield TrackFile(identity, side, path.name, origin, product.size, path)


def _release(container: Container, reference: str | None) -> Release | None:
    """The release a genome came from, if it is still here and whoever asks may see it."""
    if not reference or ":" not in reference:
        return None
    try:
        if not may_see(container, reference.partition(":")[0]):
            return None
        release, _ = container.catalogue.release_and_file(reference)
    except (BankError, UsageError):
        return None
    return release
