"""Annotation stands beside the plot of a picture, where the rulers show it."""

from pathlib import Path

import numpy as np
import pytest
from matplotlib.collections import PolyCollection
from matplotlib.text import Text

from dotplots.examples import genome, matches_in, scene
from holdfast.dotplots.palettes import Ground
from holdfast.dotplots.pictures import Look, bands, figure
from holdfast.dotplots.pictures.files import style
from holdfast.dotplots.region import Ruler
from holdfast.dotplots.scene import Axis, AxisContig
from holdfast.dotplots.tracks import Track, read_track

GENOME = genome("t", chrI=1000, chrII=2000)
GFF = """chrI\t.\tregion\t1\t1000\t.\t+\t.\tName=chrI
chrI\t.\tgene\t101\t200\t.\t+\t.\tName=abc
chrI\t.\texon\t101\t150\t.\t+\t.\tParent=abc
chrII\t.\tgene\t1901\t2000\t.\t+\t.\tName=def
chrII\t.\ttRNA\t11\t20\t.\t+\t.\tName=trn
chrII\t.\ttRNA\t31\t40\t.\t+\t.\tName=trn
chrII\t.\ttRNA\t51\t60\t.\t+\t.\tName=trn
"""


@pytest.fixture
def track(tmp_path: Path) -> Track:
    (tmp_path / "genes.gff3").write_text(GFF)
    return read_track(tmp_path / "genes.gff3", GENOME)


def names(seen: bands.Seen) -> list[str]:
    return [seen.track.names[each] for each in seen.feature.tolist()]


def test_what_tells_something_is_drawn(track: Track) -> None:
    kept = [track.names[at] for at in np.flatnonzero(bands.telling(track))]
    assert kept == ["abc", "def", "trn", "trn", "trn"]


def test_where_there_is_nothing_else_parts_are_drawn(tmp_path: Path) -> None:
    (tmp_path / "exons.gff3").write_text("chrI\t.\texon\t1\t5\t.\t+\t.\tParent=x\n")
    assert bands.telling(read_track(tmp_path / "exons.gff3", GENOME)).tolist() == [True]


def test_features_lie_where_the_ruler_has_them(track: Track) -> None:
    axis = Axis("t", (AxisContig("chrI", 1000), AxisContig("chrII", 2000, reversed=True)))
    seen = bands.seen_of(track, Ruler.of(axis))
    assert names(seen) == ["abc", "def", "trn", "trn", "trn"]
    assert (seen.low[0], seen.high[0], seen.low[1], seen.high[1]) == (100, 200, 1000, 1100)
    part = bands.seen_of(track, Ruler.of_regions(axis, ["chrI:150-300 chrII:35-100"]))
    # On a contig that is turned, what comes first stands last; what is cut is cut.
    assert names(part) == ["abc", "trn", "trn"]
    assert part.low.tolist() == [0, 190, 210]
    assert part.high.tolist() == [50, 200, 215]


def test_kinds_have_colours_those_with_most_features_first(track: Track) -> None:
    kinds = bands.kinds_of((track,), Ground.LIGHT)
    assert list(kinds) == ["tRNA", "gene"]
    assert len(set(kinds.values())) == 2
    assert [each.words for each in bands.meanings(kinds)] == ["tRNA", "gene"]


def drawn(look: Look) -> tuple[set[str], list[PolyCollection]]:
    matches = matches_in("chrI 1000 0 900 + chrI 1000 0 900 900 900 60", GENOME, GENOME)
    with style():
        made = figure(scene(GENOME, GENOME, matches), look)
    return {text.get_text() for text in made.findobj(Text)}, made.findobj(PolyCollection)


def test_a_picture_names_its_tracks_their_kinds_and_features_with_room(track: Track) -> None:
    look = Look(target_tracks=(track,), query_tracks=(track,))
    words, _ = drawn(look)
    assert {"genes.gff3", "tRNA", "gene", "abc"} <= words
    assert "genes.gff3" not in drawn(Look())[0]


def test_too_many_features_are_bars(track: Track, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bands, "MANY", 3)
    words, boxes = drawn(Look(target_tracks=(track,)))
    assert "abc" not in words
    bars = max(boxes, key=lambda each: len(each.get_paths()))
    assert 3 <= len(bars.get_paths()) <= 5


def test_an_empty_track_is_an_empty_band(tmp_path: Path) -> None:
    (tmp_path / "none.bed").write_text("")
    words, _ = drawn(Look(target_tracks=(read_track(tmp_path / "none.bed", GENOME),)))
    assert "none.bed" in words
