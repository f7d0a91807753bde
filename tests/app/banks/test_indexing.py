"""Steps that run the programs of the field: what they make is what those programs search in."""

import errno
import gzip
import json
import os
import random
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from importlib.metadata import EntryPoint
from pathlib import Path

import pytest

from app.banks.bank_world import QuickContainer
from holdfast import plugins
from holdfast.app.banks.check import check_banks
from holdfast.app.banks.updating.update import update_bank
from holdfast.banks.indexing import registry, running
from holdfast.banks.indexing.acts import Write
from holdfast.banks.indexing.tool import Build, Keys, Tool, Work
from holdfast.banks.releases.metadata import Made, read_made
from holdfast.banks.updating.stages import Wishes
from holdfast.errors import BankError, UpdateFailed
from holdfast.plugins import Group

CHANCE = random.Random(5)
CHR_1, CHR_2, PLASMID = ("".join(CHANCE.choices("ACGT", k=n)) for n in (2000, 1500, 1200))
PROTEIN, OTHER = ("".join(CHANCE.choices("ACDEFGHIKLMNPQRSTVWY", k=200)) for _ in range(2))
GENOME = f">chrI one\n{CHR_1}\n>chrII two\n{CHR_2}\n".encode()
PLASMIDS = f">p1 a plasmid\n{PLASMID}".encode()  # its last line has no end
PROTEINS = f">P1 first\n{PROTEIN}\n>P2\n{OTHER}\n".encode()
GENES = b"##gff-version 3\n" + b"".join(
    b"%s\t.\tgene\t%d\t%d\t.\t+\t.\tID=%s\n" % row
    for row in ((b"chrII", 50, 90, b"c"), (b"chrI", 500, 900, b"b"), (b"chrI", 5, 90, b"a"))
)
FILES: Mapping[str, bytes] = {
    "genome.fa.gz": gzip.compress(GENOME, mtime=0),
    "sub/a plasmid.fna": PLASMIDS,
    "proteins.fa": PROTEINS,
    "genes.gff3": GENES,
}
READ = CHR_2[300:420]


def add(container: QuickContainer, remote: Path, steps: str) -> None:
    """Give the container the recipe of the bank ``toy``, of FILES."""
    for name, content in FILES.items():
        path = remote / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
        os.utime(path, (1_705_320_000,) * 2)
    container.settings.recipes.mkdir(parents=True, exist_ok=True)
    (container.settings.recipes / "toy.toml").write_text(
        f'name = "toy"\n[remote]\nurl = "file://{remote}"\n{steps}'
    )


def step(use: str, more: str = "") -> str:
    """A step called as what it uses."""
    return f'[[steps]]\nname = "{use}"\nuse = "{use}"\ncores = 2\n{more}\n'


def indexed(
    container: QuickContainer, remote: Path, use: str, more: str = "", *, before: str = ""
) -> Path:
    """The folder of the index, in a release that was published; a step `before` may unpack it."""
    add(container, remote, before + step(use, more))
    update_bank(container, "toy")
    return container.settings.banks / "toy" / "current" / use


def said(*words: str | Path, given: str = "", **environment: str) -> str:
    """What a program prints."""
    done = subprocess.run(
        [str(word) for word in words],
        input=given,
        capture_output=True,
        text=True,
        check=True,
        env={**os.environ, **environment},
    )
    return done.stdout


def mapped(sam: str) -> list[tuple[str, int]]:
    """Where the reads of a SAM text are."""
    rows = (line.split("\t") for line in sam.splitlines() if not line.startswith("@"))
    return [(row[2], int(row[3])) for row in rows]


@pytest.fixture
def remote(tmp_path: Path) -> Path:
    return tmp_path / "remote"


# -- each tool, asked by its own programs ----------------------------------------------------------


