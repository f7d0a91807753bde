"""A key is looked up in the environment, the bank's file and the site's."""

import configparser

import pytest
from hypothesis import given
from hypothesis import strategies as st

from holdfast.banks.properties.layers import LONGEST, Layers
from holdfast.banks.properties.problems import Findings
from holdfast.banks.properties.reading import read_bytes


def layers(
    bank: str, site: str = "", environment: dict[str, str] | None = None
) -> tuple[Layers, Findings]:
    findings = Findings("bank.properties")
    files = [
        read_bytes(f"[GENERAL]\n{text}\n".encode(), name)
        for text, name in ((bank, "bank.properties"), (site, "global.properties"))
    ]
    return Layers(files[0], files[1], environment or {}, findings), findings


def test_a_bank_goes_before_its_site_and_may_use_its_keys() -> None:
    asked, findings = layers("a=bank\nc=%(b)s/%(a)s", "a=site\nb=of %(a)s")
    assert asked.text("a") == "bank"
    assert asked.text("b") == "of bank"  # as one file: what the bank overrides holds everywhere
    assert asked.text("c") == "of bank/bank"
    assert findings.found == []


def test_the_environment_goes_before_all_and_is_taken_as_it_is() -> None:
    said = {"BIOMAJ_A_B": "%(x)s", "BIOMAJ_C": "", "BIOMAJ_PROXY": "http://daemon"}
    asked, findings = layers("a.b=bank\nc=bank", environment=said)
    assert asked.text("a.b") == "%(x)s"
    assert asked.text("c") == "bank"  # an empty variable says nothing
    assert asked.text("proxy") == ""  # it is the address of a daemon, not a download's proxy
    assert findings.found == []


@pytest.mark.parametrize(
    ("text", "expanded", "words"),
    [
        ("a=50%% off", "50% off", []),
        ("a=50% off", "50% off", ["a lone % is kept as it is"]),
        ("a=%(B)s\nb=x", "x", []),
        ("a=%(b)s", "%(b)s", ["no key is b"]),
        ("a=%(root)s\nroots=1", "%(root)s", ["did you mean roots?"]),
        ("a=%(a)s", "%(a)s", ["leads back to itself"]),
        ("a=%(b", "%(b", ["a lone %"]),
        ("a=x/%(remoterelease)s/", "x/{release}/", []),
    ],
)
def test_values_are_made_of_values(text: str, expanded: str, words: list[str]) -> None:
    asked, findings = layers(text)
    assert asked.text("a") == expanded
    assert len(findings.found) == len(words)
    for problem, word in zip(findings.found, words, strict=True):
        assert word in problem.sentence
        assert problem.line == 2


@given(st.lists(st.text("ab%()s", max_size=9), min_size=3, max_size=3))
def test_what_configparser_expands_is_expanded_the_same(texts: list[str]) -> None:
    bank = "\n".join(f"{key}={text}" for key, text in zip(("a", "b", "ab"), texts, strict=True))
    oracle = configparser.ConfigParser()
    oracle.read_string(f"[GENERAL]\n{bank}")
    asked, findings = layers(bank)
    try:
        expected = oracle.get("GENERAL", "a")
    except configparser.InterpolationError:
        asked.text("a")
        assert findings.found
        return
    assert asked.text("a") == expected
    assert findings.found == []


@pytest.mark.parametrize(
    ("key", "text", "value"),
    [
        ("remote.files", r"^a\\.gz$", r"^a\.gz$"),
        ("local.files", r"\\\\", r"\\"),
        ("remote.files", r"\"x", r"\"x"),
        ("release.file", r"a\\.gz", r"a\\.gz"),  # not for this key
    ],
)
def test_doubled_backslashes_become_one_in_four_keys(key: str, text: str, value: str) -> None:
    assert layers(f"{key}={text}")[0].text(key) == value


@pytest.mark.parametrize(
    ("text", "true"),
    [("true", True), ("TRUE", True), ("1", True), ("yes", False), ("on", False), ("", False)],
)
def test_only_true_and_1_are_true(text: str, true: bool) -> None:
    assert layers(f"a={text}")[0].is_true("a") is true


def test_lists_numbers_and_patterns() -> None:
    asked, findings = layers("a= x , y,,z \nb=^a  b$\nc=12\nd=-1\ne=\n")
    assert asked.listed("a") == ("x", "y", "z")
    assert asked.patterns("b") == ("^a", "b$")
    assert (asked.number("c"), asked.number("e"), asked.number("f")) == (12, None, None)
    assert findings.found == []
    assert asked.number("d") is None
    assert "'-1' is not a number" in findings.found[0].sentence


def test_a_value_that_would_fill_the_memory_is_cut_short() -> None:
    doubled = "\n".join(f"a{number}={f'%(a{number + 1})s' * 40}" for number in range(9))
    asked, findings = layers(doubled + "\na9=" + "x" * 1000)
    assert len(asked.text("a0")) <= 2 * LONGEST
    assert "made of more than" in findings.found[0].sentence
