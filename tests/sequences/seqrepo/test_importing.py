import random
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from holdfast.base.digests import Digest
from holdfast.sequences import Alias, SequenceStore
from holdfast.sequences.seqrepo import ImportReport, SeqRepoInstance, import_instance
from holdfast.sequences.seqrepo.importing import EMPTY
from sequences.seqrepo.old_instances import LAYOUTS, OldInstance, digest_names, key

FIRST, SECOND, THIRD = "ACGTACGTNNACGT", "MKVLLEDI" * 100, "GGGG"


@pytest.fixture
def made(tmp_path: Path) -> OldInstance:
    """An instance to put things into."""
    return OldInstance(tmp_path / "instance")


def imported(store: SequenceStore, made: OldInstance, *, reassign: bool = False) -> ImportReport:
    """What an import says."""
    with SeqRepoInstance.open(made.folder) as instance:
        return import_instance(store, instance, reassign=reassign)


def history(store: SequenceStore, name: str) -> list[Digest]:
    """The sequences that a name has stood for, oldest first."""
    alias = Alias.parse(name)
    rows = store.room.index.ask(
        "SELECT a.sequence FROM aliases a JOIN namespaces n ON n.id = a.namespace"
        " WHERE n.name = ? AND a.alias = ? ORDER BY added",
        (alias.namespace, alias.text),
    )
    return [store.room.index.digest_of(number) for (number,) in rows]


def proteins(seed: int, length: int) -> str:
    """Letters that hardly compress."""
    letters = bytes(b"ACDEFGHIKLMNPQRSTVWY"[byte % 20] for byte in range(256))
    return random.Random(seed).randbytes(length).translate(letters).decode()


def digest(text: str) -> Digest:
    """The digest of a text, blanks and asterisks not counted."""
    return Digest.parse(key(text))


@pytest.mark.parametrize("layout", LAYOUTS)
def test_everything_comes_under_our_names(
    store: SequenceStore, tmp_path: Path, layout: str
) -> None:
    made = OldInstance(tmp_path / "old", LAYOUTS[layout])
    made.file([FIRST, SECOND])
    made.alias("NCBI", "NM_1.1", key(FIRST))
    made.alias("Ensembl", "ENSP1.1", key(SECOND))
    report = imported(store, made)
    assert (report.sequences_new, report.residues_new) == (2, 814)
    assert (report.aliases_seen, report.aliases_added, report.digests_checked) == (2, 2, 8)
    assert report.problems == ()
    assert store.fetch("refseq:NM_1.1") == FIRST
    assert store.fetch("ensembl:ENSP1.1") == SECOND
    assert [str(each.alias) for each in store.aliases(digest(FIRST))] == ["refseq:NM_1.1"]
    assert store.check().problems == ()


def test_a_second_import_finds_nothing_new(store: SequenceStore, made: OldInstance) -> None:
    made.file([FIRST, SECOND])
    made.alias("NCBI", "NM_1.1", key(FIRST))
    made.move("NCBI", "NM_1.1", key(SECOND), "2020-01-01")
    made.alias("lab", "gone", key(FIRST), current=0)
    imported(store, made)
    position = store.status().position
    again = imported(store, made)
    assert (again.files_read, again.commits, again.sequences_new, again.aliases_added) == (0,) * 4
    assert store.status().position == position


def test_what_came_since_is_added(store: SequenceStore, made: OldInstance) -> None:
    made.file([FIRST])
    made.alias("NCBI", "NM_1.1", key(FIRST))
    imported(store, made)
    made.file([SECOND], "2020/0101/0000/1577836800.0.fa.bgz")
    made.move("NCBI", "NM_1.1", key(SECOND), "2020-01-01")
    report = imported(store, made)
    assert (report.files_read, report.sequences_new, report.aliases_added) == (1, 1, 1)
    assert history(store, "refseq:NM_1.1") == [digest(FIRST), digest(SECOND)]


