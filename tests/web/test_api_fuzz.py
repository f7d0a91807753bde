"""
The API and the sequence server asked at random, from their own descriptions, and the pages with
what nobody means: nothing breaks.
"""

from collections.abc import Iterator
from io import BytesIO
from pathlib import Path

import pytest
from starlette.testclient import TestClient

from app.banks.bank_world import QuickContainer
from app.banks.release_world import add_bank, add_release
from app.plots.given import PAF, QUERY, TARGET
from holdfast.app.accounts.users import add_user
from holdfast.app.banks.held.holding import reindex
from holdfast.app.errands import UpdateBank, ask
from holdfast.app.plots.importing import Importing, import_alignment
from holdfast.app.tasks import draw
from holdfast.sequences import SequenceStore
from holdfast.settings import Settings
from holdfast.web.application import application
from servers.sequence_server import application as sequences
from thoroughness import THOROUGH
from web.fuzzing import faults
from web.pages_at_random import asked

ROUNDS = 50 if THOROUGH else 1  #: for each page and form
EXAMPLES = 100 if THOROUGH else 1  #: of either sort, for each operation

pytestmark = [
    pytest.mark.usefixtures("_nothing_begins"),
    pytest.mark.timeout(1800 if THOROUGH else 120),
]


@pytest.fixture
def _nothing_begins(monkeypatch: pytest.MonkeyPatch) -> None:
    """What is asked for stays asked for: no process is started, and none looks after them."""
    monkeypatch.setattr("holdfast.app.errands.starting._start", lambda *_: None)
    monkeypatch.setattr("holdfast.app.errands.tending.tend", lambda _: None)


@pytest.fixture
def container(home: Path) -> Iterator[QuickContainer]:
    """A home with one of everything."""
    with QuickContainer(Settings.read()) as made:
        add_bank(made, url="file:///nowhere/")  # an update may be tried, and asks no server
        add_release(made, "1", {"a.fa": b">a\nACGT\n"}, publish=True)
        add_release(made, "2", {"a.fa": b">a\nACGTT\n"})
        reindex(made)
        with SequenceStore.create(home / "store") as store:
            store.load(BytesIO(b">a\nACGT\n>b\nGGGG\n"), "lab", "a.fa")
        add_user(made, "ann", "correct horse")
        yield made


@pytest.fixture
def _plot(container: QuickContainer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The plot ``demo``, with pictures that cost nothing."""
    monkeypatch.setattr(draw, "pictures", lambda _, kinds, *__, **___: [b"" for _ in kinds])
    for name, content in (("map.paf", PAF), ("t.idx", TARGET), ("q.idx", QUERY)):
        (tmp_path / name).write_text(content)
    target, query = str(tmp_path / "t.idx"), str(tmp_path / "q.idx")
    wish = Importing(str(tmp_path / "map.paf"), target=target, query=query, name="demo")
    import_alignment(container, wish)


@pytest.mark.usefixtures("_plot")
def test_the_api_answers_as_its_description_says(container: QuickContainer) -> None:
    app = application(container)
    errand = ask(container, UpdateBank("x"))
    with TestClient(app, base_url="http://127.0.0.1") as client:
        begun = {"name": "a.fa", "size": 8}
        upload = client.post("/api/v1/uploads", json=begun).json()["id"]
    known = {
        "banks": "x",
        "releases": "1",
        "plots": "demo",
        "files": "map.paf",
        "errands": errand.id,
        "uploads": upload,
        "users": "ann",
        "runs": 1,
        "sequences": "lab:a",
        "collections": "lab:a.fa",
        "namespaces": "lab",
    }
    assert "\n".join(map(str, faults(app, "/api/v1", known, EXAMPLES))) == ""


def test_the_sequence_server_answers_as_its_description_says(container: QuickContainer) -> None:
    known = {"sequence": "lab:a", "metadata": "lab:a"}
    app = sequences(container.store)
    assert "\n".join(map(str, faults(app, "", known, EXAMPLES))) == ""


@pytest.mark.usefixtures("_plot")
def test_pages_and_forms_take_what_nobody_means(container: QuickContainer) -> None:
    errand = ask(container, UpdateBank("x"))
    known = {
        "bank": "x",
        "release": "1",
        "name": "demo",
        "word": errand.id,
        "id": errand.id,
        "digest": "lab:a",
        "run": "1",
        "number": "1",
    }
    app = application(container)
    client = TestClient(app, base_url="http://127.0.0.1", follow_redirects=False)
    statuses = [each for each in asked(client, known, ROUNDS) if each[1] >= 500]
    assert statuses == []
    client.close()
