"""
The gallery: the finished plots of a home folder, as pages of a server.

It shows one page of cards and the files of the plots, nothing else: a path that is neither
``/<plot>/<file of a plot>`` nor a picture of the gallery does not exist. What people put into the
gallery comes first, in their order; then all else, the newest first. Plots are a person's own:
unlike public sequences, they are never shown to the pages of other sites.
"""

from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from datetime import datetime
from html import escape
from importlib import resources
from pathlib import Path
from string import Template
from urllib.parse import quote

from fastapi import FastAPI
from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response
from starlette.routing import BaseRoute, Mount, Route
from starlette.staticfiles import StaticFiles

from holdfast.app.plots.folders import FILES, NAME, PAGE_FILE, PNG_FILE, Plot
from holdfast.app.plots.gallery import GALLERY, PICTURE, Exhibit

Plots = Callable[[], Sequence[Plot]]
Exhibits = Callable[[], Sequence[Exhibit]]

PICTURES = "/-/"  #: where the gallery's own pictures are: no plot is called so
HEADERS = {"Cache-Control": "no-cache", "X-Content-Type-Options": "nosniff"}
CARD = Template("""
<a class="card" href="$page">
  <img src="$picture" alt="Dot plot: $title" loading="lazy">
  <h2>$title</h2>
  <p>$matches matches$identity</p>
  <p class="faint">$aligner · $created</p>
</a>""")
HEADING = Template("""
<h2 class="heading">$words</h2>""")
EMPTY = """
<p class="empty">No plots yet. Make one:<br>
<code>holdfast plot run TARGET QUERY</code></p>"""


def gallery_page(plots: Sequence[Plot], exhibits: Sequence[Exhibit] = ()) -> str:
    """The page that shows `plots` as cards: first the `exhibits`, then the newest."""
    by_name = {plot.name: plot for plot in plots}
    shown = [each for each in exhibits if each.plot in by_name]
    first = "".join(_card(by_name[each.plot], each) for each in shown)
    others = sorted(by_name.keys() - {each.plot for each in shown})
    newest_first = sorted(map(by_name.__getitem__, others), key=_made, reverse=True)
    rest = "".join(map(_card, newest_first))
    if first and rest:
        first = HEADING.substitute(words="Gallery") + first
        rest = HEADING.substitute(words="All other plots") + rest
    page = resources.files("holdfast.web").joinpath("gallery.html").read_text(encoding="utf-8")
    return Template(page).substitute(count=_counted(len(plots)), cards=first + rest or EMPTY)


def _made(plot: Plot) -> datetime:
    return plot.created


def gallery_routes(folder: Path, plots: Plots, exhibits: Exhibits = lambda: ()) -> list[BaseRoute]:
    """The routes of the gallery of the plots in `folder`."""
    files = StaticFiles(directory=folder, check_dir=False)

    async def page(_: Request) -> Response:
        content = await run_in_threadpool(lambda: gallery_page(plots(), exhibits()))
        return HTMLResponse(content, headers=HEADERS)

    async def file(request: Request) -> Response:
        plot, name = request.path_params["plot"], request.url.path.rpartition("/")[2]
        if not NAME.fullmatch(plot):
            raise HTTPException(404)
        answer = await files.get_response(f"{plot}/{name}", request.scope)
        answer.headers.update(HEADERS)
        return answer

    async def picture(request: Request) -> Response:
        name = request.path_params["picture"]
        if not PICTURE.fullmatch(name):
            raise HTTPException(404)
        answer = await files.get_response(f"{GALLERY}/{name}", request.scope)
        answer.headers.update(HEADERS)
        return answer

    return [
        Route("/", page),
        Route(f"{PICTURES}{{picture}}", picture),
        *(Route(f"/{{plot}}/{name}", file) for name in FILES),
    ]


def gallery_application(
    folder: Path,
    plots: Plots,
    beside: FastAPI | None = None,
    exhibits: Exhibits = lambda: (),
) -> Starlette:
    """An application that shows the gallery; what it does not know is asked of `beside`."""
    routes = gallery_routes(folder, plots, exhibits)
    if beside is not None:
        routes.append(Mount("/", beside))

    @asynccontextmanager
    async def lifespan(_: Starlette) -> AsyncIterator[None]:
        async with AsyncExitStack() as stack:
            if beside is not None:
                await stack.enter_async_context(beside.router.lifespan_context(beside))
            yield

    app = Starlette(routes=routes, lifespan=lifespan)
    app.router.redirect_slashes = False  # a path is right or it does not exist
    return app


def _card(plot: Plot, exhibit: Exhibit | None = None) -> str:
    identity = "" if plot.identity is None else f" · {plot.identity:.2%} identical"
    picture = f"/{quote(plot.name)}/{PNG_FILE}"
    if exhibit is not None and exhibit.picture is not None:
        picture = f"{PICTURES}{quote(exhibit.picture)}"
    return CARD.substitute(
        page=f"/{quote(plot.name)}/{PAGE_FILE}",
        picture=picture,
        title=escape(plot.title if exhibit is None else exhibit.title),
        matches=f"{plot.matches:,}",
        identity=identity,
        aligner=escape(", ".join(filter(None, (plot.aligner, plot.preset)))),
        created=f"{plot.created:%Y-%m-%d %H:%M} UTC",
    )


def _counted(plots: int) -> str:
    return f"{plots:,} dot plot{'' if plots == 1 else 's'}"
