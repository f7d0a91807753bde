"""What the pages about one bank share: who may see it, and the head of each page."""

from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from holdfast.accounts.people import Scope
from holdfast.app.banks.held.standing import BankLine
from holdfast.app.banks.held.survey import line_of
from holdfast.app.banks.rights import may_change
from holdfast.app.banks.visibility import refuse_unseen
from holdfast.app.container import Container
from holdfast.errors import BankError, BankNotFound
from holdfast.web.site import container_of, page, person_of


def seen(request: Request, bank: str) -> Container:
    """The container, for questions about `bank`, which the person who asks may see.

    Raises
    ------
    BankNotFound
        They may not, or there is none.
    """
    container = container_of(request)
    try:
        refuse_unseen(container, bank)
    except BankNotFound:
        raise
    except BankError:  # where it is kept cannot be told, which its recipe's page explains
        if not person_of(request).is_administrator:
            raise
    return container


def may(request: Request, container: Container, bank: str) -> bool:
    """Whether the person who asks may change `bank`."""
    if not person_of(request).may(Scope.BANKS):
        return False
    try:
        return may_change(container, bank)
    except BankError:
        return person_of(request).is_administrator


def bank_page(
    request: Request, container: Container, bank: str, template: str, /, **values: Any
) -> Response:
    """A page of `bank`, with the head that all of them have."""
    return page(request, template, **head(request, container, bank), **values)


def head(request: Request, container: Container, bank: str) -> dict[str, Any]:
    """What the head of each page of a bank shows."""
    line: BankLine = line_of(container, bank)
    return {
        "bank": bank,
        "line": line,
        "may": may(request, container, bank),
        "has_recipe": container.catalogue.has(bank),
    }
