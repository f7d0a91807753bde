"""The gallery: cards of the plots, their files, and nothing else."""

import threading
from collections.abc import Iterator
from datetime import UTC, datetime
from http.client import HTTPConnection
from pathlib import Path

import pytest

from holdfast.app.plots import GenomeSummary, Plot
from holdfast.web.gallery import gallery_page, gallery_server


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


def test_an_empty_gallery_says_how_to_fill_it() -> None:
    assert "holdfast plot run" in gallery_page([])


@pytest.fixture
def served(tmp_path: Path) -> Iterator[HTTPConnection]:
    """A gallery with one plot, beside things that are nobody's business."""
    folder = tmp_path / "plots"
    (folder / "one").mkdir(parents=True)
    (folder / "one" / "plot.html").write_text("the page")
    (folder / "one" / "question.json").write_text("secret")
    (folder / ".tmp-plot").mkdir()
    (folder / ".tmp-plot" / "plot.html").write_text("secret")
    (tmp_path / "plot.html").write_text("secret")
    with gallery_server(folder, lambda: [plot(folder, "one", "One", 1)], "127.0.0.1", 0) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        connection = HTTPConnection("127.0.0.1", server.server_address[1])
        yield connection
        connection.close()
        server.shutdown()
        thread.join()


@pytest.mark.parametrize(("path", "holds"), [("/", "One"), ("/one/plot.html", "the page")])
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
        "/one/plot.html/", "/two/plot.html",
    ],
)  # fmt: skip
def test_nothing_else_exists(served: HTTPConnection, path: str) -> None:
    served.request("GET", path)
    answer = served.getresponse()
    assert answer.status == 404
    assert b"secret" not in answer.read()
