import io
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from holdfast.errors import AliasConflict, FormatError
from holdfast.sequences import Alias, SequenceStore
from holdfast.sequences.naming.alias import is_alias_text
from holdfast.sequences.naming.definition import (
    Definitions,
    Named,
    Placed,
    aliases_of,
    extra_aliases,
    inferred,
    names_between_bars,
    record_aliases,
)


@pytest.mark.parametrize(
    ("name", "further"),
    [
        ("chr1", []),
        ("gi|4507|ref|NM_000551.3|", ["gi:4507", "refseq:NM_000551.3"]),
        ("ref|NM_1.1|ref|NM_2.1|", ["refseq:NM_1.1", "refseq:NM_2.1"]),
        ("ref|NM_000551.3", ["refseq:NM_000551.3"]),
        ("gb|M73307.1|AGMA13GT", ["insdc:M73307.1"]),
        ("emb|CAM43271.1|", ["insdc:CAM43271.1"]),
        ("dbj|BAB12345.1|", ["insdc:BAB12345.1"]),
        ("tpg|BK000001.1|", ["insdc:BK000001.1"]),
        ("sp|P69905|HBA_HUMAN", ["uniprot:P69905", "uniprot:HBA_HUMAN"]),
        ("tr|A0A024R161|A0A024R161_HUMAN", ["uniprot:A0A024R161", "uniprot:A0A024R161_HUMAN"]),
        ("sp|P01013.2|OVAX_CHICK", ["uniprot:P01013.2", "uniprot:OVAX_CHICK"]),
        ("tr|cluster7|x", []),  # not UniProt's
        ("sp|P69905|globin_domain", []),
        ("sp|P69905", ["uniprot:P69905"]),
        ("sp|P69905-2|HBA_HUMAN", ["uniprot:P69905-2"]),  # all isoforms have this entry name
        ("sp|P69905|HBA_HUMAN/1-50", []),  # a part has not the name of the whole
        ("gi|568815597|ref|NC_000001.11|:100-200", []),
        ("ref|NC_000001.11|:c200-100,50-1", []),
        ("lcl|x:1-2", []),
        ("pdb|1HBA|A", ["pdb:1HBA_A"]),
        ("pdb|1HBA|", ["pdb:1HBA"]),
        ("pir||G36364", []),
        ("gnl|WGS:AAAA|c1", []),  # the database cannot be a namespace
        ("gnl|mydb|seq:1", ["mydb:seq:1"]),
        ("gnl|NCBI|seq1", ["refseq:seq1"]),
        ("gnl|md5|00", []),  # digests are no aliases
        ("lcl|contig_1", ["lab:contig_1"]),
        ("pat|US|RE33188|1", ["patent:US.RE33188.1"]),
        ("GI|12|GB|U49845.1|", ["gi:12", "insdc:U49845.1"]),
        ("gi|notanumber|x", []),
        ("chr1|chr2", []),
        ("|", []),
        ("ref|", []),
        ("a|b|ref|NM_1.1", ["refseq:NM_1.1"]),
    ],
)
def test_names_between_bars_become_aliases(name: str, further: list[str]) -> None:
    found = [str(each) for each in aliases_of(name, "", "lab")]
    assert found == [f"lab:{name}", *further]


def test_the_definitions_of_records_with_the_same_residues_all_count() -> None:
    found = aliases_of("ref|NP_1.1|", "one [X]\x01gb|AAA1.1| two\x01plain three\x01", "nr")
    assert [str(each) for each in found] == [
        "nr:ref|NP_1.1|", "refseq:NP_1.1", "nr:gb|AAA1.1|", "insdc:AAA1.1", "nr:plain",
    ]  # fmt: skip


ENSEMBL = "pep chromosome:GRCh38:3:1:2:1 gene:ENSG00000134086.8 transcript:ENST00000256474.3"


def test_ensembl_names_are_taken_without_their_version_when_all_are_wanted() -> None:
    name = "ENSP00000256474.3"
    assert aliases_of(name, ENSEMBL, "lab") == [Alias("lab", name)]
    assert aliases_of(name, ENSEMBL, "lab", Definitions.ALL) == [
        Alias("lab", name),
        Alias("ensembl", name),
        Alias("ensembl", "ENSP00000256474"),
    ]
    assert aliases_of("ENSP00000256474", "", "Ensembl", Definitions.ALL) == [
        Alias("ensembl", "ENSP00000256474")
    ]