@pytest.mark.service("makeblastdb")
def test_blast_finds_nucleotides_and_proteins(container: QuickContainer, remote: Path) -> None:
    folder = indexed(container, remote, "blast", 'title = "all of {bank}"')
    query, form = f">q\n{READ}\n", "6 sseqid sstart send pident"
    hit = said("blastn", "-db", folder / "toy", "-outfmt", form, given=query)
    assert hit.split() == ["chrII", "301", "420", "100.000"]
    hit = said("blastp", "-db", folder / "toy", "-outfmt", "6 sseqid", given=f">q\n{PROTEIN}\n")
    assert hit.split()[0] == "P1"
    entry = said("blastdbcmd", "-db", folder / "toy", "-dbtype", "nucl", "-entry", "p1")
    assert entry.splitlines()[0] == ">p1 a plasmid"
    assert "all of toy" in said("blastdbcmd", "-db", folder / "toy", "-dbtype", "prot", "-info")


@pytest.mark.service("makeblastdb")
def test_blast_makes_a_database_of_each_file_whose_names_cannot_be_looked_up(
    container: QuickContainer, remote: Path
) -> None:
    remote.mkdir()
    (remote / "twice.fa").write_text(f">same\n{CHR_1}\n>same\n{CHR_2}\n")
    folder = indexed(container, remote, "blast", "each = true")
    found = said("blastn", "-db", folder / "twice", "-outfmt", "6 pident", given=f">q\n{READ}\n")
    assert found.split() == ["100.000"]
    assert (folder / "sub" / "a_plasmid.ndb").is_file()
    assert not list(folder.glob("twice.*.nog"))  # of the try that failed


@pytest.mark.service("bwa")
def test_bwa_maps_a_read(container: QuickContainer, remote: Path) -> None:
    folder = indexed(container, remote, "bwa")
    sam = said("bwa", "mem", folder / "toy", "-", given=f">r\n{READ}\n")
    assert mapped(sam) == [("chrII", 301)]
    assert not (folder / "gathered.fa").exists()


@pytest.mark.service("bowtie2")
def test_bowtie2_maps_a_read_on_a_genome_that_was_unpacked(
    container: QuickContainer, remote: Path
) -> None:
    unpack = '[[steps]]\nname = "unpack"\nuse = "unpack"\n'
    more = 'files = ["genome.fa"]\ndatabase = "g"'
    folder = indexed(container, remote, "bowtie2", more, before=unpack)
    sam = said("bowtie2", "--quiet", "-x", folder / "g", "-f", "-", given=f">r\n{READ}\n")
    assert mapped(sam) == [("chrII", 301)]


@pytest.mark.service("hisat2")
def test_hisat2_maps_a_read(container: QuickContainer, remote: Path) -> None:
    folder = indexed(container, remote, "hisat2")
    sam = said("hisat2", "--quiet", "-x", folder / "toy", "-f", "-", given=f">r\n{READ}\n")
    assert mapped(sam) == [("chrII", 301)]


@pytest.mark.service("minimap2")
def test_minimap2_maps_a_read(container: QuickContainer, remote: Path) -> None:
    folder = indexed(container, remote, "minimap2-index", 'preset = "map-ont"')
    read = f">r\n{CHR_1[400:1400]}\n"
    paf = said("minimap2", "-x", "map-ont", folder / "toy.mmi", "-", given=read).split("\t")
    assert paf[5:7] == ["chrI", "2000"]
    assert 400 <= int(paf[7]) < 450


@pytest.mark.service("samtools", "bgzip")
def test_samtools_cuts_out_of_packed_and_plain_files(
    container: QuickContainer, remote: Path
) -> None:
    folder = indexed(container, remote, "faidx", "dictionary = true")
    cut = said("samtools", "faidx", folder / "genome.fa.gz", "chrII:301-420")
    assert cut.splitlines()[0] == ">chrII:301-420"
    assert "".join(cut.splitlines()[1:]) == READ
    assert PROTEIN[:9] in said("samtools", "faidx", folder / "proteins.fa", "P1:1-9")
    assert str((folder / "proteins.fa").readlink()) == "../flat/proteins.fa"
    assert "SN:chrI\tLN:2000" in (folder / "genome.fa.dict").read_text()


@pytest.mark.service("diamond")
def test_diamond_finds_a_protein(container: QuickContainer, remote: Path) -> None:
    folder = indexed(container, remote, "diamond")
    query = remote / "proteins.fa"
    words = ("diamond", "blastp", "--quiet", "--db", folder / "toy", "--query", query)
    assert "P1\tP1\t100" in said(*words)


