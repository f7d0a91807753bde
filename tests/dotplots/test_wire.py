"""The scene as it travels to a page."""

import io

import numpy as np
import pyarrow as pa
import pytest

from holdfast.dotplots.aligners.interface import AlignerNote
from holdfast.dotplots.drawing import USUAL, draw
from holdfast.dotplots.genome import Contig, Genome
from holdfast.dotplots.identity import Estimator
from holdfast.dotplots.matches import Matches
from holdfast.dotplots.scene import KEY, write_scene
from holdfast.dotplots.wire import ROWS, wire_blocks, wire_size
from holdfast.errors import FormatError


def scene_bytes(count: int, length: int) -> bytes:
    starts = np.arange(count, dtype=np.int64) % (length - 10)
    matches = Matches(
        target=np.zeros(count, np.int32),
        query=np.zeros(count, np.int32),
        target_start=starts,
        target_end=starts + 10,
        query_start=starts,
        query_end=starts + 10,
        strand=np.ones(count, np.int8),
        identity=np.full(count, 0.5, np.float32),
        bases=np.full(count, 5, np.int64),
        mapq=np.zeros(count, np.uint8),
    )
    genome = Genome("g", (Contig("one", length),))
    note = AlignerNote("hand", "1", "", "")
    drawn = draw(USUAL, "t", (genome, genome), (matches, Estimator("de")), note)
    file = io.BytesIO()
    write_scene(drawn.scene, file)
    return file.getvalue()


@pytest.mark.parametrize(("length", "kind"), [(10_000, "uint32"), (5_000_000_000, "double")])
def test_coordinates_take_four_bytes_where_contigs_are_short_enough(length: int, kind: str) -> None:
    made = scene_bytes(ROWS + 5, length)
    pieces = list(wire_blocks(io.BytesIO(made)))
    assert len(pieces) >= 3
    sent, kept = (pa.ipc.open_stream(each).read_all() for each in (b"".join(pieces), made))
    assert str(sent.schema.field("query_end").type) == kind
    assert sent.schema.metadata[KEY] == kept.schema.metadata[KEY]
    for name in kept.schema.names:
        assert np.array_equal(sent.column(name).to_numpy(), kept.column(name).to_numpy()), name
    if kind == "uint32":
        assert sum(map(len, pieces)) < 0.7 * len(made)
        assert wire_size(ROWS + 5) == pytest.approx(sum(map(len, pieces)), rel=0.05)


def test_what_is_no_scene_is_refused() -> None:
    with pytest.raises(FormatError, match="x: it is not a scene"):
        list(wire_blocks(io.BytesIO(b"nothing"), "x"))
