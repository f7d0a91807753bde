"""Sequences: looked up by any name; a page for each, with a window on its residues."""

from dataclasses import dataclass
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Form, Query
from starlette.requests import Request
from starlette.responses import Response

from holdfast.accounts.people import Scope
from holdfast.app.container import Container
from holdfast.app.sequences.composition import composition
from holdfast.app.sequences.downloads import sequence_fasta
from holdfast.app.sequences.finding import choices_of, find
from holdfast.app.sequences.naming import end_name, give_name
from holdfast.app.sequences.occurrences import occurrences
from holdfast.app.sequences.overview import overview
from holdfast.app.sequences.sequence import SequenceShown, alias_history, show_sequence
from holdfast.app.sequences.shown import shown
from holdfast.app.sequences.window import MOST, SIZE, SIZES, Window, read_place, window
from holdfast.errors import AliasAmbiguous, UsageError
from holdfast.web import addresses as at
from holdfast.web.outgoing import sent
from holdfast.web.problems import status_of
from holdfast.web.site import container_of, needs, page, see_other
from holdfast.web.store_charts import shares_chart

routes = APIRouter()

SHOWN = 100  #: aliases of a namespace, or collections, that a page lists

Start = Annotated[int, Query(ge=0, le=1 << 40)]
Size = Annotated[int, Query(ge=1, le=MOST)]


@dataclass(frozen=True, slots=True)
class Look:
    """How a window is looked through: what of it stays when it moves."""

    name: str  #: in the address of the page
    size: int = SIZE
    turned: bool = False
    of: str = ""  #: the collection whose small letters are shown

    def page_at(self, start: int, *, size: int = 0, turned: bool | None = None) -> str:
        """The address of the page with the window at `start`."""
        return at.sequence_at(self.name, **self._asked(start, size, turned))

    def part_at(
        self, digest: str, start: int | None, *, size: int = 0, turned: bool | None = None
    ) -> str:
        """The address of the window alone, at `start`."""
        asked = self._asked(start, size, turned)
        return at.sequence_part(digest, "window", name=self.name, **asked)

    def _asked(self, start: int | None, size: int, turned: bool | None) -> dict[str, object]:
        size, turned = size or self.size, self.turned if turned is None else turned
        return {
            "start": start,
            "size": size if size != SIZE else None,
            "turned": "true" if turned else None,
            "of": self.of,
        }


@dataclass(frozen=True, slots=True)
class Step:
    """A way to move a window: the key that does it, what it is called, where it leads."""

    key: str
    words: str
    start: int


@routes.get("/sequences")
def sequences(request: Request, q: str = "") -> Response:
    """Where sequences are looked up; a name that one sequence has leads to it."""
    container = container_of(request)
    findings = find(container, q)
    if findings.exact is not None and q.strip():
        return see_other(at.sequence(q.strip()))
    return page(
        request,
        "sequences/front.html",
        q=q,
        findings=findings if q.strip() else None,
        overview=overview(container),
    )


@routes.get("/sequences-found")
def found(request: Request, q: str = "") -> Response:
    """What a text finds, while it is typed."""
    findings = find(container_of(request), q) if q.strip() else None
    return page(request, "sequences/found.html", q=q, findings=findings)


@routes.get("/sequences/{digest}/window")
def window_alone(
    request: Request,
    digest: str,
    name: str = "",
    start: Start = 0,
    size: Size = SIZE,
    turned: bool = False,
    of: str = "",
    go: str = "",
) -> Response:
    """The window on a sequence's residues, alone."""
    container = container_of(request)
    look = Look(name or digest, size, turned, of)
    start, marked = _place(container, digest, start, go)
    shown_window = window(container, digest, start, size, turned=turned, collection=of)
    where = look.page_at(shown_window.start)
    return page(
        request,
        "sequences/window.html",
        headers={"HX-Replace-Url": where},
        **_window_values(look, shown_window, marked),
    )


@routes.get("/sequences/{digest}/composition")
def composition_alone(request: Request, digest: str) -> Response:
    """What a sequence is made of, as a chart."""
    made = composition(container_of(request), digest)
    return page(request, "sequences/composition.html", made=made, chart=shares_chart(made))


