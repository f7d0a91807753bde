"""Both ways with the real package: it reads and writes what we export, we read what it wrote."""

from pathlib import Path

import pytest

from holdfast.sequences import Alias, SequenceStore
from holdfast.sequences.seqrepo import (
    Question,
    SeqRepoInstance,
    StoreRows,
    export_instance,
    import_instance,
)
from sequences.seqrepo.old_instances import with_seqrepo

pytestmark = pytest.mark.service("bgzip")

MADE = """
from biocommons.seqrepo import SeqRepo
sr = SeqRepo(sys.argv[1], writeable=True)
def put(text, *names):
    return sr.store(text, [dict(zip(("namespace", "alias"), name.split(":"))) for name in names])
put("ACGTACGTNNACGT", "NCBI:NM_1.1", "GRCh38:chr1")
put("MKVLLEDI" * 100, "Ensembl:ENSP1.1")
sr.commit()
put("GGGG", "refseq:NM_1.1")
sr.commit()
answer = list(sr.aliases.find_aliases(current_only=False))
"""
READ = """
from biocommons.seqrepo import SeqRepo
sr = SeqRepo(sys.argv[1])
answer = {
    "rows": list(sr.aliases.find_aliases(current_only=False)),
    "texts": {record["seq_id"]: record["seq"] for record, _ in sr},
    "slice": sr.fetch("NM_1.1", 1, 3),
    "aliases": sr["refseq:NM_1.1"].aliases,
    "stats": [sr.sequences.stats(), sr.aliases.stats()],
}
"""
WRITTEN = """
from biocommons.seqrepo import SeqRepo
sr = SeqRepo(sys.argv[1], writeable=True)
answer = [
    sr.store("CCCC", [{"namespace": "NCBI", "alias": "NM_3.1"}]),
    sr.store("ACGTACGTNNACGT", [{"namespace": "NCBI", "alias": "NM_1.1"}]),
]
sr.commit()
"""


@pytest.fixture
def instance(tmp_path: Path) -> Path:
    """An instance that the real package made."""
    with_seqrepo(MADE, str(tmp_path / "theirs"))
    return tmp_path / "theirs"


def test_what_it_wrote_is_read_as_it_reads_it(instance: Path) -> None:
    theirs = with_seqrepo(READ, str(instance))
    with SeqRepoInstance.open(instance) as ours:
        assert {seq_id: ours.fetch(f"SQ.{seq_id}") for seq_id in ours.seq_ids()} == theirs["texts"]
        assert ours.fetch("NM_1.1", 1, 3) == theirs["slice"]
        rows = [row._asdict() for row in ours.alias_rows(Question(current_only=False))]
        stored = [row for row in theirs["rows"] if row["namespace"] in
                  {"NCBI", "Ensembl", "GRCh38", "VMC", "MD5", "SHA1", "SEGUID"}]  # fmt: skip
        assert rows == stored


def test_it_reads_and_writes_what_we_export_and_we_take_that_back(
    store: SequenceStore, instance: Path, tmp_path: Path
) -> None:
    with SeqRepoInstance.open(instance) as theirs:
        import_instance(store, theirs)
    folder = tmp_path / "ours"
    export_instance(store, folder)

    read = with_seqrepo(READ, str(folder))
    assert sorted(read["texts"].values()) == ["ACGTACGTNNACGT", "GGGG", "MKVLLEDI" * 100]
    assert read["slice"] == "GG"
    assert read["aliases"][1:3] == ["NCBI:NM_1.1", "refseq:NM_1.1"]
    assert (read["stats"][0]["n_sequences"], read["stats"][1]["n_current"]) == (3, 15)

    assert with_seqrepo(WRITTEN, str(folder)) == [[1, 1], [0, 1]]
    with SeqRepoInstance.open(folder) as back:
        report = import_instance(store, back)
    assert (report.sequences_new, report.aliases_added, report.problems) == (1, 2, ())
    assert store.fetch("refseq:NM_3.1") == "CCCC"
    assert store.fetch("refseq:NM_1.1") == "ACGTACGTNNACGT"

    # What it wrote is known to us now, so bringing it up to date changes nothing …
    again = export_instance(store, folder)
    assert (again.files_added, again.aliases_added, again.aliases_retired) == (0, 0, 0)
    # … and what we add, it reads.
    with store.write() as batch:
        batch.add("TTTTT", [Alias("refseq", "NM_4.1")])
        batch.commit()
    export_instance(store, folder)
    assert with_seqrepo(READ, str(folder))["stats"][0]["n_sequences"] == 5


def test_a_store_answers_with_the_rows_that_it_would(store: SequenceStore, instance: Path) -> None:
    with SeqRepoInstance.open(instance) as theirs:
        import_instance(store, theirs)
        ours = StoreRows(store)
        for question in (
            Question(), Question(current_only=False), Question(alias="NM_1.1", current_only=False),
            Question(namespace="NCBI"), Question(namespace="MD5", alias="e8%"),
            Question(alias="nm_%"), Question(alias="GS_kDTtMBuCr_wlTU4UcFBFuq2Dk44FYroM"),
            Question(seq_id="kDTtMBuCr_wlTU4UcFBFuq2Dk44FYroM"), Question(seq_id="kDTt%"),
            Question(alias="PnYAWsFeaxyo7Uc/qC4PSmDPmiE"), Question(namespace="nothing"),
        ):  # fmt: skip
            found, expected = (
                [(row.seq_id, row.namespace, row.alias, row.is_current) for row in rows]
                for rows in (ours.alias_rows(question), theirs.alias_rows(question))
            )
            assert found == expected, question
        assert list(ours.seq_ids()) == list(theirs.seq_ids())
        ours_total, their_total = ours.alias_totals(), theirs.alias_totals()
        assert (ours_total.aliases, ours_total.current) == (
            their_total.aliases,
            their_total.current,
        )
        assert ours_total.namespaces == their_total.namespaces


def test_the_yeast_data_come_through_the_real_package(
    store: SequenceStore, real_data: Path, tmp_path: Path
) -> None:
    store.load(real_data / "yeast/genomes/S288C.genome.fa.gz", "sgd")
    store.load(real_data / "yeast/proteomes/2018-08-22/S288C.pep.fa.gz", "pep")
    export_instance(store, tmp_path / "out", threads=2)
    program = """
from biocommons.seqrepo import SeqRepo
sr = SeqRepo(sys.argv[1])
answer = [sr.fetch("chrI", 100, 150, "sgd"), len(sr["sgd:chrIV"])]
answer += [sr.fetch("chrIV", 10**6, 10**6 + 20)]
"""
    assert with_seqrepo(program, str(tmp_path / "out")) == [
        store.fetch("sgd:chrI", 100, 150),
        len(store["sgd:chrIV"]),
        store.fetch("sgd:chrIV", 1_000_000, 1_000_020),
    ]
    with SequenceStore.create(tmp_path / "second") as second:
        with SeqRepoInstance.open(tmp_path / "out") as instance:
            report = import_instance(second, instance, threads=2)
        assert report.problems == ()
        assert second.status().residues == store.status().residues
        assert second.status().aliases == store.status().aliases
