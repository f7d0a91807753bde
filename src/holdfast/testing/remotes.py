"""
The examination every remote must pass.

To examine a remote, inherit :class:`RemoteContract` in a test module and provide a fixture
``place``: something files can be put in and taken from, and that opens a remote on them::

    class TestMyRemote(RemoteContract):
        @pytest.fixture
        def place(self, tmp_path) -> Place:
            return MyPlace(tmp_path)

A place begins empty. Which odd names a kind of remote can carry at all is said by ``odd_names``.
"""

import hashlib
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import ClassVar, Protocol

import pytest

from holdfast.base.progress import Progress
from holdfast.errors import DigestMismatch, FetchFailed, FileChanged, ListingFailed, UnsafeName
from holdfast.remotes.interface import (
    Arrived,
    Everything,
    Listing,
    Remote,
    RemoteFile,
    TransferPolicy,
    same_time,
)

NOON = datetime(2026, 1, 2, 12, 0, 34, tzinfo=UTC)
HASTE = TransferPolicy(parallel=4, retries=2, backoff=0.01, timeout=2, connect_timeout=5)
LARGE = bytes(range(256)) * 8000  #: two megabytes, more than is kept in memory on the way


class Place(Protocol):
    """Where the examined remote's files are."""

    def put(self, name: str, content: bytes, modified: datetime) -> None:
        """Make a file, or another version of it."""

    def remove(self, name: str) -> None:
        """Remove a file."""

    def open(self, policy: TransferPolicy) -> Remote:
        """A remote on what is here."""

    def open_nowhere(self, policy: TransferPolicy) -> Remote | None:
        """A remote on a folder that is not there; None where that cannot be."""


class Only:
    """Wants the files named, and remembers which folders it was asked about."""

    def __init__(self, *names: str) -> None:
        self.names, self.asked = set(names), set[str]()

    def file(self, name: str) -> bool:
        """Is it one of those named?"""
        return name in self.names

    def folder(self, name: str) -> bool:
        """Is one of those named below it?"""
        self.asked.add(name)
        return any(wanted.startswith(f"{name}/") for wanted in self.names)