@pytest.mark.service("kraken2", "dustmasker")
def test_kraken2_tells_the_taxa_of_reads(container: QuickContainer, remote: Path) -> None:
    more = 'taxids = { "genome.*" = 4932, "sub/*" = 562 }\nkmer = 21\nminimizer = 15\nspaces = 0'
    folder = indexed(container, remote, "kraken2", more)
    reads = remote / "reads.fa"
    reads.write_text(f">r1\n{READ}\n>r2\n{PLASMID[100:220]}\n")
    rows = said("kraken2", "--db", folder / "toy", reads).splitlines()
    assert [row.split("\t")[:3] for row in rows] == [["C", "r1", "4932"], ["C", "r2", "562"]]
    assert sorted(path.name for path in (folder / "toy").iterdir()) == [
        "hash.k2d",
        "opts.k2d",
        "taxo.k2d",
    ]


@pytest.mark.service("dbxfasta")
@pytest.mark.parametrize("index", ["dbx", "dbi"])
def test_emboss_reads_a_sequence_by_its_name(
    container: QuickContainer, remote: Path, index: str
) -> None:
    more = f'index = "{index}"\nfiles = ["genome.fa.gz", "sub/*"]\ndatabase = "mine"'
    folder = indexed(container, remote, "emboss", more)
    home = remote.parent / "rc"
    home.mkdir()
    shutil.copy(folder / "embossrc", home / ".embossrc")
    words = ("seqret", "-auto", "-sbegin", "301", "-send", "420", "mine:chrII", "stdout")
    text = said(*words, EMBOSSRC=str(home))
    assert "".join(text.splitlines()[1:]) == READ


@pytest.mark.service("tabix", "bgzip")
def test_tabix_reads_rows_by_place_from_a_table_that_was_not_sorted(
    container: QuickContainer, remote: Path
) -> None:
    folder = indexed(container, remote, "tabix", "memory = 100_000_000")
    rows = said("tabix", folder / "genes.gff3.gz", "chrI:80-600").splitlines()
    assert [row.rpartition("=")[2] for row in rows] == ["a", "b"]
    assert said("tabix", "--only-header", folder / "genes.gff3.gz") == "##gff-version 3\n"


@pytest.mark.service("bgzip")
def test_bgzip_packs_what_is_packed_otherwise(container: QuickContainer, remote: Path) -> None:
    folder = indexed(container, remote, "bgzip", 'files = ["genome.*", "genes.*"]')
    assert gzip.decompress((folder / "genes.gff3.gz").read_bytes()) == GENES
    part = said("bgzip", "--offset", "0", "--size", "5", folder / "genome.fa.gz")
    assert part == ">chrI"


def test_checksums_are_read_by_the_programs_that_check_them(
    container: QuickContainer, remote: Path
) -> None:
    folder = indexed(container, remote, "checksum", 'algorithms = ["md5", "sha256"]')
    for algorithm in ("md5", "sha256"):
        manifest = folder / f"{algorithm.upper()}SUMS"
        done = subprocess.run(
            [f"{algorithm}sum", "--check", "--strict", "--quiet", manifest.resolve()],
            cwd=folder.parent / "flat",
            check=False,
        )
        assert done.returncode == 0
        assert len(manifest.read_text().splitlines()) == len(FILES)


# -- what is known of an index ---------------------------------------------------------------------


@pytest.mark.service("minimap2")
def test_a_release_knows_what_steps_made_and_with_what(
    container: QuickContainer, remote: Path
) -> None:
    folder = indexed(container, remote, "minimap2-index", "kmer = 11")
    version = said("minimap2", "--version").strip()
    made = Made(
        "minimap2", ("nucleic",), {"minimap2": version}, ("minimap2-index/toy.mmi",), folder.name
    )
    assert read_made(folder.parent.resolve()) == (made,)
    document = json.loads((folder / "provenance.json").read_bytes())
    assert document["commands"] == [["minimap2", "-k", "11", "-t", "2", "-d", "toy.mmi", "-"]]
    assert document["programs"] == {"minimap2": version}
    assert [each["path"] for each in document["files"]] == ["genome.fa.gz", "sub/a plasmid.fna"]


