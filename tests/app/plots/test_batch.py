"""Many plots from one file: side by side, whole or told, and only what is missing."""

from pathlib import Path

import pytest

from app.banks.bank_world import QuickContainer
from app.plots.given import PAF, QUERY, TARGET
from holdfast.app.plots import batch as module
from holdfast.app.plots import batch_file
from holdfast.app.plots.batch import BatchReport, State, raise_failures, run_batch
from holdfast.app.plots.drawing_words import KEYS, drawing_said
from holdfast.app.plots.folders import list_plots, show_plot
from holdfast.dotplots.colours import By
from holdfast.dotplots.layout.choosing import Order
from holdfast.dotplots.small import Small
from holdfast.errors import PlotError, UsageError

pytestmark = pytest.mark.usefixtures("_quick_drawing")


@pytest.fixture
def files(tmp_path: Path) -> Path:
    """A folder with an alignment, its indexes, and an alignment that is broken."""
    folder = tmp_path / "my files"
    folder.mkdir()
    for name, content in (("map.paf", PAF), ("t.idx", TARGET), ("q.idx", QUERY)):
        (folder / name).write_text(content)
    (folder / "broken.paf").write_text(PAF[:40])
    return folder


def batch(container: QuickContainer, folder: Path, *lines: str, **options: bool) -> BatchReport:
    file = folder / "batch.txt"
    file.write_text("\n".join(lines))
    return run_batch(container, file, **options)  # type: ignore[arg-type]  # as tests name them


def states(report: BatchReport) -> dict[str, State]:
    return {each.name: each.state for each in report.outcomes}


GOOD = "type=plot align=map.paf target=t.idx query=q.idx"


def test_each_line_becomes_a_plot_and_one_that_fails_stops_no_other(
    container: QuickContainer, files: Path
) -> None:
    report = batch(
        container, files, GOOD, "type=plot align=broken.paf # no", "type=plot align=map.paf"
    )
    assert [each.line for each in report.outcomes] == [1, 2, 3]
    assert states(report) == {
        "q-against-t": State.MADE,
        "broken": State.FAILED,
        "map": State.MADE,
    }
    assert [plot.name for plot in list_plots(container)] == ["map", "q-against-t"]
    with pytest.raises(PlotError, match=r"1 of 3 plots .*\n.*batch\.txt:2: broken: .*paf:1: "):
        raise_failures(report)


def test_asked_again_only_what_is_missing_or_changed_is_made(
    container: QuickContainer, files: Path
) -> None:
    lines = (GOOD, "type=plot align=map.paf", "type=plot align=broken.paf")
    batch(container, files, *lines)
    (files / "broken.paf").write_text(PAF)
    again = batch(container, files, lines[0] + " order=input", *lines[1:])
    assert states(again) == {
        "q-against-t": State.MADE,
        "map": State.THERE,
        "broken": State.MADE,
    }
    raise_failures(again)


def test_all_is_made_again_where_that_is_asked_for(container: QuickContainer, files: Path) -> None:
    for again in (False, True):
        assert states(batch(container, files, GOOD, again=again)) == {"q-against-t": State.MADE}


def test_a_dry_run_makes_nothing(container: QuickContainer, files: Path) -> None:
    report = batch(container, files, GOOD, dry_run=True)
    assert states(report) == {"q-against-t": State.PLANNED}
    assert list_plots(container) == ()


