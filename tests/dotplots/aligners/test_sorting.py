"""Lines are put in one order, whatever order they came in, as bytes."""

import io
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dotplots.examples import genome
from holdfast.dotplots.aligners import sorting
from holdfast.dotplots.aligners.sorting import Lines, order_of
from holdfast.formats.paf import read_paf

TARGET, QUERY = genome("t", z=90, a=90), genome("q", late=90, early=90)


def row(query: str, start: int, target: str, at: int, strand: str = "+") -> bytes:
    ends = f"{start}\t{start + 5}\t{strand}\t{target}\t90\t{at}\t{at + 5}\t5\t5\t60"
    return f"{query}\t90\t{ends}\n".encode()


IN_ORDER = [
    row("late", 0, "z", 3),
    row("late", 0, "a", 0),
    row("late", 7, "z", 0),
    row("late", 7, "z", 0, "-"),
    row("early", 1, "z", 9),
]


@given(st.permutations(IN_ORDER))
def test_any_order_becomes_that_of_the_genomes(rows: list[bytes]) -> None:
    order = order_of(read_paf(io.BytesIO(b"".join(rows))), TARGET, QUERY)
    assert [rows[number] for number in order] == IN_ORDER


@pytest.mark.parametrize("piece", [1, 7, 64, 1 << 23])
def test_lines_are_moved_as_bytes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, piece: int
) -> None:
    monkeypatch.setattr(sorting, "PIECE", piece)
    rows = [b"short\n", b"\n", b"\xff\x00 odd\n", b"x" * 300 + b"\n"]
    file = tmp_path / "lines"
    file.write_bytes(b"".join(rows))
    lines = Lines(file)
    order = np.array([3, 1, 0, 2, 3])
    assert len(lines) == 4
    assert b"".join(lines.taken(order)) == b"".join(rows[number] for number in order)
    assert lines.line(2) == rows[2]


def test_an_empty_file_has_no_lines(tmp_path: Path) -> None:
    (tmp_path / "lines").touch()
    lines = Lines(tmp_path / "lines")
    assert len(lines) == 0
    assert list(lines.taken(np.zeros(0, dtype=np.int64))) == []
