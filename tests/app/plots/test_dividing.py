"""The lines of each query contig are found wherever they stand, and come back byte for byte."""

import io
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from holdfast.app.plots import dividing
from holdfast.app.plots.dividing import Stretch, by_query, parts
from holdfast.formats import columns

NAMES = st.sampled_from(["a", "b", "chr 1", "ä", ""])
LINES = st.lists(st.tuples(NAMES, st.text("0123456789\t", max_size=30)), max_size=40)


@given(lines=LINES, ended=st.booleans(), size=st.integers(1, 64))
def test_all_lines_are_found_under_their_names(
    tmp_path_factory: pytest.TempPathFactory,
    lines: list[tuple[str, str]],
    ended: bool,
    size: int,
) -> None:
    content = "".join(f"{name}\t{rest}\n" for name, rest in lines).encode()
    content = content if ended else content[:-1]
    file = tmp_path_factory.mktemp("lines") / "x.paf"
    file.write_bytes(content)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(dividing, "blocks", lambda source: columns.blocks(source, size))
        found = by_query(file)
    wanted: dict[str, list[str]] = {}
    for name, rest in lines:
        wanted.setdefault(name, []).append(f"{name}\t{rest}\n")
    assert list(found) == list(wanted)
    for name, stretches in found.items():
        with file.open("rb") as opened:
            text = b"".join(parts(opened, stretches)).decode()
        assert text.rstrip("\n") == "".join(wanted[name]).rstrip("\n")


def test_a_line_without_columns_is_called_by_all_of_it(tmp_path: Path) -> None:
    file = tmp_path / "x.paf"
    file.write_bytes(b"junk\na\t1\n")
    assert by_query(file) == {"junk": [Stretch(0, 5)], "a": [Stretch(5, 9)]}


def test_no_name_is_taken_for_a_compression(tmp_path: Path) -> None:
    file = tmp_path / "x.paf"
    file.write_bytes(b"BZh1\t1\n")
    assert by_query(file) == {"BZh1": [Stretch(0, 7)]}


def test_large_parts_come_in_pieces(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(dividing, "STEP", 3)
    pieces = list(parts(io.BytesIO(b"0123456789"), [Stretch(1, 6), Stretch(8, 9)]))
    assert pieces == [b"123", b"45", b"8"]
