"""
Exports of what is seen: pictures, tables, alignments and the query's residues, as a link shows it.

The plot is not changed. The same link gives the same bytes.
"""

import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np
from numpy.typing import NDArray

from holdfast.app.banks.visibility import refuse_unseen
from holdfast.app.container import Container
from holdfast.app.plots.fasta import WrittenFasta, write_query
from holdfast.app.plots.folders import ALIGNMENT_FILE, PLOT_FILE, SCENE_FILE, show_plot
from holdfast.app.plots.genomes import Kind
from holdfast.app.plots.marks import refuse_unseen_plot
from holdfast.app.plots.opened import OpenedPlot, open_plot
from holdfast.app.plots.scenes import KnownScene, drawn_anew, known_scene
from holdfast.app.plots.sights import sight_of
from holdfast.app.plots.uploads import uploads
from holdfast.base.progress import Listener, ignore
from holdfast.dotplots import geometry
from holdfast.dotplots.genome import Genome
from holdfast.dotplots.layout.arrangement import Arrangement, Layout
from holdfast.dotplots.layout.choosing import laid_out
from holdfast.dotplots.pictures import Format, Look, pictures, rulers_of
from holdfast.dotplots.scene import Axis, Scene, read_scene
from holdfast.dotplots.seen import SeenScene, Sight, regions_seen, seen_scene
from holdfast.dotplots.table import write_table
from holdfast.errors import PlotError
from holdfast.formats.paf_places import read_places

STEP = 1 << 20  #: bytes read at once


@dataclass(frozen=True, slots=True)
class SeenPlot:
    """A plot as a link shows it."""

    known: KnownScene
    sight: Sight
    seen: SeenScene

    @property
    def scene(self) -> Scene:
        """The scene as it is seen."""
        return self.seen.scene


def see(container: Container, name: str, words: Mapping[str, str]) -> SeenPlot:
    """The plot called `name` as a link with `words` shows it.

    Raises
    ------
    UsageError
        There is no such plot, or a word makes no sense.
    PlotError
        It is damaged.
    """
    refuse_unseen_plot(container, name)
    known = known_scene(container, name)
    sight = sight_of(words, known.drawing)
    return SeenPlot(known, sight, seen_scene(_scene(container, known, sight), sight))


def _scene(container: Container, known: KnownScene, sight: Sight) -> Scene:
    with known.file.open("rb") as file:
        made = read_scene(file, str(known.file))
    if sight.drawing == known.drawing:
        return made
    return drawn_anew(open_plot(container, known.file.parent.name), made, sight.drawing).scene


def look_of(plot: SeenPlot, look: Look) -> Look:
    """`look`, with the regions that are seen."""
    target, query = regions_seen(plot.scene, plot.sight.window)
    return replace(look, target_regions=target, query_regions=query)


def seen_picture(plot: SeenPlot, kind: Format, look: Look) -> bytes:
    """What is seen as a picture."""
    return pictures(plot.scene, (kind,), look_of(plot, look))[0]


def write_seen_table(plot: SeenPlot, file: BinaryIO) -> None:
    """Write the matches that are seen as tab-separated text."""
    write_table(plot.scene, look_of(plot, Look()), file)


def seen_lines(container: Container, plot: SeenPlot) -> Iterator[bytes]:
    """The lines of the plot's alignment whose matches are seen, as they are in it."""
    lines = _rows(container, plot)
    path = plot.known.file.parent / ALIGNMENT_FILE
    places = read_places(path)
    # Of a genome with itself some matches were mirrored: they are no lines of the alignment.
    kept = lines[lines < len(places)]
    with path.open("rb") as file:
        for first, last in _runs(kept):
            file.seek(int(places.begins[first]))
            left = int(places.begins[last + 1] - places.begins[first])
            while left:
                piece = file.read(min(left, STEP))
                if not piece:
                    raise PlotError(f"{path} ended early; draw the plot again")
                left -= len(piece)
                yield piece


def _runs(rows: NDArray[np.int64]) -> Iterator[tuple[int, int]]:
    """First and last of the rows that follow one another."""
    borders = np.flatnonzero(np.diff(rows) > 1)
    firsts = np.concatenate((rows[:1], rows[borders + 1]))
    lasts = np.concatenate((rows[borders], rows[-1:]))
    yield from zip(firsts.tolist(), lasts.tolist(), strict=True)


