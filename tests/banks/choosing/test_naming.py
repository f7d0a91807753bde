"""What the release a remote has now is called."""

from datetime import UTC, datetime

import pytest

from holdfast.banks.choosing.naming import Found, checked_name, find_release
from holdfast.banks.recipes.recipe import Recipe
from holdfast.banks.recipes.sources import ReleaseFrom
from holdfast.errors import ListingFailed
from holdfast.remotes.memory import MemoryFile, MemoryRemote

MARCH = datetime(2024, 3, 7, 23, 30, tzinfo=UTC)
JUNE = datetime(2024, 6, 1, 12, 0, tzinfo=UTC)


def recipe(source: ReleaseFrom, pattern: str = "", file: str = "", files: str = "**/*") -> Recipe:
    return Recipe.model_validate(
        {
            "name": "bank",
            "remote": {"url": "https://example.org/x/", "files": [files]},
            "release": {"from": source, "pattern": pattern, "file": file},
        }
    )


def found(asked: Recipe, files: dict[str, tuple[bytes, datetime]]) -> Found:
    """What a remote with `files` answers, its sub-folders being remotes too."""

    def open_remote(url: str) -> MemoryRemote:
        remote = MemoryRemote(url)
        below = url.removeprefix(asked.remote.url)
        remote.files = {
            name.removeprefix(below): MemoryFile(*content)
            for name, content in files.items()
            if name.startswith(below)
        }
        return remote

    return find_release(asked, open_remote)


def named_elsewhere(release: dict[str, str], files: dict[str, tuple[bytes, datetime]]) -> Found:
    """What a remote with `files` answers to a recipe that wants only ``db_*`` of them."""
    document = {
        "name": "bank",
        "remote": {"url": "https://example.org/x/", "match": [r"^db_{release}.*"]},
        "release": release,
    }
    return found(Recipe.model_validate(document), files)


ELSEWHERE = {
    "notes.txt": (b"2.5 after 2.10", MARCH),
    "v_3.txt": (b"", MARCH),
    "v_2.5.txt": (b"", JUNE),
    "db_2.5.fa": (b">", MARCH),
    "db_3.fa": (b">", MARCH),
    "db_205.fa": (b">", MARCH),
    "db_2.10.fa": (b">", MARCH),
    "GCF_7_latest/x": (b"", MARCH),
    "db_latest.fa": (b"", MARCH),
}


@pytest.mark.parametrize(
    ("release", "name"),
    [
        ({"from": "content", "match": r"notes.*", "pattern": r"\d+\.\d+"}, "2.10"),
        ({"from": "file name", "match": r"v_.*", "pattern": r"v_(.*)\.txt"}, "3"),
        (
            {"from": "file name", "match": r"v_.*", "pattern": r"v_(.*)\.txt", "newest": "date"},
            "2.5",
        ),
        # BioMAJ lists links to folders as files, and names releases after them.
        ({"from": "file name", "match": r"GCF_\d_(.*)", "pattern": r"GCF_\d_(.*)"}, "latest"),
    ],
)
def test_a_release_named_elsewhere_stands_in_what_is_asked_for(
    release: dict[str, str], name: str
) -> None:
    answer = named_elsewhere(release, ELSEWHERE)
    assert answer.release == name
    assert [file.name for file in answer.listing.files] == [f"db_{name}.fa"]


@pytest.mark.parametrize(
    ("release", "sentence"),
    [
        ({"from": "content", "match": "v_.*", "pattern": "x"}, "2 files match 'v_.*'"),
        ({"from": "content", "match": "none", "pattern": "x"}, "no file matches 'none'"),
        ({"from": "file name", "match": "none", "pattern": "x"}, "no file matches 'none'"),
        ({"from": "content", "match": "notes", "pattern": "after"}, "no file matches ^db_after"),
    ],
)
def test_a_release_that_is_not_elsewhere_says_where_to_look(
    release: dict[str, str], sentence: str
) -> None:
    with pytest.raises(ListingFailed) as caught:
        named_elsewhere(release, ELSEWHERE)
    assert sentence in str(caught.value)
    assert "in the recipe" in str(caught.value)


