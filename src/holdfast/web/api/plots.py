"""Plots by programs: list and look at them, ask for them, show them to others, remove them."""

import base64
import binascii
from datetime import datetime
from http import HTTPStatus
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Query
from pydantic import BaseModel, Field
from starlette.requests import Request
from starlette.responses import FileResponse, Response

from holdfast.accounts.people import Scope
from holdfast.app.plots.aligners import known_aligners
from holdfast.app.plots.asking import ask_batch, ask_comparison, ask_import, look_at_batch
from holdfast.app.plots.compare import Comparison
from holdfast.app.plots.drawing_words import drawing_said
from holdfast.app.plots.folders import FILES, GenomeSummary
from holdfast.app.plots.gallery import add_exhibit, remove_exhibits
from holdfast.app.plots.importing import Importing
from holdfast.app.plots.listing import Sort
from holdfast.app.plots.marks import (
    PlotVisibility,
    mark_of,
    mark_plot,
    refuse_strangers_to_plot,
    refuse_unseen_plot,
)
from holdfast.app.plots.removing import remove_plots
from holdfast.app.plots.shown import ShownPlot, Whose, shown_plot, shown_plots
from holdfast.app.plots.uploads import upload
from holdfast.base.wording import plain
from holdfast.dotplots.aligners.interface import AUTO
from holdfast.dotplots.drawing import USUAL, Drawing
from holdfast.errors import UsageError
from holdfast.web import addresses
from holdfast.web.access.limits import COMPARISONS
from holdfast.web.api.errands import ErrandShown, accepted
from holdfast.web.api.uploads import may_upload
from holdfast.web.site import container_of, needs

routes = APIRouter(tags=["plots"])
MAKING = [Depends(may_upload), Depends(COMPARISONS)]

LONG = 2000  #: letters of a name that is given
Word = Annotated[str, Field(max_length=LONG)]
Name = Annotated[str, Field(max_length=100)]


class GenomeShown(BaseModel):
    """One genome of a plot."""

    name: str
    given: str
    contigs: int
    bases: int
    aligned: float = Field(description="The share of its bases that lie in a match.")
    provenance: dict[str, Any]

    @classmethod
    def of(cls, genome: GenomeSummary) -> "GenomeShown":
        """What is shown of a genome; where its file lies on the server is nobody's business."""
        provenance = {key: each for key, each in genome.provenance.items() if key != "path"}
        given = genome.given.rpartition("/")[2] if genome.given.startswith("/") else genome.given
        return cls(
            name=genome.name,
            given=given,
            contigs=genome.contigs,
            bases=genome.bases,
            aligned=genome.aligned,
            provenance=plain(provenance),
        )


class PlotShown(BaseModel):
    """A finished plot."""

    name: str
    title: str
    target: GenomeShown
    query: GenomeShown
    matches: int
    identity: float | None
    identity_source: str
    aligner: str
    preset: str
    command: str
    created: datetime
    owner: str
    visibility: PlotVisibility
    in_gallery: bool
    size: int = Field(description="Bytes of its files.")
    ends: datetime | None = Field(description="When it is removed by itself.")
    files: list[str]
    page: str = Field(description="The address of its page.")

    @classmethod
    def of(cls, shown: ShownPlot) -> "PlotShown":
        """What is shown of a plot."""
        plot = shown.plot
        return cls(
            name=plot.name,
            title=plot.title,
            target=GenomeShown.of(plot.target),
            query=GenomeShown.of(plot.query),
            matches=plot.matches,
            identity=plot.identity,
            identity_source=plot.identity_source,
            aligner=plot.aligner,
            preset=plot.preset,
            command=plot.command,
            created=plot.created,
            owner=shown.mark.owner,
            visibility=shown.mark.visibility,
            in_gallery=shown.in_gallery,
            size=shown.size,
            ends=shown.ends,
            files=list(FILES),
            page=addresses.plot(plot.name),
        )


class PlotList(BaseModel):
    """Plots."""

    items: list[PlotShown]
    next: str | None


class AlignersShown(BaseModel):
    """The aligners there are."""

    items: list[dict[str, Any]]
    next: str | None = None


