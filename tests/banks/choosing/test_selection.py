"""Which names of a listing are wanted."""

from functools import cache

import pytest
from hypothesis import given
from hypothesis import strategies as st

from holdfast.banks.choosing.selection import Glob, Selection, problem_with_glob


@pytest.mark.parametrize(
    ("glob", "name", "wanted"),
    [
        ("*.fa", "a.fa", True),
        ("*.fa", "a.fa.gz", False),
        ("*.fa", "sub/a.fa", False),  # a star stays in its folder
        ("**/*.fa", "a.fa", True),  # any number of folders includes none
        ("**/*.fa", "x/y/a.fa", True),
        ("x/**", "x/a", True),
        ("x/**", "x/y/z/a", True),
        ("x/**", "x", False),
        ("x/**/a", "x/a", True),
        ("**", "x/a", True),
        ("**/*", "a", True),
        ("a?c", "abc", True),
        ("a?c", "a/c", False),
        ("[ab].fa", "b.fa", True),
        ("[!ab].fa", "b.fa", False),
        ("[!ab].fa", "c.fa", True),
        ("[0-9].fa", "5.fa", True),
        ("[]].fa", "].fa", True),
        ("[a", "[a", True),  # a bracket without its end means itself
        ("a.fa", "axfa", False),  # a dot is a dot
        ("a+(b)|c", "a+(b)|c", True),
        ("*.fa", "a\n.fa", True),
        ("[^a]", "^", True),
    ],
)
def test_a_glob_selects(glob: str, name: str, wanted: bool) -> None:
    assert Glob(glob).file(name) is wanted


@pytest.mark.parametrize(
    ("glob", "folder", "possible"),
    [
        ("*.fa", "x", False),
        ("x/*.fa", "x", True),
        ("x/*.fa", "xy", False),
        ("x/*.fa", "x/y", False),
        ("**/*.fa", "x/y/z", True),
        ("x/**/*.fa", "x/y", True),
        ("x/**/*.fa", "y", False),
        ("x*/y/z", "xx/y", True),
    ],
)
def test_a_folder_is_entered_only_if_something_wanted_could_be_there(
    glob: str, folder: str, possible: bool
) -> None:
    assert Glob(glob).folder(folder) is possible


def test_what_is_excluded_is_not_wanted() -> None:
    selection = Selection(["**/*.fa"], ["old/**", "*.tmp.fa"])
    names = ["a.fa", "old/a.fa", "b.tmp.fa", "new/b.tmp.fa"]
    assert [name for name in names if selection.file(name)] == ["a.fa", "new/b.tmp.fa"]


@pytest.mark.parametrize(
    ("glob", "part"),
    [
        ("/a", "leading slash"),
        ("a//b", "empty part"),
        ("../a", "'..'"),
        ("a**/b", "alone"),
        ("", ""),
    ],
)
def test_a_glob_that_can_select_nothing_is_refused(glob: str, part: str) -> None:
    assert part in (problem_with_glob(glob) or "no problem")


PART = st.text("ab*?", min_size=1, max_size=4).filter(lambda part: "**" not in part)
GLOB = st.lists(PART | st.just("**"), min_size=1, max_size=4).map(tuple)
NAME = st.lists(st.text("ab", min_size=1, max_size=3), min_size=1, max_size=4).map(tuple)


@given(GLOB, NAME)
def test_a_glob_agrees_with_a_plain_definition_of_globs(
    glob: tuple[str, ...], name: tuple[str, ...]
) -> None:
    assert Glob("/".join(glob)).file("/".join(name)) is _path_matches(glob, name)


@given(GLOB, NAME)
def test_every_folder_above_a_wanted_file_is_entered(
    glob: tuple[str, ...], name: tuple[str, ...]
) -> None:
    ready = Glob("/".join(glob))
    if ready.file("/".join(name)):
        above = ["/".join(name[:depth]) for depth in range(1, len(name))]
        assert all(ready.folder(folder) for folder in above)


@cache
def _path_matches(glob: tuple[str, ...], name: tuple[str, ...]) -> bool:
    if not glob:
        return not name
    if not name:
        return False
    if glob == ("**",):
        return True
    if glob[0] == "**":
        return _path_matches(glob[1:], name) or _path_matches(glob, name[1:])
    return _part_matches(glob[0], name[0]) and _path_matches(glob[1:], name[1:])


@cache
def _part_matches(glob: str, text: str) -> bool:
    if not glob:
        return not text
    if glob[0] == "*":
        return _part_matches(glob[1:], text) or (bool(text) and _part_matches(glob, text[1:]))
    return bool(text) and glob[0] in {"?", text[0]} and _part_matches(glob[1:], text[1:])
