"""Servers that lie: whatever they send, the store that pulls stays as it was, and says why."""

import io
import json
from collections.abc import Callable, Iterator
from dataclasses import replace
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest
import zstandard
from hypothesis import given
from hypothesis import strategies as st

from holdfast.errors import (
    DigestMismatch,
    FetchFailed,
    HoldfastError,
    StoreDamaged,
    StoresDiverged,
)
from holdfast.sequences import Alias, SequenceStore
from holdfast.sequences.storage.journal import Aliases, Entry, decode, encode
from holdfast.sequences.storage.lists import ListedEntry, ListedSnapshot, read_entries
from holdfast.sequences.storage.packs import PackName
from holdfast.sequences.sync.memory import MemoryDepot
from holdfast.sequences.sync.vetting import _unpacked_sizes

Lie = Callable[[Entry], Entry]


@pytest.fixture
def honest(store: SequenceStore) -> MemoryDepot:
    """What an honest store of two commits looks like from outside."""
    store.load(io.BytesIO(b">a one\nACGTNNNNACGT\n>b\nMKVLLEDI\n"), "lab", "one")
    with store.write() as batch:
        batch.add("GGGG", [Alias("lab", "c")])
        batch.add(b"ACGT" * 5000, [Alias("lab", "d")])
        batch.commit()
    store.snapshot("first")
    depot = MemoryDepot()
    store.push(depot)
    return depot


@pytest.fixture
def victim(store: SequenceStore, honest: MemoryDepot, tmp_path: Path) -> Iterator[SequenceStore]:
    """A follower that has the first commit."""
    with SequenceStore.create(tmp_path / "victim", store.id) as made:
        first = MemoryDepot()
        first.files = dict(honest.files)
        first.files["journal/LIST"] = first.files["journal/LIST"][:96]
        first.files["snapshots/LIST"] = b""
        made.pull(first)
        yield made


def refused(victim: SequenceStore, depot: MemoryDepot, problem: str) -> HoldfastError:
    """The error of a pull; the victim must be as before, and able to follow an honest server."""
    before = named(victim)
    with pytest.raises(HoldfastError, match=problem) as raised:
        victim.pull(depot)
    assert named(victim) == before
    assert victim.status().position == 1
    assert victim.check().problems == ()
    assert victim.fetch("a") == "ACGTNNNNACGT"
    return raised.value


def named(victim: SequenceStore) -> dict[str, bytes]:
    """Everything in the store that has a name, but for what can be made anew."""
    return {
        str(path.relative_to(victim.folder)): path.read_bytes()
        for part in ("journal", "packs", "snapshots")
        for path in (victim.folder / part).rglob("*")
        if path.is_file()
    }


def second(depot: MemoryDepot) -> ListedEntry:
    """The second entry of the depot."""
    return read_entries(depot.files["journal/LIST"], 1, "x")[1]


def entry_of(depot: MemoryDepot) -> Entry:
    return decode(depot.files[f"journal/{second(depot).file}"], "x")


def tell(depot: MemoryDepot, content: bytes) -> None:
    """Let the second entry be `content`, with a list that agrees."""
    lines = depot.files["journal/LIST"]
    del depot.files[f"journal/{second(depot).file}"]
    entry = ListedEntry(2, sha256(content).hexdigest(), len(content))
    depot.files[f"journal/{entry.file}"] = content
    depot.files["journal/LIST"] = lines[:96] + entry.line()
    depot.files["snapshots/LIST"] = b""


def test_the_honest_one_is_followed(victim: SequenceStore, honest: MemoryDepot) -> None:
    assert victim.pull(honest).after == 2
    assert victim.fetch("c") == "GGGG"
    assert victim.check().problems == ()


# What is not what its name says


@pytest.mark.parametrize("part", ["journal/00000002", "packs/"])
@pytest.mark.parametrize("harm", ["flipped", "short", "long", "gone"])
def test_wrong_files_are_refused(
    victim: SequenceStore, honest: MemoryDepot, part: str, harm: str
) -> None:
    here = {path.name for path in (victim.folder / "packs").rglob("*.pack")}
    (name,) = (
        each for each in honest.files if each.startswith(part) and each.split("/")[-1] not in here
    )
    content = honest.files[name]
    lies = {
        "flipped": content[:-1] + bytes([content[-1] ^ 1]),
        "short": content[:-1],
        "long": content + b"x",
    }
    honest.files.pop(name)
    if harm in lies:
        honest.files[name] = lies[harm]
    assert isinstance(refused(victim, honest, name.split("/")[-1][:20]), FetchFailed)
    honest.files[name] = content
    assert victim.pull(honest).after == 2


@pytest.mark.parametrize(
    ("content", "problem"),
    [
        (b"x" * 200, "LIST is damaged at the entry 1"),
        (bytes(192), "LIST is damaged at the entry 1"),
    ],
)
def test_a_list_that_is_none_is_refused(
    victim: SequenceStore, honest: MemoryDepot, content: bytes, problem: str
) -> None:
    honest.files["journal/LIST"] = content
    refused(victim, honest, problem)


