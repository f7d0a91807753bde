"""What separates a listing from a release."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from holdfast.banks.choosing.changes import compare, is_same
from holdfast.banks.releases.release import Entry, Product
from holdfast.remotes.interface import Listing, RemoteFile

NOON = datetime(2024, 3, 7, 12, 0, 5, tzinfo=UTC)
FILE = RemoteFile("a.fa", "https://example.org/a.fa", 10, NOON)


def entry(file: RemoteFile = FILE, sha256: str = "aa") -> Entry:
    return Entry(file, sha256, (Product(file.name, file.size or 0, sha256),))


@pytest.mark.parametrize(
    ("listed", "had", "same"),
    [
        ({}, {}, True),
        ({"size": 11}, {}, False),
        ({"size": None}, {}, True),  # the time is evidence enough
        ({"modified": NOON.replace(second=6)}, {}, False),
        ({"modified": NOON.replace(second=0)}, {}, True),  # a listing to the minute
        ({"modified": NOON.replace(minute=1, second=0)}, {}, False),
        ({"modified": NOON.replace(hour=0, minute=0, second=0)}, {}, True),  # to the day
        ({"modified": NOON.replace(day=8, hour=0, minute=0, second=0)}, {}, False),
        ({"modified": None}, {}, False),  # the same size alone is no evidence
        ({"modified": None, "etag": '"x"'}, {"etag": '"x"'}, True),
        ({"etag": '"x"'}, {"etag": '"y"'}, False),
        ({"etag": 'W/"x"'}, {"etag": '"x"'}, True),
        ({"etag": '"x"'}, {}, True),  # known on one side only: not compared
        ({"digest": "sha256:AA"}, {}, True),
        ({"digest": "sha256:bb"}, {}, False),
        ({"digest": "sha256:aa", "modified": None, "size": 99}, {}, True),  # a digest decides
        ({"digest": "md5:cc"}, {"digest": "md5:cc"}, True),
        ({"digest": "md5:cc"}, {"digest": "md5:dd"}, False),
        ({"digest": "md5:cc"}, {"digest": "sha1:dd"}, True),  # of two kinds: not compared
    ],
)
def test_a_file_is_the_same_when_all_that_both_know_agrees(
    listed: dict[str, object], had: dict[str, object], same: bool
) -> None:
    assert is_same(replace(FILE, **listed), entry(replace(FILE, **had))) is same


def test_files_are_fetched_reused_and_dropped() -> None:
    new, same, gone = (replace(FILE, name=name) for name in ("new", "same", "gone"))
    touched = replace(FILE, name="touched", size=99)
    changes = compare(
        Listing("", (new, same, touched)),
        [entry(gone), entry(same), entry(replace(touched, size=1))],
    )
    assert changes.fetch == (new, touched)
    assert changes.reuse == (entry(same),)
    assert changes.drop == (entry(gone),)
    assert changes.fetch_bytes == 109
    assert changes


def test_nothing_changed_is_false() -> None:
    assert not compare(Listing("", (FILE,)), [entry()])


TIMES = st.none() | st.integers(1_600_000_000, 1_700_000_000).map(
    lambda seconds: datetime.fromtimestamp(seconds, UTC)
)
FILES = st.builds(
    RemoteFile,
    name=st.sampled_from(["a", "b", "c/d", "e"]),
    url=st.just(""),
    size=st.none() | st.integers(0, 3),
    modified=TIMES,
    etag=st.none() | st.sampled_from(['"x"', '"y"']),
    digest=st.none() | st.sampled_from(["md5:1", "sha256:aa", "sha256:bb"]),
)
LISTINGS = st.lists(FILES, unique_by=lambda file: file.name).map(
    lambda files: tuple(sorted(files, key=lambda file: file.name))
)


@given(LISTINGS, LISTINGS)
def test_every_listed_file_is_fetched_or_reused_and_every_other_dropped(
    listed: tuple[RemoteFile, ...], had: tuple[RemoteFile, ...]
) -> None:
    changes = compare(Listing("", listed), map(entry, had))
    fetched = {file.name for file in changes.fetch}
    reused = {each.file.name for each in changes.reuse}
    dropped = {each.file.name for each in changes.drop}
    assert fetched | reused == {file.name for file in listed}
    assert not fetched & reused
    assert dropped == {file.name for file in had} - {file.name for file in listed}


@given(LISTINGS)
def test_what_has_some_evidence_is_never_fetched_twice(listed: tuple[RemoteFile, ...]) -> None:
    entries = [entry(file, (file.digest or "").removeprefix("sha256:") or "aa") for file in listed]
    without = {file.name for file in listed if not (file.modified or file.etag or file.digest)}
    assert {file.name for file in compare(Listing("", listed), entries).fetch} == without
