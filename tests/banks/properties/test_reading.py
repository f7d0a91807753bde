"""Property files are read as BioMAJ's own reader would, and what it refuses is told."""

import configparser
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from holdfast.banks.properties.problems import MOST, Severity
from holdfast.banks.properties.reading import SIZE_LIMIT, PropertyFile, read_bytes, read_file

HEAD = "[GENERAL]\n"


def read(text: str) -> PropertyFile:
    return read_bytes(text.encode(), "a.properties")


def values(text: str) -> dict[str, str]:
    return {key: entry.text for key, entry in read(text).general().items()}


def told(file: PropertyFile) -> list[tuple[str, int | None, str]]:
    return [(each.severity.value, each.line, each.sentence) for each in file.problems]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("a=1", {"a": "1"}),
        ("a : 1", {"a": "1"}),
        ("a=b:c", {"a": "b:c"}),
        ("a:b=c", {"a": "b=c"}),
        ("BLOCKS=B\nPROC1.exe=X", {"blocks": "B", "proc1.exe": "X"}),
        ("a=x # no comment", {"a": "x # no comment"}),
        ("#a=1\n;b=2\n  # c=3\nd=4", {"d": "4"}),
        ("a=1\n  2\n\n  3\nb=4", {"a": "1\n2\n\n3", "b": "4"}),
        ("a=1\n  # between\n  2", {"a": "1\n2"}),
        ("a=\nb=", {"a": "", "b": ""}),
        ("a=1\r\nb=2\r\n", {"a": "1", "b": "2"}),
        ("a=1\n[OTHER]\nb=2", {"a": "1"}),
        ("[DEFAULT]\nc=3\n[GENERAL ]\na=1", {"c": "3"}),
    ],
)
def test_keys_and_values_are_read(text: str, expected: dict[str, str]) -> None:
    assert values(HEAD + text) == expected


def test_entries_know_their_lines() -> None:
    entries = read(HEAD + "\na=1\n  more\nb=2").general()
    assert (entries["a"].line, entries["b"].line) == (3, 5)


@pytest.mark.parametrize(
    ("content", "severity", "line", "words"),
    [
        (b"[GENERAL]\na=1\nb=caf\xe9\n", "warning", 3, "byte 0xe9 is not UTF-8"),
        (b"\xef\xbb\xbf[GENERAL]\na=1", "warning", 1, "byte order mark"),
        (b"[GENERAL]\na=1\nA=2", "warning", 3, "it is given in line 2 already"),
        (b"[GENERAL]\na=1\n[GENERAL]\nb=2", "warning", 3, "begins once more"),
        (b"[GENERAL]\na\nb=2", "error", 2, "'a' is no section, and no key with a value"),
        (b"[GENERAL]\n=2", "error", 2, "no key with a value"),
        (b"a=1\nb=2", "error", 1, "before the first section"),
        (b"[OTHER]\na=1", "error", None, "no section [GENERAL]"),
        (b"", "error", None, "no section [GENERAL]"),
    ],
)
def test_what_is_odd_is_told_with_its_line(
    content: bytes, severity: str, line: int | None, words: str
) -> None:
    problems = told(read_bytes(content, "a.properties"))
    assert len(problems) == 1
    assert problems[0][:2] == (severity, line)
    assert words in problems[0][2]


def test_latin_1_is_read_and_of_a_key_given_twice_the_last_counts() -> None:
    file = read_bytes(b"[GENERAL]\na=caf\xe9\nb=1\nB=2", "x")
    assert {key: each.text for key, each in file.general().items()} == {"a": "café", "b": "2"}


def test_a_file_that_cannot_be_read_is_a_problem(tmp_path: Path) -> None:
    missing = read_file(tmp_path / "none.properties")
    assert "cannot be read: No such file" in missing.problems[0].sentence
    (tmp_path / "big.properties").write_bytes(b"#" * (SIZE_LIMIT + 1))
    assert "more than" in read_file(tmp_path / "big.properties").problems[0].sentence


LINES = st.lists(
    st.one_of(
        st.text("ab=: #;[]%\t", max_size=8),
        st.sampled_from(["[GENERAL]", "[B]", "  x", "", "# c", "k=v", "K : w"]),
    ),
    max_size=12,
)


@given(LINES)
def test_what_configparser_accepts_is_read_the_same(lines: list[str]) -> None:
    text = HEAD + "\n".join(lines)
    oracle = configparser.RawConfigParser()
    try:
        oracle.read_string(text)
    except configparser.Error:
        assert read(text).problems  # what it refuses never passes without a word
        return
    assert values(text) == dict(oracle.items("GENERAL"))
    assert not read(text).problems


@given(st.binary(max_size=300))
def test_any_bytes_are_read_or_told_of(content: bytes) -> None:
    file = read_bytes(content, "x")
    assert file.general() or file.entries or file.problems or b"[" in content
    assert all(each.severity in Severity for each in file.problems)


def test_a_file_of_nothing_but_faults_is_told_of_in_bounds() -> None:
    assert len(read(HEAD + "x\n" * 5000).problems) == MOST