def test_genomes_are_aligned_by_the_tool_and_with_the_options_of_the_line(
    container: QuickContainer, files: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = []
    monkeypatch.setattr(module, "compare_genomes", lambda _, wish, __: asked.append(wish))
    (files / "a b.fa").write_text(">a\nACGT\n")
    line = "type=align target='a b.fa' query=http://x.org/b.fa.gz preset=asm20 small=hide memory=2G"
    batch(container, files, line, "type=align target='a b.fa' tool=mappy options=hidden:align")
    asked.sort(key=lambda wish: wish.query is None)  # they are asked side by side
    assert [(each.target, each.query) for each in asked] == [
        (str(files / "a b.fa"), "http://x.org/b.fa.gz"),
        (str(files / "a b.fa"), None),
    ]
    assert (asked[0].preset, asked[0].drawing.small) == ("asm20", Small.HIDE)
    assert (asked[0].memory, asked[1].memory) == (2 << 30, None)
    assert (asked[1].aligner, asked[1].options) == ("mappy", ("hidden:align",))


def test_all_problems_are_told_at_once_with_their_lines_and_nothing_is_begun(
    container: QuickContainer, files: Path
) -> None:
    lines = (
        "type=align target=t.idx tool=minimap3",
        "type=align target=t.idx options=repeat:fwe",
        "type=align target=t.idx options=hidden:leave,hidden:align",
        "type=align target=t.idx preset=asm7",
        "type=align target=nobody",
        "type=plot align=nothing.paf format=pfa",
        "type=plot align=-",
        "type=plot align=map.paf order=alphabet min_length=-1 small=no hide_noise=maybe",
        "type=plot align=map.paf classes=x",
        "type=align target=t.idx memory=much",
        "type=align target=t.idx align_equal=perhaps",
        "type=align target=example://yeast",
        "type=plot align=map.paf query=",
        GOOD,
    )
    with pytest.raises(UsageError) as told:
        batch(container, files, *lines)
    first, *sentences = str(told.value).split("\n")
    assert first.endswith(f"has {len(sentences)} problems; nothing was begun")
    numbers = [
        int(each.removeprefix(f"{files}/batch.txt:").partition(":")[0]) for each in sentences
    ]
    assert sorted(set(numbers)) == list(range(1, len(lines)))
    assert numbers == sorted(numbers)
    assert numbers.count(8) == 4
    assert container.executor.started == []


def test_what_a_file_is_called_is_worth_a_warning_and_no_more(
    container: QuickContainer, files: Path
) -> None:
    (files / "map.txt").write_text(PAF)
    report = batch(container, files, "type=plot align=map.txt target=t.idx")
    assert states(report) == {"t-against-t": State.MADE}
    assert "batch.txt:1: align=map.txt does not end as such files do" in report.warnings[0]


def test_a_file_that_cannot_be_read_is_told(container: QuickContainer, tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="cannot be read"):
        run_batch(container, tmp_path / "nothing.txt")


def test_a_name_with_a_fault_in_its_plot_is_made_anew(
    container: QuickContainer, files: Path
) -> None:
    batch(container, files, GOOD)
    (container.settings.plots / "q-against-t" / "scene.arrow").write_bytes(b"bits rot")
    assert states(batch(container, files, GOOD)) == {"q-against-t": State.MADE}
    assert show_plot(container, "q-against-t").matches == 2


def test_every_key_of_a_line_is_on_the_page_of_batch_files() -> None:
    page = (Path(__file__).parents[3] / "docs" / "reference" / "batch-files.md").read_text()
    keys = {*KEYS, *(key for keys in batch_file.KEYS.values() for key in keys)}
    assert [key for key in sorted(keys) if f"`{key}`" not in page] == []


# -- words about drawing ---------------------------------------------------------------------------


def test_every_choice_about_drawing_has_a_word() -> None:
    assert {"order", "side", "min_length", "small", "small_under", "hide_noise"} <= set(KEYS)
    words = {
        "order": "input", "min_length": "5,000", "hide_noise": "yes", "small_under": "10",
        "classes": "90,99", "palette": "viridis", "target": "not a choice",
    }  # fmt: skip
    drawing, problems = drawing_said(words)
    assert problems == []
    assert (drawing.order, drawing.min_length, drawing.hide_noise) == (Order.INPUT, 5000, True)
    assert drawing.small_under == 10
    assert (drawing.colouring.by, drawing.colouring.classes) == (By.CLASSES, (0.9, 0.99))
    assert drawing_said({"colour": "strand"})[0].colouring.by is By.STRAND


@pytest.mark.parametrize(
    ("key", "word"),
    [
        ("order", "refernce"),
        ("side", "left"),
        ("min_length", "1.5"),
        ("min_length", "²"),
        ("hide_noise", "maybe"),
        ("colour", "red"),
        ("palette", "nobodys"),
        ("classes", "5,4"),
    ],
)
def test_a_word_that_means_nothing_is_told(key: str, word: str) -> None:
    _, problems = drawing_said({key: word})
    assert len(problems) == 1
