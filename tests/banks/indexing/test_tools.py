"""Each tool says which commands make its index, and does nothing."""

from collections.abc import Iterable
from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError

from holdfast.banks.indexing.acts import Act, Gather, Link, Run, Write
from holdfast.banks.indexing.registry import keys_of, tool, tool_names
from holdfast.banks.indexing.tool import Build, Content, Input, Packing, Work
from holdfast.errors import BankError

FLAT, FOLDER = Path("/bank/x_1/flat"), Path("/bank/x_1/index")


def file(
    name: str, packing: Packing = Packing.PLAIN, content: Content = Content.NUCLEOTIDE
) -> Input:
    return Input(name, FLAT / name, "0" * 64, packing, content)


GENOME = file("genome.fa")
PACKED = file("genome.fa.gz", Packing.GZIP)
ZSTD = file("genome.fa.zst", Packing.OTHER)
PROTEIN = file("p.faa", content=Content.PROTEIN)


def builds(use: str, *inputs: Input, memory: int | None = None, **keys: object) -> list[Build]:
    work: Work[Any] = Work("x", "1", inputs, FLAT, FOLDER, keys_of(use, keys), 4, memory)
    return list(tool(use).builds(work))


def commands(acts: Iterable[Act]) -> list[str]:
    """The commands of `acts` as one would type them, those of last resort included."""
    found = []
    for act in acts:
        if isinstance(act, Run):
            found.append(" ".join(act.words))
            found += commands(act.otherwise)
    return found


@pytest.mark.parametrize(
    ("use", "inputs", "keys", "expected"),
    [
        (
            "blast",
            [PROTEIN],
            {"parse_seqids": False, "taxid": 9, "options": ["-ha"]},
            "makeblastdb -in - -dbtype prot -blastdb_version 5 -title x -out x -taxid 9 -ha",
        ),
        (
            "blast",
            [GENOME],
            {"parse_seqids": True, "title": "{release} of {bank}", "database": "db"},
            "makeblastdb -in - -dbtype nucl -blastdb_version 5 -title 1 of x -out db -parse_seqids",
        ),
        ("bwa", [GENOME], {"algorithm": "bwtsw"}, f"bwa index -p x -a bwtsw {FLAT}/genome.fa"),
        ("bwa", [PACKED], {}, f"bwa index -p x {FLAT}/genome.fa.gz"),
        ("bwa", [ZSTD], {}, "bwa index -p x gathered.fa"),
        ("bwa", [GENOME, PACKED], {}, "bwa index -p x gathered.fa"),
        (
            "bowtie2",
            [PACKED],
            {"seed": 7},
            f"bowtie2-build --quiet --threads 4 --seed 7 {FLAT}/genome.fa.gz x",
        ),
        (
            "bowtie2",  # a comma would part it into two files
            [file("a,b.fa")],
            {},
            "bowtie2-build --quiet --threads 4 --seed 0 gathered.fa x",
        ),
        ("hisat2", [GENOME], {}, f"hisat2-build --quiet -p 4 --seed 0 {FLAT}/genome.fa x"),
        ("hisat2", [PACKED], {}, "hisat2-build --quiet -p 4 --seed 0 gathered.fa x"),
        (
            "minimap2-index",
            [ZSTD],
            {"preset": "asm5", "kmer": 15, "window": 5},
            "minimap2 -x asm5 -k 15 -w 5 -t 4 -d x.mmi -",
        ),
        ("diamond", [PROTEIN], {}, "diamond makedb --quiet --threads 4 --db x.dmnd"),
        ("faidx", [GENOME], {}, "samtools faidx genome.fa"),
        ("checksum", [GENOME], {"algorithms": ["sha1"]}, "sha1sum -- genome.fa"),
    ],
)
def test_a_tool_s_command(
    use: str, inputs: list[Input], keys: dict[str, Any], expected: str
) -> None:
    (build,) = builds(use, *inputs, **keys)
    assert commands(build.acts) == [expected]


def test_each_tool_is_declared_with_what_it_makes_and_needs() -> None:
    ours = [name for name in tool_names() if type(tool(name)).__module__.startswith("holdfast.")]
    assert len(ours) == 12
    assert all(tool(name).sentence for name in ours)
    assert all(program.package for name in ours for program in tool(name).programs)


def test_names_that_cannot_be_looked_up_are_not_asked_for_twice() -> None:
    (build,) = builds("blast", GENOME)
    parsed, plain = commands(build.acts)
    assert parsed == f"{plain} -parse_seqids"


def test_nucleotides_and_proteins_are_two_databases_of_one_name() -> None:
    found = builds("blast", GENOME, PROTEIN)
    assert [(build.types, build.files) for build in found] == [
        (("nucleic",), ("x",)),
        (("protein",), ("x",)),
    ]
    feeds = [act.feed for build in found for act in build.acts if isinstance(act, Run)]
    assert [feed.files for feed in feeds if feed] == [(GENOME.path,), (PROTEIN.path,)]


