import contextlib
import json
from array import array
from base64 import b64encode
from pathlib import Path
from typing import Any

import pytest
import zstandard
from hypothesis import given
from hypothesis import strategies as st

from holdfast.errors import StoreDamaged
from holdfast.sequences.storage import journal
from holdfast.sequences.storage.journal import (
    Aliases,
    Dictionary,
    Entry,
    Journal,
    LayoutPlace,
    Moved,
    NamedCollection,
    Origin,
    SequenceColumns,
    decode,
    encode,
)
from holdfast.sequences.storage.packs import PackName

TEXT = st.text(max_size=20)
NUMBER = st.integers(0, 1 << 60)


@st.composite
def columns(draw: st.DrawFn) -> SequenceColumns:
    rows = draw(st.integers(0, 5))

    def numbers(code: str) -> "array[int]":
        largest = (1 << 8 * array(code).itemsize) - 1 if code != "Q" else 1 << 60
        return array(code, draw(st.lists(st.integers(0, largest), min_size=rows, max_size=rows)))

    def joined(width: int) -> bytes:
        return draw(st.binary(min_size=rows * width, max_size=rows * width))

    return SequenceColumns(
        joined(24), joined(16), joined(20), *map(numbers, "QIIQQBI")
    )  # fmt: skip


DICTIONARIES = st.builds(Dictionary, NUMBER, NUMBER, NUMBER)
LAYOUTS = st.builds(LayoutPlace, NUMBER, NUMBER, NUMBER, TEXT)


@st.composite
def moved(draw: st.DrawFn) -> Moved:
    rows = draw(st.integers(0, 4))
    lists = (draw(st.lists(NUMBER, min_size=rows, max_size=rows)) for _ in range(4))
    return Moved(
        *lists,
        dictionaries=draw(st.lists(st.tuples(NUMBER, DICTIONARIES), max_size=2)),
        layouts=draw(st.lists(st.tuples(NUMBER, NUMBER, LAYOUTS), max_size=2)),
    )


ENTRIES = st.builds(
    Entry,
    number=st.integers(1, 10**8),
    previous=TEXT,
    time=TEXT,
    note=TEXT,
    who=TEXT,
    packs=st.lists(st.builds(PackName, TEXT, NUMBER), max_size=2),
    dictionaries=st.lists(DICTIONARIES, max_size=2),
    sequences=columns(),
    added=st.lists(
        st.builds(Aliases, TEXT, st.lists(TEXT, max_size=3), st.lists(NUMBER, max_size=3)),
        max_size=2,
    ),
    retired=st.lists(st.builds(Aliases, TEXT, st.lists(TEXT, max_size=3)), max_size=2),
    collections=st.lists(
        st.builds(
            NamedCollection, TEXT, TEXT, st.builds(Origin, TEXT, TEXT, TEXT, TEXT), NUMBER,
            st.integers(-1, 9), st.none() | LAYOUTS,
            st.lists(TEXT, max_size=3), st.lists(TEXT, max_size=3), st.lists(NUMBER, max_size=3),
            NUMBER,
        ),
        max_size=2,
    ),
    retired_collections=st.lists(TEXT, max_size=2),
    undoes=st.lists(NUMBER, max_size=2),
    moved=moved(),
    dropped=st.lists(NUMBER, max_size=3),
    dropped_packs=st.lists(TEXT, max_size=2),
)  # fmt: skip


@given(ENTRIES, st.sampled_from([1, 2, 64]))
def test_an_entry_is_read_as_it_was_written(entry: Entry, least: int) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(journal, "LIFTED_LEAST", least)  # lists that stand beside the document
        assert decode(encode(entry), "x") == entry


def test_names_that_are_aliases_too_are_written_once() -> None:
    names = [f"N{number * 7919 % 99991}" for number in range(5000)]
    numbers = list(range(5000))
    aliases = Aliases("lab", names, numbers)
    named = NamedCollection("all", "digest", Origin(), names=names, sequences=numbers)
    one = encode(Entry(1, "", "", added=[aliases]))
    both = encode(Entry(1, "", "", added=[aliases], collections=[named]))
    assert len(both) < len(one) + 300
    assert decode(both, "x").collections == [named]


def first_frame(content: bytes) -> dict[str, Any]:
    """The document of an entry."""
    document: dict[str, Any] = json.loads(
        zstandard.ZstdDecompressor().decompressobj().decompress(content)
    )
    return document


