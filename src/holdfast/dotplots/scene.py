"""
Scene: a dot plot as one document, ready to be drawn.

An Apache Arrow IPC stream: a batch per million matches, columns of plain numbers, and in the
schema's metadata, under ``holdfast.scene``, a JSON object with the axes and where everything comes
from. Contig lists are in the order of the axes, and the columns' contig numbers are places in these
lists; coordinates are those of the input, so that they stay true when a contig is drawn reversed.
The same matches and layout give the same bytes. ``docs/reference/scene.md`` describes every field.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from typing import Any, BinaryIO

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from holdfast.dotplots import colours
from holdfast.dotplots.aligners.interface import AlignerNote
from holdfast.dotplots.colours import Colouring
from holdfast.dotplots.genome import Genome
from holdfast.dotplots.identity import Estimator
from holdfast.dotplots.layout.arrangement import Arrangement, Layout
from holdfast.dotplots.matches import Matches
from holdfast.dotplots.structure.events import Event, EventKind, Place
from holdfast.errors import FormatError

VERSION = 2
KEY = b"holdfast.scene"
BATCH = 1_000_000  #: matches

SCHEMA = pa.schema(
    [
        pa.field("target", pa.int32(), nullable=False),
        pa.field("query", pa.int32(), nullable=False),
        pa.field("target_start", pa.float64(), nullable=False),
        pa.field("target_end", pa.float64(), nullable=False),
        pa.field("query_start", pa.float64(), nullable=False),
        pa.field("query_end", pa.float64(), nullable=False),
        pa.field("strand", pa.int8(), nullable=False),
        pa.field("identity", pa.float32(), nullable=False),
        pa.field("matches", pa.uint32(), nullable=False),
        pa.field("mapq", pa.uint8(), nullable=False),
    ]
)


@dataclass(frozen=True, slots=True)
class AxisContig:
    """A contig where it stands on its axis."""

    name: str
    length: int  #: bases
    reversed: bool = False  #: drawn reverse-complemented


@dataclass(frozen=True, slots=True)
class Group:
    """Neighbours on an axis that are named as one, for each is too small to be seen."""

    first: int  #: place on the axis
    count: int
    name: str


@dataclass(frozen=True, slots=True)
class Hidden:
    """What of a genome is not on its axis, for it was asked not to be."""

    contigs: int = 0
    bases: int = 0


@dataclass(frozen=True, slots=True)
class Axis:
    """A genome on an axis: its contigs in the order drawn."""

    name: str
    contigs: tuple[AxisContig, ...]
    groups: tuple[Group, ...] = ()
    hidden: Hidden = Hidden()

    @property
    def length(self) -> int:
        """Bases of all contigs."""
        return sum(contig.length for contig in self.contigs)

    @property
    def lengths(self) -> NDArray[np.float64]:
        """Bases of each contig."""
        return np.array([contig.length for contig in self.contigs], dtype=np.float64)

    @property
    def offsets(self) -> NDArray[np.float64]:
        """Where each contig begins, in bases."""
        ends: NDArray[np.float64] = np.cumsum(self.lengths)
        return ends - self.lengths


@dataclass(frozen=True, slots=True)
class Scene:
    """Two axes and the matches between them; contigs of matches and events are places on them."""

    title: str
    target: Axis
    query: Axis
    matches: Matches
    estimator: Estimator
    aligner: AlignerNote
    provenance: Mapping[str, Any] = field(default_factory=dict)
    created: str | None = None  #: ISO 8601; None where bytes must not depend on the time of day
    events: tuple[Event, ...] = ()
    colouring: Colouring = colours.USUAL  #: what the page and the pictures begin with


def scene_of(
    title: str,
    genomes: tuple[Genome, Genome],
    matches: tuple[Matches, Estimator],
    layout: Layout,
    aligner: AlignerNote,
    provenance: Mapping[str, Any] | None = None,
    events: Sequence[Event] = (),
    colouring: Colouring = colours.USUAL,
) -> Scene:
    """The matches and events between `genomes`, target and query, drawn by `layout`.

    A contig that `layout` does not place is hidden, and its events with it; no match may be on it.
    """
    target, query = genomes
    columns, estimator = matches
    on_target, on_query = _places(layout.target), _places(layout.query)
    moved = {name: getattr(columns, name) for name in Matches.__slots__}
    moved["target"], moved["query"] = on_target[columns.target], on_query[columns.query]
    return Scene(
        title=title,
        target=_axis_of(target, layout.target),
        query=_axis_of(query, layout.query),
        matches=Matches(**moved),
        estimator=estimator,
        aligner=aligner,
        provenance=provenance or {},
        events=tuple(
            replace(
                event,
                target=_moved(event.target, on_target),
                query=_moved(event.query, on_query),
            )
            for event in events
            if _is_placed(event.target, on_target) and _is_placed(event.query, on_query)
        ),
        colouring=colouring,
    )


def _places(arrangement: Arrangement) -> NDArray[np.int32]:
    """Where on its axis each contig of a genome's list stands; -1 where it is hidden."""
    place = np.full(len(arrangement.reversed), -1, dtype=np.int32)
    place[list(arrangement.order)] = np.arange(len(arrangement.order), dtype=np.int32)
    return place