@routes.get("/sequences/{digest}/occurrences")
def occurrences_alone(request: Request, digest: str, name: str = "") -> Response:
    """The collections in which a sequence occurs."""
    container = container_of(request)
    return page(
        request,
        "sequences/occurrences.html",
        told=show_sequence(container, digest),
        found=occurrences(container, digest),
        most=SHOWN,
        name=name or digest,
    )


@routes.get("/sequences/{digest}/fasta")
@routes.head("/sequences/{digest}/fasta")
def fasta(
    request: Request,
    digest: str,
    name: str = "",
    start: Start = 0,
    end: Annotated[int | None, Query(ge=0)] = None,
    turned: bool = False,
    go: str = "",
) -> Response:
    """A sequence, or a part of it, as a file; `go` is a part as people write it."""
    container = container_of(request)
    if go.strip():
        start, end = read_place(go, shown(container).info(digest).length)
    called = name if name and _is_name_of(container, name, digest) else digest
    return sent(request, sequence_fasta(container, called, start, end, turned=turned))


@routes.post("/sequences/{digest}/aliases", dependencies=[Depends(needs(Scope.SEQUENCES))])
def add_alias(
    request: Request, digest: str, alias: Annotated[str, Form()], reassign: bool = Form(False)
) -> Response:
    """Give a sequence a name."""
    give_name(container_of(request), alias, digest, reassign=reassign)
    return see_other(f"{at.sequence(digest)}#aliases")


@routes.post("/sequences/{digest}/aliases/retire", dependencies=[Depends(needs(Scope.SEQUENCES))])
def retire_alias(request: Request, digest: str, alias: Annotated[str, Form()]) -> Response:
    """Take a name from a sequence."""
    end_name(container_of(request), alias)
    return see_other(f"{at.sequence(digest)}#aliases")


@routes.get("/sequences/{name:path}")
def sequence(  # one question for each thing that the address says
    request: Request,
    name: str,
    start: Start = 0,
    size: Size = SIZE,
    turned: bool = False,
    of: str = "",
    go: str = "",
) -> Response:
    """One sequence, by a digest or an alias."""
    container = container_of(request)
    try:
        told = show_sequence(container, name)
    except AliasAmbiguous as error:
        return page(
            request,
            "sequences/ambiguous.html",
            status=status_of(error),
            name=name,
            choices=choices_of(container, error, name),
        )
    start, marked = _place(container, told.digest, start, go)
    look = Look(name, size, turned and told.is_nucleotides, of)
    shown_window = window(container, told.digest, start, size, turned=look.turned, collection=of)
    return page(
        request,
        "sequences/sequence.html",
        told=told,
        title=title_of(told),
        history=alias_history(container, told.digest),
        most=SHOWN,
        **_window_values(look, shown_window, marked),
    )


def title_of(told: SequenceShown) -> str:
    """What the page is called: by the name that was asked for, unless that is the digest."""
    return told.name if len(told.name) <= 80 else f"{told.name[:77]}…"


def _place(
    container: Container, digest: str, start: int, go: str
) -> tuple[int, tuple[int, int] | None]:
    """Where the window begins, and what of it was asked for by position."""
    if not go.strip():
        return start, None
    length = shown(container).info(digest).length
    first, last = read_place(go, length)
    return first // 60 * 60, (first, last)


def _is_name_of(container: Container, name: str, digest: str) -> bool:
    try:
        return str(shown(container).resolve(name)) == digest
    except (KeyError, UsageError):
        return False


def _window_values(look: Look, seen: Window, marked: tuple[int, int] | None) -> dict[str, Any]:
    return {
        "look": look,
        "window": seen,
        "sizes": SIZES,
        "steps": steps(seen),
        "marked": marked,
    }


def steps(seen: Window) -> list[Step]:
    """Where each key leads from a window: only what leads elsewhere."""
    last = max(0, -(-(seen.length - seen.size) // 60) * 60)
    wanted = (
        ("Home", "First", 0),
        ("PageUp", "Previous window", seen.start - seen.size),
        ("ArrowUp", "Row before", seen.start - 60),
        ("ArrowLeft", "Ten before", seen.start - 10),
        ("ArrowRight", "Ten after", seen.start + 10),
        ("ArrowDown", "Row after", seen.start + 60),
        ("PageDown", "Next window", seen.start + seen.size),
        ("End", "Last", last),
    )
    return [
        Step(key, words, min(max(0, start), last))
        for key, words, start in wanted
        if min(max(0, start), last) != seen.start
    ]
