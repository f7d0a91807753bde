"""Fixtures of the questions about plots."""

import pytest

from app.plots.given import PAGE
from holdfast.app.plots import making
from holdfast.app.tasks import draw


@pytest.fixture
def _quick_drawing(monkeypatch: pytest.MonkeyPatch) -> None:
    """A page that is built, and pictures that cost nothing: these are examined elsewhere."""
    for part in (making, draw):
        monkeypatch.setattr(part, "template", lambda: PAGE)
    monkeypatch.setattr(draw, "pictures", lambda _, kinds, *__, **___: [b"" for _ in kinds])
