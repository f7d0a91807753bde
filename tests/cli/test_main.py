"""The command line's frame: help, versions, and errors that become exit codes."""

import json
from pathlib import Path
from typing import Any

import pytest
from typer.main import get_group

from holdfast import __version__
from holdfast.cli.bank import GROUPS
from holdfast.cli.main import HIDDEN, NOUNS, commands_of, main
from holdfast.cli.output import show, table
from holdfast.settings import Settings


def test_the_version_is_said(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--version"]) == 0
    assert capsys.readouterr().out == f"holdfast {__version__}\n"


def test_help_lists_each_noun_that_is_for_people(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--help"]) == 0
    shown = capsys.readouterr().out
    assert all((noun in shown) == (noun not in HIDDEN) for noun in NOUNS)


@pytest.mark.parametrize("noun", NOUNS)
def test_each_noun_has_help(noun: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main([noun, "--help"]) == 0
    assert "Usage" in capsys.readouterr().out


def test_an_unknown_noun_is_misuse() -> None:
    assert main(["sequence"]) == 2


def test_a_bad_setting_is_misuse_and_one_sentence(
    home: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (home / "holdfast.toml").write_text("transfer = 3")
    assert main(["settings"]) == 2
    shown = capsys.readouterr()
    assert shown.out == ""
    assert shown.err.startswith("holdfast: ")
    assert len(shown.err.splitlines()) == 1


def test_the_home_is_chosen_by_an_option(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["--home", str(tmp_path / "mine"), "settings", "--json"]) == 0
    assert f'"home": "{tmp_path}/mine"' in capsys.readouterr().out


def test_names_in_a_sentence_are_no_markup_and_no_emoji(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["plot", "run", "yeast:dna:[red]x.fa", "y"]) == 2
    assert "'yeast:dna:[red]x.fa'" in capsys.readouterr().err


def test_names_in_an_answer_are_no_markup_and_no_emoji(capsys: pytest.CaptureFixture[str]) -> None:
    show(None, "yeast:dna:[red]x.fa", table(("[b]name",), [("a:dna:[red]",)], title=":dna:[b]"))
    shown = capsys.readouterr().out
    assert all(text in shown for text in ("yeast:dna:[red]x.fa", "a:dna:[red]", ":dna:[b]"))


def test_a_word_that_is_no_text_is_misuse(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["seq", "get", "caf\udce9"]) == 2
    assert capsys.readouterr().err == (
        "holdfast: caf\\udce9 is not UTF-8 text; rename what it names\n"
    )


def test_what_a_sentence_quotes_cannot_move_the_cursor(
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert main(["bank", "add", "x\x1b[2J", "--url", "http://example.org/"]) == 2
    assert "\x1b" not in capsys.readouterr().err


@pytest.mark.parametrize(
    ("error", "sentence"),
    [
        (OSError(28, "No space left on device"), "the system says: No space left on device; see"),
        (OSError(28, "No space left on device", "/x/a\nb"), "/x/a\\nb: No space left on device"),
        (OSError("odd"), "odd"),
    ],
)
def test_what_the_system_refuses_is_a_sentence(
    error: OSError,
    sentence: str,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    def refuse(*_: object) -> None:
        raise error

    monkeypatch.setattr(Settings, "read", refuse)
    assert main(["settings"]) == 1
    said = capsys.readouterr().err
    assert said.startswith(f"holdfast: {sentence}")
    assert said.count("\n") == 1


# -- every command ---------------------------------------------------------------------------------


def commands() -> list[tuple[str, ...]]:
    """The words of every command that is for people and ends with an answer."""
    return [
        (noun, *words)
        for noun in NOUNS
        if noun not in {*HIDDEN, "serve"}
        for words in _below(get_group(commands_of(noun)))
        if words != ("shell",)  # a prompt, whose answers are the person's own
    ]


def _below(command: Any) -> list[tuple[str, ...]]:
    inner = getattr(command, "commands", {})
    if not inner:
        return [()]
    return [(name, *words) for name, each in inner.items() for words in _below(each)]


@pytest.mark.parametrize("words", commands(), ids=" ".join)
def test_each_command_shows_help_with_an_example_and_answers_as_json(
    words: tuple[str, ...], capsys: pytest.CaptureFixture[str]
) -> None:
    assert main([*words, "--help"]) == 0
    shown = capsys.readouterr().out
    assert "--json" in shown
    assert "Example" in shown
    assert f"holdfast {' '.join(words)}" in shown


EMPTY = {
    "bank list": [],
    "bank status": [],
    "bank check": [],
    "plot list": [],
    "job list": [],
    "schedule list": {"schedules": [], "problems": []},
    "schedule next": [],
    "notify list": [],
    "notify send": [],
    "seq collection list": None,
    "seq snapshot list": None,
    "seq status": None,
    "seq check": None,
    "seq reindex": None,
    "settings": None,
}


@pytest.mark.parametrize("question", EMPTY)
@pytest.mark.parametrize("store", [False, True])
def test_an_empty_home_answers_one_json_document_or_a_sentence(
    question: str, store: bool, capsys: pytest.CaptureFixture[str]
) -> None:
    if store:
        assert main(["seq", "init", "--json"]) == 0
        json.loads(capsys.readouterr().out)
    code = main([*question.split(), "--json"])
    said = capsys.readouterr()
    if question.startswith("seq") and not store:
        assert (code, said.out) == (1, "")
        assert "holdfast seq init" in said.err
        return
    assert (code, said.err) == (0, "")
    answer = json.loads(said.out)
    assert EMPTY[question] is None or answer == EMPTY[question]


@pytest.mark.parametrize(
    "question",
    [
        "bank status x",
        "bank releases x",
        "bank check x",
        "bank update x",
        "bank publish x",
        "plot show x",
        "plot run x y",
        "job show 1",
        "job logs 1",
        "seq get x",
        "seq alias list x",
        "seq alias add a:x y",
        "seq alias retire a:x",
        "seq snapshot create x",
    ],
)
def test_what_is_not_there_is_a_sentence_and_no_json(
    question: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main([*question.split(), "--json"]) in {1, 2}
    said = capsys.readouterr()
    assert said.out == ""
    assert said.err.startswith("holdfast: ")
    assert said.err.count("\n") == 1


def test_a_table_of_facts_has_no_empty_heading(capsys: pytest.CaptureFixture[str]) -> None:
    show(None, table(("", ""), [("folder", "/data"), ("sequences", 12)]))
    assert [line.rstrip() for line in capsys.readouterr().out.splitlines()] == [
        "folder     /data",
        "sequences  12",
    ]


def test_a_number_is_never_broken_in_two(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "30")
    show(None, table(("collection", "residues"), [("a-long-name-of-a-genome.fa.gz", 12_063_285)]))
    assert "12,063,285" in capsys.readouterr().out


def test_a_table_stands_apart_from_what_is_said_about_it(
    capsys: pytest.CaptureFixture[str],
) -> None:
    show(None, "one", "two", table(("", ""), [("a", "b")]), "three")
    assert [line.rstrip() for line in capsys.readouterr().out.splitlines()] == [
        "one",
        "two",
        "",
        "a  b",
        "",
        "three",
    ]


def test_each_command_about_banks_is_in_the_file_that_is_opened_for_it() -> None:
    for verbs in GROUPS.values():
        for verb in verbs:
            assert verb in get_group(commands_of("bank", verb)).commands
    every = [verb for verbs in GROUPS.values() for verb in verbs]
    assert sorted(every) == sorted(get_group(commands_of("bank")).commands)
    assert sorted(get_group(commands_of("bank", "updte")).commands) == sorted(every)
