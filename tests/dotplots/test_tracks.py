import io
import json
from pathlib import Path

import pyarrow as pa
import pytest

from holdfast.dotplots import tracks
from holdfast.dotplots.genome import Contig, Genome
from holdfast.dotplots.tracks import KEY, Places, ending_of, track_document
from holdfast.errors import FormatError

GENOME = Genome("g", (Contig("chr1", 100), Contig("2", 50)))
GFF = """##gff-version 3
1\t.\tgene\t11\t20\t.\t-\t.\tName=a
1\t.\texon\t11\t15\t.\t-\t.\tParent=a
chr2\t.\tgene\t1\t50\t.\t+\t.\tName=b\u00fc
chr2\t.\tgene\t1\t51\t.\t+\t.\tName=too long
chr3\t.\tgene\t1\t5\t.\t.\t.\tName=c
"""


def read(document: bytes) -> tuple[list[dict[str, object]], dict[str, object]]:
    table = pa.ipc.open_stream(io.BytesIO(document)).read_all()
    return table.to_pylist(), json.loads(table.schema.metadata[KEY])


def test_features_on_the_genome_are_told_wholes_before_parts(tmp_path: Path) -> None:
    (tmp_path / "x.gff3").write_text(GFF)
    rows, about = read(track_document(tmp_path / "x.gff3", GENOME))
    a = {"contig": 0, "start": 10, "end": 20, "strand": -1, "kind": 0, "part": 0, "name": "a"}
    assert rows == [
        a,
        {"contig": 1, "start": 0, "end": 50, "strand": 1, "kind": 0, "part": 0, "name": "b\u00fc"},
        {**a, "end": 15, "kind": 1, "part": 1, "name": ""},
    ]
    assert about == {
        "contigs": ["chr1", "2"], "kinds": ["gene", "exon"], "left_out": 0, "elsewhere": 2,
    }  # fmt: skip


def test_of_too_many_features_parts_are_left_out_first(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "x.gff3").write_text(GFF)
    monkeypatch.setattr(tracks, "MOST_FEATURES", 2)
    rows, about = read(track_document(tmp_path / "x.gff3", GENOME))
    assert ([row["name"] for row in rows], about["left_out"]) == (["a", "b\u00fc"], 1)
    monkeypatch.setattr(tracks, "MOST_FEATURES", 1)
    rows, about = read(track_document(tmp_path / "x.gff3", GENOME))
    assert ([row["name"] for row in rows], about["left_out"]) == (["a"], 2)


def test_bed_is_read_too_and_nothing_else(tmp_path: Path) -> None:
    (tmp_path / "x.BED").write_text("chr1\t4\t10\tn\t0\t+\n")
    rows, about = read(track_document(tmp_path / "x.BED", GENOME))
    assert (rows[0]["name"], rows[0]["strand"], about["kinds"]) == ("n", 1, ["feature"])
    (tmp_path / "x.txt").write_text("chr1\t4\t10\n")
    with pytest.raises(FormatError, match="must end with"):
        track_document(tmp_path / "x.txt", GENOME)


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("a.gff3", ".gff3"), ("a.GFF.gz", ".gff"), ("a.gtf.bgz", ".gtf"), ("a.bed.zst", ".bed"),
        ("a.gff3.txt", None), ("bed", None), ("a.fa.gz", None),
    ],
)  # fmt: skip
def test_an_ending_says_what_is_a_track(name: str, expected: str | None) -> None:
    assert ending_of(name) == expected


def test_a_name_that_is_there_is_never_taken_for_another() -> None:
    genome = Genome("g", (Contig("chrX", 1), Contig("X", 1), Contig("CHR4", 1)))
    places = Places(genome)
    assert [places[name] for name in ("X", "chrX", "4", "chrx", "5")] == [1, 0, 2, 1, -1]
