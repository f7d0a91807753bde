"""What executors and launchers tell each other comes whole, and what is damaged tells nothing."""

import json
import os
from datetime import UTC, datetime
from pathlib import Path
from secrets import token_hex

import pytest
from hypothesis import given
from hypothesis import strategies as st

from holdfast.errors import JobError
from holdfast.jobs.executors import documents, exchange
from holdfast.jobs.executors.exchange import BeganNote
from holdfast.jobs.executors.interface import Ended
from holdfast.jobs.model import Cause, Usage
from holdfast.testing.examined import a_start

TICKET = "0123456789abcdef" * 2
AT = datetime(2026, 2, 3, 4, 5, 6, 789, UTC)
NOTE = BeganNote(TICKET, AT, "node7", 12, 34, "boot", "77")

moments = st.datetimes(timezones=st.just(UTC))
seconds = st.none() | st.floats(0, 1e12)
whole = st.integers(0, 2**63 - 1)
codes = st.none() | st.integers(-64, 255)
usages = st.builds(Usage, st.text(), seconds, seconds, st.none() | whole)
endeds = st.builds(
    Ended, st.just(TICKET), st.sampled_from(Cause), st.text(), moments, codes, usages
)
anything = st.recursive(
    st.none() | st.booleans() | st.floats() | st.integers() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=5,
)


@given(endeds)
def test_an_end_comes_over_whole(ended: Ended) -> None:
    document = json.loads(json.dumps(documents.document_of(ended)))
    assert documents.ended_from(document, TICKET) == ended


@given(st.builds(BeganNote, st.just(TICKET), moments, st.text(), whole, whole, st.text()))
def test_a_beginning_comes_over_whole(note: BeganNote) -> None:
    document = json.loads(json.dumps(documents.of_began(note)))
    assert documents.began_from(document, TICKET) == note


@given(endeds, st.data())
def test_a_strange_part_of_an_end_is_never_an_error(ended: Ended, data: st.DataObject) -> None:
    document = documents.document_of(ended)
    place = data.draw(st.sampled_from([document, document["usage"]]))
    place[data.draw(st.sampled_from(sorted(place)))] = data.draw(anything)
    found = documents.ended_from(document, TICKET)
    assert found is None or documents.ended_from(documents.document_of(found), TICKET) == found


@given(st.data())
def test_a_strange_part_of_a_beginning_is_never_an_error(data: st.DataObject) -> None:
    document = documents.of_began(NOTE)
    document[data.draw(st.sampled_from(sorted(document)))] = data.draw(anything)
    found = documents.began_from(document, TICKET)
    assert found is None or documents.of_began(found)["ticket"] == TICKET


@given(st.data())
def test_what_is_no_start_is_called_none(data: st.DataObject) -> None:
    start = a_start(Path("/folder"), ("true",), memory=5, time=6.0)
    spec = exchange.spec_of(start, limits=True, environment={})
    assert documents.is_spec(spec)
    del spec["ticket"]
    assert not documents.is_spec(spec)
    spec = exchange.spec_of(start, limits=True, environment={})
    key = data.draw(st.sampled_from(["command", "environment", "grace", "memory", "time"]))
    spec[key] = data.draw(st.lists(st.integers(), min_size=1) | st.text(max_size=0))
    assert not documents.is_spec(spec)


@pytest.mark.parametrize(
    "content",
    [b"", b"{", b"[]", b"\0" * 100, b"\xff\xfe", b"[" * 60_000, b"x" * 100_000, b'{"format": 2}'],
    ids=["empty", "cut", "a list", "zeros", "no text", "too deep", "too long", "of tomorrow"],
)
def test_a_damaged_file_counts_as_absent(tmp_path: Path, content: bytes) -> None:
    exchange.write_began(tmp_path, NOTE)
    exchange.write_ended(tmp_path, Ended(TICKET, Cause.WELL, "", AT))
    assert exchange.read_began(tmp_path, TICKET) == NOTE
    assert exchange.read_ended(tmp_path, TICKET) == Ended(TICKET, Cause.WELL, "", AT)
    for suffix in (exchange.BEGAN, exchange.ENDED):
        exchange.file_of(tmp_path, TICKET, suffix).write_bytes(content)
    assert exchange.read_began(tmp_path, TICKET) is None
    assert exchange.read_ended(tmp_path, TICKET) is None


