"""BioMAJ's scripts run as they are: their blocks, what they find, and what they say they made."""

from pathlib import Path

import pytest

from app.banks.bank_world import QuickContainer
from holdfast.app.banks.check import check_banks
from holdfast.app.banks.updating.update import update_bank
from holdfast.banks.releases.metadata import Made, read_made, read_metadata
from holdfast.errors import BankError, UpdateFailed

SCRIPTS = {
    # It prints what it made, among other things.
    "formats.sh": """#!/bin/sh
echo "indexing $dbname"
for chromosome in 1 2; do
    echo "##BIOMAJ#blast#nucleic#organism:$1,chr:$chromosome#blast/chr$chromosome"
done
echo "##BIOMAJ#broken"
echo "##BIOMAJ#fasta###flat/x.fa"
""",
    # It works in the folder of the release, by each of the ways there.
    "index.sh": """#!/bin/sh
set -eu
workdir="$datadir/$dirversion/$localrelease"
mkdir -p "$workdir/blast"
cp "$datadir/$dirversion/future_release/flat/x.fa" "$workdir/blast/$1"
echo "$remoterelease" >> "$logfile"
test -z "${password:-}"
""",
    # It fails until somebody mends what it misses, and counts how often it was run.
    "fail.sh": """#!/bin/sh
echo run >> "$processdir/fail.count"
echo "##BIOMAJ#tried###"
test -e "$processdir/mended" || { echo "cannot find the mended file" >&2; exit 4; }
""",
    "count.sh": """#!/bin/sh
echo run >> "$processdir/$1.count"
""",
}

BANK = """[GENERAL]
db.fullname="x"
protocol=local
server=
remote.dir={remote}
remote.files=x\\.fa$
local.files=**/*
release.file=rel_(\\d+)
password=hidden
process.dir={programs}
organism=hg38
BLOCKS=B1,B2
B1.db.post.process=M1,M2
B2.db.post.process=M3
M1=index,broken,never
M2=formats,counted
M3=last
index.name=index
index.exe=index.sh
index.args=x.idx
broken.name=broken
broken.exe=fail.sh
broken.args=
never.name=never
never.exe=count.sh
never.args=never
formats.name=formats
formats.exe=formats.sh
formats.args=${{organism}}
formats.format=fasta
formats.types=dna
counted.name=counted
counted.exe=count.sh
counted.args=counted
counted.format=bowtie
counted.types=index
counted.tags=organism:hg38
counted.files=bowtie/a,bowtie/b,bowtie/c
last.name=last
last.exe=count.sh
last.args=last
"""


@pytest.fixture
def programs(tmp_path: Path) -> Path:
    """A process.dir with scripts as BioMAJ's users write them."""
    folder = tmp_path / "process"
    folder.mkdir()
    for name, text in SCRIPTS.items():
        (folder / name).write_text(text)
        (folder / name).chmod(0o755)
    return folder


@pytest.fixture
def bank(home: Path, tmp_path: Path, programs: Path) -> Path:
    """A bank of one file; the folder of its releases."""
    remote = tmp_path / "remote"
    remote.mkdir()
    (remote / "x.fa").write_text(">x\nACGT\n")
    (remote / "rel_7").touch()
    (home / "recipes").mkdir(exist_ok=True)
    text = BANK.format(remote=remote, programs=programs)
    (home / "recipes" / "genes.properties").write_text(text)
    return home / "banks" / "genes"


def count(programs: Path, name: str) -> int:
    """How often a script was run."""
    file = programs / f"{name}.count"
    return len(file.read_text().splitlines()) if file.exists() else 0


def test_a_failure_stops_its_meta_and_the_next_block_and_nothing_else_and_what_is_done_stays_done(
    bank: Path, programs: Path, container: QuickContainer
) -> None:
    with pytest.raises(UpdateFailed, match="M1_broken failed: cannot find the mended file"):
        update_bank(container, "genes")
    counts = {name: count(programs, name) for name in ("fail", "never", "counted", "last")}
    assert counts == {"fail": 1, "never": 0, "counted": 1, "last": 0}
    assert (bank / "genes_7" / "blast" / "x.idx").is_file()
    (programs / "mended").touch()
    update_bank(container, "genes")
    counts = {name: count(programs, name) for name in counts}
    assert counts == {"fail": 2, "never": 1, "counted": 1, "last": 1}
    assert container.executor.started.count("M2_formats") == 1
    made = [each.step for each in read_made(bank / "genes_7")]
    assert made.count("M1_broken") == 1  # what is done again says everything again


