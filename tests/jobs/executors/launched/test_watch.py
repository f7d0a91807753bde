"""The watch over folders, with files as launchers write them."""

import time
from collections.abc import Iterator
from pathlib import Path
from threading import Event

import pytest

from holdfast.jobs.executors.launched.watch import Watch

TICKET, OTHER = "a" * 32, "b" * 32


@pytest.fixture
def bell() -> Event:
    return Event()


@pytest.fixture
def watch(bell: Event) -> Iterator[Watch]:
    watch = Watch(bell, interval=0.02)
    yield watch
    watch.close()


def test_it_rings_once_for_each_new_file_of_a_ticket(
    watch: Watch, bell: Event, tmp_path: Path
) -> None:
    watch.follow(tmp_path, TICKET)
    for suffix in ("began", "ended"):
        (tmp_path / f"{TICKET}.{suffix}").touch()
        assert bell.wait(2)
        assert watch.fresh() == {TICKET}
        bell.clear()
        assert not bell.wait(0.1)
        assert watch.fresh() == set()


def test_files_of_others_and_of_other_kinds_are_no_news(
    watch: Watch, bell: Event, tmp_path: Path
) -> None:
    watch.follow(tmp_path, TICKET)
    for name in (f"{OTHER}.began", f"{TICKET}.start", f"{TICKET}.taken", ".tmp-x.ended", "\udcff"):
        (tmp_path / name).touch()
    assert not bell.wait(0.2)


def test_what_was_left_is_no_news(watch: Watch, bell: Event, tmp_path: Path) -> None:
    watch.follow(tmp_path, TICKET)
    watch.follow(tmp_path, OTHER)
    watch.leave(tmp_path, TICKET)
    (tmp_path / f"{TICKET}.ended").touch()
    assert not bell.wait(0.1)
    (tmp_path / f"{OTHER}.ended").touch()
    assert bell.wait(2)
    assert watch.fresh() == {OTHER}


def test_a_folder_that_is_away_for_a_while_is_looked_at_when_it_is_back(
    watch: Watch, bell: Event, tmp_path: Path
) -> None:
    folder = tmp_path / "away"
    watch.follow(folder, TICKET)
    assert not bell.wait(0.1)
    folder.mkdir()
    (folder / f"{TICKET}.ended").touch()
    assert bell.wait(2)


def test_it_rings_when_it_was_asked_to(watch: Watch, bell: Event, tmp_path: Path) -> None:
    watch.follow(tmp_path, TICKET)
    moment = time.monotonic() + 0.1
    watch.wake_at(moment + 600)
    watch.wake_at(moment)
    assert bell.wait(2)
    assert time.monotonic() >= moment
