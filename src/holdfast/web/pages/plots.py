"""Plots: the list of those a person may see, what its owner may do with one, and the gallery."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated

from fastapi import APIRouter, Depends, Form, Query
from starlette.requests import Request
from starlette.responses import FileResponse, Response

from holdfast.accounts.people import Scope
from holdfast.app.container import Container
from holdfast.app.errands import State, errands
from holdfast.app.plots.gallery import (
    GALLERY,
    Exhibit,
    add_exhibit,
    exhibits,
    picture_of,
    remove_exhibits,
)
from holdfast.app.plots.listing import Sort
from holdfast.app.plots.marks import (
    UNMARKED,
    PlotMark,
    PlotVisibility,
    mark_of,
    mark_plot,
    marks,
    may_see,
    refuse_strangers_to_plot,
    refuse_unseen_plot,
)
from holdfast.app.plots.removing import remove_plots
from holdfast.app.plots.shown import ShownPlot, Whose, shown_plot, shown_plots
from holdfast.errors import PlotError, PlotNotFound
from holdfast.web import addresses
from holdfast.web.site import container_of, needs, page, see_other

routes = APIRouter()

SHOWN = 24  #: on a page
SORTS = {
    Sort.MADE: "Newest first",
    Sort.NAME: "Name",
    Sort.MATCHES: "Most matches",
    Sort.IDENTITY: "Most alike",
    Sort.SIZE: "Largest",
}
WHOSE = {Whose.ALL: "All", Whose.MINE: "Mine", Whose.SHARED: "Others’"}
SEEN_BY = {
    PlotVisibility.PUBLIC: "Everybody",
    PlotVisibility.LINK: "By its address",
    PlotVisibility.PRIVATE: "Private",
}


@routes.get("/plots")
def plots(
    request: Request,
    q: Annotated[str, Query(max_length=200)] = "",
    sort: Annotated[str, Query(max_length=20)] = "",
    whose: Annotated[str, Query(max_length=20)] = "",
    start: Annotated[int, Query(ge=0, lt=2**31)] = 0,
) -> Response:
    """The plots that the person may list."""
    container = container_of(request)
    order = next((each for each in Sort if each.value == sort), Sort.MADE)
    meant = next((each for each in Whose if each.value == whose), Whose.ALL)
    found = shown_plots(container, q.split()[:8], order, meant)
    questions = {"q": q, "sort": sort, "whose": whose}
    more = start + SHOWN if len(found) > start + SHOWN else 0
    return page(
        request,
        "plots/list.html",
        found=found[start : start + SHOWN],
        count=len(found),
        start=start,
        next=addresses.plots(**questions, start=more) if more else "",
        first=addresses.plots(**questions) if start else "",
        q=q,
        order=order,
        meant=meant,
        sorts=SORTS,
        whoses=WHOSE,
        seen_by=SEEN_BY,
        going=_going_on(container),
        is_open=container.settings.access == "open",
    )


@routes.get("/plots/{name}/about")
def about(request: Request, name: str) -> Response:
    """What a plot is, and what its owner may do with it."""
    container = container_of(request)
    refuse_unseen_plot(container, name)
    shown = shown_plot(container, name)
    return page(request, "plots/about.html", shown=shown, plot=shown.plot, seen_by=SEEN_BY)


@routes.post("/plots/{name}/visibility", dependencies=[Depends(needs(Scope.PLOTS))])
def set_visibility(
    request: Request, name: str, visibility: Annotated[PlotVisibility, Form()]
) -> Response:
    """Show a plot to others, or to nobody."""
    container = container_of(request)
    refuse_strangers_to_plot(container, name)
    mark = mark_of(container, name)
    mark_plot(container, name, PlotMark(mark.owner, visibility, mark.created_by))
    return see_other(addresses.plot_part(name, "about"))


@routes.post("/plots/{name}/remove", dependencies=[Depends(needs(Scope.PLOTS))])
def remove(request: Request, name: str) -> Response:
    """Remove a plot for good."""
    container = container_of(request)
    refuse_strangers_to_plot(container, name)
    remove_plots(container, [name])
    return see_other(addresses.plots())


@routes.post("/plots/{name}/gallery", dependencies=[Depends(needs(Scope.ADMIN))])
def set_gallery(
    request: Request,
    name: str,
    act: Annotated[str, Form(max_length=10)],
    title: Annotated[str, Form(max_length=200)] = "",
) -> Response:
    """Put a plot into the gallery, or take it out."""
    container = container_of(request)
    refuse_unseen_plot(container, name)
    if act == "add":
        add_exhibit(container, name, title or None)
    elif any(each.plot == name for each in exhibits(container)):
        remove_exhibits(container, (name,))
    return see_other(addresses.plot_part(name, "about"))


# -- the gallery -----------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Hung:
    """A plot in the gallery, as it is shown."""

    exhibit: Exhibit
    shown: ShownPlot
    picture: str  #: its address


@routes.get("/gallery")
def gallery(request: Request) -> Response:
    """The plots that are shown first."""
    container = container_of(request)
    hung = []
    for each in _exhibits(container):
        own = addresses.plot_part(each.plot, "gallery-picture")
        usual = addresses.plot_part(each.plot, "picture.png")
        try:
            shown = shown_plot(container, each.plot)
        except PlotError:
            continue
        hung.append(Hung(each, shown, own if each.picture else usual))
    return page(request, "plots/gallery.html", hung=hung)


@routes.get("/plots/{name}/gallery-picture")
def gallery_picture(request: Request, name: str) -> FileResponse:
    """The picture that somebody chose for a plot of the gallery."""
    container = container_of(request)
    refuse_unseen_plot(container, name)
    for each in _exhibits(container):
        if each.plot == name and each.picture is not None:
            file = container.settings.plots / picture_of(each)
            if file.parent.name == GALLERY and file.is_file():
                return FileResponse(file, headers={"Cache-Control": "private, no-cache"})
    raise PlotNotFound(f"{name} has no picture of its own in the gallery")


def _exhibits(container: Container) -> Sequence[Exhibit]:
    """What is in the gallery and who asks may see; a damaged list is as good as none."""
    try:
        found = exhibits(container)
    except PlotError:
        return ()
    known = marks(container, [each.plot for each in found])
    return [each for each in found if may_see(container, known.get(each.plot, UNMARKED))]


def _going_on(container: Container) -> list[object]:
    """What the person asked for that becomes a plot."""
    person = container.person
    if person is None or not person.name:
        return []
    found = errands(container, owner=person.name, states=[State.WAITING, State.WORKING], limit=20)
    return [each for each in found if each.noun in ("plot", "plots")]