def test_a_container_that_nothing_here_can_run_is_known_before_anything_is_fetched(
    bank: Path, container: QuickContainer, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = home / "recipes" / "genes.properties"
    file.write_text(file.read_text() + "index.docker=image\n")
    monkeypatch.setenv("PATH", "/nowhere")
    with pytest.raises(BankError, match="'M1_index': none of podman, docker and apptainer is on"):
        update_bank(container, "genes")
    assert container.executor.started == []
    (check,) = check_banks(container, ["genes"])
    assert any("a step wants a container; install podman" in each for each in check.problems)


def test_what_scripts_print_and_the_recipe_names_is_kept_with_the_release(
    bank: Path, programs: Path, container: QuickContainer
) -> None:
    (programs / "mended").touch()
    update_bank(container, "genes")
    organism = {"organism": "hg38"}
    assert read_made(bank / "genes_7") == (
        Made("tried", step="M1_broken"),
        Made("blast", ("nucleic",), {**organism, "chr": "1"}, ("blast/chr1",), "M2_formats"),
        Made("blast", ("nucleic",), {**organism, "chr": "2"}, ("blast/chr2",), "M2_formats"),
        Made("fasta", ("dna",), {}, ("flat/x.fa",), "M2_formats"),
        Made("bowtie", ("index",), organism, ("bowtie/a", "bowtie/b", "bowtie/c"), "M2_counted"),
    )
    (problem,) = read_metadata(bank / "genes_7").problems
    assert "M2_formats: line 4 of its output: it has fewer fields" in problem
    (logs,) = (container.settings.logs / "banks" / "genes").iterdir()
    assert (logs / "genes.log").read_text() == "7\n"
    assert "indexing genes\n" in (logs / "M2_formats.out").read_text()


def test_before_an_update_and_at_a_removal_scripts_find_their_variables(
    bank: Path, programs: Path, container: QuickContainer, home: Path
) -> None:
    script = programs / "tell.sh"
    script.write_text('#!/bin/sh\nenv > "$processdir/$1.env"\npwd > "$processdir/$1.pwd"\n')
    script.chmod(0o755)
    file = home / "recipes" / "genes.properties"
    keys = {"db.pre.process": "pre", "b.db.post.process": "post", "db.remove.process": "rm"}
    lines = "".join(
        f"{key}={meta}\n{meta}={meta}p\n{meta}p.name=n\n{meta}p.exe=tell.sh\n{meta}p.args={meta}\n"
        for key, meta in keys.items()
    )
    text = file.read_text().partition("BLOCKS=")[0]
    file.write_text(f"{text}BLOCKS=b\nmail.admin=me@e.org\nkeep.old.version=0\n{lines}")
    update_bank(container, "genes")
    remote = programs.parent / "remote"
    (remote / "rel_7").rename(remote / "rel_8")
    (remote / "x.fa").write_text(">x\nACGTT\n")
    update_bank(container, "genes")
    always = {
        "dbname": "genes",
        "datadir": str(home / "banks"),
        "dirversion": "genes",
        "processdir": str(programs),
        "PATH_PROCESS_BIOMAJ": str(programs),
        "mailadmin": "me@e.org",
        "noextract": "",
        "organism": "hg38",
        **dict.fromkeys(("PP_DEPENDENCE", "PP_DEPENDENCE_VOLATILE", "PP_WARNING"), "#"),
    }
    releases = {
        "pre": ("genes_None", "", ""),
        "post": ("genes_8", "8", "8"),
        "rm": ("genes_7", "7", "7"),
    }
    for name, (local, remote_release, removed) in releases.items():
        found = _environment(programs / f"{name}.env")
        assert {key: found.get(key) for key in always} == always
        assert found["localrelease"] == local
        assert (found["remoterelease"], found["removedrelease"]) == (remote_release, removed)
        assert found["PATH"].endswith(f":{programs}")
        assert Path(found["offlinedir"]).is_relative_to(bank / ".making")
        assert Path(found["logdir"]).is_dir()
        assert Path(found["logfile"]).parent == Path(found["logdir"])
        assert "hidden" not in found.values()
        assert (programs / f"{name}.pwd").read_text() == f"{programs}\n"


def _environment(file: Path) -> dict[str, str]:
    pairs = (line.partition("=") for line in file.read_text().splitlines())
    return {name: value for name, _, value in pairs}


def test_words_of_a_process_without_a_shell_know_the_variables_too(
    bank: Path, programs: Path, container: QuickContainer, home: Path
) -> None:
    file = home / "recipes" / "genes.properties"
    said = (
        "BLOCKS=B\nB.db.post.process=M\nM=p\np.name=p\np.expand=false\np.exe=cp\n"
        "p.args=${data.dir}/${dirversion}/${localrelease}/flat/x.fa ${logdir}/copy\n"
    )
    file.write_text(file.read_text().partition("BLOCKS=")[0] + said)
    update_bank(container, "genes")
    (copy,) = (container.settings.logs / "banks" / "genes").glob("*/copy")
    assert copy.read_bytes() == (bank / "genes_7" / "flat" / "x.fa").read_bytes()