def test_each_commit_is_a_state_in_which_the_instance_was(
    store: SequenceStore, made: OldInstance
) -> None:
    made.file([FIRST, SECOND])
    made.alias("NCBI", "NM_1.1", key(FIRST), "2019-05-20")
    made.alias("NCBI", "NM_2.1", key(SECOND), "2019-05-20")
    made.move("NCBI", "NM_1.1", key(SECOND), "2019-05-20")
    made.move("NCBI", "NM_1.1", key(FIRST), "2021-03-04")
    imported(store, made)
    notes = [note for (note,) in store.room.index.ask("SELECT note FROM entries ORDER BY number")]
    file = "2019/0520/1540/1558366827.9243503.fa.bgz"
    assert notes == [
        f"import-seqrepo instance: {file}, added 2019-05-20 15:40:27",
        "import-seqrepo instance: aliases of 2019-05-20",
        "import-seqrepo instance: aliases of 2019-05-20",
        "import-seqrepo instance: aliases of 2021-03-04",
    ]
    assert history(store, "refseq:NM_1.1") == [digest(FIRST), digest(SECOND), digest(FIRST)]
    assert store.fetch("NM_1.1") == FIRST


def test_a_name_that_ended_ends_here_too(store: SequenceStore, made: OldInstance) -> None:
    made.file([FIRST])
    made.alias("lab", "gone", key(FIRST), current=0)
    report = imported(store, made)
    assert (report.aliases_added, report.aliases_retired) == (1, 1)
    assert "lab:gone" not in store
    assert [str(each.alias) for each in store.aliases(digest(FIRST), history=True)] == ["lab:gone"]


@settings(max_examples=12)  # each writes two databases and a store
@given(moves=st.lists(st.tuples(st.sampled_from("ab"), st.integers(0, 2)), max_size=8))
def test_any_history_survives_in_its_order(
    tmp_path_factory: pytest.TempPathFactory, moves: list[tuple[str, int]]
) -> None:
    folder = tmp_path_factory.mktemp("any")
    texts = [FIRST, SECOND, THIRD]
    made = OldInstance(folder / "old")
    made.file(texts)
    owners: dict[str, list[str]] = {"a": [], "b": []}
    for day, (name, which) in enumerate(moves, 1):
        if owners[name][-1:] != [texts[which]]:
            made.move("NCBI", name, key(texts[which]), f"2020-01-{1 + day // 3:02}")
            owners[name].append(texts[which])
    with SequenceStore.create(folder / "store") as store:
        imported(store, made)
        for name, theirs in owners.items():
            assert history(store, f"refseq:{name}") == list(map(digest, theirs))
        assert imported(store, made).commits == 0


def test_residues_that_do_not_fit_their_key_are_named_and_left_out(
    store: SequenceStore, made: OldInstance
) -> None:
    path = made.file([FIRST, SECOND, THIRD])
    made.alias("NCBI", "NM_1.1", key(FIRST))
    made._write(path, [(key(FIRST), "ACGTACGTNNACGA"), (key(SECOND), SECOND), (key(THIRD), THIRD)])
    report = imported(store, made)
    assert report.sequences_new == 2
    assert f"{key(FIRST)}: the residues are not those of SQ.{key(FIRST)}" in report.problems[0]
    assert any("NCBI:NM_1.1: its sequence" in problem for problem in report.problems)
    assert digest(FIRST) not in store
    assert digest("ACGTACGTNNACGA") not in store


def test_a_long_sequence_that_does_not_fit_is_left_out_too(
    store: SequenceStore, made: OldInstance
) -> None:
    long = "".join(random.Random(3).choices("ACGT", k=5 << 20))
    path = made.file([FIRST, long])
    made._write(path, [(key(long), long[:-1] + "N"), (key(FIRST), FIRST)])
    report = imported(store, made)
    assert (report.sequences_new, report.problems_seen) == (1, 1)
    made._write(path, [(key(long), long), (key(FIRST), FIRST)])
    assert imported(store, made).problems == ()
    assert store.fetch(digest(long), 5_000_000, 5_000_010) == long[5_000_000:5_000_010]


@pytest.mark.parametrize("text", ["MKV*", "AC GT\tAC", "acgtn" * 60])
def test_a_text_with_more_than_residues_comes_as_its_key_says(
    store: SequenceStore, made: OldInstance, text: str
) -> None:
    made.file([FIRST, text])
    assert imported(store, made).problems == ()
    assert store.fetch(digest(text)) == "".join(text.split()).replace("*", "").upper()


