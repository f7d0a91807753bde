"""Errands: what was asked for and takes time; each has a page on which it is followed."""

from typing import Annotated, Any

from fastapi import APIRouter, Query
from starlette.requests import Request
from starlette.responses import Response

from holdfast.app.container import Container
from holdfast.app.errands import Errand, State, cancel_errand, errands, try_again
from holdfast.app.plots.marks import mark_of, may_see
from holdfast.app.plots.naming_outside import label_of
from holdfast.app.plots.uploads import is_upload
from holdfast.base.wording import size
from holdfast.dotplots.aligners.interface import AUTO
from holdfast.web import addresses
from holdfast.web.api.errands import changed_errand, log_tail, seen_errand
from holdfast.web.live import Rendered, live
from holdfast.web.site import container_of, page, person_of, rendered, see_other

routes = APIRouter()

SHOWN = 50  #: in a list
TAIL = 40  #: lines of the log on the page
PLOTS = ("compare", "import")


@routes.get("/errands")
def every(
    request: Request, before: Annotated[int | None, Query(ge=0, lt=2**63)] = None
) -> Response:
    """What the person asked for, the newest first; an administrator sees everybody's."""
    container = container_of(request)
    person = person_of(request)
    owner = None if person.is_administrator else person.name
    found = [] if owner == "" else errands(container, owner=owner, before=before, limit=SHOWN + 1)
    shown = found[:SHOWN]
    older = addresses.errands(before=shown[-1].number) if len(found) > SHOWN else ""
    return page(request, "errands/list.html", found=shown, older=older, before=before)


@routes.get("/errands/{word}")
def one(request: Request, word: str) -> Response:
    """One errand."""
    container = container_of(request)
    found = seen_errand(container, word)
    values = _values(container, found)
    return page(request, "errands/page.html", following=False, **values)


@routes.get("/errands/{word}/live")
def follow(request: Request, word: str) -> Response:
    """One errand, as it changes, until it is over."""
    container = container_of(request)
    seen_errand(container, word)

    def render() -> Rendered:
        found = seen_errand(container, word)
        values = _values(container, found)
        parts = {
            part: rendered(request, f"errands/{part}.html", following=True, **values)
            for part in ("state", "progress", "log")
        }
        return parts, found.state.is_over

    return live(request, render)


@routes.get("/errands/{word}/end")
def end(request: Request, word: str) -> Response:
    """Where to go when it is done: htmx goes there."""
    found = seen_errand(container_of(request), word)
    where = _thing(found)
    return Response(headers={"HX-Redirect": where} if where and found.state is State.DONE else {})


@routes.get("/errands/{word}/log")
def log(request: Request, word: str) -> Response:
    """The log, as text."""
    container = container_of(request)
    seen_errand(container, word)
    return Response(log_tail(container, word), media_type="text/plain; charset=utf-8")


@routes.post("/errands/{word}/cancel")
def cancel(request: Request, word: str) -> Response:
    """Stop it."""
    cancel_errand(changed_errand(request, word), word)
    return see_other(addresses.errand(word))


@routes.post("/errands/{word}/again")
def again(request: Request, word: str) -> Response:
    """Try it again."""
    try_again(changed_errand(request, word), word)
    return see_other(addresses.errand(word))


def _values(container: Container, found: Errand) -> dict[str, Any]:
    lines = log_tail(container, found.id).splitlines()
    ahead = 0
    if found.state is State.WAITING:
        waiting = errands(container, states=[State.WAITING], before=found.number, limit=1000)
        ahead = len(waiting)
    return {
        "errand": found,
        "asked": _asked(container, found),
        "thing": _thing(found),
        "picture": _picture(container, found),
        "lines": lines[-TAIL:],
        "changed": _changed(found),
        "more_lines": max(0, len(lines) - TAIL),
        "ahead": ahead,
    }


def _thing(found: Errand) -> str:
    """The address of what the errand is about, where there is one."""
    if found.noun == "plot" and found.state is State.DONE:
        return addresses.plot(str(found.result.get("plot", found.about)))
    if found.noun == "bank":
        return addresses.bank(found.about)
    if found.noun == "plots":
        return addresses.plots()
    return ""


def _picture(container: Container, found: Errand) -> str:
    """The address of the picture of the plot that was made."""
    if found.kind not in PLOTS or found.state is not State.DONE:
        return ""
    name = str(found.result.get("plot", found.about))
    there = (container.settings.plots / name / "plot.png").is_file()
    if not there or not may_see(container, mark_of(container, name)):
        return ""
    return addresses.plot_part(name, "picture.png")


def _changed(found: Errand) -> str:
    """The address of the form, filled in with what was asked for."""
    tabs = {"compare": ("comparison", ""), "import": ("importing", "alignment")}
    if found.kind not in tabs:
        return addresses.compare(tab="batch") if found.kind == "batch" else ""
    name, tab = tabs[found.kind]
    said = found.words.get(name, {})
    fields: dict[str, object] = {"tab": tab, "aligner": said.get("aligner")}
    for side in ("target", "query", "alignment"):
        given = str(said.get(side) or "")
        fields[f"{side}_upload" if is_upload(given) else side] = given
    if said.get("preset") not in (None, AUTO):
        fields["preset"] = said["preset"]
    for option in said.get("options", ()):
        group = f"option.{option.partition(':')[0]}"
        fields[group] = [*(fields.get(group) or []), option]  # type: ignore[misc]  # it is a list
    for key in ("order", "side", "min_length", "small"):
        fields[key] = said.get("drawing", {}).get(key)
    for key in ("hide_noise", "structure"):
        fields[key] = "yes" if said.get("drawing", {}).get(key) else None
    return addresses.compare(**fields)


#: What is told of what was asked for, by its name in the wish.
WORDS = {
    "target": "Target",
    "query": "Query",
    "alignment": "Alignment",
    "aligner": "Aligner",
    "preset": "Preset",
    "options": "Options",
    "format": "Format",
    "name": "Plot",
    "plots": "Plots",
    "bank": "Bank",
    "banks": "Banks",
    "release": "Release",
    "releases": "Releases",
    "files": "Files",
    "namespace": "Namespace",
    "collection": "Collection",
    "cores": "Cores",
    "memory": "Memory",
}


def _asked(container: Container, found: Errand) -> list[tuple[str, str]]:
    """What was asked for, as pairs of words; an upload by its name."""
    said = {**found.words, **found.words.get("comparison", {}), **found.words.get("importing", {})}
    pairs = []
    for key, words in WORDS.items():
        value = said.get(key)
        if value in (None, "", [], ()):
            continue
        values = value if isinstance(value, list | tuple) else [value]
        shown = ", ".join(_plainly(container, key, str(each)) for each in values)
        pairs.append((words, size(int(shown)) if key == "memory" else shown))
    return pairs


def _plainly(container: Container, key: str, value: str) -> str:
    if key in ("target", "query", "alignment", "files"):
        return label_of(container, value)
    return "chosen by looking at the genomes" if (key, value) == ("preset", "auto") else value