@pytest.mark.service("samtools", "minimap2", "bgzip")
def test_an_index_of_the_same_files_is_that_of_the_release_before(
    container: QuickContainer, remote: Path
) -> None:
    steps = step("minimap2-index") + step("faidx")
    add(container, remote, steps)
    update_bank(container, "toy")
    bank = container.settings.banks / "toy"
    first = (bank / "current").resolve()
    other = remote / "notes.txt"
    other.write_text("something new")
    os.utime(other, (1_705_420_000,) * 2)
    update_bank(container, "toy")
    second = (bank / "current").resolve()
    assert second != first
    for name in ("minimap2-index/toy.mmi", "faidx/genome.fa.gz"):
        assert (second / name).samefile(first / name)
    assert (second / "faidx" / "proteins.fa").readlink() == Path("../flat/proteins.fa")
    document = json.loads((second / "faidx" / "provenance.json").read_bytes())
    assert document["taken_from"] == f"toy:{first.name.removeprefix('toy_')}"
    assert read_made(second) == read_made(first)
    update_bank(container, "toy", from_scratch=True)
    third = (bank / "current").resolve()
    assert not (third / "faidx" / "genome.fa.gz").samefile(first / "faidx" / "genome.fa.gz")


@pytest.mark.service("minimap2", "samtools", "bgzip")
def test_an_index_that_is_asked_for_again_is_made_again(
    container: QuickContainer, remote: Path
) -> None:
    add(container, remote, step("minimap2-index") + step("faidx"))
    update_bank(container, "toy")
    bank = container.settings.banks / "toy"
    first = (bank / "current").resolve()
    update_bank(container, "toy", wishes=Wishes(process="minimap2-index"))
    second = (bank / "current").resolve()
    assert second != first
    document = json.loads((second / "minimap2-index" / "provenance.json").read_bytes())
    assert document["taken_from"] == ""
    assert said("samtools", "faidx", second / "faidx" / "proteins.fa", "P2:1-4") == (
        f">P2:1-4\n{OTHER[:4]}\n"
    )


# -- when it cannot be made ------------------------------------------------------------------------


