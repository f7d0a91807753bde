"""What a drop-in must match, row by row, over a store of ours and over an old instance."""

import re
import threading
from collections.abc import Callable, Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from holdfast.compat.seqrepo import SeqRepo
from holdfast.compat.seqrepo import seqrepo as module
from holdfast.compat.seqrepo.pending import PendingRows
from holdfast.sequences import SequenceStore
from holdfast.sequences.seqrepo import Question
from sequences.seqrepo.old_instances import OldInstance, key

FIRST, SECOND = "ACGTACGTNNACGT", "MKVLLEDI" * 100
FIRST_KEY, SECOND_KEY = key(FIRST), key(SECOND)
Opened = Callable[..., SeqRepo]


def named(*names: str) -> list[dict[str, str]]:
    """Names as SeqRepo takes them."""
    return [dict(zip(("namespace", "alias"), name.split(":", 1), strict=True)) for name in names]


def filled(folder: Path) -> Path:
    """A store with two sequences and a name that moved."""
    with SeqRepo(folder, writeable=True) as sr:
        sr.store(FIRST, named("NCBI:NM_1.1", "GRCh38:chr1", "GRCh38:1"))
        sr.store(SECOND, named("Ensembl:ENSP1.1", "GRCh37:1", "LRG:LRG_1p1"))
        sr.store("GGGG", named("NCBI:NM_2.1"))
        sr.commit()
        sr.store("TTTT", named("NCBI:NM_2.1"))
        sr.commit()
    return folder


def old(folder: Path) -> Path:
    """The same as an instance of the old format."""
    made = OldInstance(folder)
    made.file([FIRST, SECOND, "GGGG", "TTTT"])
    for text, names in ((FIRST, "NCBI:NM_1.1 GRCh38:chr1 GRCh38:1"),
                        (SECOND, "Ensembl:ENSP1.1 GRCh37:1 LRG:LRG_1p1"),
                        ("GGGG", "NCBI:NM_2.1")):  # fmt: skip
        for name in names.split():
            made.alias(*name.split(":"), key(text))
    made.move("NCBI", "NM_2.1", key("TTTT"), "2020-01-01")
    return folder


