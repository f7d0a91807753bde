"""
Exporting: a finished plot as files for a paper, a slide, a mail or another program.

Everything is made from the plot's folder again, which is not changed; the same question gives the
same bytes. Pictures of one question are drawn once, whatever they are written as.
"""

import json
import shutil
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from enum import Enum
from functools import partial
from pathlib import Path
from typing import BinaryIO

from holdfast.app.container import Container
from holdfast.app.plots.backup import write_backup
from holdfast.app.plots.folders import ALIGNMENT_FILE, PLOT_FILE, SCENE_FILE, Plot, show_plot
from holdfast.app.plots.opened import OpenedPlot, open_plot
from holdfast.app.plots.tracks import picture_tracks
from holdfast.base.files import atomic_file
from holdfast.dotplots.bundle import template, write_one_file_html
from holdfast.dotplots.colours import Colouring
from holdfast.dotplots.genome import Genome
from holdfast.dotplots.layout.arrangement import Arrangement
from holdfast.dotplots.layout.choosing import Side
from holdfast.dotplots.pictures import Format, Look, pictures, rulers_of
from holdfast.dotplots.pictures import look as looks
from holdfast.dotplots.scene import Scene, read_scene, write_scene
from holdfast.dotplots.table import write_table
from holdfast.errors import UsageError, suggestion
from holdfast.formats.contig_index import IndexRow, index_text


class Content(Enum):
    """What a plot is exported as; the value is the ending of a file's name."""

    PNG = "png"
    SVG = "svg"
    PDF = "pdf"
    HTML = "html"
    PAF = "paf"
    IDX = "idx"
    ARROW = "arrow"
    TSV = "tsv"


PICTURES = {
    Content.PNG: Format.PNG,
    Content.SVG: Format.SVG,
    Content.PDF: Format.PDF,
}
Writer = Callable[[BinaryIO], object]


@dataclass(frozen=True, slots=True)
class Export:
    """What to export, and as what."""

    name: str  #: of the plot
    contents: tuple[Content, ...]
    look: Look = looks.USUAL
    side: Side = Side.QUERY  #: of an index: whose
    as_drawn: bool = False  #: of an index: contigs in the order drawn, and which are turned
    tracks: tuple[str, ...] = ()  #: of pictures: annotation, as ``target:FILE``


@dataclass(frozen=True, slots=True)
class Exported:
    """A file that was written."""

    file: Path
    size: int  #: bytes


def content_of(file: Path, word: str | None = None) -> Content:
    """What a file of this name holds, or what `word` says.

    Raises
    ------
    UsageError
        Neither tells.
    """
    known = [content.value for content in Content]
    ending = word or file.suffix.lower().removeprefix(".")
    if ending in known:
        return Content(ending)
    if word is None and not ending:
        problem = f"{file} has no ending that says what to write; add --format"
        raise UsageError(f"{problem} {', '.join(known)}")
    raise UsageError(
        f"a plot cannot be written as {ending!r}{suggestion(ending, known)}; "
        f"it can as {', '.join(known)}"
    )


def export_plot(
    container: Container, export: Export, files: Sequence[Path]
) -> tuple[Exported, ...]:
    """Write each of the export's contents into its file, each whole or not at all.

    Raises
    ------
    UsageError
        There is no such plot, a folder is missing, or a region is none of the plot's.
    PlotError
        The plot is damaged.
    """
    check_files(files)
    exported = []
    for file, write in zip(files, _writers(container, export), strict=True):
        with atomic_file(file) as opened:
            write(opened)
        exported.append(Exported(file, file.stat().st_size))
    return tuple(exported)


def check_files(files: Sequence[Path]) -> None:
    """Raise a UsageError unless each of `files` can be written where it is."""
    for file in files:
        if not file.absolute().parent.is_dir():
            raise UsageError(f"there is no folder {file.absolute().parent}; make it first")
        if file.is_dir():
            raise UsageError(f"{file} is a folder; name a file in it")


def stream_plot(container: Container, export: Export, output: BinaryIO) -> None:
    """Write the only content of `export` to `output`."""
    for write in _writers(container, export):
        write(output)


