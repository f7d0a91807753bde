"""The number that tells whether the index changed."""

import multiprocessing
import os
import signal
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from holdfast.sequences.storage import edition
from holdfast.sequences.storage.edition import UNKNOWN, Edition

FORK = multiprocessing.get_context("fork")


@pytest.fixture
def index(tmp_path: Path) -> Path:
    return tmp_path / "index.sqlite"


@pytest.fixture
def written(index: Path) -> Edition:
    """An edition whose file is there."""
    written = Edition(index)
    with written.turning():
        pass
    return written


def test_the_number_is_odd_within_a_change_and_even_and_larger_behind_it(
    index: Path, written: Edition
) -> None:
    reader = Edition(index)
    before = reader.now()
    with written.turning():
        assert (reader.now(), written.now()) == (before + 1, before + 1)
    assert (reader.now(), written.now()) == (before + 2, before + 2)
    assert before % 2 == 0


def test_a_change_that_fails_ends_as_well(index: Path, written: Edition) -> None:
    reader = Edition(index)
    before = reader.now()
    with pytest.raises(ZeroDivisionError), written.turning():
        raise ZeroDivisionError
    assert reader.now() == before + 2


def test_a_writer_killed_within_a_change_leaves_an_odd_number_until_the_next_change(
    index: Path, written: Edition
) -> None:
    reader = Edition(index)
    before = reader.now()

    def die() -> None:
        with written.turning():
            os.kill(os.getpid(), signal.SIGKILL)

    process = FORK.Process(target=die)
    process.start()
    process.join()
    assert process.exitcode == -signal.SIGKILL
    assert reader.now() == before + 1
    with written.turning():
        assert reader.now() == before + 1
    assert reader.now() == before + 2


def test_a_forked_process_sees_the_changes_of_its_parent_and_the_other_way_round(
    written: Edition,
) -> None:
    before = written.now()
    theirs, ours = FORK.Pipe()

    def child() -> None:
        theirs.recv()
        theirs.send(written.now())
        with written.turning():
            pass
        theirs.send(None)

    process = FORK.Process(target=child)
    process.start()
    with written.turning():
        pass
    ours.send(None)
    assert ours.recv() == before + 2
    assert ours.recv() is None
    assert written.now() == before + 4
    process.join()


@pytest.mark.parametrize(
    "put",
    [
        lambda _: None,
        lambda path: path.write_bytes(b""),
        lambda path: path.write_bytes(bytes(7)),
        lambda path: path.mkdir(),
        os.mkfifo,
    ],
    ids=["nothing", "an empty file", "a short file", "a folder", "a pipe"],
)
def test_what_is_no_number_says_nothing(index: Path, put: Callable[[Path], None]) -> None:
    asked = Edition(index)
    put(asked.path)
    assert asked.now() % 2 == 1
    assert asked.number is UNKNOWN


@settings(
    max_examples=50, derandomize=True, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(content=st.one_of(st.binary(max_size=20), st.just(b"\xff" * 8)))
def test_whatever_the_file_holds_a_change_makes_it_odd_and_then_even(
    index: Path, content: bytes
) -> None:
    reader = writer = Edition(index)
    writer.path.write_bytes(content)
    with writer.turning():
        odd = reader.now()
    assert odd % 2 == 1
    assert reader.now() == (odd + 1) % 2**64
    if len(content) >= 8:  # a reader who had it mapped sees another number, and never the same
        assert odd == int.from_bytes(content[:8], sys.byteorder) | 1


def test_a_file_that_is_taken_away_is_made_anew_and_no_reader_trusts_the_old_one(
    index: Path, written: Edition, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(edition, "LEASE", 0.1)
    index.touch()
    reader = Edition(index)
    before = reader.now()
    written.path.unlink()
    with written.turning():  # it comes to this when every lease is over
        assert reader.now() % 2 == 1
        assert reader.now() != before + 1
    assert reader.now() % 2 == 0
    assert reader.now() != before


def test_a_new_store_does_not_wait_for_readers(
    index: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(edition.time, "sleep", pytest.fail)
    with Edition(index).turning():
        pass


def test_the_file_may_be_used_by_whom_the_index_may_be_used(
    index: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(edition, "LEASE", 0.0)
    index.touch()
    index.chmod(0o664)
    made = Edition(index)
    with made.turning():
        pass
    assert made.path.stat().st_mode & 0o777 == 0o664
    assert made.path.stat().st_uid == index.stat().st_uid


def test_a_file_that_cannot_be_written_keeps_the_index_from_changing(index: Path) -> None:
    made = Edition(index)
    made.path.mkdir()
    with pytest.raises(IsADirectoryError), made.turning():
        pytest.fail("the index would have changed, and readers would not know")


def test_what_is_closed_is_mapped_again_when_somebody_asks(written: Edition) -> None:
    before = written.now()
    written.close()
    assert written.number is UNKNOWN
    assert written.now() == before
