"""Templates of commands become lists of words, without a shell."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from holdfast.dotplots.aligners.commands import Command

MINIMAP2 = "{exe} -t {threads} {options} -o {out} {target} {query}"


def filled(text: str, options: tuple[str, ...] = (), **places: str) -> tuple[str, ...]:
    values = {"exe": "x", "target": "t.fa", "query": "q.fa", "out": "o", "threads": "4"}
    return Command.parse(text).filled({**values, **places}, options)


def test_places_are_filled_and_options_become_words() -> None:
    words = filled(MINIMAP2, ("-x", "asm5"))
    assert words == ("x", "-t", "4", "-x", "asm5", "-o", "o", "t.fa", "q.fa")


def test_no_options_leave_no_empty_word() -> None:
    assert filled("{exe} {options} {target}") == ("x", "t.fa")


def test_a_path_with_blanks_stays_one_word() -> None:
    assert filled("{exe} {target}", exe="/opt/my tools/x") == ("/opt/my tools/x", "t.fa")


@given(st.text())
def test_what_is_filled_in_is_never_parted(path: str) -> None:
    assert filled("{exe} -i{target}", target=path) == ("x", f"-i{path}")


@pytest.mark.parametrize("text", ["{exe} {target} > {out}", "{exe} {target}>{out}"])
def test_behind_an_arrow_stands_the_output(text: str) -> None:
    command = Command.parse(text)
    assert command.is_piped
    assert command.words == ("{exe}", "{target}")
    assert "out" in command.places


def test_quotes_are_those_of_a_shell() -> None:
    assert filled("""{exe} --lastz "--identity=95 --chain" 'a>b'""") == (
        *("x", "--lastz", "--identity=95 --chain"),
        "a>b",
    )


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("", "begins with a program"),
        ("{exe} {traget}", "did you mean target"),
        ("{exe} > elsewhere", "behind > stands"),
        ("{exe} > {out} -v", "behind > stands"),
        ("{exe} 2> log", "only >"),
        ("{exe} | sort", "no shell"),
        ("{exe} && rm -r /", "no shell"),
        ("{exe} 'open", "quot"),
    ],
)
def test_what_is_no_command_is_refused_with_a_sentence(text: str, sentence: str) -> None:
    with pytest.raises(ValueError, match=sentence):
        Command.parse(text)