class RemoteContract:
    """What :class:`~holdfast.remotes.interface.Remote` promises, as tests."""

    odd_names: ClassVar[tuple[str, ...]] = (
        "two words.fa",
        "ünï.fa",
        "a+b&c=d.fa",
        "100%.fa",
        "%41.fa",
        "what?.fa",
        "#1.fa",
        'it\'s "here".fa',
        "<b>.fa",
        "semi;colon.fa",
        "co:lon.fa",
        "-n",
        ".hidden",
        "~tilde",
        "[x]*.fa",
    )

    @pytest.fixture
    def place(self) -> Place:
        """An empty place of the kind under examination."""
        raise NotImplementedError

    @pytest.fixture
    def remote(self, place: Place) -> Remote:
        """The remote under examination, with three files."""
        place.put("a.fa", b">a\nACGT\n", NOON)
        place.put("sub/b.fa", b">b\nAC\n", NOON + timedelta(days=200))
        place.put("sub/deep/c.fa", LARGE, NOON - timedelta(days=4000))
        return place.open(HASTE)

    def test_a_listing_has_every_file_once_sorted_with_exact_sizes(self, remote: Remote) -> None:
        files = remote.list(Everything()).files
        assert [(file.name, file.size) for file in files] == [
            ("a.fa", 8),
            ("sub/b.fa", 6),
            ("sub/deep/c.fa", len(LARGE)),
        ]

    def test_a_listing_tells_modification_times_in_utc(self, remote: Remote) -> None:
        times = [file.modified for file in remote.list(Everything()).files]
        told = [NOON, NOON + timedelta(days=200), NOON - timedelta(days=4000)]
        assert all(time is not None and time.tzinfo is UTC for time in times)
        assert all(same_time(*pair) for pair in zip(times, told, strict=True))

    def test_the_same_question_gets_the_same_answer(self, remote: Remote) -> None:
        assert remote.list(Everything()) == remote.list(Everything())

    def test_only_what_is_wanted_is_listed(self, remote: Remote) -> None:
        assert names(remote.list(Only("sub/b.fa", "nowhere"))) == ["sub/b.fa"]

    def test_folders_in_which_nothing_is_wanted_are_not_entered(self, remote: Remote) -> None:
        wanted = Only("a.fa")
        remote.list(wanted)
        assert "sub/deep" not in wanted.asked

    def test_the_folders_of_the_root_are_told(self, place: Place, remote: Remote) -> None:
        place.put("release 2/x", b"x", NOON)
        assert remote.folders() == ("release 2", "sub")

    def test_an_empty_place_has_an_empty_listing(self, place: Place) -> None:
        place.put("a", b"a", NOON)
        place.remove("a")
        assert place.open(HASTE).list(Everything()).files == ()

    def test_a_place_that_is_not_there_is_no_empty_place(self, place: Place) -> None:
        remote = place.open_nowhere(HASTE)
        if remote is not None:
            with pytest.raises(ListingFailed, match="nowhere"):
                remote.list(Everything())
            with pytest.raises(ListingFailed, match="nowhere"):
                remote.folders()

    def test_a_small_file_is_read(self, remote: Remote) -> None:
        assert remote.read("a.fa", 8) == b">a\nACGT\n"
        assert remote.read("sub/b.fa", 100) == b">b\nAC\n"

    def test_a_file_larger_than_the_limit_is_not_read(self, remote: Remote) -> None:
        with pytest.raises(FetchFailed, match="more than the 7 bytes"):
            remote.read("a.fa", 7)

    def test_a_file_that_is_not_there_cannot_be_read(self, remote: Remote) -> None:
        with pytest.raises(FetchFailed, match="none"):
            remote.read("none", 10)

    def test_a_name_that_climbs_is_not_read(self, remote: Remote) -> None:
        with pytest.raises(UnsafeName):
            remote.read("../etc/passwd", 10)

    def test_files_arrive_whole_with_their_times(self, remote: Remote, tmp_path: Path) -> None:
        files = remote.list(Everything()).files
        folder = tmp_path / "here"
        arrivals = remote.fetch(files, folder)
        contents = (b">a\nACGT\n", b">b\nAC\n", LARGE)
        assert tuple(arrival.file for arrival in arrivals) == files
        for arrival, content in zip(arrivals, contents, strict=True):
            check_arrival(arrival, folder, content)

    def test_nothing_but_the_files_is_left(self, remote: Remote, tmp_path: Path) -> None:
        remote.fetch(remote.list(Everything()).files, tmp_path / "here")
        assert contents_of(tmp_path / "here") == {"a.fa", "sub/b.fa", "sub/deep/c.fa"}

    def test_each_arrival_and_the_progress_are_told(self, remote: Remote, tmp_path: Path) -> None:
        told: list[Arrived] = []
        heard: list[Progress] = []
        files = remote.list(Everything()).files
        arrivals = remote.fetch(files, tmp_path / "here", heard.append, told.append)
        total = sum(arrival.size for arrival in arrivals)
        assert sorted(one.file.name for one in told) == [file.name for file in files]
        assert Progress("fetching", total, total, "bytes") in heard
        assert Progress("fetching", 3, 3, "files") in heard

    def test_only_the_files_asked_for_are_fetched(self, remote: Remote, tmp_path: Path) -> None:
        files = remote.list(Everything()).files
        remote.fetch(files[1:2], tmp_path / "here")
        assert contents_of(tmp_path / "here") == {"sub/b.fa"}

    def test_fetching_nothing_is_no_error(self, remote: Remote, tmp_path: Path) -> None:
        assert remote.fetch((), tmp_path / "here") == ()

    def test_an_empty_file_arrives(self, place: Place, tmp_path: Path) -> None:
        place.put("empty", b"", NOON)
        remote = place.open(HASTE)
        (arrival,) = remote.fetch(remote.list(Everything()).files, tmp_path / "here")
        check_arrival(arrival, tmp_path / "here", b"")

    def test_odd_names_come_through_unharmed(self, place: Place, tmp_path: Path) -> None:
        for name in self.odd_names:
            place.put(f"{name}", name.encode(), NOON)
            place.put(f"in {name}/{name}", name.encode(), NOON)
        remote = place.open(HASTE)
        arrivals = remote.fetch(remote.list(Everything()).files, tmp_path / "here")
        assert contents_of(tmp_path / "here") == {
            *self.odd_names,
            *(f"in {name}/{name}" for name in self.odd_names),
        }
        for arrival in arrivals:
            assert arrival.path.read_bytes() == arrival.path.name.encode()

    def test_what_is_in_place_is_not_fetched_again(self, place: Place, tmp_path: Path) -> None:
        place.put("a.fa", b"ACGT", NOON)
        remote = place.open(HASTE)
        files = remote.list(Everything()).files
        first = remote.fetch(files, tmp_path / "here")
        inode = first[0].path.stat().st_ino
        second = remote.fetch(files, tmp_path / "here")
        assert second[0].path.stat().st_ino == inode
        assert (second[0].sha256, second[0].size) == (first[0].sha256, first[0].size)

    def test_an_older_version_in_place_is_replaced(self, place: Place, tmp_path: Path) -> None:
        place.put("a.fa", b"ACGT", NOON)
        remote = place.open(HASTE)
        remote.fetch(remote.list(Everything()).files, tmp_path / "here")
        place.put("a.fa", b"TTTT", NOON + timedelta(hours=1))
        (arrival,) = remote.fetch(remote.list(Everything()).files, tmp_path / "here")
        check_arrival(arrival, tmp_path / "here", b"TTTT")

    def test_a_file_that_changed_since_the_listing_is_refused(
        self, place: Place, remote: Remote, tmp_path: Path
    ) -> None:
        files = remote.list(Everything()).files
        place.put("a.fa", b"another version", NOON + timedelta(hours=1))
        with pytest.raises(FileChanged, match=r"a\.fa.*changed.*list the remote again"):
            remote.fetch(files, tmp_path / "here")
        assert not (tmp_path / "here" / "a.fa").exists()

    def test_a_file_that_is_gone_is_named(
        self, place: Place, remote: Remote, tmp_path: Path
    ) -> None:
        files = remote.list(Everything()).files
        place.remove("sub/b.fa")
        with pytest.raises(FetchFailed, match=r"sub/b\.fa"):
            remote.fetch(files, tmp_path / "here")
        assert not (tmp_path / "here" / "sub" / "b.fa").exists()

    def test_a_kept_promise_is_no_error(self, remote: Remote, tmp_path: Path) -> None:
        md5 = hashlib.md5(LARGE, usedforsecurity=False).hexdigest()
        remote.fetch(promising(remote, f"md5:{md5}"), tmp_path / "here")
        assert (tmp_path / "here" / "sub" / "deep" / "c.fa").read_bytes() == LARGE

    def test_a_broken_promise_is_refused(self, remote: Remote, tmp_path: Path) -> None:
        for kind in ("md5", "sha1", "sha256"):
            with pytest.raises(DigestMismatch, match=r"c\.fa.*fetching again may help"):
                remote.fetch(promising(remote, f"{kind}:00ff"), tmp_path / kind)
            assert not contents_of(tmp_path / kind)

    def test_an_unsafe_name_is_not_fetched(self, remote: Remote, tmp_path: Path) -> None:
        file = remote.list(Everything()).files[0]
        for name in ("../up", "/etc/passwd", "a/../../b", "a\nb", "a\\b", ""):
            hostile = RemoteFile(name, file.url, file.size, file.modified)
            with pytest.raises(UnsafeName):
                remote.fetch([file, hostile], tmp_path / "here")
            assert not contents_of(tmp_path), name

    def test_a_file_named_as_a_part_harms_no_other(self, place: Place, tmp_path: Path) -> None:
        every = {"x": LARGE, "x.part": b"a file of its own", "x.part.json": b"{}"}
        for name, content in every.items():
            place.put(name, content, NOON)
        remote = place.open(HASTE)
        arrivals = remote.fetch(remote.list(Everything()).files, tmp_path / "here")
        assert {arrival.file.name: arrival.path.read_bytes() for arrival in arrivals} == every
        assert contents_of(tmp_path / "here") == set(every)


def names(listing: Listing) -> list[str]:
    """The names of a listing's files."""
    return [file.name for file in listing.files]


def promising(remote: Remote, digest: str) -> list[RemoteFile]:
    """The large file of the remote, with the promise that its digest is `digest`."""
    large = remote.list(Only("sub/deep/c.fa")).files[0]
    return [RemoteFile(large.name, large.url, large.size, large.modified, large.etag, digest)]


def contents_of(folder: Path) -> set[str]:
    """The names of all files below `folder`."""
    return {path.relative_to(folder).as_posix() for path in folder.rglob("*") if not path.is_dir()}


def check_arrival(arrival: Arrived, folder: Path, content: bytes) -> None:
    """See that the arrived file, and what is said of it, is as it should be."""
    assert arrival.path == folder / arrival.file.name
    assert arrival.path.read_bytes() == content
    assert arrival.size == len(content)
    assert arrival.sha256 == hashlib.sha256(content).hexdigest()
    assert arrival.modified is not None
    assert same_time(arrival.file.modified, arrival.modified)
    assert arrival.path.stat().st_mtime == arrival.modified.timestamp()
    assert arrival.path.stat().st_mode & 0o777 == 0o644