def test_the_newest_matching_folder_is_the_release() -> None:
    files = {
        "release-9/a.fa": (b"a", MARCH),
        "release-10/a.fa": (b"b", MARCH),
        "release-10/b.fa": (b"b", MARCH),
        "release-next/a.fa": (b"c", MARCH),
    }
    answer = found(recipe(ReleaseFrom.FOLDER, r"release-(\d+)"), files)
    assert answer.release == "10"
    assert answer.url == "https://example.org/x/release-10/"
    assert [file.name for file in answer.listing.files] == ["a.fa", "b.fa"]


def test_a_pattern_without_a_group_is_the_whole_folder_name() -> None:
    files = {"2024-01-02/a": (b"a", MARCH), "2023-12-31/a": (b"a", MARCH)}
    assert found(recipe(ReleaseFrom.FOLDER, r"\d{4}-\d\d-\d\d"), files).release == "2024-01-02"


def test_a_folder_name_with_odd_letters_is_quoted_in_the_url() -> None:
    files = {"v1 #x/a": (b"a", MARCH)}
    asked = recipe(ReleaseFrom.FOLDER, r"(v\d) .*")
    remote_urls: list[str] = []

    def open_remote(url: str) -> MemoryRemote:
        remote_urls.append(url)
        remote = MemoryRemote(url)
        name = "a" if len(remote_urls) > 1 else "v1 #x/a"
        remote.files = {name: MemoryFile(*files["v1 #x/a"])}
        return remote

    assert find_release(asked, open_remote).url == "https://example.org/x/v1%20%23x/"


def test_the_greatest_version_in_file_names_is_the_release() -> None:
    files = {"uniref_9.fa": (b"", JUNE), "uniref_11.fa": (b"", MARCH), "README": (b"", JUNE)}
    assert found(recipe(ReleaseFrom.FILE_NAME, r"_(\d+)\.fa"), files).release == "11"


def test_the_content_of_a_small_file_names_the_release() -> None:
    files = {"relnotes.txt": (b"UniProt Release 2024_03\nbefore: Release 2024_02", MARCH)}
    asked = recipe(ReleaseFrom.CONTENT, r"Release (\S+)", "relnotes.txt")
    assert found(asked, files).release == "2024_03"


def test_the_newest_file_dates_the_release() -> None:
    files = {"a": (b"", MARCH), "b": (b"", JUNE)}
    assert found(recipe(ReleaseFrom.DATE), files).release == "2024-06-01"


def test_the_digest_of_the_listing_changes_with_it() -> None:
    asked = recipe(ReleaseFrom.LISTING)
    before = found(asked, {"a": (b"x", MARCH)}).release
    assert found(asked, {"a": (b"x", MARCH)}).release == before
    assert found(asked, {"a": (b"y", MARCH)}).release != before
    assert found(asked, {"a": (b"x", JUNE)}).release != before


@pytest.mark.parametrize(
    ("asked", "sentence"),
    [
        (recipe(ReleaseFrom.FOLDER, "v.*"), "no folder matches"),
        (recipe(ReleaseFrom.FILE_NAME, "v(.*)"), "is nowhere in the name of a file"),
        (recipe(ReleaseFrom.CONTENT, "v(.*)", "a"), "is nowhere in the text"),
        (recipe(ReleaseFrom.DATE, files="*.gz"), "no file matches"),
    ],
)
def test_a_remote_that_gives_no_release_says_where_to_look(asked: Recipe, sentence: str) -> None:
    with pytest.raises(ListingFailed, match="in the recipe") as caught:
        found(asked, {"a": (b"content", MARCH)})
    assert sentence in str(caught.value)


@pytest.mark.parametrize("name", ["", "..", "a/b", "current", "-rf", "a b", "a:b", ".hidden", "é"])
def test_a_name_that_cannot_be_a_folder_is_refused(name: str) -> None:
    with pytest.raises(ListingFailed, match="cannot be the name"):
        checked_name(name, "https://example.org/")
