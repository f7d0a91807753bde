"""A bank is updated with its steps on a real Slurm, also when the update is killed meanwhile."""

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest

from services.slurm import Slurm, slurm_service  # noqa: F401 - the fixture `slurm`

pytestmark = [
    pytest.mark.service("slurmctld", "slurmd", "munged"),
    pytest.mark.xdist_group("slurm"),
]

SETTINGS = """
[executors.cluster]
kind = "slurm"
poll = 0.3

[executors.cluster.labels.process]
queue = "long"

[[placements]]
label = "process"
executor = "cluster"
"""
RECIPE = """
name = "toy"

[remote]
url = "file://{folder}"

[release]
from = "folder"

[[steps]]
name = "count"
command = ["sh", "-c", '''
  echo begin >> {folder}/begun
  while test -e {folder}/wait; do sleep 0.1; done
  wc -c {{flat}}/genome.fa > count
''']
"""


class Toy:
    """A home with a bank whose one step runs on the cluster."""

    def __init__(self, home: Path, slurm: Slurm) -> None:
        self.folder = home.parent / "databank"
        (self.folder / "2024-01-15").mkdir(parents=True)
        (self.folder / "2024-01-15" / "genome.fa").write_text(">a\nACGT\n")
        home.mkdir(exist_ok=True)
        (home / "holdfast.toml").write_text(SETTINGS)
        recipe = home.parent / "toy.toml"
        recipe.write_text(RECIPE.format(folder=self.folder))
        self.environment = {**slurm.environment, "HOLDFAST_HOME": str(home)}
        self.home = home
        self.ask("bank", "add", str(recipe))

    def start(self, *words: str) -> "subprocess.Popen[str]":
        return subprocess.Popen(
            [sys.executable, "-m", "holdfast", *words],
            stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=self.environment,
        )  # fmt: skip

    def ask(self, *words: str) -> Any:
        process = self.start(*words, "--json")
        out, errors = process.communicate(timeout=60)
        assert process.returncode == 0, errors
        return json.loads(out)

    def count(self) -> str:
        return (self.home / "banks" / "toy" / "current" / "count" / "count").read_text()


@pytest.fixture
def toy(tmp_path: Path, slurm: Slurm) -> Toy:
    return Toy(tmp_path / "home", slurm)


def jobs_of(toy: Toy) -> dict[str, dict[str, Any]]:
    return {job["name"]: job for job in toy.ask("job", "show", "1")["jobs"]}


def test_a_step_runs_where_the_settings_say(toy: Toy, slurm: Slurm) -> None:
    toy.ask("bank", "update", "toy")
    jobs = jobs_of(toy)
    assert toy.count().split()[0] == "8"
    assert jobs["fetch"]["executor"] == "local"
    assert jobs["count"]["executor"] == "cluster"
    assert jobs["count"]["host"] == slurm.host


def test_a_killed_update_finds_its_job_on_the_cluster_again(toy: Toy) -> None:
    (toy.folder / "wait").touch()
    update = toy.start("bank", "update", "toy")
    deadline = time.monotonic() + 60
    while not (toy.folder / "begun").exists():
        assert update.poll() is None
        assert time.monotonic() < deadline
        time.sleep(0.1)
    os.kill(update.pid, signal.SIGKILL)
    update.communicate()
    again = toy.start("bank", "update", "toy", "--json")
    time.sleep(1)
    (toy.folder / "wait").unlink()
    out, errors = again.communicate(timeout=60)
    assert again.returncode == 0, errors
    assert json.loads(out)
    assert (toy.folder / "begun").read_text() == "begin\n"
    assert toy.count().split()[0] == "8"
    assert jobs_of(toy)["count"]["attempt"] == 1
