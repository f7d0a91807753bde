"""All banks: the list, what is done to several of them, and adding one."""

import time
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Form, Query
from pydantic import BaseModel, Field
from starlette.requests import Request
from starlette.responses import Response

from holdfast.accounts.people import Scope
from holdfast.app.banks import maintenance
from holdfast.app.banks.held.survey import (
    Asked,
    BankLine,
    BankState,
    Order,
    changeable_banks,
    named,
    survey,
)
from holdfast.app.container import Container
from holdfast.app.errands import CheckRemotes, UpdateBanks, ask, errands, may_see_errand
from holdfast.web import addresses as at
from holdfast.web.live import Rendered, live
from holdfast.web.site import container_of, needs, page, person_of, rendered, see_other

routes = APIRouter()
changing = Depends(needs(Scope.BANKS))

COLUMNS = (
    (Order.NAME, "Bank"),
    (Order.STATE, "State"),
    (None, "Current"),
    (Order.SIZE, "Size"),
    (Order.FILES, "Files"),
    (Order.UPDATED, "Last update"),
    (Order.NEXT, "Next"),
)
SHOWN = 250  #: banks on one page
AGAIN = 1.5  #: seconds between two looks at all banks for one page


class Questions(BaseModel):
    """What the address of the list asks."""

    q: str = ""
    state: str = ""
    type: str = ""
    tag: str = ""
    format: str = ""
    sort: str = Order.NAME.value
    turned: bool = False
    after: int = Field(0, ge=0)

    @property
    def asked(self) -> Asked:
        """The same, for the survey."""
        return Asked(
            tuple(self.q.split()),
            named(BankState, self.state) if self.state else None,
            self.type,
            self.tag,
            self.format,
            named(Order, self.sort),
            self.turned,
        )

    @property
    def filters(self) -> dict[str, str]:
        """Those that choose among the banks."""
        return self.model_dump(include={"q", "state", "type", "tag", "format"})

    def address(self, **others: object) -> str:
        """The list with the same questions, but for `others`."""
        return at.banks(**{**self.filters, "sort": self.sort, "turned": self.turned, **others})


@routes.get("/banks")
def banks(request: Request, questions: Annotated[Questions, Query()]) -> Response:
    """The list of all banks."""
    container = container_of(request)
    found = survey(container, questions.asked)
    after, count = questions.after, len(found.lines)
    following = after + SHOWN
    return page(
        request,
        "banks/list.html",
        found=found,
        lines=found.lines[after:following],
        questions=questions.filters,
        is_filtered=any(questions.filters.values()),
        columns=[_column(order, words, questions) for order, words in COLUMNS],
        next=questions.address(after=following) if following < count else "",
        shown=(after, min(following, count)),
        maintenance=maintenance.maintenance(container),
        may_update=person_of(request).may(Scope.BANKS),
        **_going_on(container),
    )


class _Rows:
    """The rows of the list as one person sees them. All banks are looked at now and then only."""

    def __init__(self, request: Request) -> None:
        self._request, self._container = request, container_of(request)
        self._known: dict[str, tuple[BankLine, str]] = {}
        self._looked = -AGAIN
        self._told: Rendered = ({}, False)

    def __call__(self) -> Rendered:
        """The rows, and whether nothing more will change by itself."""
        if time.monotonic() - self._looked >= AGAIN:
            self._told = self._look()
            self._looked = time.monotonic()
        return self._told

    def _look(self) -> Rendered:
        lines = survey(self._container).lines
        going_on = _going_on(self._container)
        pieces = {f"bank-{line.bank}": self._row(line) for line in lines}
        pieces["errand"] = rendered(self._request, "banks/_errand_of_all.html", **going_on)
        return pieces, not (going_on["running"] or any(line.is_going_on for line in lines))

    def _row(self, line: BankLine) -> str:
        had = self._known.get(line.bank)
        if had is None or had[0] != line:
            text = rendered(self._request, "banks/_row.html", line=line)
            had = self._known[line.bank] = (line, text)
        return had[1]


@routes.get("/banks-live")
def banks_live(request: Request) -> Response:
    """The row of each bank, as it changes, while something goes on."""
    return live(request, _Rows(request))


@routes.post("/banks-update", dependencies=[changing])
def update_all(request: Request) -> Response:
    """Update all banks that the person may change."""
    container = container_of(request)
    ask(container, UpdateBanks(changeable_banks(container)))
    return see_other(at.banks())


@routes.post("/banks-check", dependencies=[changing])
def check_all(request: Request) -> Response:
    """Ask the remotes of all those banks what is new."""
    container = container_of(request)
    ask(container, CheckRemotes(changeable_banks(container)))
    return see_other(at.banks())


@routes.post("/banks-maintenance", dependencies=[Depends(needs(Scope.ADMIN))])
def set_maintenance(
    request: Request, on: Annotated[bool, Form()] = False, why: Annotated[str, Form()] = ""
) -> Response:
    """Let no update begin, or let updates begin again."""
    container = container_of(request)
    if on:
        maintenance.turn_on(container, " ".join(why.split())[:200])
    else:
        maintenance.turn_off(container)
    return see_other(at.banks())


# -- parts -----------------------------------------------------------------------------------------


def _going_on(container: Container) -> dict[str, Any]:
    """The newest errands about all banks: what goes on, and what the remotes said last."""
    found = [
        each
        for kind in (UpdateBanks.kind, CheckRemotes.kind)
        for each in errands(container, kind=kind, limit=1)
        if may_see_errand(container, each)
    ]
    running = [each for each in found if not each.state.is_over]
    ended = sorted((each for each in found if each.state.is_over), key=lambda each: each.number)
    return {"running": running, "ended": ended[-1] if ended else None}


def _column(order: Order | None, words: str, questions: Questions) -> dict[str, Any]:
    """The head of a column: its words, how it is sorted now, and the address that sorts it."""
    if order is None:
        return {"words": words, "address": "", "sorted": ""}
    is_sorted = questions.sort == order.value
    direction = ("descending" if questions.turned else "ascending") if is_sorted else ""
    address = questions.address(sort=order.value, turned=is_sorted and not questions.turned)
    return {"words": words, "address": address, "sorted": direction}