def test_nothing_is_taken_when_nothing_is_wanted() -> None:
    assert aliases_of("gi|1|", "", "lab", Definitions.NONE) == [Alias("lab", "gi|1|")]
    assert extra_aliases(["gi|1|"], [""], "lab", Definitions.NONE) == {}


def test_a_block_of_plain_names_adds_nothing() -> None:
    assert extra_aliases(["chr1", "ENSP00000256474.3"], ["", ""], "lab") == {}
    assert extra_aliases([], [], "lab") == {}


def test_a_block_of_uniprot_s_lines_is_as_its_records_one_by_one() -> None:
    names = [f"sp|P{number:05}|N{number}_YEAST" for number in range(10000, 10050)]
    whole = extra_aliases(names, [""] * len(names), "lab")
    assert set(whole) == {"uniprot"}
    mixed = extra_aliases([*names, "other"], [""] * (len(names) + 1), "lab")
    assert _pairs(whole) == _pairs(mixed)
    assert len(_pairs(whole)) == 100
    isoforms = extra_aliases([*names, "sp|P10000-2|N10000_YEAST"], [""] * (len(names) + 1), "lab")
    assert _pairs(isoforms) == {*_pairs(whole), ("uniprot:P10000-2", len(names))}


def test_a_block_of_ncbi_s_lines_is_as_its_records_one_by_one() -> None:
    names = [
        "gi|1|ref|NP_1.1|", "ref|NP_2.1", "gb|AAA1.1|LOCUS", "gi|4|dbj|BAA1.1|", "pir|A1|ref",
        "gi|6|gb|AAA2.1",
    ]  # fmt: skip
    descriptions = [""] * len(names)
    whole = extra_aliases(names, descriptions, "lab")
    one_by_one = {
        (str(each), place)
        for place, name in enumerate(names)
        for each in aliases_of(name, "", "lab")[1:]
    }
    assert _pairs(whole) == one_by_one
    assert len(one_by_one) == 9
    mixed = extra_aliases([*names, "other"], [*descriptions, ""], "lab")
    assert _pairs(mixed) == one_by_one


PART = st.text(st.sampled_from("|aA1_.-P69905NMsptrgilcgnb\x01 ="), max_size=12)
NAMES = st.lists(
    st.builds("".join, st.lists(st.one_of(PART, st.sampled_from(
        ["|", "ref|", "gi|", "sp|P69905|HBA_HUMAN", "gnl|", "lcl|", "pdb|", "tr|", "NM_000551.4",
         "gi|12|gb|", "ref|NM_000551.4|", "pir|", ":1-2", "|x"]
    )), max_size=6)).filter(is_alias_text),
    max_size=6,
)  # fmt: skip


@given(NAMES, PART, st.sampled_from(["lab", "NCBI", "uniprot"]), st.sampled_from(Definitions))
def test_a_block_s_aliases_are_those_of_its_records(
    names: list[str], description: str, namespace: str, which: Definitions
) -> None:
    expected = {
        (str(each), place)
        for place, name in enumerate(names)
        for each in aliases_of(name, description, namespace, which)[1:]
    }
    found = extra_aliases(names, [description] * len(names), namespace, which)
    assert _pairs(found) == expected


def test_names_without_a_namespace_of_their_own_are_not_offered() -> None:
    assert names_between_bars("lcl|x") == []
    assert names_between_bars("ref|NM_1.1|") == [("refseq", "NM_1.1")]


def test_records_are_sorted_by_the_namespaces_their_names_tell() -> None:
    found = inferred(["NM_000551.4", "P12345", "chr1", "sp|P69905|HBA_HUMAN", "NP_1.1"])
    assert found.placed == {
        "refseq": (["NM_000551.4", "NP_1.1"], [0, 4]),
        "uniprot": (["sp|P69905|HBA_HUMAN"], [3]),
    }
    assert found.unclear == [1, 2]


def test_a_block_s_own_names_stand_beside_what_their_lines_add() -> None:
    found = record_aliases(["sp|P69905|HBA_HUMAN", "x"], ["", ""], "UniProtKB")
    assert found.unclear == []
    assert _pairs(found.placed) == {
        ("uniprot:sp|P69905|HBA_HUMAN", 0),
        ("uniprot:P69905", 0),
        ("uniprot:HBA_HUMAN", 0),
        ("uniprot:x", 1),
    }


