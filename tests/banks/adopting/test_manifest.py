"""What is known of an adopted release: no change of a remote is ever missed by it."""

import json
import os
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from holdfast.banks.adopting.manifest import Kept, day_of, entries, read_records
from holdfast.banks.choosing.changes import compare
from holdfast.banks.recipes.recipe import Recipe
from holdfast.banks.releases.release import Product
from holdfast.errors import BankError
from holdfast.remotes.interface import Listing, RemoteFile

DAY = datetime(2024, 3, 7, tzinfo=UTC)


def recipe(*steps: dict[str, object]) -> Recipe:
    return Recipe.model_validate(
        {"name": "x", "remote": {"url": "https://e.org/"}, "steps": list(steps)}
    )


UNPACK: dict[str, object] = {"name": "unpack", "use": "unpack"}
SELECT: dict[str, object] = {"name": "select", "use": "select", "match": [".*\\.fa$"]}


def kept(**sizes: int) -> dict[str, Kept]:
    """Files of a release; ``_`` in a name stands for a dot."""
    names = {name.replace("_", "."): size for name, size in sizes.items()}
    return {name: Kept(Product(name, size, f"of {name}"), 0) for name, size in names.items()}


def listed(name: str, size: int | None = 5, day: datetime | None = DAY) -> RemoteFile:
    return RemoteFile(name, "", size, day)


def test_a_file_in_the_release_is_the_remotes_if_its_size_is() -> None:
    found = entries(kept(a_fa=5, b_fa=6), [listed("a.fa"), listed("b.fa")], recipe())
    assert [(each.file, each.sha256) for each in found] == [
        (listed("a.fa"), "of a.fa"),
        (RemoteFile("b.fa", "", 6, datetime(1970, 1, 1, tzinfo=UTC)), "of b.fa"),
    ]


@pytest.mark.parametrize(
    ("name", "steps", "known"),
    [
        ("x.fa.gz", [UNPACK], ["x.fa"]),
        ("x.fa.gz", [], None),  # then it should be there itself
        ("x.fa.bz2", [UNPACK], None),
        ("x.tar.gz", [UNPACK], None),
        ("x.zip", [UNPACK, SELECT], None),  # who knows what was in it
        ("x.tar.gz", [UNPACK, SELECT], None),
        ("README", [SELECT], []),  # it was left out, and stays out
        ("README.gz", [UNPACK, SELECT], []),
        ("y.fa", [SELECT], None),  # it is wanted, and not there
    ],
)
def test_an_entry_is_only_what_is_certain(
    name: str, steps: list[dict[str, object]], known: list[str] | None
) -> None:
    found = {each.file.name: each for each in entries(kept(x_fa=7), [listed(name)], recipe(*steps))}
    products = [each.path for entry in found.values() for each in entry.products]
    assert products == ["x.fa"]  # each file is there once, whatever is known of it
    assert (name in found) is (known is not None)
    if known is not None:
        assert [each.path for each in found[name].products] == known


NAMES = ["a", "a.gz", "b", "b.gz", "c.tar.gz", "c", "d.fa", "d.fa.gz"]


@settings(max_examples=60)
@given(
    st.dictionaries(st.sampled_from(NAMES), st.integers(0, 3)),
    st.lists(st.tuples(st.sampled_from(NAMES), st.none() | st.integers(0, 3))),
    st.sampled_from([(), (UNPACK,), (SELECT,), (UNPACK, SELECT)]),
)
def test_every_file_is_in_one_entry_and_every_name_is_one_entrys(
    sizes: dict[str, int],
    records: list[tuple[str, int | None]],
    steps: tuple[dict[str, object], ...],
) -> None:
    files = {name: Kept(Product(name, size, "x"), 0) for name, size in sizes.items()}
    found = entries(files, [listed(name, size) for name, size in records], recipe(*steps))
    assert sorted(each.path for entry in found for each in entry.products) == sorted(files)
    names = [entry.file.name for entry in found]
    assert names == sorted(set(names))


def test_what_the_remote_says_now_decides_what_is_fetched() -> None:
    had = entries(kept(a=5, b=5, c=5), [listed("a"), listed("b"), listed("c")], recipe())
    noon = datetime(2024, 3, 7, 12, 34, 56, tzinfo=UTC)
    now = (
        listed("a", day=noon),  # the same day: all that BioMAJ knew
        listed("b", day=datetime(2024, 3, 8, tzinfo=UTC)),
        listed("c", size=6),
        listed("d"),
    )
    changes = compare(Listing("", now), had)
    assert [each.name for each in changes.fetch] == ["b", "c", "d"]
    assert [each.file.name for each in changes.reuse] == ["a"]


@pytest.fixture(params=["UTC", "Europe/Paris", "America/New_York", "Asia/Kolkata"])
def zone(request: pytest.FixtureRequest) -> Iterator[str]:
    """The machine's time zone."""
    before = os.environ.get("TZ")
    os.environ["TZ"] = request.param
    time.tzset()
    yield request.param
    if before is None:
        del os.environ["TZ"]
    else:
        os.environ["TZ"] = before
    time.tzset()


@pytest.mark.parametrize("month", [1, 3, 7, 10])
def test_midnight_here_stands_for_the_day_of_the_listing(zone: str, month: int) -> None:
    midnight = datetime(2024, month, 31 if month != 3 else 10).astimezone()
    told = day_of(int(midnight.timestamp()) * 10**9)
    assert (told.month, told.day, told.hour) == (month, midnight.day, 0)
    later = day_of(int(midnight.timestamp() + 1) * 10**9)
    assert later.timestamp() == midnight.timestamp() + 1
    assert day_of(int(midnight.timestamp()) * 10**9 + 5).timestamp() == midnight.timestamp()


# -- the lists in BioMAJ's cache -------------------------------------------------------------------


def cached(tmp_path: Path, said: object) -> tuple[RemoteFile, ...] | None:
    (tmp_path / "files_12.5").write_text(said if isinstance(said, str) else json.dumps(said))
    return read_records(tmp_path, 12.5)


def test_the_list_of_a_session_is_read(tmp_path: Path) -> None:
    day = {"year": "2024", "month": 3, "day": 7}
    said = [
        {"name": "/sub/a.fa", "save_as": None, "size": 5, **day, "hash": "x"},
        {"name": "b.fa", "save_as": "c/b.fa", "size": "6", **day, "url": "http://e.org/b.fa"},
        {"name": "d", "size": 0, "year": 2024, "month": 13, "day": 1, "url": "ftp://u:p@e.org/d"},
        {"name": "../../etc/passwd", "size": 1, **day},
        {"size": 1},
    ]
    assert cached(tmp_path, said) == (
        RemoteFile("sub/a.fa", "", 5, DAY),
        RemoteFile("c/b.fa", "http://e.org/b.fa", 6, DAY),
        RemoteFile("d", "", None, None),
    )
    assert read_records(tmp_path, 13.0) is None
    (tmp_path / "files_13").write_text("[]")
    assert read_records(tmp_path, 13.0) == ()


@pytest.mark.parametrize("said", ["{", "{}", "[1]", '["a"]', "[" * 100_000, "9" * 9999])
def test_a_list_that_is_none_says_what_to_do(tmp_path: Path, said: str) -> None:
    with pytest.raises(BankError, match=r"files_12\.5: cannot be read: .*; move it away"):
        cached(tmp_path, said)
