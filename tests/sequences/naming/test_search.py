import io
import os
import signal
import sqlite3
import subprocess
import sys
import threading
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from holdfast.errors import StoreError, UsageError
from holdfast.sequences import Alias, SequenceStore
from holdfast.sequences.naming.search import FILE, Found
from holdfast.sequences.public import PublicView

FASTA = b""">NM_000551.4 von Hippel-Lindau tumor suppressor (VHL), mRNA
ACGT
>NM_000551.3 von Hippel-Lindau tumor suppressor, old
ACGA
>HLA:A*01 h\xc3\xa9moglobine 100%_"quoted" 'word' alpha
ACGC
>P69905 Hemoglobin subunit alpha
MVLSPADK
"""


@pytest.fixture
def made(store: SequenceStore) -> SequenceStore:
    """A store of four sequences with descriptions."""
    store.load(io.BytesIO(FASTA), "lab", "made.fa")
    return store


def names(found: list[Found]) -> list[str]:
    return [str(alias) for each in found for alias in each.aliases]


@pytest.mark.parametrize(
    ("prefix", "expected"),
    [
        ("NM_", ["lab:NM_000551.3", "lab:NM_000551.4"]),
        ("NM_000551.4", ["lab:NM_000551.4"]),
        ("lab:NM_000551.4", ["lab:NM_000551.4"]),
        ("HLA:", ["lab:HLA:A*01"]),  # no namespace of this store, so a text
        ("nm_", []),
        ("NM%", []),
        ("N__0", []),
        ("*", []),
        ("'", []),
        ('"', []),
        ("\U0001f9ec", []),
    ],
)
def test_aliases_are_found_by_their_beginning(
    made: SequenceStore, prefix: str, expected: list[str]
) -> None:
    assert names(made.search(prefix, prefix=True)) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("NM_000551", ["lab:NM_000551.4", "lab:NM_000551.3"]),
        ("000551.4", ["lab:NM_000551.4"]),
        ("lab:NM_000551.4", ["lab:NM_000551.4"]),
        ("hippel LINDAU old", ["lab:NM_000551.3"]),
        ("VHL 000551", ["lab:NM_000551.4"]),  # one word in the description, one in the alias
        ("alpha", ["lab:HLA:A*01", "lab:P69905"]),
        ("hemoglobine", ["lab:HLA:A*01"]),
        ("HLA:A*01", ["lab:HLA:A*01"]),
        ("A*", ["lab:HLA:A*01"]),
        ("suppress", []),  # whole words
        ("suppress*", []),
        ("hippel NOT lindau", []),
        ("hippel OR alpha", []),
        ("text:alpha", []),
        ("NEAR(hippel lindau)", []),
        ('alpha"', ["lab:HLA:A*01", "lab:P69905"]),
        ("100%", ["lab:HLA:A*01"]),
    ],
)
def test_sequences_are_found_by_words(made: SequenceStore, text: str, expected: list[str]) -> None:
    assert names(made.search(text)) == expected


def test_what_is_found_says_what_it_is(made: SequenceStore) -> None:
    (found,) = made.search("subunit")
    assert found == Found(
        made.resolve("P69905"), 8, (Alias("lab", "P69905"),), "Hemoglobin subunit alpha"
    )


@pytest.mark.parametrize("text", ["", " ", "%", "*", "' \"", "x" * 1025, "a\x00", "a\nb", "\ud800"])
def test_nothing_to_search_for_is_misuse(made: SequenceStore, text: str) -> None:
    with pytest.raises(UsageError):
        made.search(text)


@pytest.mark.parametrize("namespace", ["", "a b", "md5", "\ud800"])
def test_a_namespace_that_cannot_be_one_is_misuse(made: SequenceStore, namespace: str) -> None:
    with pytest.raises(UsageError):
        made.search("alpha", namespace=namespace)


