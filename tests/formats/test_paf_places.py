from pathlib import Path

import pytest

from holdfast.errors import FormatError
from holdfast.formats import columns
from holdfast.formats.paf_places import read_places, tag_of

LINE = "{}\t90\t{}\t{}\t{}\t{}\t80\t3\t9\t5\t6\t60\tcg:Z:6M\n"


def test_every_line_is_found_again_however_the_file_is_cut(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    rows = [(f"q{n % 7}", n, n + 1 + n % 5, "+-"[n % 2], f"t{n % 3}") for n in range(50)]
    file = tmp_path / "a.paf"
    file.write_text("".join(LINE.format(*row) for row in rows).rstrip("\n"))
    real = columns.blocks
    monkeypatch.setattr(
        "holdfast.formats.paf_places.blocks", lambda content, **words: real(content, 300, **words)
    )
    places = read_places(file)
    assert len(places) == 50
    with file.open("rb") as opened:
        for n, row in enumerate(rows):
            assert places.text(opened, n) == LINE.format(*row).rstrip("\n").encode()
    side = places.query
    told = [
        (side.name(n), int(side.start[n]), int(side.end[n]), "+-"[int(places.strand[n]) < 0])
        for n in range(50)
    ]
    assert told == [row[:4] for row in rows]
    assert [n for n in range(50) if side.meeting("q3", 10, 20)[n]] == [10, 17]


def test_an_empty_file_has_no_lines(tmp_path: Path) -> None:
    (tmp_path / "a.paf").write_text("")
    assert len(read_places(tmp_path / "a.paf")) == 0


@pytest.mark.parametrize("text", ["q\t9\n", LINE.format("q", "x", 5, "+", "t"), "\n"])
def test_what_is_no_paf_is_refused(tmp_path: Path, text: str) -> None:
    file = tmp_path / "a.paf"
    file.write_text(LINE.format("q", 1, 5, "+", "t") + text)
    with pytest.raises(FormatError, match="not the alignment that it was"):
        read_places(file)
    with pytest.raises(FormatError, match="cannot be read"):
        read_places(tmp_path / "b.paf")


def test_a_tag_is_found_by_its_whole_name() -> None:
    line = b"q\tcg\tacg:Z:3M\tcg:Z:4M\tNM:i:0"
    assert (tag_of(line, b"cg:Z:"), tag_of(line, b"NM:i:")) == (b"4M", b"0")
    assert tag_of(line, b"cs:Z:") is None
