"""Progress reaches the engine through a file, and nothing in that file can harm it."""

import json
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from holdfast.base.progress import Progress, ignore
from holdfast.jobs.progress import (
    COUNT_LIMIT,
    ProgressFile,
    Reporter,
    parse,
    reporter_from_environment,
)

words = st.text(st.characters(exclude_categories=("C", "Z")), max_size=50)
counts = st.integers(0, COUNT_LIMIT)


@given(st.builds(Progress, words, counts, st.none() | counts, words, words))
def test_what_is_told_is_what_is_heard(
    tmp_path_factory: pytest.TempPathFactory, progress: Progress
) -> None:
    path = tmp_path_factory.mktemp("progress") / "file"
    reporter = Reporter(path)
    reporter(progress)
    reporter.close()
    assert ProgressFile(path).news() == [progress]


@given(st.binary() | st.text().map(str.encode))
def test_a_line_of_anything_is_progress_or_nothing(line: bytes) -> None:
    assert parse(line) is None or isinstance(parse(line), Progress)


@given(
    st.fixed_dictionaries(
        {"what": st.text()},
        optional={
            key: st.none() | st.integers() | st.floats() | st.text() | st.lists(st.none())
            for key in ("done", "total", "unit", "message")
        },
    )
)
def test_odd_values_become_harmless_ones(document: dict[str, object]) -> None:
    progress = parse(json.dumps(document).encode())
    if progress is not None:  # a line may be too long
        assert 0 <= progress.done <= COUNT_LIMIT
        assert progress.total is None or 0 <= progress.total <= COUNT_LIMIT
        assert progress.what.isprintable()
        assert len(progress.unit) <= 50


def test_frequent_words_are_thinned_but_the_last_one_is_written(tmp_path: Path) -> None:
    path = tmp_path / "progress"
    reporter = Reporter(path)
    for done in range(1000):
        reporter(Progress("loading", done, 2000))
    reporter.close()
    lines = path.read_text().splitlines()
    assert len(lines) < 20
    assert json.loads(lines[-1])["done"] == 999
    reporter(Progress("loading", 1000))
    assert len(path.read_text().splitlines()) == len(lines)


def test_the_end_of_each_piece_of_work_is_written_at_once(tmp_path: Path) -> None:
    path = tmp_path / "progress"
    reporter = Reporter(path)
    for what in ("a", "b"):
        for done in range(4):
            reporter(Progress(what, done, 3))
    reporter(Progress("c", 1, 9))
    reporter(Progress("d", 1, 9))
    ends = {(p.what, p.done) for p in ProgressFile(path).news()}
    assert {("a", 3), ("b", 3), ("c", 1)} <= ends
    reporter.close()


def test_only_what_is_new_is_heard(tmp_path: Path) -> None:
    path = tmp_path / "progress"
    file = ProgressFile(path)
    assert file.news() == []
    path.write_text('{"what": "a", "done": 1}\n{"what": "a", "done": 2}\n{"what": "b", "do')
    assert file.news() == [Progress("a", 2)]
    assert file.news() == []
    with path.open("a") as more:
        more.write('ne": 5}\n')
    assert file.news() == [Progress("b", 5)]


def test_garbage_between_lines_is_passed_over(tmp_path: Path) -> None:
    path = tmp_path / "progress"
    file = ProgressFile(path)
    path.write_bytes(
        b'\xff\xfe\0\n[]\n{}\nnull\n{"what": 3}\n{"what": "a"}\n' + b"[" * 5000 + b"\n"
    )
    assert file.news() == [Progress("a")]
    with path.open("ab") as more:
        more.write(b"x" * 10_000)
    assert file.news() == []
    with path.open("ab") as more:
        more.write(b'"}\n{"what": "b"}\n')
    assert file.news() == [Progress("b")]


def test_a_flood_of_lines_costs_one_look(tmp_path: Path) -> None:
    path = tmp_path / "progress"
    lines = (f'{{"what": "work {n % 50}", "done": {n}}}\n' for n in range(100_000))
    path.write_text("".join(lines))
    news = ProgressFile(path).news()
    assert len(news) == 10
    assert news[-1].done == 99_999


def test_without_an_engine_nobody_is_told(tmp_path: Path) -> None:
    assert reporter_from_environment({}) is ignore
    nowhere = str(tmp_path / "no" / "folder")
    assert reporter_from_environment({"HOLDFAST_PROGRESS": nowhere}) is ignore


def test_a_process_tells_its_last_word_when_it_exits(tmp_path: Path) -> None:
    script = (
        "from holdfast.jobs.progress import reporter_from_environment as made\n"
        "from holdfast.base.progress import Progress\n"
        "tell = made()\n"
        "for n in range(100): tell(Progress('counting', n))\n"
    )
    path = tmp_path / "progress"
    environment = {"HOLDFAST_PROGRESS": str(path)}
    subprocess.run([sys.executable, "-c", script], env=environment, check=True)
    assert ProgressFile(path).news() == [Progress("counting", 99)]