@settings(max_examples=150, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(text=st.text(min_size=1, max_size=20), prefix=st.booleans())
def test_no_text_is_a_pattern_or_a_trouble(made: SequenceStore, text: str, prefix: bool) -> None:
    try:
        found = made.search(text, prefix=prefix)
    except UsageError:
        return
    if prefix:
        assert all(each.aliases[0].text.startswith(text) for each in found)


def test_a_search_keeps_to_a_namespace_and_a_limit(made: SequenceStore) -> None:
    made.add_alias(Alias("NCBI", "NM_000551.9"), "lab:P69905")
    assert names(made.search("NM_", prefix=True, namespace="RefSeq")) == ["refseq:NM_000551.9"]
    assert names(made.search("000551", namespace="ncbi")) == ["refseq:NM_000551.9"]
    assert made.search("NM_", prefix=True, namespace="none") == []
    assert len(made.search("NM_", prefix=True, limit=2)) == 2
    assert len(made.search("NM_000551", limit=2)) == 2


def test_what_comes_later_is_found_and_what_is_retired_is_not(made: SequenceStore) -> None:
    made.snapshot("before")
    assert made.search("mouse") == []
    made.add_alias(Alias("lab", "mouse-1"), "lab:P69905")
    made.load(io.BytesIO(b">m2 a mouse of ours\nGGGG\n"), "lab", "more.fa")
    assert names(made.search("mouse")) == ["lab:mouse-1", "lab:m2"]
    made.retire_alias(Alias("lab", "mouse-1"))
    made.add_alias(Alias("lab", "mouse-2"), "NM_000551.4")
    assert names(made.search("mouse")) == ["lab:mouse-2", "lab:m2"]
    assert made.at("before").search("mouse") == []
    assert made.at("before").search("mouse", prefix=True) == []
    assert names(made.at("before").search("P69905")) == ["lab:P69905"]


def test_a_description_is_kept_once_however_often_its_file_is_loaded(made: SequenceStore) -> None:
    made.search("alpha")
    made.load(io.BytesIO(FASTA + b">more\nTTTT\n"), "lab", "again.fa")
    made.search("alpha")
    with sqlite3.connect(made.folder / FILE) as connection:
        assert connection.execute("SELECT count(*) FROM descriptions").fetchone() == (4,)
    connection.close()


def test_the_text_index_is_made_when_first_asked_for_and_goes_with_reindex(
    made: SequenceStore,
) -> None:
    path = made.folder / FILE
    made.search("NM_", prefix=True)
    assert not path.exists()
    made.search("alpha")
    assert path.exists()
    made.reindex()
    assert not path.exists()
    assert len(made.search("alpha")) == 2


@pytest.mark.parametrize("content", [b"", b"no database, but long enough to look like one" * 99])
def test_a_damaged_text_index_is_made_anew(made: SequenceStore, content: bytes) -> None:
    made.search("alpha")
    (made.folder / FILE).write_bytes(content)
    assert len(made.search("alpha")) == 2


def test_a_text_index_of_another_journal_is_made_anew(made: SequenceStore, tmp_path: Path) -> None:
    made.search("alpha")
    with SequenceStore.create(tmp_path / "other") as other:
        other.load(io.BytesIO(b">x alpha\nAAAA\n"), "lab", "x.fa")
        (other.folder / FILE).write_bytes((made.folder / FILE).read_bytes())
        assert names(other.search("alpha")) == ["lab:x"]


def test_many_may_search_at_once_while_others_load(made: SequenceStore) -> None:
    failed: list[BaseException] = []

    def search() -> None:
        try:
            for _ in range(5):
                assert len(made.search("alpha")) >= 2
        except BaseException as error:  # noqa: BLE001 - the main thread shows it
            failed.append(error)

    threads = [threading.Thread(target=search) for _ in range(4)]
    for thread in threads:
        thread.start()
    for nth in range(5):
        made.load(io.BytesIO(b">n%d alpha too\nAC%s\n" % (nth, b"A" * nth)), "lab", f"{nth}.fa")
    for thread in threads:
        thread.join()
    assert failed == []
    assert len(made.search("alpha")) == 7


def test_media_that_cannot_be_written_are_searched_with_a_passing_index(
    made: SequenceStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(os, "access", lambda *_: False)  # tests may run as root, who may write all
    made.close()
    assert len(made.search("alpha")) == 2
    assert not (made.folder / FILE).exists()


def test_a_python_without_fts5_says_so(
    made: SequenceStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(
        "holdfast.sequences.naming.search.SCHEMA", "CREATE VIRTUAL TABLE words USING fts5x(text)"
    )
    with pytest.raises(StoreError, match="has no FTS5"):
        made.search("alpha")


def test_private_namespaces_are_not_searched(made: SequenceStore) -> None:
    made.add_alias(Alias("secret", "alpha-7"), "lab:NM_000551.4")
    view = PublicView(made, ["secret"])
    assert len(made.search("alpha")) == 3
    assert len(view.search("alpha")) == 2
    assert view.search("alpha", prefix=True) == []
    assert view.search("secret:alpha", prefix=True) == []
    assert view.search("secret:alpha") == view.search("nothing:alpha") == []
    assert [each.namespace for each in view.namespaces()] == ["lab"]
    assert all("secret" not in block.namespaces for block in view.alias_blocks())


KILLED = """
import os, signal, sys
from holdfast.sequences import SequenceStore

def killed(progress):
    if progress.what.startswith(sys.argv[2]):
        os.kill(os.getpid(), signal.SIGKILL)

SequenceStore.open(sys.argv[1]).search("alpha", listener=killed)
"""


@pytest.mark.parametrize("when", ["indexing the words", "indexing descriptions"])
def test_a_search_that_is_killed_while_it_makes_its_index_leaves_none_or_a_whole_one(
    made: SequenceStore, when: str
) -> None:
    command = [sys.executable, "-c", KILLED, str(made.folder), when]
    assert subprocess.run(command, check=False).returncode == -signal.SIGKILL
    assert len(made.search("alpha")) == 2
    assert made.check().problems == ()
    made.load(io.BytesIO(b">x alpha\nTTTT\n"), "lab", "x.fa")
    assert subprocess.run(command, check=False).returncode == -signal.SIGKILL
    assert len(made.search("alpha")) == 3


def test_genes_of_the_real_proteome_are_found_within_their_names(
    store: SequenceStore, real_data: Path
) -> None:
    path = real_data / "yeast" / "proteomes" / "2018-08-22" / "S288C.pep.fa.gz"
    report = store.load(path, "s288c")
    assert report.aliases_added <= report.sequences_seen  # these bars are nobody's tags
    (found,) = store.search("YAL068C/YJL223C")
    assert names([found]) == ["s288c:S288c_01G00010|S288c_01T00010.1|YAL068C/YJL223C"]
    assert names(store.search("S288c_01G00010", prefix=True)) == names([found])
    assert names(store.search("yjl223c yal068c")) == names([found])
