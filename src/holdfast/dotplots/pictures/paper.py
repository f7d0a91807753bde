"""
Paper: words, lines and boxes at points from the lower left corner of a figure.
"""

from collections.abc import Sequence
from typing import Any

import numpy as np
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.image import AxesImage
from matplotlib.lines import Line2D
from matplotlib.patches import Rectangle
from numpy.typing import NDArray

POINTS = 72.0


class Paper:
    """A figure to write on; what is written lies on top of any axes below."""

    def __init__(self, width: float, height: float, colour: str) -> None:
        self.width, self.height = width, height
        self.figure = Figure(figsize=(width / POINTS, height / POINTS), facecolor=colour)
        FigureCanvasAgg(self.figure)
        self.over: Any = self.figure.add_axes((0, 0, 1, 1), zorder=5)
        self.over.set_xlim(0, width)
        self.over.set_ylim(0, height)
        self.over.set_axis_off()

    def axes(self, x: float, y: float, across: float, up: float) -> Any:
        """Axes of their own in this box, without any furniture."""
        box = (x / self.width, y / self.height, across / self.width, up / self.height)
        axes: Any = self.figure.add_axes(box, zorder=1)
        axes.set_xticks([])
        axes.set_yticks([])
        return axes

    def words(self, x: float, y: float, text: str, size: float, colour: str, **how: Any) -> None:
        """Write `text`; `how` are matplotlib's properties of text."""
        self.over.text(x, y, text, fontsize=size, color=colour, **how)

    def line(self, xs: Sequence[float], ys: Sequence[float], colour: str, width: float) -> None:
        """A line through points."""
        drawn = Line2D(xs, ys, color=colour, linewidth=width, solid_capstyle="butt")
        self.over.add_line(drawn)

    def box(self, x: float, y: float, across: float, up: float, **how: Any) -> None:
        """A box; `how` are matplotlib's properties of patches."""
        self.over.add_patch(Rectangle((x, y), across, up, **how))

    def gradient(
        self, box: tuple[float, float, float, float], colours: NDArray[np.float64], *, up: bool
    ) -> None:
        """Colours, evenly, over the box of x, y, width and height; upwards, or to the right."""
        x, y, across, high = box
        image = AxesImage(
            self.over,
            interpolation="bilinear",
            origin="lower",
            extent=(x, x + across, y, y + high),
        )
        image.set_data(colours[:, None] if up else colours[None, :])
        image.set_clip_path(None)
        self.over.add_image(image)
