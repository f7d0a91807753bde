"""
Annotation for a plot: what the releases that its genomes came from have of it.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from holdfast.app.banks.visibility import may_see
from holdfast.app.container import Container
from holdfast.app.plots.folders import PLOT_FILE
from holdfast.app.plots.near import Known, Near, state_of
from holdfast.banks.releases.release import Release
from holdfast.dotplots.genome import Contig, Genome
from holdfast.dotplots.scene import Axis, Scene
from holdfast.dotplots.tracks import Track, ending_of, read_track, track_document
from holdfast.errors import BankError, ReleaseNotFound, UsageError

MOST_FILES = 200  #: offered of each release
MOST_TRACKS = 5  #: of a picture, along each genome


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

    def made() -> bytes:
        with near.reading:
            return track_document(found.path, genome)

    return near.tracks.get(key, made)


def seen_tracks(
    container: Container, name: str, tracks: Sequence[str], scene: Scene, near: Near, swapped: bool
) -> tuple[tuple[Track, ...], tuple[Track, ...]]:
    """Some of the plot's files of annotation, for a picture of `scene`: across, and upwards.

    In a `swapped` scene the plot's target goes upwards. What is not offered is left out.

    Raises
    ------
    UsageError
        There is no such plot.
    FormatError
        A file is no annotation.
    """
    offered = {each.id: each for each in plot_tracks(container, name, near)}
    wanted = [offered[each] for each in dict.fromkeys(tracks) if each in offered]
    across = [each for each in wanted if (each.side == "target") != swapped][:MOST_TRACKS]
    upwards = [each for each in wanted if (each.side == "target") == swapped][:MOST_TRACKS]
    return (
        tuple(read_track(each.path, _genome(scene.target)) for each in across),
        tuple(read_track(each.path, _genome(scene.query)) for each in upwards),
    )


def _genome(axis: Axis) -> Genome:
    """The contigs of an axis, in its order."""
    return Genome(axis.name, tuple(Contig(each.name, each.length) for each in axis.contigs))


def picture_tracks(
    container: Container, scene: Scene, wishes: Sequence[str]
) -> tuple[tuple[Track, ...], tuple[Track, ...]]:
    """The tracks that a picture of `scene` was asked to have: of the target, of the query.

    A wish is ``target:FILE``, ``query:FILE`` or ``FILE``, which is then laid along the genome that
    has more of its features; a file may be one of a release, ``bank:release:file``.

    Raises
    ------
    UsageError
        There is no such file, or none of its features is on these genomes; or there are too many.
    FormatError
        It is no annotation.
    """
    genomes = {"target": _genome(scene.target), "query": _genome(scene.query)}
    found: dict[str, list[Track]] = {"target": [], "query": []}
    for wish in wishes:
        word, colon, rest = wish.partition(":")
        sides = (word,) if colon and word in genomes else tuple(genomes)
        file = _track_path(container, rest if len(sides) == 1 else wish)
        tracks = {side: read_track(file, genomes[side]) for side in sides}
        side = max(tracks, key=lambda each: len(tracks[each]))
        if not len(tracks[side]):
            raise UsageError(f"nothing in {file.name} is on a contig of {genomes[side].name}")
        found[side].append(tracks[side])
    for side, some in found.items():
        if len(some) > MOST_TRACKS:
            problem = f"{len(some)} tracks along the {side}; a picture has {MOST_TRACKS} at most"
            raise UsageError(problem)
    return tuple(found["target"]), tuple(found["query"])


def _track_path(container: Container, given: str) -> Path:
    path = Path(given).expanduser()
    if path.is_file():
        return path
    if ":" not in given:
        raise UsageError(f"there is no file {given}")
    try:
        return container.catalogue.file(given)
    except BankError as error:
        raise UsageError(f"{given} is no file and of no release: {error}") from error


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
