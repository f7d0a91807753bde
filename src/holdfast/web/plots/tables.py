"""
Tables: what a plot says of its genomes and their contigs, told from all of its alignment.

The page shows them as tables, and they are downloaded as tab-separated text.
"""

import json
from collections.abc import Callable, Sequence
from dataclasses import asdict
from enum import Enum
from http import HTTPStatus
from typing import Annotated, Any

from fastapi import APIRouter, Query, Request
from starlette.responses import Response

from holdfast.app.plots.associations import (
    associate,
    associations_as_dgenies,
    associations_table,
)
from holdfast.app.plots.coverage import coverage, coverage_table
from holdfast.app.plots.folders import PLOT_FILE
from holdfast.app.plots.near import Recent, state_of
from holdfast.app.plots.summary import (
    dgenies_summary_table,
    drawn_summary,
    summarise,
    summarise_as_dgenies,
    summary_table,
)
from holdfast.dotplots.colours import parsed_classes
from holdfast.dotplots.layout.choosing import Side
from holdfast.dotplots.pictures import Format
from holdfast.dotplots.summary import LIMITS
from holdfast.errors import UsageError
from holdfast.web.plots.exports import KEPT, MEDIA, TSV, called, drawing
from holdfast.web.plots.seeing import Seen, seen_by
from holdfast.web.problems import Refused

routes = APIRouter()

#: Answers of this process: reading a large alignment again for each would take seconds.
TOLD: Recent[bytes] = Recent(64_000_000, len)

Limits = Annotated[str | None, Query(description="where classes of identity meet, as 90,95,99")]
Text = Annotated[bool, Query(alias="tsv", description="as tab-separated text")]
AsDgenies = Annotated[bool, Query(description="as D-Genies writes it")]


@routes.get("/plots/{name}/tables/summary")
def summary(
    request: Request,
    name: str,
    limits: Limits = None,
    noise: str = "shown",
    tsv: Text = False,
    dgenies: AsDgenies = False,
) -> Response:
    """Both genomes: their contigs, how alike they are, how often each is covered."""
    seen = seen_by(request, name)
    classes = _limits(limits)
    hidden = noise == "hidden"

    def table() -> str:
        if dgenies:
            return dgenies_summary_table(summarise_as_dgenies(seen.container, name))
        return summary_table(summarise(seen.container, name, classes, hide_noise=hidden))

    def told() -> object:
        return asdict(summarise(seen.container, name, classes, hide_noise=hidden))

    question = ("summary", classes, hidden, dgenies)
    return _answer(seen, question, table if tsv or dgenies else None, told)


@routes.get("/plots/{name}/tables/summary.{kind}")
def summary_picture(
    request: Request, name: str, kind: str, limits: Limits = None, noise: str = "shown"
) -> Response:
    """A picture of how alike both genomes are."""
    seen = seen_by(request, name)
    kinds = {each.value: each for each in Format}
    if kind not in kinds:
        raise Refused(
            HTTPStatus.NOT_FOUND, f"a summary is no {kind!r}; it can be a png, svg or pdf"
        )
    told = summarise(seen.container, name, _limits(limits), hide_noise=noise == "hidden")
    with drawing():
        content = drawn_summary(told, kind)
    headers = KEPT | called(f"{seen.plot.title} summary", kind)
    return Response(content, media_type=MEDIA[kinds[kind]], headers=headers)


@routes.get("/plots/{name}/tables/associations")
def associations(
    request: Request, name: str, side: str = "query", tsv: Text = False, dgenies: AsDgenies = False
) -> Response:
    """What each contig of one genome matches best, and contigs that match nothing."""
    seen = seen_by(request, name)
    of = _side(side)

    def table() -> str:
        if dgenies:
            return associations_as_dgenies(seen.container, name)
        return associations_table(associate(seen.container, name, of).associations)

    def told() -> object:
        return asdict(associate(seen.container, name, of))

    return _answer(seen, ("best", side, dgenies), table if tsv or dgenies else None, told)


@routes.get("/plots/{name}/tables/coverage")
def covered(request: Request, name: str, side: str = "target", tsv: Text = False) -> Response:
    """How much of each contig of one genome is covered, and how often."""
    seen = seen_by(request, name)
    of = _side(side)

    def table() -> str:
        return coverage_table(coverage(seen.container, name, of).contigs)

    def told() -> object:
        return asdict(coverage(seen.container, name, of))

    return _answer(seen, ("coverage", side), table if tsv else None, told)


@routes.get("/plots/{name}/tables/unmatched")
def unmatched(request: Request, name: str, side: str = "query") -> Response:
    """The contigs of one genome that match nothing, a name a line."""
    seen = seen_by(request, name)
    of = _side(side)

    def table() -> str:
        return "".join(f"{each}\n" for each in associate(seen.container, name, of).unassigned)

    return _answer(seen, ("unmatched", side), table, lambda: None)


def _answer(
    seen: Seen,
    question: Sequence[object],
    table: Callable[[], str] | None,
    told: Callable[[], object],
) -> Response:
    """The `table` as a file, where one is asked for, else what is `told` as JSON."""
    key = (state_of(seen.plot.folder / PLOT_FILE), tuple(question), table is not None)
    if table is not None:
        text = TOLD.get(key, lambda: table().encode())
        headers = KEPT | called(f"{seen.plot.title} {question[0]} {_words(question[1])}", "tsv")
        return Response(text, media_type=TSV, headers=headers)
    content = TOLD.get(key, lambda: json.dumps(told(), default=_plain).encode())
    return Response(content, media_type="application/json", headers=KEPT)


def _words(value: object) -> str:
    return value if isinstance(value, str) else ""


def _plain(value: object) -> Any:
    """A value as JSON has it."""
    if isinstance(value, Enum):
        return value.value
    raise TypeError(f"{value!r} has no words")


def _limits(text: str | None) -> tuple[float, ...]:
    return parsed_classes(text) if text else LIMITS


def _side(word: str) -> Side:
    try:
        return Side(word)
    except ValueError as error:
        raise UsageError(f"{word!r} is no side of a plot; it is target or query") from error
