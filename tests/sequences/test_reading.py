"""Reading from many threads and processes, during commits, and with few descriptors."""

import json
import multiprocessing
import subprocess
import sys
import threading
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest

from holdfast.errors import StoreDamaged
from holdfast.sequences import Alias, SequenceStore, view
from holdfast.sequences.care.gc import Wish
from holdfast.sequences.reading.slices import SliceReader, Slices
from holdfast.sequences.storage.codecs import Longs

RNG = np.random.default_rng(11)
DNA = np.frombuffer(b"ACGT", np.uint8)[RNG.integers(0, 4, 30_000)].tobytes().decode()
PROTEIN = np.frombuffer(b"ACDEFGHIKLMNPQRSTVWY", np.uint8)[RNG.integers(0, 20, 5_000)]
TEXTS = [DNA[at : at + 700] + "N" * 5 for at in range(0, 20_000, 1000)]
TEXTS += [PROTEIN[at : at + 300].tobytes().decode() for at in range(0, 4000, 200)]


@pytest.fixture
def filled(store: SequenceStore) -> SequenceStore:
    """A store with forty sequences, in two encodings, each under an alias."""
    with store.write() as batch:
        for number, text in enumerate(TEXTS):
            batch.add(text, [Alias("lab", f"s{number}")])
        batch.commit()
    return store


def check_reads(store: SequenceStore, seed: int, count: int) -> int:
    """Read slices at random by alias and digest; how many were not as they should be."""
    rng = np.random.default_rng(seed)
    wrong = 0
    for _ in range(count):
        number, start = int(rng.integers(len(TEXTS))), int(rng.integers(250))
        name = f"lab:s{number}"
        if rng.random() < 0.7:
            name = str(store.resolve(name))
        wrong += store.fetch(name, start, start + 40) != TEXTS[number][start : start + 40]
    return wrong


def in_threads(count: int, work: Callable[[int], int]) -> list[int]:
    with ThreadPoolExecutor(count) as pool:
        return list(pool.map(work, range(count)))


def test_eight_threads_read_right_while_another_commits(filled: SequenceStore) -> None:
    def commit_some() -> None:
        for number in range(4):
            with filled.write() as batch:
                batch.add(DNA[number : 200 + 2 * number])
                batch.commit()

    writer = threading.Thread(target=commit_some)

    def read_on(seed: int) -> int:
        wrong = check_reads(filled, seed, 200)
        while writer.is_alive():
            wrong += check_reads(filled, seed, 50)
        return wrong

    writer.start()
    assert in_threads(8, read_on) == [0] * 8
    writer.join()
    assert filled.status().position == 5


