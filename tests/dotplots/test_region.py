"""Regions are written as people write them; what is no region is told with a way out."""

import pytest

from holdfast.dotplots.region import Ruler
from holdfast.dotplots.scene import Axis, AxisContig
from holdfast.dotplots.structure.events import Place
from holdfast.errors import UsageError

AXIS = Axis(
    "t",
    (
        AxisContig("chrI", 300_000),
        AxisContig("chrII", 100_000, reversed=True),
        AxisContig("HLA:A*01:02", 500),
    ),
)


@pytest.mark.parametrize(
    ("regions", "expected"),
    [
        ([], [(0, 0, 300_000), (1, 0, 100_000), (2, 0, 500)]),
        (["chrII"], [(1, 0, 100_000)]),
        (["chrI:100,000-200,000"], [(0, 100_000, 200_000)]),
        (["chrI:100-"], [(0, 100, 300_000)]),
        (["chrI:-100"], [(0, 0, 100)]),
        (["chrI:5..10"], [(0, 5, 10)]),
        (["chrII chrI:1-2", "chrI:1-2"], [(1, 0, 100_000), (0, 1, 2), (0, 1, 2)]),
        (["HLA:A*01:02"], [(2, 0, 500)]),
        (["HLA:A*01:02:100-200"], [(2, 100, 200)]),
    ],
)
def test_a_region_is_read(regions: list[str], expected: list[tuple[int, int, int]]) -> None:
    ruler = Ruler.of_regions(AXIS, regions)
    found = zip(ruler.contigs.tolist(), ruler.starts.tolist(), ruler.ends.tolist(), strict=True)
    assert list(found) == expected
    assert ruler.whole == (not regions)


@pytest.mark.parametrize(
    ("region", "sentence"),
    [
        ("chrl", "did you mean chrI"),
        ("chrX:1-2", "t has no contig 'chrX'"),
        ("chrI:2-1", "no part of it"),
        ("chrI:5-5", "no part of it"),
        ("chrI:0-300,001", "has 300,000 bases"),
        ("chrI:a-b", "no contig 'chrI:a-b'"),
        ("chrI:", "no contig 'chrI:'"),
        (":1-2", "no contig ''"),
    ],
)
def test_what_is_no_region_is_told(region: str, sentence: str) -> None:
    with pytest.raises(UsageError, match=sentence):
        Ruler.of_regions(AXIS, [region])


def test_an_interval_lies_where_its_contig_does_and_is_cut() -> None:
    ruler = Ruler.of_regions(AXIS, ["chrII:10,000-20,000", "chrI:0-100", "chrII"])
    assert ruler.pieces(Place(1, 15_000, 30_000)) == [(0, 5000), (80_100, 95_100)]
    assert ruler.pieces(Place(0, 90, 200)) == [(10_090, 10_100)]
    assert ruler.pieces(Place(2, 0, 500)) == []
    assert ruler.length == 110_100
