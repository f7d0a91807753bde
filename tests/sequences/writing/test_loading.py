import bz2
import io
import lzma
from functools import partial
from pathlib import Path

import pytest

from formats.test_embl import NEW
from formats.test_genbank import DEFINITION, WHOLE, record
from formats.test_records import TEXTS
from holdfast.errors import AliasConflict, FormatError, UsageError
from holdfast.sequences import SequenceStore
from holdfast.sequences.writing import loading


@pytest.mark.parametrize("name", TEXTS)
def test_any_format_is_loaded_by_its_content(
    name: str, store: SequenceStore, tmp_path: Path
) -> None:
    path = tmp_path / "no.ending"
    path.write_bytes(TEXTS[name])
    report = store.load(path, "lab")
    members = store.collection("no.ending").members
    assert len(members) == report.sequences_seen
    assert [len(store[f"lab:{member.name}"]) for member in members] == [m.length for m in members]


@pytest.mark.parametrize("compress", [bz2.compress, lzma.compress])
def test_other_compressions_are_loaded_too(compress, store: SequenceStore) -> None:  # type: ignore[no-untyped-def]  # two functions of two modules
    store.load(io.BytesIO(compress(TEXTS["fasta"])), "lab", "packed")
    assert store.fetch("lab:a") == "ACGT"


def test_a_genbank_record_is_found_by_all_its_names(store: SequenceStore) -> None:
    store.load(io.BytesIO(WHOLE.encode()), "genbank", "one")
    names = ["genbank:U49845.1", "accession:U49845", "gi:1293613", "U49845"]
    assert {store.fetch(name) for name in names} == {"GATCCTCCATATACAACGGT"}
    (member,) = store.collection("one").members
    assert (member.name, member.description) == ("U49845.1", DEFINITION)


def test_a_long_record_has_its_other_names_too(store: SequenceStore) -> None:
    text = record("AB0001", 3, "a long one", "GATTACA" * 20_000)
    store.load(io.BytesIO(text.encode()), "genbank", "long")
    assert len(store["accession:AB0001"]) == 140_000
    assert store.resolve("accession:AB0001") == store.resolve("genbank:AB0001.3")


def test_another_version_moves_the_bare_accession_only_when_told(store: SequenceStore) -> None:
    store.load(io.BytesIO(NEW.encode()), "embl", "first")
    newer = NEW.replace("SV 1", "SV 2").replace("aaac", "aaat").encode()
    with pytest.raises(AliasConflict, match=r":1: the alias accession:X56734 belongs"):
        store.load(io.BytesIO(newer), "embl", "second")
    store.load(io.BytesIO(newer), "embl", "second", reassign=True)
    assert store.fetch("accession:X56734", 0, 4) == "AAAT"
    assert store.fetch("embl:X56734.1", 0, 4) == "AAAC"


def test_what_is_not_fasta_has_no_exact_text(store: SequenceStore) -> None:
    store.load(io.BytesIO(WHOLE.encode()), "genbank", "one")
    with pytest.raises(UsageError, match="not loaded from a FASTA text"):
        store.write_exact("one", io.BytesIO())


def test_the_same_file_again_adds_nothing(store: SequenceStore) -> None:
    for _ in range(2):
        store.load(io.BytesIO(WHOLE.encode()), "genbank", "one")
    assert store.status().position == 1


def test_a_later_release_moves_its_names_or_says_at_which_line_it_would(
    store: SequenceStore,
) -> None:
    def release(*changed: str) -> io.BytesIO:
        records = [f">p{nth}\nMKV{'L' * nth}\n" for nth in range(100)]
        return io.BytesIO("".join([*records, *changed]).encode())

    store.load(release(">q\nGATTACA\n"), "lab")
    with pytest.raises(AliasConflict, match="standard input:203: the alias lab:q"):
        store.load(release(">new\nACGT\n", ">q\nCATTAGA\n"), "lab")
    report = store.load(release(">new\nACGT\n", ">q\nCATTAGA\n"), "lab", reassign=True)
    assert (report.sequences_new, report.aliases_added, report.aliases_retired) == (2, 2, 1)
    assert (store.fetch("lab:q"), store.fetch("lab:p7")) == ("CATTAGA", "MKVLLLLLLL")


def test_a_file_broken_in_its_last_record_leaves_nothing(store: SequenceStore) -> None:
    with pytest.raises(FormatError, match="cut short"):
        store.load(io.BytesIO((WHOLE + WHOLE[:300]).encode()), "genbank", "one")
    assert store.status().sequences == 0
    assert store.status().position == 0


@pytest.mark.parametrize("reassign", [False, True])
@pytest.mark.parametrize("before", [b"", b">b\nGG\n", b">z\nGG\n>b\nGG\n", b">a\nACGT\n>b\nGG\n"])
@pytest.mark.parametrize(
    ("last", "problem"),
    [
        (b">a\nTT\n", "made.fa:9: the name a already stands for another"),
        (b">b\nTT\n", "made.fa:9: the name b already stands for another"),
        (b">d\nTT\n>d\nTTT\n", "made.fa:11: the name d already stands for another"),
        (b">a\nACGT\n>d\nTT\n", None),
    ],
)
def test_a_name_stands_for_one_sequence_however_far_apart_it_is_given(
    store: SequenceStore,
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
    before: bytes,
    last: bytes,
    problem: str | None,
    reassign: bool,
) -> None:
    monkeypatch.setattr(loading, "open_records", partial(loading.open_records, block=16))
    if before:
        store.load(io.BytesIO(before), "lab")
    path = tmp_path / "made.fa"
    path.write_bytes(b">a\nACGT\n>b\nGG\n>c\nCC\n>b\nGG\n" + last)
    if problem is None:
        assert store.load(path, "lab", reassign=reassign).sequences_seen == 6
        return
    with pytest.raises(FormatError) as caught:
        store.load(path, "lab", reassign=reassign)
    assert problem in str(caught.value)
    assert "lab:c" not in store