def _moved(place: Place | None, places: NDArray[np.int32]) -> Place | None:
    return place and replace(place, contig=int(places[place.contig]))


def _is_placed(place: Place | None, places: NDArray[np.int32]) -> bool:
    return place is None or bool(places[place.contig] >= 0)


def _axis_of(genome: Genome, arrangement: Arrangement) -> Axis:
    contigs = tuple(
        AxisContig(genome.contigs[i].name, genome.contigs[i].length, arrangement.reversed[i])
        for i in arrangement.order
    )
    shown = sum(contig.length for contig in contigs)
    hidden = Hidden(len(genome.contigs) - len(contigs), genome.length - shown)
    return Axis(genome.name, contigs, hidden=hidden)


def write_scene(scene: Scene, file: BinaryIO) -> None:
    """Write `scene` as an Arrow IPC stream, a batch at a time: no second copy of it is made."""
    schema = SCHEMA.with_metadata({KEY: _metadata(scene)})
    with pa.ipc.new_stream(file, schema) as stream:
        for start in range(0, len(scene.matches), BATCH):
            part = scene.matches[start : start + BATCH]
            columns = [_column(part, name) for name in schema.names]
            stream.write_batch(pa.RecordBatch.from_arrays(columns, schema=schema))


def read_scene(file: BinaryIO, name: str = "scene") -> Scene:
    """Read what :func:`write_scene` wrote.

    Raises
    ------
    FormatError
        It is not a scene, or one of a version this program does not know.
    """
    try:
        table = pa.ipc.open_stream(file).read_all()
        document = json.loads((table.schema.metadata or {})[KEY])
        _check_version(document, name)
        if not table.schema.remove_metadata().equals(SCHEMA):
            raise TypeError("its columns are not those of a scene")
        table.validate(full=True)
        return _scene(document, table)
    except (pa.ArrowException, OSError, KeyError, TypeError, ValueError) as error:
        raise FormatError(
            name, None, f"it is not a scene ({error}); draw the plot again"
        ) from error


def _check_version(document: dict[str, Any], name: str) -> None:
    if document["version"] != VERSION:
        problem = f"version {document['version']} of the scene format; this program reads {VERSION}"
        raise FormatError(name, None, problem)


def _metadata(scene: Scene) -> bytes:
    document = {
        "version": VERSION,
        "title": scene.title,
        "target": asdict(scene.target),
        "query": asdict(scene.query),
        "identity": {"source": scene.estimator.value, "sentence": scene.estimator.sentence},
        "aligner": asdict(scene.aligner),
        "provenance": scene.provenance,
        "created": scene.created,
        "events": [{**asdict(event), "kind": event.kind.value} for event in scene.events],
        "colouring": {
            **scene.colouring.document(),
            "scale": colours.identity_scale(scene.matches.identity, scene.matches.bases),
            "colours": scene.colouring.colours(),
        },
    }
    return json.dumps(document, ensure_ascii=False, separators=(",", ":")).encode()


def _column(matches: Matches, name: str) -> Any:
    """The column `name` of a scene, as Arrow holds it."""
    values = matches.bases if name == "matches" else getattr(matches, name)
    kind = SCHEMA.field(name).type.to_pandas_dtype()
    if name == "matches":
        values = np.minimum(values, np.iinfo(np.uint32).max)
    return pa.array(values.astype(kind, copy=False))


def _scene(document: dict[str, Any], table: Any) -> Scene:
    target, query = _axis(document["target"]), _axis(document["query"])
    columns = {name: table.column(name).to_numpy() for name in SCHEMA.names}
    matches = Matches(
        bases=columns.pop("matches").astype(np.int64),
        **{
            name: values.astype(np.int64) if name.endswith(("_start", "_end")) else values
            for name, values in columns.items()
        },
    )
    for axis, numbers in ((target, matches.target), (query, matches.query)):
        if len(numbers) and not 0 <= numbers.min() <= numbers.max() < len(axis.contigs):
            raise ValueError(f"a match is on a contig that {axis.name} lacks")
    return Scene(
        title=document["title"],
        target=target,
        query=query,
        matches=matches,
        estimator=Estimator(document["identity"]["source"]),
        aligner=AlignerNote(**document["aligner"]),
        provenance=document["provenance"],
        created=document["created"],
        events=tuple(_event(each) for each in document["events"]),
        colouring=Colouring.of_document(document["colouring"]),
    )


def _axis(document: dict[str, Any]) -> Axis:
    return Axis(
        document["name"],
        tuple(AxisContig(**each) for each in document["contigs"]),
        tuple(Group(**each) for each in document["groups"]),
        Hidden(**document["hidden"]),
    )


def _event(document: dict[str, Any]) -> Event:
    places = {side: document[side] and Place(**document[side]) for side in ("target", "query")}
    return Event(**{**document, **places, "kind": EventKind(document["kind"])})