def test_files_for_samtools_are_linked_or_packed_from_pipe_to_pipe() -> None:
    bgzipped = file("b.fa.gz", Packing.BGZIP)
    plain, packed, other = builds("faidx", GENOME, bgzipped, ZSTD)
    assert plain.acts[0] == Link("genome.fa", GENOME.path)
    assert packed.acts[0] == Link("b.fa.gz", bgzipped.path)
    first = other.acts[0]
    assert isinstance(first, Run)
    assert (first.words[0], first.into) == ("bgzip", "genome.fa.zst.gz")


def test_a_table_is_sorted_only_if_tabix_says_that_it_is_not() -> None:
    (build,) = builds("tabix", file("a.bed"), memory=10**9)
    (tabix,) = [act for act in build.acts if isinstance(act, Run) and act.otherwise]
    assert tabix.words == ("tabix", "--preset", "bed", "a.bed.gz")
    sort = next(line for line in commands(tabix.otherwise) if line.startswith("sort"))
    assert "-k1,1 -k2,2n" in sort
    assert sort.endswith("--parallel=4 --temporary-directory=. --buffer-size=500000000b")


def test_a_table_that_is_packed_in_blocks_is_not_packed_again() -> None:
    table = file("a.vcf.gz", Packing.BGZIP)
    (build,) = builds("tabix", table, index="csi")
    assert build.acts[0] == Link("a.vcf.gz", table.path)
    assert commands(build.acts)[0] == "tabix --preset vcf --csi a.vcf.gz"


def test_a_table_of_no_known_kind_is_refused() -> None:
    with pytest.raises(BankError, match=r"a\.txt: its suffix does not tell"):
        builds("tabix", file("a.txt"))


def test_sha256_is_known_and_no_file_is_read() -> None:
    (build,) = builds("checksum", GENOME, PROTEIN)
    assert build.acts == (Write("SHA256SUMS", f"{'0' * 64}  genome.fa\n{'0' * 64}  p.faa\n"),)


def test_many_names_are_given_to_several_commands() -> None:
    many = [file(f"{number:0100}.fa") for number in range(2500)]
    (build,) = builds("checksum", *many, algorithms=["md5"])
    runs = [act for act in build.acts if isinstance(act, Run)]
    assert [name for act in runs for name in act.words[2:]] == [each.name for each in many]
    assert len(runs) == 3


def test_kraken2_marks_each_file_with_its_taxon() -> None:
    keys = {"taxids": {"genome.fa": 4932}, "taxid": 562}
    (build,) = builds("kraken2", GENOME, PACKED, memory=10**9, **keys)
    marks = [act.feed.mark for act in build.acts if isinstance(act, Gather)]
    assert marks == ["kraken:taxid|4932|", "kraken:taxid|562|"]
    names = next(act.text for act in build.acts if isinstance(act, Write) and "names" in act.into)
    assert [line.split("\t|\t")[0] for line in names.splitlines()] == ["1", "562", "4932"]
    assert "--max-db-size 1000000000" in commands(build.acts)[1]


def test_kraken2_takes_the_taxonomy_of_the_release() -> None:
    (build,) = builds("kraken2", GENOME, taxonomy="tax")
    gathered = [act.feed.files[0] for act in build.acts if isinstance(act, Gather)]
    assert gathered == [GENOME.path, FLAT / "tax" / "nodes.dmp", FLAT / "tax" / "names.dmp"]


@pytest.mark.parametrize(
    ("keys", "sentence"),
    [({}, "say taxid, taxids or taxonomy"), ({"taxids": {"other": 1}}, "no glob of taxids")],
)
def test_kraken2_must_know_each_taxon(keys: dict[str, Any], sentence: str) -> None:
    with pytest.raises(BankError, match=sentence):
        builds("kraken2", GENOME, **keys)


def test_kraken2_needs_the_program_that_masks_unless_told_otherwise() -> None:
    needed = {
        (protein, mask): [
            each.name
            for each in tool("kraken2").needed(
                keys_of("kraken2", {"protein": protein, "mask": mask})
            )
        ]
        for protein in (False, True)
        for mask in (False, True)
    }
    assert needed == {
        (False, False): ["kraken2-build"],
        (False, True): ["kraken2-build", "dustmasker"],
        (True, False): ["kraken2-build"],
        (True, True): ["kraken2-build", "segmasker"],
    }


def test_emboss_does_not_mix_nucleotides_and_proteins() -> None:
    with pytest.raises(BankError, match="two steps"):
        builds("emboss", GENOME, PROTEIN)


@pytest.mark.parametrize(
    ("use", "keys"),
    [
        ("blast", {"kind": "dna"}),
        ("blast", {"database": "../x"}),
        ("blast", {"titel": "x"}),
        ("minimap2-index", {"preset": "-d"}),
        ("kraken2", {"taxonomy": "../tax"}),
        ("kraken2", {"taxids": {"/etc/*": 1}}),
        ("checksum", {"algorithms": []}),
        ("tabix", {"preset": "bam"}),
    ],
)
def test_keys_that_make_no_sense_are_refused(use: str, keys: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        keys_of(use, keys)
