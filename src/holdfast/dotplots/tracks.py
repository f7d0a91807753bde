"""
Tracks: annotation of a genome in columns, ready to be laid along an axis.

A track is read from GFF3, GTF or BED, and only what lies on the genome's contigs is kept. Contigs
are found by their names as they are, then with or without ``chr``; a name that is there is never
taken for another. The document is an Arrow IPC stream, a row for each feature, whose metadata say
under ``holdfast.features`` what the numbers of contigs and kinds mean, and what was left out.
"""

import json
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import pyarrow as pa

from holdfast.dotplots.genome import Genome
from holdfast.errors import FormatError
from holdfast.formats.bed import Region, read_bed
from holdfast.formats.gff import Feature, read_gff

KEY = b"holdfast.features"
MOST_FEATURES = 1_000_000  #: of one track; parts of others are left out first
CHR = re.compile(r"^chr", re.IGNORECASE)
COMPRESSIONS = (".gz", ".bgz", ".zst", ".bz2", ".xz")
SIGNS = {"+": 1, "-": -1, "": 0}

SCHEMA = pa.schema(
    [
        pa.field("contig", pa.int32(), nullable=False),
        pa.field("start", pa.float64(), nullable=False),
        pa.field("end", pa.float64(), nullable=False),
        pa.field("strand", pa.int8(), nullable=False),
        pa.field("kind", pa.uint16(), nullable=False),
        pa.field("part", pa.uint8(), nullable=False),
        pa.field("name", pa.utf8(), nullable=False),
    ]
)


def _bed(path: Path) -> Iterator[Feature]:
    return (_of_region(each) for each in read_bed(path))


def _of_region(region: Region) -> Feature:
    return Feature(
        region.chrom, "feature", region.start, region.end, region.strand, region.name, False, 0
    )


#: By the endings of files that can be tracks, before that of their compression.
READERS: Mapping[str, Callable[[Path], Iterator[Feature]]] = {
    **dict.fromkeys((".gff", ".gff3", ".gtf"), read_gff),
    ".bed": _bed,
}


def ending_of(name: str) -> str | None:
    """The ending by which a file's name says that it is a track; None if it does not.

    >>> ending_of("S288C.genes.gff3.gz"), ending_of("genome.fa")
    ('.gff3', None)
    """
    path = Path(name.lower())
    if path.suffix in COMPRESSIONS:
        path = path.with_suffix("")
    return path.suffix if path.suffix in READERS else None


class Places(dict[str, int]):
    """The contig of a genome that each name means, found when it is first met; -1 for none.

    >>> from holdfast.dotplots.genome import Contig
    >>> places = Places(Genome("g", (Contig("chr1", 9), Contig("2", 9))))
    >>> places["1"], places["chr2"], places["x"]
    (0, 1, -1)
    """

    def __init__(self, genome: Genome) -> None:
        self._numbers = genome.numbers
        self._bare = {_bare(contig.name): at for at, contig in enumerate(genome.contigs)}

    def __missing__(self, name: str) -> int:
        self[name] = self._numbers.get(name, self._bare.get(_bare(name), -1))
        return self[name]


def _bare(name: str) -> str:
    return CHR.sub("", name).lower()


@dataclass
class _Columns:
    """Features on their way into columns."""

    contig: list[int] = field(default_factory=list)
    start: list[int] = field(default_factory=list)
    end: list[int] = field(default_factory=list)
    strand: list[int] = field(default_factory=list)
    kind: list[int] = field(default_factory=list)
    name: list[str] = field(default_factory=list)

    def add(self, contig: int, kind: int, feature: Feature) -> None:
        self.contig.append(contig)
        self.start.append(feature.start)
        self.end.append(feature.end)
        self.strand.append(SIGNS[feature.strand])
        self.kind.append(kind)
        self.name.append(feature.name)

    def cut(self, most: int) -> None:
        for column in (self.contig, self.start, self.end, self.strand, self.kind, self.name):
            del column[most:]

    def __len__(self) -> int:
        return len(self.contig)


def track_document(path: Path, genome: Genome) -> bytes:
    """The features in the file at `path` that lie on contigs of `genome`, as a document.

    Raises
    ------
    FormatError
        It is no GFF3, GTF or BED: the line is said.
    """
    ending = ending_of(path.name)
    if ending is None:
        problem = "is not annotation that is read: its name must end with .gff3, .gtf or .bed"
        raise FormatError(path.name, None, problem)
    wholes, parts = _Columns(), _Columns()
    kinds: dict[str, int] = {}
    places = Places(genome)
    lengths = genome.lengths.tolist()
    elsewhere = left_out = 0
    for feature in READERS[ending](path):
        place = places[feature.seqid]
        if place < 0 or feature.end > lengths[place]:
            elsewhere += 1
            continue
        column = parts if feature.is_part else wholes
        if len(column) >= MOST_FEATURES:
            left_out += 1
            continue
        column.add(place, kinds.setdefault(feature.kind, min(len(kinds), 65_535)), feature)
    room = max(MOST_FEATURES - len(wholes), 0)
    left_out += max(len(parts) - room, 0)
    parts.cut(room)
    about = {
        "contigs": [contig.name for contig in genome.contigs],
        "kinds": list(kinds),
        "left_out": left_out,
        "elsewhere": elsewhere,
    }
    return _document(wholes, parts, about)


def _document(wholes: _Columns, parts: _Columns, about: dict[str, object]) -> bytes:
    is_part = np.repeat([0, 1], [len(wholes), len(parts)])
    columns = [
        pa.array(is_part, pa.uint8())
        if each.name == "part"
        else pa.array(getattr(wholes, each.name) + getattr(parts, each.name), each.type)
        for each in SCHEMA
    ]
    schema = SCHEMA.with_metadata({KEY: json.dumps(about, ensure_ascii=False).encode()})
    sink = pa.BufferOutputStream()
    with pa.ipc.new_stream(sink, schema) as stream:
        stream.write_batch(pa.RecordBatch.from_arrays(columns, schema=schema))
    document: bytes = sink.getvalue().to_pybytes()
    return document