def test_a_list_with_another_past_is_refused(victim: SequenceStore, honest: MemoryDepot) -> None:
    other = ListedEntry(1, "0" * 64, 100).line()
    honest.files["journal/LIST"] = other + honest.files["journal/LIST"][96:]
    assert isinstance(refused(victim, honest, "separate ways"), StoresDiverged)


def test_a_list_that_names_paths_is_refused(victim: SequenceStore, honest: MemoryDepot) -> None:
    honest.files["snapshots/LIST"] = b"00000001-" + b"0" * 64 + b" ../../etc/passwd\n"
    refused(victim, honest, "snapshots/LIST:1: is no snapshot's line")


def test_a_missing_list_is_told(victim: SequenceStore, honest: MemoryDepot) -> None:
    del honest.files["journal/LIST"]
    refused(victim, honest, "has no journal/LIST; have it made there with: holdfast seq reindex")


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        (b"\xff", "store.toml is damaged"),
        (b"format = 1", "store.toml is damaged"),
        (b'format = 9\nid = "x"', "has the format 9"),
        (b'format = 1\nid = "../x"', "names no id"),
        (b"x" * 5000, "more than the 4096 bytes"),
    ],
)
def test_a_description_that_is_none_is_refused(
    victim: SequenceStore, honest: MemoryDepot, text: bytes, problem: str
) -> None:
    honest.files["store.toml"] = text
    refused(victim, honest, problem)


# Journals whose hashes all agree, and that lie all the same


def packs_named(*names: PackName) -> Lie:
    return lambda entry: replace(entry, packs=list(names))


def columns(**changed: Any) -> Lie:
    """The same with other columns; a value is what each number becomes."""

    def lie(entry: Entry) -> Entry:
        for name, value in changed.items():
            column = getattr(entry.sequences, name)
            made = column if isinstance(column, bytes) else column[:]
            if isinstance(made, bytes):
                made = bytes(len(made))
            else:
                for place in range(len(made)):
                    made[place] = value
            setattr(entry.sequences, name, made)
        return entry

    return lie


LIES: dict[str, Lie] = {
    "of another number": lambda entry: replace(entry, number=3),
    "that does not follow": lambda entry: replace(entry, previous="0" * 64),
    "with a pack out of the folder": packs_named(PackName("../../../tmp/x", 100)),
    "with a pack of no bytes": lambda e: replace(e, packs=[replace(e.packs[0], size=0)]),
    "with a pack of a negative size": lambda e: replace(e, packs=[replace(e.packs[0], size=-1)]),
    "with a pack that is a smaller one": lambda e: replace(e, packs=[replace(e.packs[0], size=20)]),
    "without its packs": packs_named(),
    "with records behind the pack's end": columns(offsets=1 << 40),
    "with records that wrap around": columns(offsets=(1 << 64) - 8),
    "with records of huge sizes": columns(sizes=(1 << 64) - 1),
    "with lengths nobody can hold": columns(lengths=1 << 63),
    "with lengths that are too long": columns(lengths=1 << 40),
    "with empty sequences": columns(lengths=0),
    "with an unknown encoding": columns(encodings=77),
    "with another encoding": columns(encodings=2),
    "with a dictionary it has not": columns(dictionaries=5),
    "with packs it has not": columns(packs=3),
    "with digests of something else": columns(digests=0),
    "with md5 of something else": columns(md5=0),
    "with sha1 of something else": columns(sha1=0),
    "with letters of something else": columns(letters=1),
    "with aliases of no sequence": lambda e: replace(e, added=[Aliases("x", ["a"], [99])]),
    "with aliases of sequence -1": lambda e: replace(e, added=[Aliases("x", ["a"], [-1])]),
    "with too many aliases": lambda e: replace(e, added=[Aliases("x", ["a", "b"], [0])]),
    "with the same alias twice": lambda e: replace(e, added=[Aliases("x", ["a", "a"], [0, 1])]),
    "with an alias of blanks": lambda e: replace(e, added=[Aliases("x", ["a b"], [0])]),
    "with an alias that is no text": lambda e: replace(e, added=[Aliases("x", [7], [0])]),  # type: ignore[list-item]  # that is the lie
    "with a digest's namespace": lambda e: replace(e, added=[Aliases("md5", ["a"], [0])]),
    "with an alias that is taken": lambda e: replace(e, added=[Aliases("lab", ["a"] * 1, [1])] * 2),
    "that undoes what is to come": lambda e: replace(e, undoes=[5]),
    "that drops what it needs": lambda e: replace(e, dropped_packs=[e.packs[0].sha256]),
    "that drops what is not there": lambda e: replace(e, dropped=[99]),
    "that drops a path": lambda e: replace(e, dropped_packs=["../../x"]),
    "with an endless note": lambda e: replace(e, note="x" * 100_000),
    "with a note that is no text": lambda e: replace(e, note=["x"]),  # type: ignore[arg-type]  # that is the lie
}


