"""
The examination every depot must pass.

To examine a depot, inherit :class:`DepotContract` (or :class:`WritableDepotContract`, for one that
can be pushed to) in a test module and provide a fixture ``site``: a place that begins empty, into
which files can be put as a server's keeper would, and that opens depots on itself::

    class TestMyDepot(DepotContract):
        @pytest.fixture
        def site(self, tmp_path) -> Site:
            return MySite(tmp_path)
"""

from hashlib import sha256
from pathlib import Path
from typing import Protocol

import pytest

from holdfast.base.progress import Progress
from holdfast.errors import DigestMismatch, FetchFailed, RemoteError, StoreBusy
from holdfast.remotes.interface import TransferPolicy
from holdfast.sequences.sync.depot import Depot, Parcel, WritableDepot

HASTE = TransferPolicy(parallel=3, retries=1, backoff=0.01, timeout=5, connect_timeout=5)
LARGE = bytes(range(256)) * 9000  #: two megabytes, more than is kept in memory on the way


class Site(Protocol):
    """Where the examined depot's files are."""

    def put(self, name: str, content: bytes) -> None:
        """Make a file, or another version of it."""

    def content(self, name: str) -> bytes | None:
        """What a file holds; None when there is none."""

    def open(self, policy: TransferPolicy) -> Depot:
        """A depot on what is here."""

    def open_nowhere(self, policy: TransferPolicy) -> Depot:
        """A depot on a folder that is not there."""


def parcel(name: str, content: bytes) -> Parcel:
    """A file of this content as a parcel."""
    return Parcel(name, len(content), sha256(content).hexdigest())


class DepotContract:
    """What :class:`~holdfast.sequences.sync.depot.Depot` promises, as tests."""

    @pytest.fixture
    def site(self) -> Site:
        """An empty site of the kind under examination."""
        raise NotImplementedError

    @pytest.fixture
    def depot(self, site: Site) -> Depot:
        """The depot under examination, with a small file and two to fetch."""
        site.put("store.toml", b"0123456789")
        site.put("packs/aa/one.pack", LARGE)
        site.put("packs/bb/two.pack", b"small")
        return site.open(HASTE)

    @pytest.fixture
    def parcels(self) -> list[Parcel]:
        """What can be fetched."""
        return [parcel("packs/aa/one.pack", LARGE), parcel("packs/bb/two.pack", b"small")]

    @pytest.mark.parametrize("start", [0, 1, 9])
    def test_a_small_file_is_read_from_a_byte_on(self, depot: Depot, start: int) -> None:
        assert depot.read("store.toml", 10, start) == b"0123456789"[start:]

    @pytest.mark.parametrize("start", [10, 11, 1000])
    def test_past_the_end_there_is_nothing(self, depot: Depot, start: int) -> None:
        assert depot.read("store.toml", 10, start) == b""

    def test_an_empty_file_is_no_missing_file(self, site: Site) -> None:
        site.put("journal/empty", b"")
        assert site.open(HASTE).read("journal/empty", 10) == b""

    def test_what_is_not_there_is_none(self, depot: Depot) -> None:
        assert depot.read("snapshots/none.json", 10) is None

    def test_nowhere_there_is_nothing(self, site: Site) -> None:
        assert site.open_nowhere(HASTE).read("store.toml", 10) is None

    @pytest.mark.parametrize(("limit", "start"), [(9, 0), (4, 5)])
    def test_more_than_the_limit_is_not_read(self, depot: Depot, limit: int, start: int) -> None:
        with pytest.raises(FetchFailed, match=f"store.toml.*more than the {limit} bytes"):
            depot.read("store.toml", limit, start)

    def test_each_reading_is_fresh(self, site: Site, depot: Depot) -> None:
        assert depot.read("store.toml", 10) == b"0123456789"
        site.put("store.toml", b"another one")
        assert depot.read("store.toml", 20) == b"another one"

    def test_files_arrive_whole(self, depot: Depot, parcels: list[Parcel], tmp_path: Path) -> None:
        heard: list[Progress] = []
        here = tmp_path / "here"
        depot.fetch(parcels, here, heard.append)
        assert files_of(here) == {"packs/aa/one.pack": LARGE, "packs/bb/two.pack": b"small"}
        assert heard[-1].what == "fetching"
        assert heard[-1].unit == "bytes"
        assert heard[-1].done == sum(each.size for each in parcels)

    def test_fetching_nothing_is_no_error(self, depot: Depot, tmp_path: Path) -> None:
        depot.fetch([], tmp_path / "here")

    def test_a_file_that_is_gone_is_named(
        self, depot: Depot, parcels: list[Parcel], tmp_path: Path
    ) -> None:
        with pytest.raises(FetchFailed, match="none"):
            depot.fetch([*parcels, parcel("packs/cc/none.pack", b"x")], tmp_path / "here")
        assert "packs/cc/none.pack" not in files_of(tmp_path / "here")

    def test_wrong_bytes_are_removed(
        self, depot: Depot, parcels: list[Parcel], tmp_path: Path
    ) -> None:
        wrong = Parcel("packs/bb/two.pack", 5, parcel("", b"other").sha256)
        with pytest.raises(DigestMismatch, match=r"two\.pack.*fetching again may help"):
            depot.fetch([wrong], tmp_path / "here")
        assert files_of(tmp_path / "here") == {}

    @pytest.mark.parametrize("size", [4, 6])
    def test_a_wrong_size_is_refused(self, depot: Depot, tmp_path: Path, size: int) -> None:
        wrong = Parcel("packs/bb/two.pack", size, parcel("", b"small").sha256)
        with pytest.raises(FetchFailed, match=r"two\.pack"):
            depot.fetch([wrong], tmp_path / "here")
        assert "packs/bb/two.pack" not in files_of(tmp_path / "here")

    def test_what_came_before_an_error_is_there_the_next_time(
        self, site: Site, depot: Depot, parcels: list[Parcel], tmp_path: Path
    ) -> None:
        late = parcel("packs/cc/late.pack", b"late")
        with pytest.raises(FetchFailed):
            depot.fetch([*parcels, late], tmp_path / "here")
        site.put("packs/cc/late.pack", b"late")
        site.open(HASTE).fetch([*parcels, late], tmp_path / "here")
        assert files_of(tmp_path / "here") == {
            "packs/aa/one.pack": LARGE,
            "packs/bb/two.pack": b"small",
            "packs/cc/late.pack": b"late",
        }


