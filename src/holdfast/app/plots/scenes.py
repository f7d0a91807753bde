"""
Scenes of finished plots: as they were made, or drawn anew.

Drawing anew changes nothing of the plot: it is the same alignment, its contigs in another order,
with small ones named, named as one or left out. The same question gives the same scene.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from holdfast.app.container import Container
from holdfast.app.plots.drawing_words import drawing_said
from holdfast.app.plots.folders import ALIGNMENT_FILE, PLOT_FILE, SCENE_FILE, show_plot
from holdfast.app.plots.opened import OpenedPlot, open_plot
from holdfast.dotplots.drawing import Drawing, Drawn, draw
from holdfast.dotplots.scene import Scene, read_scene
from holdfast.dotplots.structure.accounts import Sizes
from holdfast.errors import PlotError, UsageError
from holdfast.formats.paf_gaps import read_gaps

CHOICES = ("order", "side", "small", "hide_noise")  #: of a drawing, what may be asked anew


@dataclass(frozen=True, slots=True)
class KnownScene:
    """The scene of a plot as it was made."""

    file: Path
    digest: str  #: SHA-256 of the file
    matches: int
    drawing: Drawing


def known_scene(container: Container, name: str) -> KnownScene:
    """The scene of the plot called `name` as it was made.

    Raises
    ------
    UsageError
        There is no such plot.
    PlotError
        It is damaged.
    """
    folder = show_plot(container, name).folder
    try:
        document = json.loads((folder / PLOT_FILE).read_bytes())
        digest, drawn = document["files"][SCENE_FILE], document["matches"]["drawn"]
        drawing = Drawing.of_document(document["drawing"])
    except (KeyError, TypeError, ValueError) as error:
        problem = f"{folder / PLOT_FILE} is damaged ({error!r}); draw the plot again"
        raise PlotError(problem) from error
    return KnownScene(folder / SCENE_FILE, digest, drawn, drawing)


def drawing_asked(made: Drawing, words: Mapping[str, str]) -> Drawing:
    """The drawing `made`, but for the :data:`CHOICES` that `words` tell.

    Raises
    ------
    UsageError
        A choice is none.
    """
    told = {key: word for key, word in words.items() if key in CHOICES}
    asked, problems = drawing_said(told)
    if problems:
        raise UsageError(problems[0])
    return replace(made, **{key: getattr(asked, key) for key in told})


def scene_drawn(container: Container, name: str, drawing: Drawing) -> Scene:
    """The scene of the plot called `name` drawn as `drawing` says.

    Raises
    ------
    UsageError, PlotError
        As for :func:`known_scene`.
    """
    known = known_scene(container, name)
    with known.file.open("rb") as file:
        made = read_scene(file, str(known.file))
    if drawing == known.drawing:
        return made
    return drawn_anew(open_plot(container, name), made, drawing).scene


def drawn_anew(opened: OpenedPlot, made: Scene, drawing: Drawing) -> Drawn:
    """The plot `opened`, whose scene is `made`, drawn as `drawing` says."""
    told = Drawing.of_document(opened.document["drawing"])
    if opened.alone:
        drawing = replace(drawing, structure=False)  # it differs from itself in nothing
    as_before = (drawing.order, drawing.side) == (told.order, told.side)
    provenance: Mapping[str, Any] = made.provenance
    return draw(
        drawing,
        made.title,
        (opened.target, opened.query),
        (opened.matches, opened.estimator),
        made.aligner,
        provenance,
        opened.layout if as_before else None,
        read_gaps(opened.plot.folder / ALIGNMENT_FILE, Sizes().least)
        if drawing.structure
        else None,
    )