def test_every_cut_of_a_file_counts_as_absent(tmp_path: Path) -> None:
    exchange.write_ended(tmp_path, Ended(TICKET, Cause.EXIT, "why", AT, 3))
    path = exchange.file_of(tmp_path, TICKET, exchange.ENDED)
    content = path.read_bytes()
    for length in range(len(content)):
        path.write_bytes(content[:length])
        assert exchange.read_ended(tmp_path, TICKET) is None


def test_a_file_of_another_start_tells_nothing(tmp_path: Path) -> None:
    exchange.write_ended(tmp_path, Ended(TICKET, Cause.WELL, "", AT))
    other = token_hex(16)
    path = exchange.file_of(tmp_path, TICKET, exchange.ENDED)
    path.rename(exchange.file_of(tmp_path, other, exchange.ENDED))
    assert exchange.read_ended(tmp_path, other) is None


def test_neither_links_nor_pipes_are_followed(tmp_path: Path) -> None:
    exchange.write_ended(tmp_path, Ended(TICKET, Cause.WELL, "", AT))
    path = exchange.file_of(tmp_path, TICKET, exchange.ENDED)
    path.rename(tmp_path / "elsewhere")
    path.symlink_to(tmp_path / "elsewhere")
    assert exchange.read_ended(tmp_path, TICKET) is None
    path.unlink()
    os.mkfifo(path)
    assert exchange.read_ended(tmp_path, TICKET) is None
    with os.fdopen(os.open(path, os.O_RDWR)):  # someone may yet write to it
        assert exchange.read_ended(tmp_path, TICKET) is None


@pytest.mark.parametrize("ticket", ["", "../x", "a/b", "a.b", "é", "a\0"])
def test_a_ticket_never_leaves_the_folder(tmp_path: Path, ticket: str) -> None:
    with pytest.raises(JobError, match="no ticket"):
        exchange.forget(tmp_path, ticket)
    with pytest.raises(JobError, match="no ticket"):
        exchange.read_ended(tmp_path, ticket)


def test_a_start_is_taken_once_and_not_given_up_then(tmp_path: Path) -> None:
    start = a_start(tmp_path, ("true", "\udcff"))
    path = exchange.write_spec(start, limits=False, environment={"HOLDFAST_X": "\udcfe"})
    assert path.stat().st_mode & 0o777 == 0o600
    spec = exchange.take(path)
    assert spec is not None
    assert spec["command"] == ["true", "\udcff"]
    assert spec["environment"]["HOLDFAST_X"] == "\udcfe"
    assert exchange.take(path) is None
    assert not exchange.give_up(tmp_path, start.ticket)
    exchange.forget(tmp_path, start.ticket)
    assert not list(tmp_path.iterdir())


def test_a_start_that_was_never_written_is_given_up(tmp_path: Path) -> None:
    assert exchange.give_up(tmp_path, TICKET)
    assert exchange.give_up(tmp_path, TICKET)


def test_limits_are_told_if_they_are_to_be_held(tmp_path: Path) -> None:
    start = a_start(tmp_path, ("true",), memory=7, time=8, stdout=Path("out"), directory=tmp_path)
    spec = exchange.spec_of(start, limits=True, environment={})
    assert (spec["memory"], spec["time"], spec["stdout"]) == (7, 8, str(tmp_path / "out"))
    spec = exchange.spec_of(start, limits=False, environment={})
    assert (spec["memory"], spec["time"], spec["asked_time"]) == (None, None, 8)
