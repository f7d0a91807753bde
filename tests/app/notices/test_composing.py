"""A notice becomes a letter: subject, plain text, HTML, and a short text for chats."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.notices.conftest import change, failure
from holdfast.app.banks.updating.report import UpdateReport, UpdateState
from holdfast.app.notices.composing import (
    SUBJECT_LIMIT,
    Letter,
    Stationery,
    compose,
    log_tail,
    one_line,
    stationery,
    tail_of,
)
from holdfast.app.notices.notice import Ending, Notice, is_told, notice_of
from holdfast.settings.notify import When

HOME = Path("/srv/holdfast")
OURS = Stationery()


def letter(notice: Notice, own: Stationery = OURS, tail: int = 4096) -> Letter:
    return compose(notice, own, tail, HOME)


def test_a_failure_says_what_failed_and_how_its_log_ends(tmp_path: Path) -> None:
    log = tmp_path / "fetch.log"
    log.write_text("".join(f"line {number}\n" for number in range(1000)))
    made = letter(failure(log), tail=40)
    assert made.subject == "[Holdfast] yeast: the update failed"
    assert made.text.startswith("job fetch failed: no route\n")
    assert "line 999" in made.text
    assert "line 900" not in made.text
    assert f"log        {log}" in made.text
    assert "line 999" in made.html
    assert "line 999" not in made.brief


def test_a_change_says_what_is_new() -> None:
    made = letter(change())
    assert made.subject == "[Holdfast] yeast: 2026-01-02 is published"
    for fact in ("3 files, 1.5 MB", "removed    2025-11-01", "2.0 MB, of which 1.5 MB are new"):
        assert fact in made.text
    assert "2026-01-02 12:00 UTC" in made.text
    assert str(HOME) in made.text


def test_what_comes_from_outside_is_no_html() -> None:
    hostile = Notice("yeast", Ending.FAILED, change().at, problem="<script>alert(1)</script>")
    made = letter(hostile)
    assert "<script>" not in made.html
    assert "&lt;script&gt;" in made.html
    assert "<script>alert(1)</script>" in made.text


def test_templates_of_biomaj_find_their_variables(tmp_path: Path) -> None:
    log = tmp_path / "x.log"
    log.write_text("the end\n")
    subject, body = tmp_path / "subject", tmp_path / "body"
    subject.write_text("BANK[{{bank}}] - STATUS[{{status}}] - UPDATE[{{update}}]")
    body.write_text(
        "{{message}}|{{log_file}}|{{log_tail}}|{{release}}|{{modified}}|{{remove}}|{{nobody}}"
    )
    own = stationery(str(subject), str(body), "")
    made = letter(failure(log), own)
    assert made.subject == "BANK[yeast] - STATUS[False] - UPDATE[False]"
    assert made.text == f"job fetch failed: no route|{log}|the end||False|False|"
    assert made.html == ""  # ours would say else than the site's own text
    assert letter(change(), own).subject == "BANK[yeast] - STATUS[True] - UPDATE[True]"


@pytest.mark.parametrize(
    ("template", "told"),
    [
        ("{% if %}", "Expected an expression"),
        ("{{ 1 // 0 }}", "zero"),
        ("{{ nobody.at.all }}", "undefined"),
        ("{{ ''.__class__.__mro__ }}", "unsafe"),
        ("{{ cycler.__init__.__globals__.os.popen('id').read() }}", "unsafe"),
        ("{% include '/etc/passwd' %}", "no loader"),
    ],
)
def test_a_template_that_cannot_be_used_is_replaced_by_ours_and_told(
    template: str, told: str, tmp_path: Path
) -> None:
    file = tmp_path / "body"
    file.write_text(template)
    made = letter(failure(), stationery("", str(file), ""))
    assert made.text.startswith("job fetch failed: no route\n")
    assert "the site's template of body.txt was not used" in made.text
    assert told in made.text
    assert "root:" not in made.text


@pytest.mark.parametrize(
    ("content", "told"),
    [(None, "cannot be read"), (b"\xff\xfe", "not UTF-8"), (b" " * 300_000, "has more than")],
    ids=["missing", "latin", "large"],
)
def test_a_template_that_cannot_be_read_is_told(
    content: bytes | None, told: str, tmp_path: Path
) -> None:
    if content is not None:
        (tmp_path / "subject").write_bytes(content)
    own = stationery(str(tmp_path / "subject"), "", "")
    made = letter(change(), own)
    assert made.subject == "[Holdfast] yeast: 2026-01-02 is published"
    assert told in made.text


@given(st.text())
def test_a_subject_is_one_line_whatever_it_is_made_of(text: str) -> None:
    line = one_line(text)
    assert line.isprintable()
    assert len(line) <= SUBJECT_LIMIT
    assert len(line.splitlines()) <= 1


@given(content=st.binary(max_size=300), most=st.integers(1, 50))
def test_a_tail_is_the_end_of_the_log_in_lines_that_move_no_cursor(
    content: bytes, most: int, tmp_path_factory: pytest.TempPathFactory
) -> None:
    log = tmp_path_factory.getbasetemp() / "any.log"
    log.write_bytes(content)
    tail = log_tail(log, most)
    whole = log_tail(log, 1000)
    assert all(line.isprintable() for line in tail.split("\n"))
    assert len(content) > most or tail == whole
    if content.isascii():
        assert whole.endswith(tail)


def test_a_long_line_without_an_end_is_cut_and_not_lost(tmp_path: Path) -> None:
    (tmp_path / "log").write_bytes(b"x" * 1000 + b"the end")
    assert log_tail(tmp_path / "log", 10) == "xxxthe end"
    assert log_tail(tmp_path / "missing", 10) == ""
    assert log_tail(tmp_path / "log", 0) == ""


def test_what_a_job_complained_of_comes_before_what_it_printed(tmp_path: Path) -> None:
    log, output = tmp_path / "x.log", tmp_path / "x.out"
    log.write_text("the complaint\n")
    output.write_text("".join(f"printed {number}\n" for number in range(100)))
    tail = tail_of((log, output), 60)
    assert tail.splitlines()[-2:] == ["printed 99", "the complaint"]
    assert len(tail.encode()) <= 60
    assert tail_of((log, output), 14) == "the complaint"
    assert tail_of((), 60) == ""


@pytest.mark.parametrize(
    ("when", "endings"),
    [
        (When.NEVER, {Ending.TEST}),
        (When.FAILURE, {Ending.TEST, Ending.FAILED}),
        (When.CHANGE, {Ending.TEST, Ending.FAILED, Ending.CHANGED}),
        (When.ALWAYS, set(Ending)),
    ],
)
def test_people_are_told_when_they_want_to_be(when: When, endings: set[Ending]) -> None:
    assert {ending for ending in Ending if is_told(ending, when)} == endings


@pytest.mark.parametrize(
    ("state", "ending"),
    [
        (UpdateState.UPDATED, Ending.CHANGED),
        (UpdateState.UP_TO_DATE, Ending.UNCHANGED),
        (UpdateState.FAILED, Ending.FAILED),
        (UpdateState.PLANNED, None),
    ],
)
def test_a_report_becomes_a_notice_unless_nothing_was_done(
    state: UpdateState, ending: Ending | None
) -> None:
    notice = notice_of(UpdateReport("x", state, "1"))
    assert (notice.ending if notice else None) == ending
