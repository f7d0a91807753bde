"""Fixtures of the questions about plots."""

from functools import partial
from pathlib import Path

import pytest

from app.plots import compared
from app.plots.compared import fasta, random_bases
from app.plots.given import PAGE
from holdfast.app.plots import making
from holdfast.app.plots.compare import Comparison
from holdfast.app.tasks import draw
from holdfast.dotplots.pictures import pictures
from holdfast.dotplots.pictures.look import Look
from holdfast.formats.residues import reverse_complement


@pytest.fixture
def _quick_drawing(monkeypatch: pytest.MonkeyPatch) -> None:
    """A page that is built, and pictures that cost nothing: these are examined elsewhere."""
    for part in (making, draw):
        monkeypatch.setattr(part, "template", lambda: PAGE)
    monkeypatch.setattr(draw, "pictures", lambda _, kinds, *__, **___: [b"" for _ in kinds])


@pytest.fixture
def _page(monkeypatch: pytest.MonkeyPatch) -> None:
    """A page that is built, with all that a page has; pictures that cost nothing."""
    for part in (making, draw):
        monkeypatch.setattr(part, "template", lambda: compared.PAGE)
    monkeypatch.setattr(draw, "pictures", lambda _, kinds: (b"a picture",) * len(kinds))


@pytest.fixture
def _pictures(_page: None, monkeypatch: pytest.MonkeyPatch) -> None:
    """Pictures that are drawn, small ones."""
    monkeypatch.setattr(draw, "pictures", partial(pictures, look=Look(width=80, dpi=50)))


@pytest.fixture
def old(tmp_path: Path) -> Path:
    """A genome of two contigs."""
    one, two = random_bases(20_000, 1), random_bases(12_000, 2)
    return fasta(tmp_path / "old.fa", one=one, two=two)


@pytest.fixture
def new(tmp_path: Path) -> Path:
    """The same in other order, the second turned, and something new between them."""
    two = reverse_complement(random_bases(12_000, 2).encode()).decode()
    news = random_bases(3_000, 3)
    return fasta(tmp_path / "new.fa", b=two, c=news, a=random_bases(20_000, 1))


@pytest.fixture
def question(old: Path, new: Path) -> Comparison:
    """To compare these."""
    return Comparison(str(old), str(new))