def _rows(container: Container, plot: SeenPlot) -> NDArray[np.int64]:
    """Which matches of the alignment are seen, ascending."""
    scene, window = plot.scene, plot.sight.window
    rulers = rulers_of(scene, look_of(plot, Look()))
    shown = np.arange(len(scene.matches))
    if window is not None:
        _, found = geometry.seen(scene, *rulers, slice(0, len(scene.matches)))
        shown = np.unique(found)
    opened = open_plot(container, plot.known.file.parent.name)
    with (opened.plot.folder / SCENE_FILE).open("rb") as file:
        made = read_scene(file, SCENE_FILE)
    in_scene = drawn_anew(opened, made, plot.sight.drawing).rows
    rows: NDArray[np.int64] = np.sort(in_scene[plot.seen.rows[shown]])
    return rows


# -- the query's residues


def write_seen_query(
    container: Container,
    name: str,
    words: Mapping[str, str],
    file: Path,
    *,
    as_reference: bool = False,
    listener: Listener = ignore,
) -> WrittenFasta:
    """Write the query's contigs to `file` in the order they are seen, turned as they are seen.

    Those that are hidden come last. `as_reference`: those that belong to a target are joined.

    Raises
    ------
    UsageError
        There is no such plot, or its residues are no longer here.
    PlotError
        The query is no longer what was compared.
    """
    plot = see(container, name, words)
    opened = open_plot(container, name)
    given = _residues(container, opened)
    layout = layout_seen(opened, plot)
    return write_query(
        container,
        name,
        file,
        as_reference=as_reference,
        query=given,
        layout=layout,
        listener=listener,
    )


def layout_seen(opened: OpenedPlot, plot: SeenPlot) -> Layout:
    """The layout of both genomes as they are seen, what is hidden last."""
    scene, sight = plot.scene, plot.sight
    base, made = opened.layout, plot.known.drawing
    if (sight.drawing.order, sight.drawing.side) != (made.order, made.side):
        drawing = sight.drawing
        base = laid_out(opened.matches, opened.target, opened.query, drawing.order, drawing.side)
    target, query = scene.target, scene.query
    if sight.swapped:
        target, query = query, target
    return Layout(
        _completed(opened.target, base.target, target), _completed(opened.query, base.query, query)
    )


def _completed(genome: Genome, base: Arrangement, axis: Axis) -> Arrangement:
    """The contigs as they are on `axis`, behind them those that are not."""
    first = [genome.numbers[contig.name] for contig in axis.contigs]
    known = set(first)
    turned = list(base.reversed)
    for place, contig in zip(first, axis.contigs, strict=True):
        turned[place] = contig.reversed
    rest = (place for place in base.order if place not in known)
    return Arrangement((*first, *rest), tuple(turned))


def _residues(container: Container, opened: OpenedPlot) -> str | None:
    """What the query's residues are asked for by, where the plot's own words do not do."""
    side = opened.document["query"]
    known = side["provenance"]
    if "release" in known:
        refuse_unseen(container, str(known["release"]).partition(":")[0])
    if side["kind"] == Kind.UPLOAD.value:
        found = (each for each in uploads(container) if each.sha256 == known.get("sha256"))
        upload = next(found, None)
        if upload is None:
            raise PlotError(
                f"the query {opened.query.name} was uploaded, and only whoever sent it has it for "
                "a while; upload it again to have it reordered"
            )
        return upload.given
    if side["kind"] == Kind.URL.value:
        raise PlotError(
            f"the query came from {known.get('url', 'a URL')} and was not kept; fetch it, and "
            f"reorder it with: holdfast plot fasta {opened.plot.name} FILE --query FASTA"
        )
    return None


def public_document(container: Container, name: str) -> dict[str, Any]:
    """``plot.json`` of the plot called `name`, without paths of this machine.

    Raises
    ------
    UsageError
        There is no such plot.
    """
    refuse_unseen_plot(container, name)
    folder = show_plot(container, name).folder
    document: dict[str, Any] = json.loads((folder / PLOT_FILE).read_bytes())
    for side in ("target", "query"):
        known = document[side]["provenance"]
        if document[side].get("kind") == Kind.FILE.value:
            document[side]["given"] = known.get("file", document[side]["name"])
        known.pop("path", None)
    return document


@contextmanager
def beside_plots(container: Container) -> Iterator[Path]:
    """A folder for what is made to be sent, on the disk of the plots."""
    import tempfile

    from holdfast.base.files import TEMPORARY

    with tempfile.TemporaryDirectory(
        dir=container.settings.plots, prefix=f"{TEMPORARY}sent-"
    ) as folder:
        yield Path(folder)
