"""
Steps run in real containers, by podman.

The machine that tests run on may be a container itself, without control groups of its own and
without the right to raise limits: a podman on PATH that is a small script of ours makes up for it.
The image is one program, busybox.
"""

import shutil
import subprocess
import tarfile
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from holdfast.app.banks.updating.update import update_bank
from holdfast.app.container import Container
from holdfast.banks.releases.metadata import Made, read_made
from holdfast.errors import UpdateFailed
from holdfast.settings import Settings
from thoroughness import thorough

pytestmark = [pytest.mark.service("podman", "busybox"), pytest.mark.xdist_group("podman")]

IMAGE = "localhost/holdfast-test"
PROGRAMS = ("sh", "cat", "env", "id", "ls", "sleep", "touch")
PODMAN = """#!/bin/sh
export CONTAINERS_CONF={folder}/containers.conf CONTAINERS_STORAGE_CONF={folder}/storage.conf
test "$(id -u)" = 0 || exec {podman} "$@"
exec unshare --mount sh -c '
    umount -R /sys/fs/cgroup && mount -t cgroup2 none /sys/fs/cgroup
    exec "$0" "$@"' {podman} "$@"
"""
CONTAINERS = """[containers]
cgroups = "disabled"
default_ulimits = ["nofile=1024:1024", "nproc=1024:1024"]
[engine]
cgroup_manager = "cgroupfs"
events_logger = "file"
"""
STORAGE = """[storage]
driver = "vfs"
graphroot = "{folder}/graph"
runroot = "{folder}/run"
"""
STEP = """
[[steps]]
name = "{name}"
command = ["sh", "-c", '''{script}''']
container = "{image}"
"""


@pytest.fixture(scope="module")
def podman(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a podman that has the image and nothing else."""
    folder = tmp_path_factory.mktemp("podman")
    real = shutil.which("podman")
    busybox = shutil.which("busybox")
    assert real is not None
    assert busybox is not None
    (folder / "containers.conf").write_text(CONTAINERS)
    (folder / "storage.conf").write_text(STORAGE.format(folder=folder))
    program = folder / "bin" / "podman"
    program.parent.mkdir()
    program.write_text(PODMAN.format(folder=folder, podman=real).replace("", ""))
    program.chmod(0o755)
    image = folder / "image.tar"
    with tarfile.open(image, "w") as tar:
        tar.add(busybox, "bin/busybox")
        for name in PROGRAMS:
            link = tarfile.TarInfo(f"bin/{name}")
            link.type, link.linkname = tarfile.SYMTYPE, "busybox"
            tar.addfile(link)
    subprocess.run([program, "import", "-q", image, IMAGE], check=True, capture_output=True)
    return program.parent


@pytest.fixture
def container(home: Path, podman: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Container]:
    """A container of the application, not of podman: its steps start real processes."""
    monkeypatch.setenv("PATH", f"{podman}:/usr/bin:/bin:/usr/sbin:/sbin")
    monkeypatch.setenv("HOLDFAST_CONTAINER_ENGINE", "podman")
    with Container(Settings.read()) as made:
        yield made


def written(home: Path, tmp_path: Path, **scripts: str) -> Path:
    """A bank with steps in containers; its folder."""
    remote = tmp_path / "remote"
    remote.mkdir(exist_ok=True)
    (remote / "x.fa").write_text(">x\nACGT\n")
    (home / "recipes").mkdir(exist_ok=True)
    steps = "".join(
        STEP.format(name=name, script=script, image=IMAGE) for name, script in scripts.items()
    )
    (home / "recipes" / "genes.toml").write_text(
        f'name = "genes"\n[remote]\nurl = "file://{remote}/"\n{steps}'
    )
    return home / "banks" / "genes"


def test_a_step_in_a_container_writes_its_release_and_nothing_else(
    home: Path, tmp_path: Path, container: Container
) -> None:
    script = """
        set -e
        cat "$datadir/$dirversion/$localrelease/flat/x.fa" > copy
        id -u > user; env > env; ls /sys/class/net > net
        ls -A "$datadir/$dirversion/.making" > making
        ! touch "$datadir/$dirversion/mine" 2> refused
        ! touch "$datadir/$dirversion/$localrelease/flat/x.fa" 2>> refused
        echo "##BIOMAJ#fasta###tell/copy"
    """
    bank = written(home, tmp_path, tell=script)
    report = update_bank(container, "genes")
    release = bank / f"genes_{report.release}"
    made = release / "tell"
    assert (made / "copy").read_text() == ">x\nACGT\n"
    assert int((made / "user").read_text()) == (made / "copy").stat().st_uid
    assert (made / "net").read_text().split() == ["lo"]  # no network but its own
    assert (made / "making").read_text() == ""  # there may be passwords in it
    assert (made / "refused").read_text().count("Read-only file system") == 2
    assert not (bank / "mine").exists()
    found = (made / "env").read_text()
    assert "dbname=genes\n" in found
    assert f"HOLDFAST_HOME={home}" not in found
    assert read_made(release) == (Made("fasta", (), {}, ("tell/copy",), "tell"),)


@thorough
def test_the_exit_code_of_a_container_is_true(
    home: Path, tmp_path: Path, container: Container
) -> None:
    written(home, tmp_path, fail="echo it is broken >&2; exit 7")
    with pytest.raises(UpdateFailed, match="fail failed: it is broken"):
        update_bank(container, "genes")
    (run,) = container.ledger.runs("bank:genes", limit=1)
    assert container.ledger.outcomes(run.run)["fail"].exit_code == 7


@thorough
def test_a_container_ends_with_its_job_and_the_next_start_finds_no_trace_of_it(
    home: Path, tmp_path: Path, container: Container, podman: Path
) -> None:
    bank = written(home, tmp_path, rest="touch begun; sleep 86399")
    recipe = home / "recipes" / "genes.toml"
    recipe.write_text(recipe.read_text() + "time = 12\n")
    with pytest.raises(UpdateFailed, match="rest failed"):
        update_bank(container, "genes")
    assert list(bank.glob("genes_*/rest/begun"))
    assert not asleep()
    recipe.write_text(recipe.read_text().replace("sleep 86399", "true").replace("time = 12\n", ""))
    update_bank(container, "genes")
    shown = subprocess.run(
        [podman / "podman", "ps", "-aq"], check=True, capture_output=True, text=True
    )
    assert shown.stdout == ""


def asleep() -> bool:
    """Whether a container's process is still there, after a moment for it to go."""
    for _ in range(20):
        words = [each.read_bytes() for each in Path("/proc").glob("[0-9]*/cmdline") if _there(each)]
        if not any(b"86399" in word for word in words):
            return False
        time.sleep(0.1)
    return True


def _there(file: Path) -> bool:
    try:
        file.read_bytes()
    except OSError:
        return False
    return True