@pytest.mark.parametrize("text", ["", "***"])
@pytest.mark.parametrize("place", [0, 1, 2])
def test_an_empty_sequence_is_left_out_and_those_beside_it_come(
    store: SequenceStore, made: OldInstance, text: str, place: int
) -> None:
    texts = [FIRST, SECOND]
    texts.insert(place, text)
    made.file(texts)
    report = imported(store, made)
    assert report.sequences_new == 2
    assert report.problems[0] == f"{EMPTY}: this sequence has no residues; left out"


def test_long_sequences_beside_an_empty_one_come_too(
    store: SequenceStore, made: OldInstance
) -> None:
    """Lines are put together, so more of them may be there than was asked for."""
    long = proteins(7, 3_000_000)
    made.file([FIRST, "", long, SECOND])
    assert imported(store, made).sequences_new == 3
    assert store.fetch(digest(long)) == long


def test_a_missing_file_is_named_and_the_others_come(
    store: SequenceStore, made: OldInstance
) -> None:
    made.file([FIRST]).unlink()
    made.file([SECOND], "2020/0101/0000/1577836800.0.fa.bgz")
    report = imported(store, made)
    assert report.sequences_new == 1
    assert "1558366827.9243503.fa.bgz: cannot be opened" in report.problems[0]
    assert f"the sequence {key(FIRST)} is not in it" in report.problems[1]