def as_before_binary_columns(entry: Entry) -> bytes:
    """The bytes of an entry as the first version of Holdfast wrote them."""
    columns = entry.sequences
    rows = range(len(columns))
    ends = [0, *(columns.offsets[row] + columns.sizes[row] for row in rows)]
    document = first_frame(encode(entry)) | {
        "sequences": {
            **{name: b64encode(getattr(columns, name)).decode() for name in DIGESTS},
            **{name: list(getattr(columns, name)) for name in ("lengths", "letters", "sizes")},
            **{name: [[n, 1] for n in getattr(columns, name)] for name in STEADY},
            "offsets": [[columns.offsets[row] - ends[row], 1] for row in rows],
        }
    }
    return zstandard.ZstdCompressor().compress(json.dumps(document).encode())


DIGESTS = ("digests", "md5", "sha1")
STEADY = ("packs", "encodings", "dictionaries")


@given(ENTRIES)
def test_an_entry_of_the_first_version_is_read(entry: Entry) -> None:
    assert decode(as_before_binary_columns(entry), "x") == entry


@given(columns().filter(bool), st.data())
def test_columns_that_are_cut_or_changed_are_damage_or_of_the_same_length(
    columns: SequenceColumns, data: st.DataObject
) -> None:
    content = encode(Entry(1, "", "", sequences=columns))
    with pytest.raises(StoreDamaged):
        decode(content[: data.draw(st.integers(0, len(content) - 1))], "x")
    changed = bytearray(content)
    changed[data.draw(st.integers(0, len(content) - 1))] ^= 1 << data.draw(st.integers(0, 7))
    with contextlib.suppress(StoreDamaged):
        assert len(decode(bytes(changed), "x").sequences.sizes) == len(columns)


def test_an_entry_that_promises_more_rows_than_it_has_bytes_is_damage() -> None:
    document = first_frame(encode(entry(1))) | {"sequences": {"rows": 1 << 31, "frames": []}}
    with pytest.raises(StoreDamaged, match="more sequences than it can hold"):
        decode(zstandard.ZstdCompressor().compress(json.dumps(document).encode()), "x")


def test_an_entry_that_refers_to_texts_it_has_not_is_damage() -> None:
    document = first_frame(encode(entry(1)))
    document["added"] = [{"namespace": "lab", "texts": 3, "sequences": []}]
    with pytest.raises(StoreDamaged):
        decode(zstandard.ZstdCompressor().compress(json.dumps(document).encode()), "x")


def test_what_a_newer_holdfast_wrote_is_refused_by_name() -> None:
    document = first_frame(encode(entry(1)))
    newer = zstandard.ZstdCompressor().compress(json.dumps(document | {"later": 1}).encode())
    with pytest.raises(StoreDamaged, match="a newer Holdfast wrote later"):
        decode(newer, "x")


@given(st.binary(max_size=100))
def test_any_bytes_are_an_entry_or_damage(content: bytes) -> None:
    for text in (content, b"\x28\xb5\x2f\xfd" + content):
        with pytest.raises(StoreDamaged):
            decode(text, "x")


def entry(number: int, previous: str = "") -> Entry:
    return Entry(number=number, previous=previous, time="2026-11-21T00:00:00+00:00")


def test_entries_are_listed_in_order_and_read(tmp_path: Path) -> None:
    journal = Journal(tmp_path, "id")
    first = journal.write(entry(1))
    second = journal.write(entry(2, first.sha256))
    (tmp_path / ".tmp-x").write_bytes(b"left over")
    assert journal.names() == [first, second]
    assert journal.read(second).previous == first.sha256


def test_a_missing_entry_is_damage(tmp_path: Path) -> None:
    journal = Journal(tmp_path, "id")
    journal.write(entry(2))
    with pytest.raises(StoreDamaged, match="the journal entry 1 is missing"):
        journal.names()


def test_two_entries_of_one_number_are_damage(tmp_path: Path) -> None:
    journal = Journal(tmp_path, "id")
    journal.write(entry(1))
    journal.write(entry(1, "another"))
    with pytest.raises(StoreDamaged, match="1 is there twice"):
        journal.names()


def test_a_changed_entry_is_damage(tmp_path: Path) -> None:
    journal = Journal(tmp_path, "id")
    name = journal.write(entry(1))
    path = tmp_path / str(name)
    content = bytearray(path.read_bytes())
    content[5] ^= 1
    path.unlink()
    path.write_bytes(content)
    with pytest.raises(StoreDamaged, match="is damaged"):
        journal.read(name)