def colouring_of(container: Container, name: str) -> Colouring:
    """How a plot was coloured when it was made.

    Raises
    ------
    UsageError
        There is no such plot.
    """
    drawing = json.loads((show_plot(container, name).folder / PLOT_FILE).read_bytes())["drawing"]
    return Colouring.of_document(drawing["colouring"])


def export_backup(container: Container, name: str, file: Path) -> Exported:
    """Write a backup that D-Genies takes, and that can be imported again."""
    write_backup(open_plot(container, name), file)
    return Exported(file, file.stat().st_size)


def _writers(container: Container, export: Export) -> list[Writer]:
    """What writes each content; all that can be wrong with the question is told before."""
    plot = show_plot(container, export.name)
    drawn = _Drawn(plot, export)
    if export.look.target_regions or export.look.query_regions:
        rulers_of(drawn.scene, export.look)
    drawn.take_tracks(container)
    return [drawn.writer(container, content) for content in export.contents]


class _Drawn:
    """A plot's scene and pictures, each read or drawn once, when first wanted."""

    def __init__(self, plot: Plot, export: Export) -> None:
        self.plot, self.export = plot, export
        self._look = export.look
        self._scene: Scene | None = None
        self._pictures: dict[Format, bytes] = {}

    def take_tracks(self, container: Container) -> None:
        """Read the annotation that pictures were asked to have."""
        if not self.export.tracks:
            return
        target, query = picture_tracks(container, self.scene, self.export.tracks)
        self._look = replace(self._look, target_tracks=target, query_tracks=query)

    def writer(self, container: Container, content: Content) -> Writer:
        """What writes `content`."""
        match content:
            case Content.PNG | Content.SVG | Content.PDF:
                return lambda file: file.write(self.picture(PICTURES[content]))
            case Content.HTML:
                return self.write_page
            case Content.PAF:
                return partial(_copy, self.plot.folder / ALIGNMENT_FILE)
            case Content.IDX:
                opened = open_plot(container, self.plot.name)
                return lambda file: file.write(_index(opened, self.export))
            case Content.ARROW:
                return lambda file: write_scene(self.scene, file)
            case Content.TSV:
                return lambda file: write_table(self.scene, self.export.look, file)

    @property
    def scene(self) -> Scene:
        """The plot's scene, titled and coloured as asked."""
        if self._scene is None:
            look, path = self.export.look, self.plot.folder / SCENE_FILE
            with path.open("rb") as file:
                scene = read_scene(file, str(path))
            self._scene = replace(
                scene,
                title=look.title or scene.title,
                colouring=look.colouring or scene.colouring,
            )
        return self._scene

    def picture(self, kind: Format) -> bytes:
        """The picture of this kind, drawn with the others that are wanted."""
        if kind not in self._pictures:
            kinds = [PICTURES[each] for each in self.export.contents if each in PICTURES]
            drawn = pictures(self.scene, kinds, self._look)
            self._pictures = dict(zip(kinds, drawn, strict=True))
        return self._pictures[kind]

    def write_page(self, file: BinaryIO) -> None:
        """The plot as one HTML file."""
        write = partial(write_scene, self.scene)
        write_one_file_html(template(), write, self.scene.title, file)


def _copy(source: Path, file: BinaryIO) -> None:
    with source.open("rb") as opened:
        shutil.copyfileobj(opened, file, 1 << 20)


def _index(opened: OpenedPlot, export: Export) -> bytes:
    """The index of one genome, as it was given or as it is drawn."""
    pairs: dict[Side, tuple[Genome, Arrangement]] = {
        Side.TARGET: (opened.target, opened.layout.target),
        Side.QUERY: (opened.query, opened.layout.query),
    }
    genome, drawn = pairs[export.side]
    arrangement = drawn if export.as_drawn else Arrangement.as_given(genome)
    rows = [
        IndexRow(genome.contigs[place].name, genome.contigs[place].length, turned)
        for place in arrangement.order
        for turned in (arrangement.reversed[place],)
    ]
    return index_text(genome.name, rows, turned=export.as_drawn)