class Asked(BaseModel):
    """What all that asks for a plot has in common."""

    name: Name | None = Field(None, description="Of the plot; else made of the genomes' names.")
    visibility: PlotVisibility | None = Field(
        None, description="Else everybody's on an open server, and yours alone with accounts."
    )
    drawing: dict[Name, Name] = Field(
        default_factory=dict, description="As a batch file has them: `min_length`, `order` …"
    )

    def drawn(self) -> Drawing:
        """How it is drawn.

        Raises
        ------
        UsageError
            A choice makes no sense.
        """
        if not self.drawing:
            return USUAL
        drawing, problems = drawing_said(self.drawing)
        if problems:
            raise UsageError("; ".join(problems))
        return drawing


class ComparisonAsked(Asked):
    """Two genomes, or one, to be aligned and drawn."""

    target: Word = Field(
        description="`upload:ID`, a URL, `bank:release:file`, a collection, or `example:NAME`."
    )
    query: Word | None = Field(None, description="If there is none the target is its own.")
    aligner: Name = "mappy"
    preset: Name = AUTO
    options: list[Name] = Field(default_factory=list, max_length=100)
    align_equal: bool = False
    cores: int | None = Field(None, ge=1, le=4096)
    memory: int | None = Field(None, ge=1, lt=2**63, description="Bytes.")


class ImportAsked(Asked):
    """An alignment that was made elsewhere, or a backup of D-Genies."""

    alignment: Word = Field(description="`upload:ID`, or a URL.")
    target: Word | None = None
    query: Word | None = None
    format: Name | None = Field(None, description="Else its content tells.")
    keep_layout: bool = True


class BatchAskedFor(BaseModel):
    """A batch file."""

    text: str = Field(max_length=1 << 20)
    uploads: list[Name] = Field(
        default_factory=list, max_length=1000, description="Files it names, by their ids."
    )
    visibility: PlotVisibility | None = None


class LineShown(BaseModel):
    """A line of a batch file."""

    line: int
    type: str
    name: str
    target: str
    query: str
    how: str
    problems: list[str]
    warnings: list[str]


class BatchShown(BaseModel):
    """What a batch file asks for."""

    sound: bool = Field(description="Whether it can be begun.")
    lines: list[LineShown]
    problems: list[str]


class PlotChange(BaseModel):
    """What is to change about a plot."""

    visibility: PlotVisibility | None = None
    in_gallery: bool | None = Field(None, description="An administrator's to say.")
    gallery_title: Name | None = None


@routes.get("/plots")
def list_plots(
    request: Request,
    q: Annotated[str, Query(max_length=200, description="Words that are all said of it.")] = "",
    sort: Sort = Sort.MADE,
    whose: Whose = Whose.ALL,
    limit: Annotated[int, Query(ge=1, le=1000)] = 100,
    after: Annotated[str | None, Query(max_length=400)] = None,
) -> PlotList:
    """The plots that you may list; the newest first unless you say otherwise."""
    found = shown_plots(container_of(request), q.split(), sort, whose)
    start = place_after(found, after)
    shown = found[start : start + limit]
    more = cursor(start + limit, shown[-1]) if len(found) > start + limit else None
    return PlotList(items=[PlotShown.of(each) for each in shown], next=more)


def cursor(place: int, last: ShownPlot) -> str:
    """The place of a list after a plot, as a word that says nothing."""
    return base64.urlsafe_b64encode(f"{place} {last.plot.name}".encode()).decode().rstrip("=")


def place_after(found: list[ShownPlot], after: str | None) -> int:
    """Where a list goes on; the plot that was the last may have moved, or be gone.

    Raises
    ------
    UsageError
        :func:`cursor` wrote no such word.
    """
    if not after:
        return 0
    try:
        word = base64.urlsafe_b64decode(after + "=" * (-len(after) % 4)).decode()
        place, name = word.split(" ", 1)
        start = int(place)
    except (ValueError, binascii.Error) as error:
        problem = "`after` is no place in this list; take it from the answer before"
        raise UsageError(problem) from error
    names = [each.plot.name for each in found]
    return names.index(name) + 1 if name in names else max(0, min(start, len(found)))


@routes.get("/aligners")
def aligners(request: Request) -> AlignersShown:
    """The aligners there are, with their presets and options."""
    known = known_aligners(container_of(request))
    return AlignersShown(items=[plain(each) for each in known])


