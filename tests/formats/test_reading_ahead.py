"""What a thread reads ahead is what there is, and breaks where it breaks."""

import gzip
import io
import threading

import pytest

from holdfast.errors import FormatError
from holdfast.formats import reading_ahead
from holdfast.formats.compression import PLAIN, STEP, STEP_MOST, open_content
from holdfast.formats.reading_ahead import read_ahead

TEXT = bytes(range(256)) * 2000


@pytest.fixture(autouse=True)
def parts(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reading_ahead, "PART", 50_000)


@pytest.mark.parametrize("size", [1000, 50_000, 70_001, len(TEXT) + 1])
def test_all_is_read_whatever_is_asked_for_at_once(size: int) -> None:
    with open_content(io.BytesIO(gzip.compress(TEXT)), "x") as packed, read_ahead(packed) as ahead:
        assert (ahead.name, ahead.kind) == ("x", "gzip")
        assert ahead.peek(300) == TEXT[:300]
        found = []
        while part := ahead.read(size):
            found.append(part)
    assert b"".join(found) == TEXT
    assert {len(part) for part in found[:-1]} <= {size}


@pytest.mark.parametrize(("size", "step"), [(len(TEXT), STEP_MOST), (90_000, STEP)])
def test_what_was_there_before_a_break_is_told(size: int, step: int) -> None:
    text = TEXT[:size]
    cut = gzip.compress(text, 0)[:-10_000]
    with open_content(io.BytesIO(cut), "x") as packed, read_ahead(packed) as ahead:
        found = ahead.read(30_000)
        with pytest.raises(FormatError, match="x: the gzip data are damaged or cut short"):
            ahead.read(size)
    found += ahead.lost
    assert text.startswith(found)
    assert size - 10_000 - step <= len(found) < size - 9_000


def test_the_stream_is_left_alone_when_all_was_read() -> None:
    stream = io.BytesIO(gzip.compress(TEXT))
    with open_content(stream, "x") as packed, read_ahead(packed) as ahead:
        while ahead.read(70_000):
            pass
        stream.close()
        assert ahead.read(10) == b""


def test_who_stops_early_leaves_no_thread() -> None:
    before = threading.active_count()
    with open_content(io.BytesIO(gzip.compress(TEXT)), "x") as packed, read_ahead(packed) as ahead:
        assert ahead.read(10) == TEXT[:10]
        assert threading.active_count() > before
    assert threading.active_count() == before


def test_plain_bytes_are_read_as_they_are_wanted() -> None:
    with open_content(io.BytesIO(TEXT), "x") as plain, read_ahead(plain) as same:
        assert same is plain
        assert same.kind == PLAIN
