"""
Compare: the forms that ask for plots, one for each way: two genomes, an alignment, a saved plot, a
batch.

A form that cannot be carried out comes back as it was filled in, with the sentence that says why.
"""

import time
from dataclasses import dataclass
from http import HTTPStatus
from pathlib import Path
from typing import Any

from fastapi import APIRouter, Depends
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response

from holdfast.app.container import Container
from holdfast.app.errands import Errand
from holdfast.app.plots.aligners import KnownAligner, known_aligners
from holdfast.app.plots.asking import (
    ask_batch,
    ask_comparison,
    ask_import,
    look_at_batch,
    may_compare,
    usual_visibility,
)
from holdfast.app.plots.compare import ALIGNER, Comparison
from holdfast.app.plots.drawing_words import KEYS, drawing_said
from holdfast.app.plots.examples import EXAMPLE, examples
from holdfast.app.plots.importing import Importing
from holdfast.app.plots.marks import PlotVisibility
from holdfast.app.plots.naming_outside import label_of, suggestions
from holdfast.app.plots.uploads import SCHEME, Upload, is_upload, upload, uploads
from holdfast.dotplots.aligners.interface import AUTO
from holdfast.dotplots.drawing import Drawing
from holdfast.dotplots.palettes import PALETTES
from holdfast.errors import FormatError, HoldfastError, UploadNotFound, UsageError
from holdfast.formats.alignments.reading import formats
from holdfast.settings.values import size
from holdfast.web import addresses
from holdfast.web.access.limits import COMPARISONS
from holdfast.web.api.uploads import may_upload
from holdfast.web.problems import status_of
from holdfast.web.site import container_of, page, person_of, see_other
from holdfast.web.uploads import Form, form_sent

routes = APIRouter()

MAKING = [Depends(may_upload), Depends(COMPARISONS)]

TABS = {
    "genomes": "Compare genomes",
    "alignment": "Open an alignment",
    "saved": "Open a saved plot",
    "batch": "Batch",
}


ASK_AGAIN = 60.0  #: seconds for which it is known which aligners are installed
_KNOWN: dict[Path | None, tuple[float, list[KnownAligner]]] = {}


@dataclass(frozen=True, slots=True)
class Seen:
    """What a form shows besides what was filled in."""

    fault: str = ""
    batch: Any = None


@routes.get("/compare")
def compare(request: Request) -> Response:
    """The form, filled in with what the address says."""
    asked = {name: request.query_params.getlist(name) for name in request.query_params}
    tab = request.query_params.get("tab", "genomes")
    return _shown(request, tab if tab in TABS else "genomes", Form(asked))


@routes.get("/compare/aligner")
def aligner(request: Request) -> Response:
    """The presets and options of an aligner, as a part of the form."""
    chosen = request.query_params.get("aligner", ALIGNER)
    known = _aligners(container_of(request))
    found = next((each for each in known if each.name == chosen), known[0])
    return page(request, "compare/aligner.html", chosen=found, form=Form())


@routes.get("/compare/names")
def names(request: Request) -> Response:
    """What may be named that is called so, as choices below a field."""
    words = request.query_params.get("target") or request.query_params.get("query") or ""
    found = suggestions(container_of(request), words[:200])
    return page(request, "compare/names.html", found=found)


@routes.post("/compare", dependencies=MAKING)
async def ask_for_comparison(request: Request) -> Response:
    """Compare what the form names."""
    return await _asked(request, "genomes", _ask_comparison)


@routes.post("/compare/alignment", dependencies=MAKING)
async def ask_for_alignment(request: Request) -> Response:
    """Draw the alignment that the form names."""
    return await _asked(request, "alignment", _ask_import)


@routes.post("/compare/saved", dependencies=MAKING)
async def ask_for_saved(request: Request) -> Response:
    """Draw the saved plot that the form names."""
    return await _asked(request, "saved", _ask_import)


@routes.post("/compare/batch", dependencies=MAKING)
async def ask_for_batch(request: Request) -> Response:
    """Look at a batch file, or make what it asks for."""
    container = container_of(request)
    form = await form_sent(request, container)
    text = await run_in_threadpool(_batch_text, form)
    form.values["text"] = [text]
    if form.get("act") != "begin":
        seen = await run_in_threadpool(
            look_at_batch, container, text.encode(), _sent(container, form)
        )
        return await run_in_threadpool(_shown, request, "batch", form, Seen(batch=seen))
    return await _carried_out(request, "batch", form, _ask_batch)


# -- asking ----------------------------------------------------------------------------------------


async def _asked(request: Request, tab: str, ask: Any) -> Response:
    form = await form_sent(request, container_of(request))
    return await _carried_out(request, tab, form, ask)


async def _carried_out(request: Request, tab: str, form: Form, ask: Any) -> Response:
    try:
        made: Errand = await run_in_threadpool(ask, container_of(request), form)
    except HoldfastError as error:
        _keep_files(form)
        status = status_of(error)
        if status >= HTTPStatus.INTERNAL_SERVER_ERROR:
            raise
        seen = Seen(fault=str(error))
        return await run_in_threadpool(_shown, request, tab, form, seen, status)
    return see_other(addresses.errand(made.id))


def _keep_files(form: Form) -> None:
    """What came with a form that could not be carried out need not be sent again."""
    for name, sent in form.files.items():
        form.values[f"{name.removesuffix('_file')}_upload"] = [sent[-1].given]