@routes.post("/plots", status_code=HTTPStatus.ACCEPTED, dependencies=MAKING)
def create(request: Request, asked: ComparisonAsked, response: Response) -> ErrandShown:
    """Compare two genomes, or one with itself. The answer is the errand that does it."""
    comparison = Comparison(
        target=asked.target,
        query=asked.query,
        preset=asked.preset,
        drawing=asked.drawn(),
        name=asked.name,
        aligner=asked.aligner,
        options=tuple(asked.options),
        align_equal=asked.align_equal,
        cores=asked.cores,
        memory=asked.memory,
    )
    made = ask_comparison(container_of(request), comparison, asked.visibility)
    return accepted(response, made)


@routes.post("/plots/import", status_code=HTTPStatus.ACCEPTED, dependencies=MAKING)
def import_(request: Request, asked: ImportAsked, response: Response) -> ErrandShown:
    """Draw an alignment that was made elsewhere, or a backup of D-Genies."""
    importing = Importing(
        alignment=asked.alignment,
        target=asked.target,
        query=asked.query,
        format=asked.format,
        drawing=asked.drawn(),
        keep_layout=asked.keep_layout,
        name=asked.name,
    )
    return accepted(response, ask_import(container_of(request), importing, asked.visibility))


@routes.post("/plots/batch", status_code=HTTPStatus.ACCEPTED, dependencies=MAKING)
def batch(request: Request, asked: BatchAskedFor, response: Response) -> ErrandShown:
    """Make the plots that a batch file asks for. If anything is wrong in it nothing is begun."""
    container = container_of(request)
    sent = [upload(container, each) for each in asked.uploads]
    return accepted(response, ask_batch(container, asked.text.encode(), sent, asked.visibility))


@routes.post("/plots/batch/check", dependencies=[Depends(may_upload)])
def check_batch(request: Request, asked: BatchAskedFor) -> BatchShown:
    """What a batch file asks for, and all that is wrong with it; nothing is begun."""
    container = container_of(request)
    sent = [upload(container, each) for each in asked.uploads]
    seen = look_at_batch(container, asked.text.encode(), sent)
    return BatchShown(
        sound=seen.is_sound,
        lines=[LineShown(**plain(each)) for each in seen.lines],
        problems=[f"line {each.line}: {each.sentence}" for each in seen.problems],
    )


@routes.get("/plots/{name}")
def show(request: Request, name: str) -> PlotShown:
    """One plot, and where it comes from."""
    container = container_of(request)
    refuse_unseen_plot(container, name)
    return PlotShown.of(shown_plot(container, name))


@routes.get("/plots/{name}/files/{file}", response_class=FileResponse)
def file(request: Request, name: str, file: str) -> FileResponse:
    """A file of a plot, as it was made: its alignment, scene, page, pictures, description."""
    container = container_of(request)
    refuse_unseen_plot(container, name)
    if file not in FILES:
        raise UsageError(f"a plot has the files {', '.join(FILES)}")
    path = container.settings.plots / name / file
    return FileResponse(
        path, filename=f"{name}-{file}", headers={"Cache-Control": "private, no-cache"}
    )


@routes.patch("/plots/{name}", dependencies=[Depends(needs(Scope.PLOTS))])
def change(request: Request, name: str, change: PlotChange) -> PlotShown:
    """Show a plot to others, or to nobody; put it into the gallery, or take it out."""
    container = container_of(request)
    refuse_strangers_to_plot(container, name)
    if change.in_gallery is not None or change.gallery_title is not None:
        needs(Scope.ADMIN)(request)
    if change.visibility is not None:
        mark = mark_of(container, name)
        mark_plot(container, name, type(mark)(mark.owner, change.visibility, mark.created_by))
    if change.in_gallery or change.gallery_title is not None:
        add_exhibit(container, name, change.gallery_title)
    elif change.in_gallery is False and shown_plot(container, name).in_gallery:
        remove_exhibits(container, (name,))
    return PlotShown.of(shown_plot(container, name))


@routes.delete(
    "/plots/{name}", status_code=HTTPStatus.NO_CONTENT, dependencies=[Depends(needs(Scope.PLOTS))]
)
def remove(request: Request, name: str) -> Response:
    """Remove a plot for good."""
    container = container_of(request)
    refuse_strangers_to_plot(container, name)
    remove_plots(container, [name])
    return Response(status_code=HTTPStatus.NO_CONTENT)
