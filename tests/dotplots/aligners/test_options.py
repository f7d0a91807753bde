"""Options are chosen by group; radio buttons exclude one another, check boxes join."""

import pytest

from holdfast.dotplots.aligners.options import Entry, Group, Kind, Preset, chosen, suiting
from holdfast.errors import UsageError

REPEAT = Group(
    "repeat", Kind.RADIO, (Entry("few", ("-f", "1"), is_usual=True), Entry("many", ("-f", "2")))
)
TAGS = Group("tags", Kind.CHECKBOX, (Entry("cs", ("--cs",), is_usual=True), Entry("md", ("--MD",))))
PRESETS = (Preset("wide"), Preset("near", divergence=0.01), Preset("mid", divergence=0.1))


@pytest.mark.parametrize(
    ("options", "keys"),
    [
        ((), ["few", "cs"]),
        (("repeat:many",), ["many", "cs"]),
        (("tags:md",), ["few", "md"]),
        (("tags:md", "tags:cs"), ["few", "cs", "md"]),
        (("tags:none",), ["few"]),
        (("repeat:many", "repeat:many"), ["many", "cs"]),
    ],
)
def test_what_is_not_chosen_is_as_usual(options: tuple[str, ...], keys: list[str]) -> None:
    assert [entry.key for entry in chosen((REPEAT, TAGS), options, "x")] == keys


@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        (("repeat:few", "repeat:many"), "repeat:few and repeat:many exclude one another"),
        (("tags:none", "tags:cs"), "exclude"),
        (("repeat:mani",), "did you mean repeat:many"),
        (("repeat:none",), "not an option of x"),
    ],
)
def test_options_that_make_no_sense_are_refused(options: tuple[str, ...], sentence: str) -> None:
    with pytest.raises(UsageError, match=sentence):
        chosen((REPEAT, TAGS), options, "x")


def test_a_tool_without_options_says_so() -> None:
    with pytest.raises(UsageError, match="x has no options; it was given 'a:b'"):
        chosen((), ("a:b",), "x")


@pytest.mark.parametrize(
    ("apart", "name"),
    [(0.0, "near"), (0.01, "near"), (0.011, "mid"), (0.5, "wide"), (None, "wide")],
)
def test_the_narrowest_preset_that_is_wide_enough_suits(apart: float | None, name: str) -> None:
    assert suiting(PRESETS, apart).name == name