class WritableDepotContract(DepotContract):
    """What :class:`~holdfast.sequences.sync.depot.WritableDepot` promises, as tests."""

    @pytest.fixture
    def writable(self, site: Site) -> WritableDepot:
        """The depot under examination, empty."""
        depot = site.open(HASTE)
        assert isinstance(depot, WritableDepot)
        return depot

    @pytest.fixture
    def here(self, tmp_path: Path) -> Path:
        """A folder with what is to be put."""
        for name, content in (("packs/aa/one.pack", LARGE), ("packs/bb/two.pack", b"small")):
            path = tmp_path / "from" / name
            path.parent.mkdir(parents=True)
            path.write_bytes(content)
        return tmp_path / "from"

    def test_files_are_put_there(
        self, site: Site, writable: WritableDepot, parcels: list[Parcel], here: Path
    ) -> None:
        heard: list[Progress] = []
        writable.put(parcels, here, heard.append)
        assert site.content("packs/aa/one.pack") == LARGE
        assert site.content("packs/bb/two.pack") == b"small"
        assert (heard[-1].what, heard[-1].unit) == ("sending", "bytes")
        assert heard[-1].done == len(LARGE) + 5

    def test_what_is_there_is_not_sent_again(
        self, site: Site, writable: WritableDepot, parcels: list[Parcel], here: Path
    ) -> None:
        site.put("packs/aa/one.pack", LARGE)
        assert 5 <= writable.put(parcels, here) < 100
        assert writable.put(parcels, here) == 0

    def test_putting_nothing_sends_nothing(self, writable: WritableDepot, here: Path) -> None:
        assert writable.put([], here) == 0

    def test_a_file_that_is_not_here_cannot_be_put(
        self, writable: WritableDepot, here: Path
    ) -> None:
        with pytest.raises(RemoteError):
            writable.put([parcel("packs/cc/none.pack", b"x")], here)

    def test_a_small_file_is_made_and_replaced(self, site: Site, writable: WritableDepot) -> None:
        writable.replace("journal/LIST", b"one", None)
        assert site.content("journal/LIST") == b"one"
        writable.replace("journal/LIST", b"one and two", b"one")
        assert site.content("journal/LIST") == b"one and two"

    @pytest.mark.parametrize("before", [None, b"other", b"one and two"])
    def test_what_changed_meanwhile_is_not_replaced(
        self, site: Site, writable: WritableDepot, before: bytes | None
    ) -> None:
        site.put("journal/LIST", b"one")
        with pytest.raises(StoreBusy, match="LIST changed meanwhile"):
            writable.replace("journal/LIST", b"mine", before)
        assert site.content("journal/LIST") == b"one"

    def test_what_went_meanwhile_is_not_replaced(self, site: Site, writable: WritableDepot) -> None:
        with pytest.raises(StoreBusy, match="LIST changed meanwhile"):
            writable.replace("journal/LIST", b"mine", b"one")
        assert site.content("journal/LIST") is None


def files_of(folder: Path) -> dict[str, bytes]:
    """All files below `folder` but those under way, with what they hold."""
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in folder.rglob("*")
        if path.is_file() and ".part" not in path.name
    }