def test_a_file_that_breaks_off_gives_what_is_before_the_break(
    store: SequenceStore, made: OldInstance
) -> None:
    texts = [proteins(nth, 50_000) for nth in range(100)]
    path = made.file(texts)
    path.write_bytes(path.read_bytes()[: path.stat().st_size * 7 // 10])
    report = imported(store, made)
    assert 0 < report.sequences_new < 100
    assert str(path) in report.problems[0]
    assert store.fetch(digest(texts[0])) == texts[0]
    assert store.check().problems == ()


def test_what_the_database_does_not_know_is_passed_over(
    store: SequenceStore, made: OldInstance
) -> None:
    path = made.file([FIRST])
    made._write(path, [("NM_9.9", THIRD), (key(SECOND), SECOND), (key(FIRST), FIRST)])
    report = imported(store, made)
    assert (report.sequences_new, report.problems) == (1, ())


def test_a_digest_that_is_not_the_sequences_is_said_and_not_stored(
    store: SequenceStore, made: OldInstance
) -> None:
    made.file([FIRST])
    wrong = dict(digest_names(SECOND))["MD5"]
    made.aliases_sql("UPDATE seqalias SET alias = ? WHERE namespace = 'MD5'", [(wrong,)])
    (problem,) = imported(store, made).problems
    assert f"MD5:{wrong}: is not that digest of {key(FIRST)}" in problem
    assert store.status().aliases == 0


@pytest.mark.parametrize(
    ("namespace", "text", "why"),
    [
        ("NCBI", "NM_1.1 Homo sapiens", "must not hold blanks"),
        ("NCBI", "", "be empty"),
        ("NCBI", "x" * 2000, "very long"),
        ("two words", "x", "cannot be a namespace"),
        ("sha512t24u", "x", "belongs to digests"),
    ],
)
def test_a_row_that_is_no_alias_of_ours_is_left_out_and_said(
    store: SequenceStore, made: OldInstance, namespace: str, text: str, why: str
) -> None:
    made.file([FIRST])
    made.alias(namespace, text, key(FIRST))
    made.alias("lab", "kept", key(FIRST))
    report = imported(store, made)
    assert why in report.problems[0]
    assert (report.aliases_added, report.problems_seen) == (1, 1)


def test_a_name_that_the_store_gives_to_another_sequence_stays_and_is_said(
    store: SequenceStore, made: OldInstance
) -> None:
    made.file([FIRST, SECOND])
    made.alias("NCBI", "NM_1.1", key(FIRST))
    with store.write() as batch:
        batch.add(THIRD, [Alias("refseq", "NM_1.1")])
        batch.commit()
    report = imported(store, made)
    assert "refseq:NM_1.1: belongs to another sequence in the store" in report.problems[0]
    assert store.fetch("NM_1.1") == THIRD
    assert imported(store, made, reassign=True).problems == ()
    assert store.fetch("NM_1.1") == FIRST


def test_a_name_that_ended_there_is_not_taken_from_the_store(
    store: SequenceStore, made: OldInstance
) -> None:
    made.file([FIRST])
    made.alias("NCBI", "NM_1.1", key(FIRST), current=0)
    with store.write() as batch:
        batch.add(THIRD, [Alias("refseq", "NM_1.1")])
        batch.commit()
    (problem,) = imported(store, made, reassign=True).problems
    assert "belongs to another sequence in the store" in problem
    assert store.fetch("NM_1.1") == THIRD


def test_a_name_that_the_store_moved_later_stays_where_it_is(
    store: SequenceStore, made: OldInstance
) -> None:
    made.file([FIRST, SECOND])
    made.alias("NCBI", "NM_1.1", key(FIRST))
    imported(store, made)
    store.add_alias(Alias("refseq", "NM_1.1"), digest(SECOND), reassign=True)
    assert imported(store, made).commits == 0
    assert store.fetch("NM_1.1") == SECOND


def test_two_namespaces_that_are_one_of_ours_are_merged_and_said(
    store: SequenceStore, made: OldInstance
) -> None:
    made.file([FIRST, SECOND])
    made.alias("NCBI", "NM_1.1", key(FIRST))
    made.alias("RefSeq", "NM_1.1", key(SECOND))
    made.alias("RefSeq", "NM_2.1", key(SECOND))
    report = imported(store, made)
    assert "refseq:NM_1.1: is current for two sequences" in report.problems[0]
    assert history(store, "refseq:NM_1.1") == [digest(FIRST), digest(SECOND)]
    assert store.fetch("NM_2.1") == SECOND
    assert imported(store, made).commits == 0


def test_a_key_that_is_no_digest_is_left_out(store: SequenceStore, made: OldInstance) -> None:
    made.file([FIRST])
    made.sequences_sql(
        "INSERT INTO seqinfo SELECT 'my key', len, alpha, added, relpath FROM seqinfo"
    )
    report = imported(store, made)
    assert (report.sequences_seen, report.sequences_new) == (2, 1)
    assert report.problems == ("my key: this sequence has a key that is no digest; left out",)


KILLED = """
import os, signal, sys
from pathlib import Path
from holdfast.sequences import SequenceStore
from holdfast.sequences.seqrepo import SeqRepoInstance, import_instance
steps = int(sys.argv[3])
def trace(event, arguments):
    global steps
    if event in ("os.rename", "os.remove"):
        steps -= 1
        if steps == 0:
            os.kill(os.getpid(), signal.SIGKILL)
store = SequenceStore.open(Path(sys.argv[1]))
with SeqRepoInstance.open(Path(sys.argv[2])) as instance:
    sys.addaudithook(trace)
    import_instance(store, instance)
"""


@pytest.mark.parametrize("steps", [1, 4, 9])
def test_an_import_that_is_killed_goes_on(
    store: SequenceStore, made: OldInstance, tmp_path: Path, steps: int
) -> None:
    made.file([FIRST])
    made.file([SECOND, THIRD], "2020/0101/0000/1577836800.0.fa.bgz")
    made.alias("NCBI", "NM_1.1", key(FIRST))
    for day, text in enumerate((SECOND, THIRD, FIRST), 1):
        made.move("NCBI", "NM_1.1", key(text), f"2020-01-0{day}")
    made.alias("lab", "gone", key(FIRST), current=0)
    with SequenceStore.create(tmp_path / "whole") as whole:
        imported(whole, made)
        expected = history(whole, "refseq:NM_1.1")
    command = [sys.executable, "-c", KILLED, store.folder, made.folder, str(steps)]
    assert subprocess.run(command, check=False).returncode == -signal.SIGKILL
    assert imported(store, made).problems == ()
    assert history(store, "refseq:NM_1.1") == expected
    assert history(store, "lab:gone") == [digest(FIRST)]
    assert "lab:gone" not in store
    assert imported(store, made).commits == 0
    assert store.check().problems == ()
