"""
Seeing: the plot that a request is about, for who may see it.

Whoever may not is told that there is none.
"""

from dataclasses import dataclass

from starlette.requests import Request

from holdfast.app.container import Container
from holdfast.app.plots.folders import Plot, show_plot
from holdfast.app.plots.marks import PlotMark, mark_of, may_change, refuse_unseen_plot
from holdfast.web.site import container_of


@dataclass(frozen=True, slots=True)
class Seen:
    """A plot, and what the person who asks may do with it."""

    container: Container  #: asked by that person
    plot: Plot
    mark: PlotMark

    @property
    def may_change(self) -> bool:
        """Whether they may remove it, or show it to others."""
        return may_change(self.container, self.mark)


def seen_by(request: Request, name: str) -> Seen:
    """The plot called `name` as who asks may see it.

    Raises
    ------
    PlotNotFound
        There is none that they may see.
    """
    container = container_of(request)
    refuse_unseen_plot(container, name)
    return Seen(container, show_plot(container, name), mark_of(container, name))
