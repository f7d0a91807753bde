"""
The gallery: the finished plots of a home folder, as pages of a server.

It shows one page of cards and the files of the plots, nothing else: a path that is not exactly
``/<plot>/<file of a plot>`` does not exist. Plots are a person's own: unlike public sequences, they
are never shown to the pages of other sites.
"""

from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
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

Plots = Callable[[], Sequence[Plot]]

HEADERS = {"Cache-Control": "no-cache", "X-Content-Type-Options": "nosniff"}
CARD = Template("""
<a class="card" href="$page">
  <img src="$picture" alt="Dot plot: $title" loading="lazy">
  <h2>$title</h2>
  <p>$matches matches$identity</p>
  <p class="faint">$aligner, $preset · $created</p>
</a>""")
EMPTY = """
<p class="empty">No plots yet. Make one:<br>
<code>holdfast plot run TARGET QUERY</code></p>"""


def gallery_page(plots: Sequence[Plot]) -> str:
    """The page that shows `plots` as cards, the newest first."""
    newest_first = sorted(plots, key=lambda plot: plot.created, reverse=True)
    page = resources.files("holdfast.web").joinpath("gallery.html").read_text(encoding="utf-8")
    cards = "".join(_card(plot) for plot in newest_first)
    return Template(page).substitute(count=_counted(len(plots)), cards=cards or EMPTY)


def gallery_routes(folder: Path, plots: Plots) -> list[BaseRoute]:
    """The routes of the gallery of the plots in `folder`."""
    files = StaticFiles(directory=folder, check_dir=False)

    async def page(_: Request) -> Response:
        content = await run_in_threadpool(lambda: gallery_page(plots()))
        return HTMLResponse(content, headers=HEADERS)

    async def file(request: Request) -> Response:
        plot, name = request.path_params["plot"], request.url.path.rpartition("/")[2]
        if not NAME.fullmatch(plot):
            raise HTTPException(404)
        answer = await files.get_response(f"{plot}/{name}", request.scope)
        answer.headers.update(HEADERS)
        return answer

    return [Route("/", page), *(Route(f"/{{plot}}/{name}", file) for name in FILES)]


def gallery_application(folder: Path, plots: Plots, beside: FastAPI | None = None) -> Starlette:
    """An application that shows the gallery; what it does not know is asked of `beside`."""
    routes = gallery_routes(folder, plots)
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


def _card(plot: Plot) -> str:
    identity = "" if plot.identity is None else f" · {plot.identity:.2%} identical"
    return CARD.substitute(
        page=f"/{quote(plot.name)}/{PAGE_FILE}",
        picture=f"/{quote(plot.name)}/{PNG_FILE}",
        title=escape(plot.title),
        matches=f"{plot.matches:,}",
        identity=identity,
        aligner=escape(plot.aligner),
        preset=escape(plot.preset),
        created=f"{plot.created:%Y-%m-%d %H:%M} UTC",
    )


def _counted(plots: int) -> str:
    return f"{plots:,} dot plot{'' if plots == 1 else 's'}"