@pytest.mark.parametrize("lie", LIES, ids=lambda each: each.replace(" ", "_"))
def test_a_consistent_liar_is_found_out(
    victim: SequenceStore, honest: MemoryDepot, lie: str
) -> None:
    true = dict(honest.files)
    tell(honest, encode(LIES[lie](entry_of(honest))))
    error = refused(victim, honest, ".")
    assert isinstance(error, StoreDamaged | FetchFailed), error
    honest.files = true
    assert victim.pull(honest).after == 2
    assert victim.check().problems == ()


def test_an_entry_that_is_none_is_refused(victim: SequenceStore, honest: MemoryDepot) -> None:
    for content in (
        b"no zstd",
        zstandard.compress(b"no json"),
        zstandard.compress(b"[]"),
        zstandard.compress(json.dumps({"number": 2}).encode()),
    ):
        tell(honest, content)
        refused(victim, honest, "is not a journal entry")


def test_an_entry_that_unpacks_to_too_much_is_not_unpacked(
    victim: SequenceStore, honest: MemoryDepot
) -> None:
    tell(honest, zstandard.compress(b" " * (80 << 20)))
    refused(victim, honest, "would unpack to too much")
    hidden = zstandard.compress(b"{}") + zstandard.compress(b" " * (80 << 20))
    tell(honest, hidden)
    refused(victim, honest, "would unpack to too much")
    tell(honest, hidden[:-3])
    refused(victim, honest, "its last frame is cut|would unpack to too much")
    plain = zstandard.ZstdCompressor(write_content_size=False).compress(b"{}")
    tell(honest, plain)
    refused(victim, honest, "would unpack to too much")


@given(st.lists(st.binary(max_size=300_000), min_size=1, max_size=4), st.booleans())
def test_frames_are_measured_without_unpacking_them(parts: list[bytes], check: bool) -> None:
    packer = zstandard.ZstdCompressor(write_checksum=check)
    content = b"".join(map(packer.compress, parts))
    assert list(_unpacked_sizes(memoryview(content))) == list(map(len, parts))


def test_a_snapshot_that_lies_is_refused(victim: SequenceStore, honest: MemoryDepot) -> None:
    name = "snapshots/first.json"
    document = json.loads(honest.files[name])
    document.pop("sha256")
    document["sequences"] += 1
    proof = sha256(json.dumps(document, sort_keys=True).encode()).hexdigest()
    document["sha256"] = proof
    honest.files[name] = (json.dumps(document, indent=1) + "\n").encode()
    refused(victim, honest, "first counts what was not there then")
    honest.files[name] = b"{}"
    refused(victim, honest, "is not a snapshot")


def test_a_snapshot_under_anothers_name_is_refused(
    victim: SequenceStore, honest: MemoryDepot, store: SequenceStore
) -> None:
    (first,) = store.snapshots()
    line = ListedSnapshot(first.position, first.hash, "second").line()
    honest.files["snapshots/LIST"] += line
    honest.files["snapshots/second.json"] = honest.files["snapshots/first.json"]
    refused(victim, honest, "second.json is damaged")


def test_wrong_residues_are_refused_unless_the_source_is_trusted(
    victim: SequenceStore, honest: MemoryDepot
) -> None:
    tell(honest, encode(columns(md5=0)(entry_of(honest))))
    refused(victim, honest, "has other digests or letters.*nothing was taken")
    assert victim.pull(honest, verify=False).after == 2
    assert victim.check().problems != ()


def test_wrong_bytes_name_the_file(victim: SequenceStore, honest: MemoryDepot) -> None:
    name = f"journal/{second(honest).file}"
    honest.files[name] = bytes(len(honest.files[name]))
    assert isinstance(refused(victim, honest, "00000002"), DigestMismatch)


def test_a_pack_that_is_needed_is_not_given_up(victim: SequenceStore, honest: MemoryDepot) -> None:
    pack = victim.info("a").pack
    lie = replace(entry_of(honest), dropped_packs=[pack])
    tell(honest, encode(lie))
    refused(victim, honest, "dropped packs with sequences that are needed")


def test_runs_without_end_are_not_unrolled(victim: SequenceStore, honest: MemoryDepot) -> None:
    text = (
        zstandard.ZstdDecompressor()
        .decompressobj()
        .decompress(honest.files[f"journal/{second(honest).file}"])
    )
    endless = [[1, 1 << 31]]
    for key, value in {
        "added": [{"namespace": "x", "texts": ["a"], "sequences": endless}],
        "dropped": endless,
        "moved": {
            "sequences": endless, "packs": endless, "offsets": endless, "sizes": [1],
            "dictionaries": [], "layouts": [],
        },
    }.items():  # fmt: skip
        document = json.loads(text) | {key: value}
        document["sequences"] = {"rows": 0, "frames": []}
        tell(honest, zstandard.compress(json.dumps(document).encode()))
        refused(victim, honest, "is too long")