@pytest.fixture(params=["store", "instance"], scope="module")
def sr(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[SeqRepo]:
    """Both, open for reading."""
    make = filled if request.param == "store" else old
    with SeqRepo(make(tmp_path_factory.mktemp("both") / "opened")) as opened:
        yield opened


@pytest.fixture
def writing(tmp_path: Path) -> Iterator[SeqRepo]:
    """An empty store, open for writing."""
    with SeqRepo(tmp_path / "store", writeable=True) as opened:
        yield opened


# 1, 2: keys, digests, namespaces

ALIASES = [
    "GRCh38:1", "GRCh38:chr1", "MD5:e8abc8ab7d048eb48c5f6a1953b58d50", "NCBI:NM_1.1",
    "refseq:NM_1.1", "SEGUID:PnYAWsFeaxyo7Uc/qC4PSmDPmiE",
    "SHA1:3e76005ac15e6b1ca8ed473fa82e0f4a60cf9a21", "VMC:GS_" + FIRST_KEY,
    "sha512t24u:" + FIRST_KEY, "ga4gh:SQ." + FIRST_KEY,
]  # fmt: skip


def test_the_names_of_a_sequence_come_with_their_synonyms_in_seqrepos_order(sr: SeqRepo) -> None:
    assert sr.translate_alias("NM_1.1") == ALIASES
    assert sr["NCBI:NM_1.1"].aliases == ALIASES  # type: ignore[union-attr]  # it is a proxy


@pytest.mark.parametrize("name", [*ALIASES, "RefSeq:NM_1.1", "REFSEQ:NM_1.1"])
def test_each_name_finds_its_sequence(sr: SeqRepo, name: str) -> None:
    assert name in sr
    assert sr[name].seq_id == FIRST_KEY  # type: ignore[union-attr]  # it is a proxy
    assert sr.fetch_uri(name, 1, 3) == "CG"
    assert sr.translate_identifier(name) == ALIASES


@pytest.mark.parametrize("name", ["ncbi:NM_9.1", "md5:3332ed72", "Lrg:LRG_9", "x:y", "NM_9"])
def test_what_is_no_name_finds_nothing(sr: SeqRepo, name: str) -> None:
    assert name not in sr
    with pytest.raises(KeyError):
        sr[name]


@pytest.mark.parametrize(
    ("namespace", "alias", "found"),
    [
        ("ensembl", "ENSP1.1", True), ("Ensembl", "ENSP1.1", True), ("lrg", "LRG_1p1", True),
        ("LRG", "LRG_1p1", True), ("ga4gh", "SQ." + SECOND_KEY, True), ("vmc", "GS_x", False),
        ("md5", "e8abc8ab7d048eb48c5f6a1953b58d50", False), ("ga4gh", SECOND_KEY, False),
    ],
)  # fmt: skip
def test_casings_and_synonyms_of_namespaces(
    sr: SeqRepo, namespace: str, alias: str, found: bool
) -> None:
    assert any(True for _ in sr.aliases.find_aliases(namespace=namespace, alias=alias)) == found


def test_a_store_knows_the_namespaces_it_knows_in_any_casing(writing: SeqRepo) -> None:
    names = named("ncbi:NM_1.1", "GenBank:X1.1")
    assert writing.store(FIRST, names) == (1, 2)
    assert writing.store(FIRST, names) == (0, 0)
    assert writing.fetch("X1.1", namespace="GenBank") == FIRST
    writing.commit()
    assert writing.store(FIRST, names) == (0, 0)
    assert writing.fetch("NM_1.1", namespace="NCBI") == writing.fetch("NM_1.1", namespace="ncbi")
    assert writing.fetch("X1.1", namespace="genbank") == FIRST  # it is kept as insdc
    assert writing.translate_alias("X1.1", target_namespaces="insdc") == ["insdc:X1.1"]


# 3: fetch


@pytest.mark.parametrize(
    ("start", "end", "expected"),
    [
        (None, None, FIRST), (4, None, FIRST[4:]), (None, 4, "ACGT"), (12, 99, "GT"),
        (3, 3, ""), (14, 20, ""), (99, None, ""), (0, 0, ""),
    ],
)  # fmt: skip
def test_slices_are_cut_at_the_end(
    sr: SeqRepo, start: int | None, end: int | None, expected: str
) -> None:
    assert sr.fetch("NM_1.1", start, end) == expected
    assert sr.fetch("NM_1.1", start=start, end=end, namespace="refseq") == expected
    assert sr.sequences.fetch(FIRST_KEY, start, end) == expected


@pytest.mark.parametrize(
    ("start", "end", "sentence"),
    [
        (5, 2, "invalid coordinates: start (5) > stop (2)"),
        (-1, None, "start out of range (-1)"),
        (None, -2, "invalid coordinates: start (0) > stop (-2)"),
    ],
)
def test_slices_out_of_order_are_refused_in_the_known_words(
    sr: SeqRepo, start: int | None, end: int | None, sentence: str
) -> None:
    with pytest.raises(ValueError, match=re.escape(sentence)):
        sr.fetch("NM_1.1", start, end)


def test_unknown_and_ambiguous_names_are_key_errors_in_the_known_words(sr: SeqRepo) -> None:
    with pytest.raises(KeyError, match=re.escape("Alias NM_9.9 (namespace: None)")):
        sr.fetch("NM_9.9")
    with pytest.raises(KeyError, match=re.escape("Alias 1 (namespace: None): not unique")):
        sr.fetch("1")
    assert sr.fetch("1", namespace="GRCh37") == SECOND
    assert "1" in sr  # any match will do


# 4: bare names, and names with their namespaces


@pytest.mark.parametrize(
    "alias",
    ["NM_1.1", "GS_" + FIRST_KEY, "e8abc8ab7d048eb48c5f6a1953b58d50", "chr1",
     "3e76005ac15e6b1ca8ed473fa82e0f4a60cf9a21", "PnYAWsFeaxyo7Uc/qC4PSmDPmiE"],
)  # fmt: skip
def test_bare_names_and_digests_are_fetched(sr: SeqRepo, alias: str) -> None:
    assert sr.fetch(alias) == FIRST


@pytest.mark.parametrize("alias", ["SQ." + FIRST_KEY, FIRST_KEY, "NCBI:NM_1.1"])
def test_what_was_never_bare_is_not_fetched(sr: SeqRepo, alias: str) -> None:
    with pytest.raises(KeyError):
        sr.fetch(alias)


def test_more_than_one_colon_is_refused_but_by_fetch_uri(writing: SeqRepo) -> None:
    writing.store(FIRST, named("imgt:HLA:A*01"))
    assert writing.fetch_uri("imgt:HLA:A*01") == FIRST
    with pytest.raises(ValueError, match="too many values"):
        writing["imgt:HLA:A*01"]
    with pytest.raises(ValueError, match="too many values"):
        writing.translate_identifier("imgt:HLA:A*01")
    with pytest.raises(ValueError, match=re.escape("Unable to parse bare as URI.")):
        writing.fetch_uri("bare")


def test_targets_may_be_a_list_or_one_name(sr: SeqRepo) -> None:
    for target in (["refseq"], "refseq", {"refseq"}, ("refseq",)):
        assert sr.translate_identifier("NM_1.1", target_namespaces=target) == ["refseq:NM_1.1"]
    assert sr.translate_alias("NM_1.1", target_namespaces=[]) == ALIASES


# 5: find_aliases


def test_records_have_six_keys_and_are_read_as_they_are_taken(sr: SeqRepo) -> None:
    found = sr.aliases.find_aliases(namespace="NCBI", alias="NM_1.1")
    assert iter(found) is found
    first, second = found
    assert list(first) == ["seqalias_id", "seq_id", "alias", "added", "is_current", "namespace"]
    assert (first["namespace"], second["namespace"]) == ("NCBI", "refseq")
    assert first["seqalias_id"] == second["seqalias_id"]
    assert isinstance(first["added"], datetime)
    assert first["added"].tzinfo is None
    assert first["is_current"] == 1


@pytest.mark.parametrize(
    ("question", "count"),
    [
        ({"alias": "NM_1%"}, 2), ({"alias": "nm_1%"}, 2), ({"namespace": "GRCh%"}, 3),
        ({"namespace": "MD5"}, 4), ({"seq_id": FIRST_KEY}, 10), ({}, 35),
        ({"alias": "NM_2.1", "current_only": False}, 4), ({"alias": "NM_2.1"}, 2),
        ({"namespace": "NCBI", "alias": "NM\\_1.1"}, 0),
    ],
)  # fmt: skip
def test_records_are_found_by_what_they_are_or_by_a_pattern(
    sr: SeqRepo, question: dict[str, Any], count: int
) -> None:
    assert len(list(sr.aliases.find_aliases(**question))) == count


def test_records_come_by_sequence_and_stored_name(sr: SeqRepo) -> None:
    records = [r for r in sr.aliases.find_aliases() if r["namespace"] not in
               {"refseq", "ensembl", "lrg", "sha512t24u", "ga4gh"}]  # fmt: skip
    order = [(r["seq_id"], r["namespace"], r["alias"]) for r in records]
    assert order == sorted(order)
    assert sr.aliases.fetch_aliases(FIRST_KEY) == list(sr.aliases.find_aliases(seq_id=FIRST_KEY))
    assert FIRST_KEY in sr.aliases
    assert "x" * 32 not in sr.aliases


# 6: fetch_seqinfo


def test_what_is_known_of_a_sequence_has_five_keys_and_is_anyones_own(sr: SeqRepo) -> None:
    known = sr.sequences.fetch_seqinfo(FIRST_KEY)
    assert list(known) == ["seq_id", "len", "alpha", "added", "relpath"]
    assert (known["len"], known["alpha"], type(known["relpath"])) == (14, "ACGNT", str)
    assert isinstance(known["added"], datetime)
    known["seq"] = "spoilt"
    assert "seq" not in sr.sequences.fetch_seqinfo(FIRST_KEY)
    with pytest.raises(KeyError):
        sr.sequences.fetch_seqinfo("nothing")


def test_the_whole_is_iterated_by_keys(sr: SeqRepo) -> None:
    whole = [(record["seq_id"], record["seq"], len(list(names))) for record, names in sr]
    assert [seq_id for seq_id, _, _ in whole] == sorted(map(key, (FIRST, SECOND, "GGGG", "TTTT")))
    assert {seq_id: text for seq_id, text, _ in whole}[SECOND_KEY] == SECOND
    assert len(sr.sequences) == 4
    assert sr.sequences[FIRST_KEY] == FIRST
    assert FIRST_KEY in sr.sequences


def test_counts_have_seqrepos_names(sr: SeqRepo) -> None:
    sequences, aliases = sr.sequences.stats(), sr.aliases.stats()
    assert (sequences["n_sequences"], sequences["tot_length"]) == (4, 822)
    assert {type(sequences[each]) for each in ("min_ts", "max_ts")} == {str}
    assert (aliases["n_aliases"], aliases["n_current"]) == (24, 23)
    assert (aliases["n_sequences"], aliases["n_namespaces"]) == (4, 9)
    assert sr.sequences.schema_version() == sr.aliases.schema_version() == 1


# 7: store and commit


def test_store_says_what_was_new(writing: SeqRepo) -> None:
    assert writing.store(FIRST, named("NCBI:NM_1.1", "lab:a")) == (1, 2)
    assert writing.store(FIRST.lower(), named("NCBI:NM_1.1", "lab:b")) == (0, 1)
    again = named("refseq:NM_1.1", "MD5:e8abc8ab7d048eb48c5f6a1953b58d50")
    assert writing.store(FIRST, again) == (0, 0)
    assert writing.store(SECOND, []) == (1, 0)


def test_what_is_stored_is_read_before_its_commit_and_nobody_else_sees_it(
    writing: SeqRepo, tmp_path: Path
) -> None:
    writing.store(FIRST, named("NCBI:NM_1.1"))
    assert writing.fetch("NM_1.1", 2, 5) == "GTA"
    assert writing.translate_alias("NM_1.1") == [n for n in ALIASES if "GRCh" not in n]
    assert writing.sequences.stats()["n_sequences"] == 1
    assert writing.aliases.stats()["n_aliases"] == 5
    assert [record["seq_id"] for record, _ in writing] == [FIRST_KEY]
    with SeqRepo(tmp_path / "store") as other:
        assert "NM_1.1" not in other
        writing.commit()
        assert other.fetch("NM_1.1") == FIRST  # nothing is cached that may change


def test_one_commit_is_one_entry_however_often_one_reads(writing: SeqRepo, tmp_path: Path) -> None:
    for nth in range(10):
        writing.store("ACGT" * (nth + 1), named(f"lab:s{nth}"))
        assert writing.fetch(f"s{nth}") == "ACGT" * (nth + 1)
    writing.commit()
    with SequenceStore.open(tmp_path / "store") as store:
        status = store.status()
        assert (status.position, status.packs, status.sequences) == (1, 1, 10)
        assert store.check().problems == ()


def test_closing_forgets_what_was_not_committed(tmp_path: Path) -> None:
    with SeqRepo(tmp_path / "store", writeable=True) as sr:
        sr.store(FIRST, named("lab:kept"))
        sr.commit()
        sr.store(SECOND, named("lab:gone"))
    with SeqRepo(tmp_path / "store") as sr:
        assert "lab:gone" not in sr
        assert sr.sequences.stats()["n_sequences"] == 1
        assert sr.aliases.stats()["n_aliases"] == 5
    sr.close()


def test_much_is_committed_by_itself(
    writing: SeqRepo, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "ct_n_aliases", 14)
    for nth in range(3):
        writing.store("ACGT" * (nth + 1), named(f"lab:s{nth}"))
    with SeqRepo(tmp_path / "store") as other:
        assert other.sequences.stats()["n_sequences"] == 3


def test_reading_refuses_to_write_in_the_known_words(sr: SeqRepo) -> None:
    for write in (
        lambda: sr.store("CCCC", []),
        lambda: sr.sequences.store(key("CCCC"), "CCCC"),
        lambda: sr.aliases.store_alias(FIRST_KEY, "lab", "x"),
    ):
        with pytest.raises(RuntimeError, match="Cannot write -- opened read-only"):
            write()
    sr.commit()  # there is nothing to commit, which is no mistake


@pytest.mark.parametrize(
    ("text", "names", "error", "sentence"),
    [
        ("AC-GT", [], RuntimeError, "Normalized sequence contains non-alphabetic characters"),
        ("ACGT1", [], RuntimeError, "non-alphabetic"),
        ("", [], ValueError, "at least one residue"),
        (" * ", [], ValueError, "at least one residue"),
        ("CCCC", [{"namespace": "x"}], KeyError, "alias"),
        ("CCCC", named("lab:two words"), ValueError, "cannot be an alias"),
        ("CCCC", named("lab:"), ValueError, "cannot be an alias"),
        ("CCCC", named("two words:x"), ValueError, "cannot be a namespace"),
        ("CCCC", named("MD5:nothex"), ValueError, "is no digest"),
    ],
)
def test_what_is_wrong_stores_nothing(
    writing: SeqRepo, text: str, names: list[dict[str, str]], error: type[Exception], sentence: str
) -> None:
    with pytest.raises(error, match=sentence):
        writing.store(text, names)
    assert writing.sequences.stats()["n_sequences"] == 0


@pytest.mark.parametrize(("text", "residues"), [("AC GT\tA", "ACGTA"), ("MKV*", "MKV")])
def test_the_text_that_is_kept_is_the_one_that_was_hashed(
    writing: SeqRepo, text: str, residues: str
) -> None:
    writing.store(text, named("lab:x"))
    writing.commit()
    assert writing.fetch("x") == residues
    assert writing["lab:x"].seq_id == key(residues)  # type: ignore[union-attr]  # it is a proxy
    assert writing.sequences.fetch_seqinfo(key(residues))["len"] == len(residues)


def test_keys_are_stored_once_and_only_with_their_own_text(writing: SeqRepo) -> None:
    assert writing.sequences.store(FIRST_KEY, FIRST) == FIRST_KEY
    with pytest.raises(Exception, match="UNIQUE constraint failed") as caught:
        writing.sequences.store(FIRST_KEY, FIRST)
    assert type(caught.value).__name__ == "IntegrityError"
    with pytest.raises(ValueError, match="is not the key of this sequence"):
        writing.sequences.store("my key", SECOND)
    with pytest.raises(KeyError):
        writing.aliases.store_alias("x" * 32, "lab", "x")


# 8: reassignment


@pytest.mark.parametrize("commits", [True, False])
def test_a_moved_name_keeps_its_history_in_growing_numbers(writing: SeqRepo, commits: bool) -> None:
    for text in (FIRST, SECOND, FIRST):
        writing.store(text, named("NCBI:NM_1.1"))
        if commits:
            writing.commit()
    before = history(writing)
    writing.commit()
    assert history(writing) == before
    assert [(seq_id, current) for _, seq_id, current in before] == [
        (FIRST_KEY, 0), (SECOND_KEY, 0), (FIRST_KEY, 1),
    ]  # fmt: skip
    assert writing.fetch("NM_1.1") == FIRST


def test_a_commit_that_fails_loses_nothing(
    writing: SeqRepo, monkeypatch: pytest.MonkeyPatch
) -> None:
    for text in (FIRST, SECOND, FIRST):
        writing.store(text, named("NCBI:NM_1.1"))
    before = history(writing)
    wrote = PendingRows._commit_state
    left = iter([True])

    def fail_later(self: PendingRows, *arguments: Any) -> None:
        if not next(left, False):
            raise OSError("the disk is full")
        wrote(self, *arguments)

    with monkeypatch.context() as patched:
        patched.setattr(PendingRows, "_commit_state", fail_later)
        with pytest.raises(OSError, match="full"):
            writing.commit()
    assert history(writing) == before
    writing.commit()
    assert history(writing) == before


def test_much_is_stored_without_looking_at_all_that_waits(writing: SeqRepo) -> None:
    asked = 0
    for nth in range(400):
        writing.store(f"ACGT{'A' * nth}", named(f"lab:s{nth}"))
        asked += len(list(writing.aliases.find_aliases(alias=f"s{nth}")))
    assert asked == 400
    assert len(list(writing._shelf.pending._pending_rows(Question(alias="s7")))) == 1


def history(sr: SeqRepo) -> list[tuple[int, str, int]]:
    """The rows of one name, in the order of their numbers."""
    records = sr.aliases.find_aliases(namespace="NCBI", alias="NM_1.1", current_only=False)
    return sorted((r["seqalias_id"], r["seq_id"], r["is_current"]) for r in records
                  if r["namespace"] == "NCBI")  # fmt: skip


def test_a_known_name_gives_its_row_again(writing: SeqRepo) -> None:
    writing.store(FIRST, [])
    number = writing.aliases.store_alias(FIRST_KEY, "refseq", "NM_1.1")
    assert writing.aliases.store_alias(FIRST_KEY, "NCBI", "NM_1.1") == number
    writing.aliases.commit()
    assert writing.aliases.store_alias(FIRST_KEY, "NCBI", "NM_1.1") == number


# 10: what is opened


def test_a_folder_that_is_nothing_is_said_in_the_known_ways(tmp_path: Path) -> None:
    with pytest.raises(OSError, match="Unable to open SeqRepo directory"):
        SeqRepo(tmp_path / "nothing")
    with pytest.raises(Exception, match="unable to open database file") as caught:
        SeqRepo(tmp_path)
    assert type(caught.value).__name__ == "OperationalError"


def test_another_schema_is_said_in_the_known_words(tmp_path: Path) -> None:
    OldInstance(tmp_path / "old").aliases_sql("UPDATE meta SET value = '2'")
    expected = "Upgrade required: Database schema version is 2 and code expects 1"
    with pytest.raises(RuntimeError, match=expected):
        SeqRepo(tmp_path / "old")


def test_an_old_instance_is_not_written_to(tmp_path: Path) -> None:
    old(tmp_path / "old")
    with pytest.raises(RuntimeError, match="import-seqrepo"):
        SeqRepo(tmp_path / "old", writeable=True)


def test_a_home_is_opened_by_the_store_in_it(tmp_path: Path) -> None:
    filled(tmp_path / "store")
    with SeqRepo(str(tmp_path)) as sr:
        assert sr.fetch("NM_1.1") == FIRST
        assert str(sr) == f"SeqRepo(root_dir={tmp_path}, writeable=False)"


def test_the_old_arguments_are_taken(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    filled(tmp_path / "store")
    with SeqRepo(tmp_path / "store", False, True, True, False, False, None) as sr:
        assert sr["NM_1.1"] == FIRST
        assert type(sr["NM_1.1"]) is str
    assert "translate_ncbi_namespace is obsolete" in caplog.text


# What must not be copied


def test_a_proxy_is_a_sequence_as_python_knows_them(sr: SeqRepo) -> None:
    proxy = sr["NM_1.1"]
    assert isinstance(proxy, module.SequenceProxy)
    assert list(proxy) == list(FIRST)
    assert [proxy[place] for place in range(len(proxy))] == list(FIRST)
    assert "".join(reversed(proxy)) == FIRST[::-1]
    assert ("N" in proxy, "X" in proxy, "NNAC" in proxy, 3 in proxy) == (True, False, True, False)
    assert (proxy.index("N"), proxy.count("A")) == (8, 3)
    assert proxy == FIRST
    assert proxy == sr["refseq:NM_1.1"]
    assert proxy != SECOND
    assert hash(proxy) == hash(FIRST)
    assert bool(proxy)
    assert (proxy[-1], proxy[0]) == ("T", "A")
    for place in (14, -15):
        with pytest.raises(IndexError):
            proxy[place]
    assert repr(proxy) == f"SequenceProxy(seq_id={FIRST_KEY}, len=14)"


@given(st.integers(-20, 20) | st.none(), st.integers(-20, 20) | st.none(),
       st.sampled_from([None, 1, 2, -1, -3]))  # fmt: skip
def test_any_slice_of_a_proxy_is_that_of_its_text(
    shared: SeqRepo, start: int | None, end: int | None, step: int | None
) -> None:
    proxy = shared["NM_1.1"]
    assert proxy[start:end:step] == FIRST[start:end:step]


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SeqRepo]:
    """One store for many examples."""
    with SeqRepo(filled(tmp_path_factory.mktemp("shared") / "store")) as opened:
        yield opened


def open_files() -> int:
    """How many files this process has open."""
    return sum(1 for _ in Path("/proc/self/fd").iterdir())


@pytest.mark.parametrize("make", [filled, old])
def test_what_is_let_go_of_leaves_no_file_open(
    make: Callable[[Path], Path], tmp_path: Path
) -> None:
    folder = make(tmp_path / "opened")
    before = open_files()
    for _ in range(20):
        assert SeqRepo(folder).fetch("NM_1.1") == FIRST
    assert open_files() == before


def test_records_outlive_what_they_were_asked_of(tmp_path: Path) -> None:
    records = SeqRepo(filled(tmp_path / "store")).aliases.find_aliases()
    assert len(list(records)) > 20


def test_threads_read_at_once(sr: SeqRepo) -> None:
    wrong: list[str] = []

    def read() -> None:
        for _ in range(50):
            texts = sr.fetch("NM_1.1", 2, 9), sr.fetch("ENSP1.1", 790), len(sr["NM_2.1"])
            if texts != (FIRST[2:9], SECOND[790:], 4):
                wrong.append(str(texts))

    threads = [threading.Thread(target=read) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert wrong == []
