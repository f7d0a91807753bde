"""A scene is one document: what is written is read back, and nothing else is taken for one."""

import io
import json

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dotplots.examples import genome, matches_in, query_laid_out, random_matches, scene
from holdfast.dotplots import scene as module
from holdfast.dotplots.layout.arrangement import Arrangement
from holdfast.dotplots.matches import Matches
from holdfast.dotplots.scene import KEY, Scene, read_scene, write_scene
from holdfast.errors import FormatError

TARGET, QUERY = genome("t", T=100, U=200), genome("q", a=50, b=60)


def written(example: Scene) -> bytes:
    file = io.BytesIO()
    write_scene(example, file)
    return file.getvalue()


def example() -> Scene:
    line = "a 50 5 10 - U 200 3 8 5 5 30\nb 60 0 60 + T 100 0 60 60 60 60"
    return scene(
        TARGET,
        QUERY,
        matches_in(line, TARGET, QUERY),
        query_laid_out(TARGET, Arrangement((1, 0), (True, False))),
    )


def test_contigs_are_listed_and_counted_in_the_order_of_the_axis() -> None:
    drawn = example()
    assert [(c.name, c.reversed) for c in drawn.query.contigs] == [("b", False), ("a", True)]
    assert drawn.matches.query.tolist() == [1, 0]


def test_coordinates_stay_those_of_the_input() -> None:
    assert example().matches.query_start.tolist() == [5, 0]


def test_the_columns_are_those_of_the_contract() -> None:
    table = pa.ipc.open_stream(written(example())).read_all()
    types = {field.name: str(field.type) for field in table.schema}
    assert types == {
        "target": "int32",
        "query": "int32",
        "target_start": "double",
        "target_end": "double",
        "query_start": "double",
        "query_end": "double",
        "strand": "int8",
        "identity": "float",
        "matches": "uint32",
        "mapq": "uint8",
    }
    document = json.loads(table.schema.metadata[KEY])
    assert document["version"] == 2
    assert document["identity"]["source"] == "de"
    assert document["created"] is None
    assert document["colouring"]["by"] == "identity"
    assert document["colouring"]["scale"] == [0.98, 1.0]
    assert document["colouring"]["colours"]["dark"]["rising"]
    assert document["query"]["contigs"][0] == {"name": "b", "length": 60, "reversed": False}


@settings(max_examples=30, deadline=None)
@given(st.integers(0, 2**32), st.integers(0, 50))
def test_what_is_written_reads_back_the_same(seed: int, count: int) -> None:
    drawn = scene(TARGET, QUERY, random_matches(TARGET, QUERY, count, seed))
    back = read_scene(io.BytesIO(written(drawn)))
    assert (back.target, back.query, back.aligner) == (drawn.target, drawn.query, drawn.aligner)
    for name in Matches.__slots__:
        assert np.array_equal(getattr(back.matches, name), getattr(drawn.matches, name)), name
    assert written(back) == written(drawn)


def test_many_matches_come_in_several_batches(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "BATCH", 10)
    content = written(scene(TARGET, QUERY, random_matches(TARGET, QUERY, 25, 1)))
    assert [batch.num_rows for batch in pa.ipc.open_stream(content)] == [10, 10, 5]
    assert len(read_scene(io.BytesIO(content)).matches) == 25


@pytest.mark.parametrize("cut", [0, 10, 200, -20])
def test_a_cut_scene_is_refused(cut: int) -> None:
    with pytest.raises(FormatError, match="draw the plot again"):
        read_scene(io.BytesIO(written(example())[:cut]))


def test_another_version_is_refused() -> None:
    table = pa.ipc.open_stream(written(example())).read_all()
    metadata = table.schema.metadata[KEY].replace(b'"version":2', b'"version":3')
    file = io.BytesIO()
    with pa.ipc.new_stream(file, table.schema.with_metadata({KEY: metadata})) as stream:
        stream.write_table(table)
    with pytest.raises(FormatError, match="version 3 of the scene format"):
        read_scene(io.BytesIO(file.getvalue()))


def test_a_match_on_a_contig_that_is_not_there_is_refused() -> None:
    drawn = example()
    drawn.matches.query[0] = 7
    with pytest.raises(FormatError, match="a contig that q lacks"):
        read_scene(io.BytesIO(written(drawn)))


@settings(max_examples=60, deadline=None)
@given(st.data())
def test_a_damaged_scene_is_read_or_refused(data: st.DataObject) -> None:
    content = bytearray(written(example()))
    for _ in range(data.draw(st.integers(1, 3))):
        content[data.draw(st.integers(0, len(content) - 1))] ^= data.draw(st.integers(1, 255))
    try:
        read_scene(io.BytesIO(bytes(content)))
    except FormatError:
        return