def test_a_missing_program_is_told_before_anything_is_fetched(
    container: QuickContainer, remote: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    add(container, remote, step("diamond"))
    monkeypatch.setattr(registry.shutil, "which", lambda _: None)
    sentence = "needs the program diamond.*apt install diamond-aligner"
    with pytest.raises(BankError, match=sentence):
        update_bank(container, "toy")
    assert container.executor.started == []
    (check,) = check_banks(container)
    assert [problem for problem in check.problems if "diamond-aligner" in problem]


def test_a_program_may_be_missing_here_if_the_step_runs_elsewhere(
    container: QuickContainer, remote: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    add(container, remote, step("diamond"))
    monkeypatch.setattr(registry.shutil, "which", lambda _: None)
    rules = '[executors.far]\nkind = "slurm"\n[[placements]]\nlabel = "process"\nexecutor = "far"\n'
    (container.settings.home / "holdfast.toml").write_text(rules)
    far = QuickContainer(type(container.settings).read())
    with far:
        (check,) = check_banks(far)
    assert check.problems == ()
    assert [remark for remark in check.remarks if "diamond-aligner" in remark]


@pytest.mark.service("bwa")
def test_a_program_that_fails_is_quoted_and_the_next_update_starts_clean(
    container: QuickContainer, remote: Path
) -> None:
    add(container, remote, step("bwa", 'options = ["-Q"]'))
    with pytest.raises(UpdateFailed, match="bwa ended with exit code 1: index: invalid option"):
        update_bank(container, "toy")
    bank = container.settings.banks / "toy"
    assert not (bank / "current").exists()
    (making,) = bank.glob(".making/*")
    assert not (making / "indexing-bwa").exists()
    (making / "indexing-bwa").mkdir()  # as a kill leaves it
    (making / "indexing-bwa" / "half").write_text("an index that was cut off")
    add(container, remote, step("bwa"))
    update_bank(container, "toy")
    made = {path.name for path in (bank / "current" / "bwa").iterdir()}
    assert "toy.bwt" in made
    assert "half" not in made


@pytest.mark.service("minimap2")
def test_a_step_killed_in_the_middle_leaves_nothing_in_the_release(
    container: QuickContainer, remote: Path
) -> None:
    add(container, remote, step("minimap2-index", 'options = ["--no-such-option"]'))
    with pytest.raises(UpdateFailed):
        update_bank(container, "toy")
    (making,) = (container.settings.banks / "toy" / ".making").iterdir()
    stuck = remote.parent / "bin" / "minimap2"
    stuck.parent.mkdir()
    stuck.write_text('#!/bin/sh\n[ "$1" = --version ] || { echo half >toy.mmi; sleep 60; }\n')
    stuck.chmod(0o755)
    path = f"{stuck.parent}:{os.environ['PATH']}"
    words = (sys.executable, "-m", "holdfast", "task", "index", "toy", making.name)
    task = subprocess.Popen(
        [*words, "minimap2-index"], env={**os.environ, "PATH": path}, start_new_session=True
    )
    half = making / "indexing-minimap2-index" / "toy.mmi"
    until(half.exists)
    os.killpg(task.pid, signal.SIGKILL)
    task.wait()
    assert not (making.parent.parent / f"toy_{making.name}" / "minimap2-index").exists()
    add(container, remote, step("minimap2-index"))
    update_bank(container, "toy")
    made = making.parent.parent / "current" / "minimap2-index" / "toy.mmi"
    assert made.read_bytes().startswith(b"MMI")


@pytest.mark.service("hisat2")
def test_a_full_disk_is_told_and_has_its_room_again(
    container: QuickContainer, remote: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    add(container, remote, step("hisat2"))

    def full(*_: object) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    with monkeypatch.context() as patch:
        patch.setattr(running, "fed", full)
        with pytest.raises(UpdateFailed, match="cannot write: No space left on device; see to"):
            update_bank(container, "toy")
    assert not list((container.settings.banks / "toy").glob(".making/*/indexing-*"))
    update_bank(container, "toy")
    assert (container.settings.banks / "toy" / "current" / "hisat2" / "toy.1.ht2").is_file()


def until(happened: Callable[[], bool]) -> None:
    """Wait for what must happen soon."""
    patience = time.monotonic() + 30
    while not happened():
        assert time.monotonic() < patience
        time.sleep(0.02)


@pytest.mark.service("minimap2")
def test_a_step_that_finds_no_file_says_what_it_looked_for(
    container: QuickContainer, remote: Path
) -> None:
    add(container, remote, step("checksum", 'files = ["*.embl"]'))
    with pytest.raises(UpdateFailed, match="no file of the release is called"):
        update_bank(container, "toy")
    add(container, remote, step("minimap2-index", 'files = ["proteins.fa"]'))
    with pytest.raises(UpdateFailed, match="holds nucleotide sequences in FASTA"):
        update_bank(container, "toy")


# -- a stranger's ----------------------------------------------------------------------------------


class Counted(Tool[Keys]):
    """Counts the files."""

    sentence = "the number of files"
    keys = Keys

    def builds(self, work: Work[Keys]) -> list[Build]:
        """One small file."""
        return [Build((Write("count", str(len(work.inputs))),), "count", ("count",))]


@pytest.fixture
def _counted(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """The stranger's tool is installed, and no other tool."""
    point = EntryPoint("counted", f"{__name__}:Counted", Group.STEPS.value)
    real = plugins.entry_points

    def installed(**wanted: str) -> Iterable[EntryPoint]:
        return (point,) if wanted["group"] == Group.STEPS.value else real(**wanted)

    monkeypatch.setattr(plugins, "entry_points", installed)
    _forget()
    yield
    _forget()


def _forget() -> None:
    registry.tool.cache_clear()
    registry.tool_names.cache_clear()


@pytest.mark.usefixtures("_counted")
def test_a_stranger_s_tool_is_a_step_like_ours(container: QuickContainer, remote: Path) -> None:
    folder = indexed(container, remote, "counted")
    assert (folder / "count").read_text() == "4"
