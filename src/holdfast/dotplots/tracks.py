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
from numpy.typing import NDArray

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


@dataclass(frozen=True, slots=True, eq=False)
class Track:
    """The features of a file that lie on the contigs of a genome, wholes before parts of others."""

    title: str
    kinds: tuple[str, ...]
    contig: NDArray[np.int32]  #: places in the genome's list
    start: NDArray[np.int64]
    end: NDArray[np.int64]
    strand: NDArray[np.int8]  #: +1, -1, 0
    kind: NDArray[np.uint16]  #: places in `kinds`
    names: tuple[str, ...]
    wholes: int  #: how many are no parts of others
    left_out: int  #: there were too many
    elsewhere: int  #: on no contig of the genome, or beyond its end

    def __len__(self) -> int:
        return len(self.names)


def read_track(path: Path, genome: Genome) -> Track:
    """The features in the file at `path` that lie on contigs of `genome`.

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
    return Track(
        path.name,
        tuple(kinds),
        np.array(wholes.contig + parts.contig, dtype=np.int32),
        np.array(wholes.start + parts.start, dtype=np.int64),
        np.array(wholes.end + parts.end, dtype=np.int64),
        np.array(wholes.strand + parts.strand, dtype=np.int8),
        np.array(wholes.kind + parts.kind, dtype=np.uint16),
        (*wholes.name, *parts.name),
        len(wholes),
        left_out,
        elsewhere,
    )


def track_document(path: Path, genome: Genome) -> bytes:
    """What :func:`read_track` reads, as a document.

    Raises
    ------
    FormatError
        As there.
    """
    track = read_track(path, genome)
    columns = {
        "contig": track.contig,
        "start": track.start,
        "end": track.end,
        "strand": track.strand,
        "kind": track.kind,
        "part": np.arange(len(track)) >= track.wholes,
        "name": track.names,
    }
    about = {
        "contigs": [contig.name for contig in genome.contigs],
        "kinds": track.kinds,
        "left_out": track.left_out,
        "elsewhere": track.elsewhere,
    }
    schema = SCHEMA.with_metadata({KEY: json.dumps(about, ensure_ascii=False).encode()})
    arrays = [pa.array(columns[each.name]).cast(each.type) for each in SCHEMA]
    sink = pa.BufferOutputStream()
    with pa.ipc.new_stream(sink, schema) as stream:
        stream.write_batch(pa.RecordBatch.from_arrays(arrays, schema=schema))
    document: bytes = sink.getvalue().to_pybytes()
    return document
