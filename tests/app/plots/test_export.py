"""A plot is exported as what the file's ending says, the same bytes each time, whole or not."""

import gzip
import io
import re
from base64 import b64decode
from pathlib import Path

import pytest

from app.banks.bank_world import QuickContainer
from app.plots.drawn import drawn_plot
from app.plots.given import PAGE
from dotplots.examples import NOTE, genome, matches_in
from holdfast.app.plots import export as module
from holdfast.app.plots.export import (
    Content,
    Export,
    colouring_of,
    content_of,
    export_backup,
    export_plot,
    stream_plot,
)
from holdfast.app.plots.folders import SCENE_FILE
from holdfast.dotplots.colours import By, Colouring
from holdfast.dotplots.drawing import Drawing
from holdfast.dotplots.identity import Estimator
from holdfast.dotplots.layout.arrangement import Arrangement, Layout
from holdfast.dotplots.layout.choosing import Side
from holdfast.dotplots.pictures import Look
from holdfast.dotplots.scene import read_scene, scene_of, write_scene
from holdfast.errors import UsageError

TARGET, QUERY = genome("t", T=1000, U=500), genome("q", b=400, a=800, none=100)
PAF = """
a 800 0   800 + T 1000 100 900 720 800 60
b 400 100 400 - U 500  0   300 150 300 60
"""
TURNED = Layout(Arrangement((0, 1), (False, False)), Arrangement((1, 0, 2), (True, False, False)))
LOOK = Look(width=60, dpi=60)
BY_STRAND = Colouring(By.STRAND, "sea")


@pytest.fixture(autouse=True)
def _plot(container: QuickContainer, monkeypatch: pytest.MonkeyPatch) -> None:
    drawing = Drawing(colouring=BY_STRAND)
    folder = drawn_plot(container, "mine", TARGET, QUERY, PAF, TURNED, drawing)
    matches = (matches_in(PAF, TARGET, QUERY), Estimator.COLUMNS)
    scene = scene_of("q on t", (TARGET, QUERY), matches, TURNED, NOTE, colouring=BY_STRAND)
    with (folder / SCENE_FILE).open("wb") as file:
        write_scene(scene, file)
    monkeypatch.setattr(module, "template", lambda: PAGE)


def exported(container: QuickContainer, content: Content, **how: object) -> bytes:
    file = io.BytesIO()
    stream_plot(container, Export("mine", (content,), **{"look": LOOK, **how}), file)  # type: ignore[arg-type]  # a mapping of arguments
    return file.getvalue()


def inside(page: bytes) -> bytes:
    """The scene in a page."""
    packed = re.search(rb'id="holdfast-scene"[^>]*>([^<]*)</script>', page)
    assert packed is not None
    return gzip.decompress(b64decode(packed[1]))


@pytest.mark.parametrize("content", list(Content))
def test_the_same_question_gives_the_same_bytes(
    container: QuickContainer, content: Content, tmp_path: Path
) -> None:
    file = tmp_path / f"x.{content.value}"
    (written,) = export_plot(container, Export("mine", (content,), LOOK), [file])
    assert file.read_bytes() == exported(container, content)
    assert (written.file, written.size) == (file, file.stat().st_size)


def test_several_files_are_those_that_each_would_be(
    container: QuickContainer, tmp_path: Path
) -> None:
    contents = (Content.SVG, Content.PAF, Content.PNG)
    files = [tmp_path / content.value for content in contents]
    export_plot(container, Export("mine", contents, LOOK), files)
    assert [file.read_bytes() for file in files] == [exported(container, c) for c in contents]


def test_the_alignment_and_the_scene_are_those_of_the_plot(container: QuickContainer) -> None:
    assert exported(container, Content.PAF).splitlines()[0].startswith(b"a\t800\t0\t800\t+\tT")
    folder = container.settings.plots / "mine"
    assert exported(container, Content.ARROW) == (folder / SCENE_FILE).read_bytes()


def test_a_table_has_a_match_a_line_and_only_those_of_the_region(
    container: QuickContainer,
) -> None:
    lines = exported(container, Content.TSV).decode().splitlines()
    assert lines[1] == "T\t100\t900\ta\t0\t800\t+\t0.9\t720\t60"
    assert lines[2] == "U\t0\t300\tb\t100\t400\t-\t0.5\t150\t60"
    part = exported(container, Content.TSV, look=Look(target_regions=("U:0-50",)))
    assert part.decode().splitlines() == [lines[0], lines[2]]


def test_a_page_holds_the_scene_as_titled_and_coloured(container: QuickContainer) -> None:
    look = Look(title="Mine", colouring=Colouring(By.CLASSES))
    page = exported(container, Content.HTML, look=look)
    scene = read_scene(io.BytesIO(inside(page)))
    assert (scene.title, scene.colouring.by) == ("Mine", By.CLASSES)
    assert b"<title>Mine</title>" in page
    assert len(scene.matches) == 2


def test_an_index_is_as_given_or_as_drawn(container: QuickContainer) -> None:
    assert exported(container, Content.IDX) == b"q\nb\t400\na\t800\nnone\t100\n"
    assert exported(container, Content.IDX, side=Side.TARGET) == b"t\nT\t1000\nU\t500\n"
    drawn = exported(container, Content.IDX, as_drawn=True)
    assert drawn == b"q\na\t800\t0\nb\t400\t1\nnone\t100\t0\n"


def test_a_backup_is_written(container: QuickContainer, tmp_path: Path) -> None:
    written = export_backup(container, "mine", tmp_path / "mine.tar.gz")
    assert written.size == (tmp_path / "mine.tar.gz").stat().st_size > 100


def test_the_plot_tells_how_it_was_coloured(container: QuickContainer) -> None:
    assert colouring_of(container, "mine") == BY_STRAND


@pytest.mark.parametrize(
    ("file", "word", "expected"),
    [
        ("x.png", None, Content.PNG),
        ("X.SVG", None, Content.SVG),
        ("-", "tsv", Content.TSV),
        ("a.b.idx", None, Content.IDX),
        ("x.png", "pdf", Content.PDF),
    ],
)
def test_an_ending_or_a_word_says_what_to_write(
    file: str, word: str | None, expected: Content
) -> None:
    assert content_of(Path(file), word) == expected


@pytest.mark.parametrize(
    ("file", "word", "sentence"),
    [
        ("x.jpeg", None, "cannot be written as 'jpeg'; it can as png, svg"),
        ("x", None, "has no ending that says what to write; add --format png, svg"),
        ("-", "pfd", "did you mean pdf"),
    ],
)
def test_what_is_no_format_is_told(file: str, word: str | None, sentence: str) -> None:
    with pytest.raises(UsageError, match=sentence):
        content_of(Path(file), word)


def test_a_wrong_region_or_folder_is_told_before_anything_is_written(
    container: QuickContainer, tmp_path: Path
) -> None:
    look = Look(query_regions=("nobody",))
    files = [tmp_path / "x.paf", tmp_path / "x.png"]
    with pytest.raises(UsageError, match="q has no contig 'nobody'"):
        export_plot(container, Export("mine", (Content.PAF, Content.PNG), look), files)
    files = [tmp_path / "x.paf", tmp_path / "no" / "x.png"]
    with pytest.raises(UsageError, match="there is no folder"):
        export_plot(container, Export("mine", (Content.PAF, Content.PNG), LOOK), files)
    with pytest.raises(UsageError, match="is a folder"):
        export_plot(container, Export("mine", (Content.PAF,), LOOK), [tmp_path])
    assert list(tmp_path.glob("*.p*")) == []
