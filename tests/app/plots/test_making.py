"""A plot is there whole or not at all, is not made twice, and what was killed goes on."""

import json
from dataclasses import replace
from pathlib import Path

import pytest

from app.banks.bank_world import QuickContainer, contents
from app.plots.compared import FILES
from holdfast.app.plots import compare
from holdfast.app.plots import folders as plots
from holdfast.app.plots.compare import Comparison, compare_genomes
from holdfast.app.tasks import align, draw
from holdfast.dotplots.drawing import Drawing
from holdfast.errors import PlanInvalid, PlotError, UsageError

pytestmark = pytest.mark.usefixtures("_page")


@pytest.mark.usefixtures("_pictures")
@pytest.mark.parametrize("again", [False, True])
def test_the_same_question_gives_the_same_bytes_and_replaces_the_plot(
    container: QuickContainer, question: Comparison, again: bool
) -> None:
    first = contents(compare_genomes(container, question).folder)
    if not again:  # as if it were of another question: it is made again, of what is kept
        (container.settings.plots / "new-against-old" / "plot.png").write_bytes(b"damaged")
    second = contents(compare_genomes(container, replace(question, again=again)).folder)
    assert sorted(second) == FILES
    told = [json.loads(each.pop("plot.json")) for each in (first, second)]
    assert [each.pop("made")["kept"]["contigs"] for each in told] == [0, 0 if again else 1]
    for each in told:
        assert each.pop("created")
        assert each.pop("question")
    assert told[0] == told[1]
    assert first == second
    assert [each.name for each in container.settings.plots.iterdir() if each.name[0] != "."] == [
        "new-against-old"
    ]


def test_a_plot_that_answers_the_question_is_not_made_again(
    container: QuickContainer, question: Comparison, old: Path
) -> None:
    first = compare_genomes(container, question)
    container.executor.started.clear()
    assert compare_genomes(container, question) == first
    assert container.executor.started == []
    compare_genomes(container, replace(question, drawing=Drawing(min_length=1)))
    assert container.executor.started == ["align"]
    old.write_text(old.read_text().replace("ACGT", "AGCT"))
    compare_genomes(container, question)
    assert container.executor.started == ["align"] * 2


def test_what_no_machine_has_is_refused_with_a_way_out(
    container: QuickContainer, question: Comparison
) -> None:
    with pytest.raises(PlanInvalid, match="--memory say"):
        compare_genomes(container, replace(question, cores=10_000))


def test_a_job_asks_for_what_the_aligner_needs(
    container: QuickContainer, question: Comparison
) -> None:
    usual, own = question, replace(question, cores=1, memory=5 << 30)
    for asked, cores, memory in (
        (usual, container.settings.processors, 1 << 30),
        (own, 1, 5 << 30),
    ):
        compare_genomes(container, replace(asked, again=True))
        newest = max(run.run for run in container.ledger.runs())
        (job,) = container.ledger.plan(newest).jobs
        assert (job.label, job.cores) == ("align", cores)
        assert job.memory >= memory
        assert job.inputs == (Path(question.target), Path(question.query))


def test_the_plot_stands_where_it_is_wanted(
    container: QuickContainer, old: Path, new: Path, tmp_path: Path
) -> None:
    place = tmp_path / "deep" / "plot"
    for _ in range(2):
        plot = compare_genomes(container, Comparison(str(old), str(new), output=place))
        assert plot.folder == place
        assert sorted(each.name for each in place.iterdir()) == FILES
        assert [each.name for each in place.parent.iterdir()] == ["plot"]


def test_a_folder_that_is_no_plot_is_never_replaced(
    container: QuickContainer, old: Path, new: Path, tmp_path: Path
) -> None:
    with pytest.raises(UsageError, match="is not a plot"):
        compare_genomes(container, Comparison(str(old), str(new), output=tmp_path))
    assert old.exists()


@pytest.mark.parametrize(("small", "jobs"), [(10**9, ["align"]), (0, ["align", "draw"])])
def test_a_failed_drawing_is_not_aligned_again(
    container: QuickContainer,
    question: Comparison,
    monkeypatch: pytest.MonkeyPatch,
    small: int,
    jobs: list[str],
) -> None:
    monkeypatch.setattr(compare, "SMALL", small)
    with monkeypatch.context() as broken:
        broken.setattr(draw, "pictures", lambda *_: 1 / 0)
        with pytest.raises(ZeroDivisionError):
            compare_genomes(container, question)
    assert container.executor.started == jobs
    container.executor.started.clear()
    monkeypatch.setattr(align, "align", lambda *_: 1 / 0)
    compare_genomes(container, question)
    assert container.executor.started == jobs[-1:]
    leftovers = [each for each in container.settings.plots.iterdir() if "tmp" in each.name]
    assert leftovers == []


def test_what_an_older_question_left_is_removed(
    container: QuickContainer, question: Comparison, old: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as broken:
        broken.setattr(align, "align", lambda *_: 1 / 0)
        with pytest.raises(ZeroDivisionError):
            compare_genomes(container, question)
    old.write_text(old.read_text().replace("ACGT", "AGCT"))
    compare_genomes(container, question)
    assert [each for each in container.settings.plots.iterdir() if "tmp" in each.name] == []


def test_what_a_killed_aligner_left_is_gone_before_the_next_begins(
    container: QuickContainer, question: Comparison, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen: list[bool] = []

    def dies(aligner: object, question: object, output: Path, *_: object) -> None:
        left = output.parent / ".tmp-align-x"
        seen.append(left.exists())
        left.mkdir()
        (left / "target.fa").touch()
        raise ZeroDivisionError

    monkeypatch.setattr(align, "align", dies)
    for _ in range(2):
        with pytest.raises(ZeroDivisionError):
            compare_genomes(container, question)
    assert seen == [False, False]


def test_a_plot_that_is_being_made_is_not_made_twice(
    container: QuickContainer, question: Comparison
) -> None:
    place = container.settings.plots / "new-against-old"
    with plots.being_made(container, place), pytest.raises(PlotError, match="is being made by"):
        compare_genomes(container, question)


def test_where_folders_cannot_be_exchanged_they_are_moved(
    container: QuickContainer, question: Comparison, monkeypatch: pytest.MonkeyPatch
) -> None:
    compare_genomes(container, question)
    monkeypatch.setattr(plots.ctypes, "CDLL", lambda *_, **__: object())
    plot = compare_genomes(container, question)
    assert sorted(each.name for each in plot.folder.iterdir()) == FILES
    assert [each for each in plot.folder.parent.iterdir() if "tmp" in each.name] == []
