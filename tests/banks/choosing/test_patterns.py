"""Patterns choose names as BioMAJ's remote.files and local.files do."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from holdfast.banks.choosing.patterns import (
    Pattern,
    Patterns,
    begins,
    has_groups,
    problem_with_pattern,
)

TREE = (
    "README",
    "a.gz",
    "fasta/a.fa.gz",
    "fasta/deep/b.fa.gz",
    "fasta2/c.fa.gz",
    "x/y/d.gz",
)


@pytest.mark.parametrize(
    ("patterns", "meant"),
    [
        ([".*"], ["README", "a.gz"]),  # the folder itself only
        (["**/*"], list(TREE)),
        (["^a.*"], ["a.gz"]),
        (["a"], ["a.gz"]),  # the beginning is enough
        (["a$"], []),
        (["gz"], []),  # and nothing but the beginning
        (["fasta/.*"], ["fasta/a.fa.gz", "fasta2/c.fa.gz"]),
        (["fasta$/.*"], ["fasta/a.fa.gz"]),
        (["^fasta/.*\\.gz$"], ["fasta/a.fa.gz", "fasta2/c.fa.gz"]),
        (["^/fasta/.*"], ["fasta/a.fa.gz", "fasta2/c.fa.gz"]),  # a lone ^ is the root
        (["/.*"], ["fasta/a.fa.gz", "fasta2/c.fa.gz"]),  # an empty part is any folder
        (["//.*"], ["fasta/deep/b.fa.gz", "x/y/d.gz"]),
        (["^x/y/d\\.gz"], ["x/y/d.gz"]),
        (["README", "x/y/.*"], ["README", "x/y/d.gz"]),
    ],
)
def test_a_pattern_means_these_files(patterns: list[str], meant: list[str]) -> None:
    chosen = Patterns(patterns)
    assert [name for name in TREE if chosen.file(name)] == meant
    folders = {name.rpartition("/")[0] for name in meant} - {""}
    above = {folder[:end] for folder in folders for end in _ends(folder)}
    assert all(chosen.folder(folder) for folder in above)


def _ends(folder: str) -> list[int]:
    return [place for place, letter in enumerate(folder) if letter == "/"] + [len(folder)]


def test_a_folder_in_which_nothing_is_meant_is_not_entered() -> None:
    assert not Patterns([".*"]).folder("fasta")
    assert not Patterns(["fasta/.*"]).folder("x")
    assert not Patterns(["fasta/.*"]).folder("fasta/deep")


def test_what_is_excluded_is_not_wanted() -> None:
    assert not Patterns([".*"], ["README"]).file("README")
    assert Patterns([".*"], ["README"]).file("a.gz")


@pytest.mark.parametrize(
    ("pattern", "name", "saved"),
    [
        ("(.*)", "a.gz", None),  # a file of the folder itself keeps its name
        ("dir/(.*)", "dir/a", "a"),
        ("^dir/(.*)", "dir/a", "a"),
        ("(dir)/(.*)", "dir/a", "dir/a"),
        ("(?:dir)/(?:.*)", "dir/a", None),
        ("dir$/(.*)", "dir/a", None),  # a $ on a folder's part disables it
        ("fasta/(.*)", "fasta/a", "a"),
        ("fasta/(.*)", "fasta2/a", None),
        ("dir/(a)?(b)", "dir/b", "b"),  # an optional group that found nothing is left out
        ("^dir/([^.]*).*", "dir/a.b", "a"),
        ("^/dir/(.*)", "dir/a", None),
        ("**/*", "dir/a", None),
    ],
)
def test_groups_say_what_a_file_is_called(pattern: str, name: str, saved: str | None) -> None:
    assert Pattern(pattern).saved_as(name) == saved
    assert Patterns([pattern]).saved_as(name) == (saved or name)


def test_the_first_pattern_with_groups_that_matches_decides() -> None:
    assert Patterns(["dir/.*", "dir/(b)", "(dir)/(.*)"]).saved_as("dir/b") == "b"
    assert has_groups("(a)")
    assert not has_groups("(?:a)")


@pytest.mark.parametrize(
    ("pattern", "sentence"),
    [("(a/b)", "none may stand in a group"), ("[", "is no regular"), ("a/(?i)b", "as a whole")],
)
def test_a_pattern_that_is_none_says_why(pattern: str, sentence: str) -> None:
    assert sentence in str(problem_with_pattern(pattern))


@given(st.text("ab/^$.*()[]|\\?+{}", max_size=12), st.text("ab/.", min_size=1, max_size=8))
def test_any_pattern_without_a_problem_can_be_asked(pattern: str, name: str) -> None:
    if problem_with_pattern(pattern) is None:
        chosen = Patterns([pattern])
        parts = name.split("/")
        if chosen.file(name):  # else the listing would never come to it
            assert all(chosen.folder("/".join(parts[:end])) for end in range(1, len(parts)))
        assert chosen.saved_as(name)


@pytest.mark.parametrize(
    ("expressions", "path", "kept"),
    [
        (["**/*"], "x/y", True),
        (["^b.*"], "fasta/b.fa", False),
        ([".*"], "fasta/b.fa", True),
        (["fasta/b"], "fasta/b.fa", True),
        (["a", "fasta"], "fasta/b.fa", True),
    ],
)
def test_local_files_match_the_beginning_of_the_whole_path(
    expressions: list[str], path: str, kept: bool
) -> None:
    assert begins(expressions, path) is kept
