import io
from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from holdfast.errors import UsageError
from holdfast.sequences import Alias, SequenceStore
from holdfast.sequences.public import PublicView
from holdfast.sequences.reading.outgoing import MOST, PIECE, Part, read_parts

LONG = b"GATTACANRY" * (PIECE // 10 + 77)
TEXTS = {"long": LONG, "short": b"ACGTN", "protein": b"MKVLAX" * 3, "one": b"A"}


@pytest.fixture(scope="module")
def full(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SequenceStore]:
    """A store of a long sequence and some short ones."""
    with SequenceStore.create(tmp_path_factory.mktemp("out") / "store") as store:
        with store.write() as batch:
            for name, residues in TEXTS.items():
                batch.add(residues, [Alias("lab", name)])
            batch.commit()
        yield store


def other_strand(residues: bytes) -> bytes:
    return residues[::-1].translate(bytes.maketrans(b"ACGTRY", b"TGCAYR"))


def read(store: SequenceStore, parts: list[tuple[str, int, int, bool]]) -> list[tuple[str, bytes]]:
    wanted = [
        Part(name, "", store.resolve(f"lab:{name}"), start, end, turned)
        for name, start, end, turned in parts
    ]
    return [(part.name, b"".join(pieces)) for part, pieces in read_parts(store, wanted)]


@st.composite
def wanted(draw: st.DrawFn) -> tuple[str, int, int, bool]:
    name = draw(st.sampled_from(["long", "short", "one"]))
    start = draw(st.integers(0, len(TEXTS[name])))
    end = draw(st.integers(start, min(len(TEXTS[name]), start + 200_000)))
    return name, start, end, draw(st.booleans())


@given(st.lists(wanted(), max_size=8))
def test_parts_come_in_order_each_as_it_was_asked_for(
    full: SequenceStore, parts: list[tuple[str, int, int, bool]]
) -> None:
    expected = []
    for name, start, end, turned in parts:
        residues = TEXTS[name][start:end]
        expected.append((name, other_strand(residues) if turned else residues))
    assert read(full, parts) == expected


@pytest.mark.parametrize("turned", [False, True])
def test_a_long_sequence_comes_in_pieces_of_bounded_size(full: SequenceStore, turned: bool) -> None:
    part = Part("long", "", full.resolve("lab:long"), 0, len(LONG), turned)
    ((_, pieces),) = read_parts(full, [part])
    found = list(pieces)
    assert max(map(len, found)) <= PIECE
    assert len(found) > 1
    assert b"".join(found) == (other_strand(LONG) if turned else LONG)


def test_more_parts_than_are_read_together_all_come(full: SequenceStore) -> None:
    parts = [("short", nth % 3, 5, False) for nth in range(2 * MOST + 3)]
    assert read(full, parts) == [("short", b"ACGTN"[nth % 3 :]) for nth in range(len(parts))]


def test_proteins_have_no_other_strand(full: SequenceStore) -> None:
    with pytest.raises(UsageError, match="no nucleotide"):
        read(full, [("protein", 0, 5, True)])


def test_all_sequences_are_listed_with_their_aliases_of_then(store: SequenceStore) -> None:
    with store.write() as batch:
        first = batch.add(b"ACGT", [Alias("lab", "b"), Alias("lab", "a"), Alias("old", "x")])
        batch.commit()
    store.snapshot("then")
    store.retire_alias(Alias("old", "x"))
    with store.write() as batch:
        batch.add(b"MKV", [Alias("lab", "c")])
        batch.commit()
    now = [(known.length, [str(a) for a in known.aliases]) for known in store.all_sequences()]
    assert now == [(4, ["lab:a", "lab:b"]), (3, ["lab:c"])]
    (then,) = store.at("then").all_sequences()
    assert (then.digest, [str(a) for a in then.aliases]) == (first, ["lab:a", "lab:b", "old:x"])
    public = PublicView(store, ["lab"])
    assert [known.aliases for known in public.all_sequences()] == [(), ()]


def test_many_sequences_are_listed_in_the_order_of_their_storing(store: SequenceStore) -> None:
    count = MOST + 10
    with store.write() as batch:
        digests = [batch.add(f"{nth:x}".translate(CODES)) for nth in range(count)]
        batch.commit()
    assert [known.digest for known in store.all_sequences()] == digests


CODES = str.maketrans("0123456789abcdef", "ABCDEFGHIJKLMNOP")


def test_a_written_collection_is_loaded_again(store: SequenceStore) -> None:
    text = b">a first\n" + LONG[: 1 << 21] + b"\n>b\nACGT\n>c third\nMKV\n"
    store.load(io.BytesIO(text), "lab", "one")
    written = io.BytesIO()
    assert store.write_fasta("one", written) == 3
    written.seek(0)
    store.load(written, "lab", "two")
    assert store.collection("one").members == store.collection("two").members
