"""The gallery: cards of the plots, their files, and nothing else."""

from collections.abc import Iterator
from datetime import UTC, datetime
from http.client import HTTPConnection
from pathlib import Path

import httpx
import pytest
from fastapi import FastAPI

from app.plots.finished import finished
from holdfast.app.container import Container
from holdfast.app.plots.folders import GenomeSummary, Plot
from holdfast.app.plots.gallery import Exhibit, add_exhibit
from holdfast.settings import Settings
from holdfast.web import server
from holdfast.web.gallery import gallery_application, gallery_page
from servers.sequence_server import running


def plot(folder: Path, name: str, title: str, day: int) -> Plot:
    genome = GenomeSummary(name="g", given="g.fa", contigs=1, bases=10, aligned=1.0)
    return Plot(
        name=name,
        title=title,
        target=genome,
        query=genome,
        matches=1_234,
        identity=0.9876,
        identity_source="de",
        aligner="mappy 2.31",
        preset="asm10",
        created=datetime(2026, 1, day, tzinfo=UTC),
        folder=folder / name,
        page=folder / name / "plot.html",
    )


def test_the_newest_plot_comes_first(tmp_path: Path) -> None:
    page = gallery_page([plot(tmp_path, "old", "Old", 1), plot(tmp_path, "new", "New", 2)])
    assert page.index("New") < page.index("Old")
    assert "2 dot plots" in page
    assert "98.76% identical" in page


def test_a_title_is_text_and_never_markup(tmp_path: Path) -> None:
    page = gallery_page([plot(tmp_path, "a", "<script>alert(1)</script>", 1)])
    assert "<script>" not in page


def test_the_gallery_comes_first_in_its_own_order_with_its_own_titles(tmp_path: Path) -> None:
    plots = [plot(tmp_path, name, name.title(), day) for day, name in enumerate("abcd", start=1)]
    shown = [Exhibit("b", "<Bees>", "b.webp"), Exhibit("a", "Ants"), Exhibit("gone", "Gone")]
    page = gallery_page(plots, shown)
    order = ["Gallery</h2>", "&lt;Bees&gt;", "Ants", "All other plots", ">D<", ">C<"]
    assert [page.index(each) for each in order] == sorted(page.index(each) for each in order)
    assert page.count('class="card"') == 4
    assert 'src="/-/b.webp"' in page
    assert 'src="/a/plot.png"' in page
    assert "Gone" not in page
    assert "heading" not in gallery_page(plots[:1], shown).partition("<main>")[2]


def test_an_empty_gallery_says_how_to_fill_it() -> None:
    assert "holdfast plot run" in gallery_page([])


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A gallery with one plot, beside things that are nobody's business."""
    folder = tmp_path_factory.mktemp("home") / "plots"
    (folder / "one").mkdir(parents=True)
    (folder / "one" / "plot.html").write_text("the page")
    (folder / "one" / "question.json").write_text("secret")
    (folder / ".gallery").mkdir()
    (folder / ".gallery" / "one.png").write_text("a picture")
    (folder / ".gallery" / "gallery.json").write_text("secret")
    (folder / ".tmp-plot").mkdir()
    (folder / ".tmp-plot" / "plot.html").write_text("secret")
    (folder.parent / "plot.html").write_text("secret")
    app = gallery_application(folder, lambda: [plot(folder, "one", "One", 1)])
    with running(app) as served:
        yield served


@pytest.fixture
def served(address: str) -> Iterator[HTTPConnection]:
    """A connection to the gallery."""
    connection = HTTPConnection(address.removeprefix("http://"))
    yield connection
    connection.close()


@pytest.mark.parametrize(
    ("path", "holds"),
    [("/", "One"), ("/one/plot.html", "the page"), ("/-/one.png", "a picture")],
)
def test_the_gallery_and_the_plots_are_served(
    served: HTTPConnection, path: str, holds: str
) -> None:
    served.request("GET", path)
    answer = served.getresponse()
    assert answer.status == 200
    assert holds in answer.read().decode()
    assert answer.headers["X-Content-Type-Options"] == "nosniff"


@pytest.mark.parametrize(
    "path",
    [
        "/one/", "/one", "/one/question.json", "/.tmp-plot/plot.html", "/../plot.html",
        "/%2e%2e/plot.html", "/one/../../plot.html", "//plot.html", "/one//plot.html",
        "/one/plot.html/", "/two/plot.html", "/-/gallery.json", "/-/two.png", "/-/",
        "/.gallery/gallery.json", "/.gallery/one.png", "/-/..%2fgallery.json",
    ],
)  # fmt: skip
def test_nothing_else_exists(served: HTTPConnection, path: str) -> None:
    served.request("GET", path)
    answer = served.getresponse()
    assert answer.status == 404
    assert b"secret" not in answer.read()


def test_a_part_of_a_plot_and_what_is_known_already(served: HTTPConnection) -> None:
    served.request("GET", "/one/plot.html", headers={"Range": "bytes=4-7"})
    part = served.getresponse()
    assert (part.status, part.read()) == (206, b"page")
    served.request("GET", "/one/plot.html", headers={"If-None-Match": part.headers["ETag"]})
    known = served.getresponse()
    assert (known.status, known.read()) == (304, b"")


def test_plots_are_not_shown_to_other_sites(served: HTTPConnection) -> None:
    served.request("GET", "/one/plot.html", headers={"Origin": "https://elsewhere.example"})
    answer = served.getresponse()
    answer.read()
    assert "Access-Control-Allow-Origin" not in answer.headers


def test_a_plot_is_looked_at_and_not_changed(served: HTTPConnection) -> None:
    served.request("POST", "/one/plot.html", body=b"mine")
    answer = served.getresponse()
    answer.read()
    assert answer.status == 405


def test_a_damaged_plot_and_a_damaged_list_hide_nothing_else(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    container = Container(Settings.read())
    for name in ("good", "bad"):
        finished(container, name)
    add_exhibit(container, "good", title="Shown first")
    (container.settings.plots / "bad" / "plot.json").write_text("{")
    monkeypatch.setattr(server, "_sequences", lambda _: FastAPI())
    damaged = container.settings.plots / ".gallery" / "gallery.json"
    with running(server.everything()) as served, httpx.Client(base_url=served) as client:
        assert "Shown first" in client.get("/").text
        damaged.write_text("{")
        page = client.get("/")
        assert page.status_code == 200
        assert "The plot good" in page.text
