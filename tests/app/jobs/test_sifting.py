"""Lines of a log that are sought: found by their words, numbered, and not too many."""

import pytest

from app.jobs.job_world import plan, shell
from holdfast.app.container import Container
from holdfast.app.jobs import sifting
from holdfast.app.jobs.sifting import sift_log
from holdfast.errors import RunNotFound


def test_lines_are_found_in_any_case_of_letters_with_their_numbers(container: Container) -> None:
    run = container.engine.run(plan(shell("a", r"printf 'one\nTwo\n\033[1mtwo b\033[0m\nx'"))).run
    found = sift_log(container, run, "a", "TWO")
    assert [(each.number, each.line) for each in found.lines] == [(2, "Two"), (3, "two b")]
    assert not found.more
    assert sift_log(container, run, "a", "x").lines[0].number == 4


def test_of_many_lines_the_first_are_told(
    container: Container, monkeypatch: pytest.MonkeyPatch
) -> None:
    run = container.engine.run(plan(shell("a", "seq 1 2000"))).run
    found = sift_log(container, run, "a", "1", most=10)
    assert (len(found.lines), found.more) == (10, True)
    monkeypatch.setattr(sifting, "READ", 100)
    assert sift_log(container, run, "a", "1999").more


def test_a_job_that_is_not_there_has_no_lines(container: Container) -> None:
    run = container.engine.run(plan(shell("a", "true"))).run
    assert sift_log(container, run, "a", "x").lines == ()
    with pytest.raises(RunNotFound):
        sift_log(container, run, "b", "x")