def _ask_comparison(container: Container, form: Form) -> Errand:
    comparison = Comparison(
        target=form.given("target"),
        query=form.given("query") or None,
        preset=form.get("preset") or AUTO,
        drawing=_drawing(form),
        name=form.get("name") or None,
        aligner=form.get("aligner") or ALIGNER,
        options=_options(form),
        align_equal=form.get("align_equal") == "yes",
        cores=_whole(form, "cores"),
        memory=_bytes(form, "memory"),
    )
    if not comparison.target:
        raise UsageError("name a target genome: upload a file, or choose one that is here")
    return ask_comparison(container, comparison, _visibility(form))


def _ask_import(container: Container, form: Form) -> Errand:
    importing = Importing(
        alignment=form.given("alignment"),
        target=form.given("target") or None,
        query=form.given("query") or None,
        format=form.get("format") or None,
        drawing=_drawing(form),
        keep_layout=not form.get("order"),
        name=form.get("name") or None,
    )
    if not importing.alignment:
        raise UsageError("name the file to open: upload it, or give its URL")
    return ask_import(container, importing, _visibility(form))


def _ask_batch(container: Container, form: Form) -> Errand:
    text = form.get("text").encode()
    return ask_batch(container, text, _sent(container, form), _visibility(form))


def _batch_text(form: Form) -> str:
    """The text of the form, or of the batch file that came with it."""
    files = form.files.get("batch_file", [])
    if not files:
        return form.get("text")
    try:
        return files[-1].file.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError as error:
        raise FormatError(files[-1].name, None, "it is not UTF-8 text; save it as that") from error


def _sent(container: Container, form: Form) -> list[Upload]:
    """The files that a batch may name: those that came with the form, and those sent before."""
    found = list(form.files.get("files_file", []))
    for given in form.all("files_upload"):
        try:
            found.append(upload(container, given))
        except UploadNotFound:
            continue
    known = {each.id for each in found}
    return [*found, *(each for each in uploads(container) if each.id not in known)]


def _kept(container: Container, form: Form) -> list[Upload]:
    """The files of a batch that the form brought, or that were sent before for it."""
    known = {each.id for each in form.files.get("files_file", [])}
    known |= {given.removeprefix(SCHEME) for given in form.all("files_upload")}
    return [each for each in _sent(container, form) if each.id in known]


def _others(container: Container, kept: list[Upload]) -> list[str]:
    """What the person's other uploads are called, each name once."""
    names = [each.name for each in uploads(container) if each.is_whole and each not in kept]
    return list(dict.fromkeys(names))


def _options(form: Form) -> tuple[str, ...]:
    """The options of the aligner; of a group of which none was ticked, that."""
    chosen: list[str] = []
    for name, values in form.values.items():
        group = name.removeprefix("option.")
        if group != name:
            ticked = [value for value in values if value]
            chosen += ticked or [f"{group}:none"]
    return tuple(chosen)


def _drawing(form: Form) -> Drawing:
    words = {key: form.get(key) for key in KEYS if form.get(key)}
    drawing, problems = drawing_said(words)
    if problems:
        raise UsageError("; ".join(problems))
    return drawing


def _visibility(form: Form) -> PlotVisibility | None:
    word = form.get("visibility")
    return PlotVisibility(word) if word in {each.value for each in PlotVisibility} else None


def _whole(form: Form, name: str) -> int | None:
    word = form.get(name)
    if not word:
        return None
    if not word.isdecimal() or len(word) > 9:
        raise UsageError(f"{name}: {word!r} is not a whole number")
    return int(word)


def _bytes(form: Form, name: str) -> int | None:
    word = form.get(name)
    try:
        return int(str(size(word))) if word else None
    except ValueError as error:
        raise UsageError(f"{name}: {error}") from error


# -- showing ---------------------------------------------------------------------------------------


def _shown(
    request: Request,
    tab: str,
    form: Form,
    seen: Seen = Seen(),
    status: HTTPStatus = HTTPStatus.OK,
) -> Response:
    container = container_of(request)
    known = _aligners(container)
    chosen = form.get("aligner") or ALIGNER
    return page(
        request,
        f"compare/{tab}.html",
        status=status,
        tab=tab,
        tabs=TABS,
        form=form,
        fault=seen.fault,
        batch=seen.batch,
        may=may_compare(container),
        guest=person_of(request).is_guest,
        settings=container.settings,
        aligners=known,
        chosen=next((each for each in known if each.name == chosen), known[0]),
        examples=[(f"{EXAMPLE}{name}", name) for name in examples(container)],
        visibility=usual_visibility(container).value,
        palettes=[(each.name, each.title) for each in PALETTES.values()],
        formats=(known_formats := formats() if tab == "alignment" else []),
        formats_named=[(each.name, each.name) for each in known_formats],
        sent=_labels(container, form),
        kept=(kept := _kept(container, form)),
        mine=_others(container, kept) if tab == "batch" else (),
    )


def _labels(container: Container, form: Form) -> dict[str, str]:
    """What the files are called that were sent before, by the field that names each."""
    given = {
        side: form.get(f"{side}_upload") or form.get(side)
        for side in ("target", "query", "alignment")
    }
    return {side: label_of(container, each) for side, each in given.items() if is_upload(each)}


def _aligners(container: Container) -> list[KnownAligner]:
    """The aligners, those that are installed first; each is asked for its version now and then."""
    key = container.settings.tools
    kept = _KNOWN.get(key)
    if kept is None or time.monotonic() - kept[0] > ASK_AGAIN:
        known = sorted(known_aligners(container), key=lambda each: each.version is None)
        kept = _KNOWN[key] = (time.monotonic(), known)
    return kept[1]
