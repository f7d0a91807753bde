import io
import sys

import pytest

from holdfast.errors import (
    AliasAmbiguous,
    AliasConflict,
    AliasNotFound,
    CollectionNotFound,
    FormatError,
    UsageError,
)
from holdfast.formats.assembly_report import Assembly, AssemblyRow
from holdfast.sequences import Alias, SequenceStore
from holdfast.sequences.naming.assemblies import (
    AssemblyNamed,
    bundled_assembly,
    find_assembly,
    name_assembly,
)

CHR1, MT = b"ACGTACGT", b"GGTT"


def row(
    name: str,
    genbank: str = "",
    refseq: str = "",
    same: bool = True,
    other: str = "",
    length: int | None = None,
) -> AssemblyRow:
    return AssemblyRow(name, (other,) if other else (), genbank, refseq, same, length, 7)


def named(
    store: SequenceStore,
    *rows: AssemblyRow,
    name: str = "Made 1.0",
    namespace: str | None = None,
    collection: str | None = None,
    partial: bool = False,
    reassign: bool = False,
) -> AssemblyNamed:
    assembly = Assembly(name, rows, "made.txt")
    with store.write() as batch:
        found = find_assembly(store, assembly, namespace, collection)
        done = name_assembly(batch, found, partial=partial, reassign=reassign)
        batch.commit("names")
    return done


@pytest.fixture
def made(store: SequenceStore) -> SequenceStore:
    """A store of two sequences with accessions."""
    with store.write() as batch:
        batch.add(CHR1, [Alias("refseq", "NC_000001.1")])
        batch.add(MT, [Alias("lab", "J01415.2")])
        batch.commit()
    return store


def test_sequences_are_found_by_accession_and_named(made: SequenceStore) -> None:
    rows = row("1", "CM000001.1", "NC_000001.1", other="chr1", length=8), row("MT", "J01415.2")
    done = named(made, *rows)
    assert done == AssemblyNamed("Made_1.0", 2, 3, 0, ())
    assert made.fetch("Made_1.0:chr1") == made.fetch("Made_1.0:1") == CHR1.decode()
    assert made.fetch("Made_1.0:MT") == MT.decode()
    assert named(made, *rows).aliases_added == 0
    assert named(made, *rows, namespace="mine").namespace == "mine"
    assert made.fetch("mine:chr1") == CHR1.decode()


@pytest.mark.parametrize(
    ("wanted", "found"),
    [
        (row("x", "J01415.2", "NC_9.1", same=True), True),  # the same sequence, by GenBank's name
        (row("x", "J01415.2", "NC_9.1", same=False), False),  # another sequence than RefSeq's
        (row("x", "J01415.2", "", same=False), True),  # there is no RefSeq's
        (row("x", "", "NC_9.1"), False),
        (row("x"), False),
    ],
)
def test_genbank_s_sequence_is_taken_only_for_refseq_s_when_they_are_the_same(
    made: SequenceStore, wanted: AssemblyRow, found: bool
) -> None:
    names = find_assembly(made, Assembly("a", (wanted,), "made.txt"))
    assert bool(names.found) is found
    assert bool(names.missing) is not found


def test_all_are_named_or_none(made: SequenceStore) -> None:
    rows = [row("1", refseq="NC_000001.1"), *(row(f"u{n}", refseq=f"NW_{n}.1") for n in range(9))]
    with pytest.raises(AliasNotFound) as caught:
        named(made, *rows)
    assert str(caught.value) == (
        "9 of 10 sequences of Made_1.0 are not in the store: u0 (NW_0.1), u1 (NW_1.1), "
        "u2 (NW_2.1), u3 (NW_3.1), u4 (NW_4.1) and 4 more; load them, or name the others with "
        "--partial"
    )
    assert made.status().position == 1
    done = named(made, *rows, partial=True)
    assert (done.sequences, done.aliases_added, len(done.missing)) == (1, 1, 9)
    with pytest.raises(AliasNotFound, match="1 of 1 sequences"):
        named(made, row("u", refseq="NW_0.1"), partial=True)


def test_a_loaded_collection_stands_in_for_accessions(made: SequenceStore) -> None:
    made.load(io.BytesIO(b">chr1\nAAAA\n>chrM\nCCCC\n"), "ucsc", "genome.fa")
    rows = row("1", "CM9.1", "NC_9.1", other="chr1", length=4), row("MT", other="chrM")
    assert named(made, *rows, collection="genome.fa").aliases_added == 4
    assert made.fetch("Made_1.0:MT") == "CCCC"
    with pytest.raises(CollectionNotFound):
        named(made, *rows, collection="none")


def test_a_sequence_of_another_length_is_another_sequence(made: SequenceStore) -> None:
    with pytest.raises(FormatError, match=r"^made\.txt:7: 1 has 9 residues, but SQ\..* has 8;"):
        named(made, row("1", refseq="NC_000001.1", length=9))


def test_an_accession_that_means_two_sequences_is_not_guessed(made: SequenceStore) -> None:
    made.add_alias(Alias("other", "J01415.2"), "refseq:NC_000001.1")
    with pytest.raises(AliasAmbiguous):
        named(made, row("MT", "J01415.2"))


def test_a_name_of_another_sequence_is_moved_only_when_it_is_said(made: SequenceStore) -> None:
    made.add_alias(Alias("Made_1.0", "1"), "lab:J01415.2")
    wanted = row("1", refseq="NC_000001.1")
    with pytest.raises(AliasConflict):
        named(made, wanted)
    assert named(made, wanted, reassign=True).aliases_moved == 1


@pytest.mark.parametrize("name", ["", "md5", "a/b", "x" * 99])
def test_an_assembly_s_name_must_be_able_to_be_a_namespace(made: SequenceStore, name: str) -> None:
    wanted = row("1", refseq="NC_000001.1")
    with pytest.raises(UsageError, match="--namespace"):
        named(made, wanted, name=name)
    assert named(made, wanted, name=name, namespace="fine").sequences == 1


def test_a_name_that_cannot_be_an_alias_is_said(made: SequenceStore) -> None:
    done = named(made, row("chromosome 1", refseq="NC_000001.1", other="chr1"))
    assert (done.aliases_added, done.unusable) == (1, ("chromosome 1",))


def test_the_package_of_human_assemblies_is_asked_by_name(store: SequenceStore) -> None:
    found = bundled_assembly("GRCh38.p14")
    first = found.rows[0]
    assert (first.name, first.others, first.refseq) == ("1", ("chr1",), "NC_000001.11")
    assert (first.genbank, first.same, first.length) == ("CM000663.2", True, 248956422)
    assert any(not each.same and not each.refseq for each in found.rows)
    assert find_assembly(store, found).missing == found.rows
    with pytest.raises(UsageError, match=r"neither a file nor one of .*GRCh38\.p14"):
        bundled_assembly("GRCm39")


def test_without_the_package_one_is_told_how_to_get_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "bioutils", None)
    with pytest.raises(UsageError, match=r"holdfast\[assemblies\]"):
        bundled_assembly("GRCh38")