def test_a_block_whose_names_tell_their_namespaces() -> None:
    found = record_aliases(["ref|NP_1.1|", "NP_2.1", "?"], ["a\x01NP_3.1 b\x01c", "", ""], "auto")
    assert found.unclear == [2]
    assert _pairs(found.placed) == {
        ("refseq:ref|NP_1.1|", 0), ("refseq:NP_1.1", 0), ("refseq:NP_3.1", 0), ("refseq:NP_2.1", 1),
    }  # fmt: skip


def _pairs(placed: Placed | Named) -> set[tuple[str, int]]:
    return {
        (f"{space}:{text}", place)
        for space, (texts, places) in placed.items()
        for text, place in zip(texts, places, strict=True)
    }


def test_a_load_takes_what_its_lines_say_and_infers_when_asked(store: SequenceStore) -> None:
    text = b">sp|P69905|HBA_HUMAN alpha\nMVL\n>NP_000508.1 the same\nMVL\n"
    report = store.load(io.BytesIO(text), "auto", "made")
    assert (report.aliases_added, report.alarms) == (4, ())
    for name in ("uniprot:P69905", "UniProtKB:HBA_HUMAN", "NCBI:NP_000508.1", "ref|NP_000508.1|"):
        assert store.fetch(name) == "MVL"
    assert [member.name for member in store.collection("made").members] == [
        "sp|P69905|HBA_HUMAN",
        "NP_000508.1",
    ]


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        (b">NM_1.1\nAC\n\n>P12345\nGG\n", "made.fa:4: P12345 may belong to insdc or uniprot;"),
        (b">NM_1.1\nAC\n>chr1 NM_2.1\nGG\n", "made.fa:3: chr1 has the form of no namespace"),
    ],
)
def test_a_namespace_that_is_unclear_is_asked_for(
    store: SequenceStore, tmp_path: Path, text: bytes, sentence: str
) -> None:
    path = tmp_path / "made.fa"
    path.write_bytes(text)
    with pytest.raises(FormatError) as caught:
        store.load(path, "auto")
    assert f"{tmp_path}/{sentence}" in str(caught.value)
    assert store.status().position == 0


def test_a_load_that_moves_a_versioned_accession_says_so(store: SequenceStore) -> None:
    store.load(io.BytesIO(b">NM_000551.4\nACGT\n>x\nAA\n"), "NCBI", "one")
    moved = io.BytesIO(b">NM_000551.4\nACGG\n>x\nAC\n")
    with pytest.raises(AliasConflict, match=r"refseq:NM_000551\.4"):
        store.load(moved, "refseq", "two")
    moved.seek(0)
    report = store.load(moved, "refseq", "two", reassign=True)
    assert (report.aliases_retired, report.alarms) == (2, ("refseq:NM_000551.4",))


def test_a_name_between_bars_that_belongs_to_another_is_refused_with_its_line(
    store: SequenceStore,
) -> None:
    store.load(io.BytesIO(b">sp|P69905|HBA_HUMAN\nMVL\n"), "one", "one")
    other = io.BytesIO(b">a\nMM\n>sp|P69905|HBA_HUMAN\nMVK\n")
    with pytest.raises(AliasConflict) as caught:
        store.load(other, "two", "two")
    assert "standard input:3: the alias uniprot:P69905 belongs to another" in str(caught.value)
    assert str(caught.value).endswith("; --definitions none leaves such names out")
    assert store.status().position == 1
    other.seek(0)
    store.load(other, "two", "two", definitions=Definitions.NONE)
    assert store.fetch("two:sp|P69905|HBA_HUMAN") == "MVK"
    assert store.fetch("uniprot:P69905") == "MVL"


@pytest.mark.parametrize(
    "line",
    [
        "gi|295424141|ref|NM_000439.4| Homo sapiens",
        "ref|NM_000551.3|",
        "ref|NM_1.1|ref|NM_2.1| two",
        "gi|1|ref|NC_000001.11|",
        "NM_000551.3 plain",
    ],
)
def test_what_seqrepo_takes_of_a_line_we_take_too(line: str) -> None:
    from biocommons.seqrepo.utils import parse_defline  # noqa: PLC0415 - it takes long to load

    name, _, description = line.partition(" ")
    ours = {(alias.namespace, alias.text) for alias in aliases_of(name, description, "lab")}
    assert {(each["namespace"], each["alias"]) for each in parse_defline(line, "lab")} <= ours