def test_threads_that_share_little_caches_read_right(
    filled: SequenceStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(view, "SEQUENCE_BYTES", 20_000)
    monkeypatch.setattr(view, "DICTIONARY_BYTES", 1)
    with SequenceStore.open(filled.folder) as again:
        assert in_threads(8, lambda seed: check_reads(again, seed, 400)) == [0] * 8
        assert len(again.room.sequences.newest) < 20


def test_forked_processes_read_from_a_store_that_was_open(filled: SequenceStore) -> None:
    assert check_reads(filled, 1, 100) == 0  # everything is open and cached before the fork
    fork = multiprocessing.get_context("fork")
    answers = fork.SimpleQueue()

    def child(seed: int) -> None:
        wrong = check_reads(filled, seed, 300)
        wrong += sum(in_threads(2, lambda more: check_reads(filled, 10 * seed + more, 100)))
        answers.put(wrong)

    children = [fork.Process(target=child, args=[seed]) for seed in range(4)]
    for process in children:
        process.start()
    with filled.write() as batch:  # the parent goes on writing
        batch.add("ACGTACGTTT", [Alias("lab", "new")])
        batch.commit()
    for process in children:
        process.join(60)
    assert [process.exitcode for process in children] == [0] * 4
    assert [answers.get() for _ in children] == [0] * 4
    assert filled.fetch("lab:new") == "ACGTACGTTT"
    assert filled.check().problems == ()


def test_sequences_go_to_other_processes(filled: SequenceStore) -> None:
    spawn = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(1, mp_context=spawn) as pool:
        found = list(pool.map(str, [filled["lab:s0"], filled["lab:s30"]]))
    assert found == [TEXTS[0], TEXTS[30]]


def test_an_alias_that_moved_is_never_answered_from_a_cache(filled: SequenceStore) -> None:
    assert filled.fetch("lab:s0") == TEXTS[0]
    # As another process would do it, which cannot tell this one.
    with SequenceStore.open(filled.folder) as other, other.write() as batch:
        batch.alias(Alias("lab", "s0"), other.resolve("lab:s1"), reassign=True)
        batch.commit()
    assert filled.fetch("lab:s0") == TEXTS[1]
    assert filled["lab:s0"] == TEXTS[1]
    assert filled.slices("lab:s0", [0], [40])[0] == TEXTS[1][:40]


MANY_PACKS = """
import json, resource, sys
from pathlib import Path
from holdfast.sequences import SequenceStore

resource.setrlimit(resource.RLIMIT_NOFILE, (64, 64))
with SequenceStore.open(sys.argv[1]) as store:
    names = json.loads(sys.argv[2])
    texts = [store.fetch(name) for name in names for _ in range(2)]
    batch = store.slices(names, [0] * len(names), [50] * len(names)).texts()
    open_now = len(list(Path("/proc/self/fd").iterdir()))
    maps = Path("/proc/self/maps").read_text().count(".pack")
print(json.dumps({"texts": texts[::2], "batch": batch, "open": open_now, "maps": maps}))
"""


def test_more_packs_than_descriptors_are_read(store: SequenceStore) -> None:
    texts = [DNA[at : at + 50] for at in range(0, 4500, 45)]
    for number, text in enumerate(texts):
        with store.write() as batch:
            batch.add(text, [Alias("pack", str(number))])
            batch.commit()
    assert store.status().packs == 100
    names = [f"pack:{number}" for number in range(len(texts))]
    command = [sys.executable, "-c", MANY_PACKS, str(store.folder), json.dumps(names)]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    found = json.loads(done.stdout)
    assert found["texts"] == found["batch"] == texts
    assert found["open"] < 40
    assert 0 < found["maps"] <= 16


def test_letting_go_of_packs_leaves_what_is_in_use_readable(filled: SequenceStore) -> None:
    kept = filled["lab:s3"]
    array = kept.as_array()
    filled.room.packs.forget()
    assert filled.room.sequences.newest == {}
    assert str(kept) == TEXTS[3]
    assert array.tobytes().decode() == TEXTS[3]
    assert filled.fetch("lab:s3") == TEXTS[3]


def test_many_threads_that_come_and_go_leave_no_descriptors(filled: SequenceStore) -> None:
    def open_files() -> int:
        return len(list(Path("/proc/self/fd").iterdir()))

    check_reads(filled, 0, 10)
    before = open_files()
    for seed in range(60):
        thread = threading.Thread(target=check_reads, args=[filled, seed, 5])
        thread.start()
        thread.join()
    assert open_files() <= before + 3


def test_threads_read_batches_at_once(filled: SequenceStore) -> None:
    names = [f"lab:s{number}" for number in range(len(TEXTS))]
    rng = np.random.default_rng(3)
    codes, starts = rng.integers(0, len(TEXTS), 5000), rng.integers(0, 250, 5000)
    expected = [TEXTS[c][s : s + 30] for c, s in zip(codes.tolist(), starts.tolist(), strict=True)]

    def work(_: int) -> int:
        found: Slices = filled.slices(codes, starts, starts + 30, table=names)
        return int(found.texts() != expected)

    assert in_threads(6, work) == [0] * 6


def test_a_batch_reads_on_when_its_packs_are_tidied_away(
    store: SequenceStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    for number in range(5):
        with store.write() as batch:
            batch.add(TEXTS[number], [Alias("lab", f"s{number}")])
            batch.commit()
    names = [f"lab:s{number}" for number in range(5)]
    real = SliceReader.read
    packs: list[tuple[int, int]] = []

    def read_late(self: SliceReader, codes: Longs, starts: Longs, ends: Longs) -> Slices:
        if not packs:  # another process tidies between the question and the reading
            with SequenceStore.open(store.folder) as other:
                report = other.gc(Wish(compact=True))
            packs.append((report.packs_before, report.packs_after))
            store.room.packs.forget()
        return real(self, codes, starts, ends)

    monkeypatch.setattr(SliceReader, "read", read_late)
    found = store.slices(iter(names), [0] * 5, [30] * 5)
    assert packs == [(5, 1)]
    assert found.texts() == [text[:30] for text in TEXTS[:5]]


def test_a_missing_pack_is_damage_to_a_batch_too(filled: SequenceStore) -> None:
    for pack in filled.folder.glob("packs/*/*"):
        pack.unlink()
    with pytest.raises(StoreDamaged, match="is missing"):
        filled.slices("lab:s0", [0], [5])


def test_a_store_that_verifies_finds_a_flipped_bit_before_a_batch_is_answered(
    filled: SequenceStore,
) -> None:
    (path,) = filled.folder.glob("packs/*/*")
    filled.close()
    content = bytearray(path.read_bytes())
    content[20] ^= 1  # of the first record
    bounds = [0] * len(TEXTS), [5] * len(TEXTS)
    path.chmod(0o644)
    path.write_bytes(content)
    with SequenceStore.open(filled.folder, verify=True) as again, pytest.raises(StoreDamaged):
        again.slices([f"lab:s{number}" for number in range(len(TEXTS))], *bounds)
