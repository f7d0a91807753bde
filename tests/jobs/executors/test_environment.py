"""A job finds little in its environment, and the same everywhere."""

import json
from dataclasses import replace
from pathlib import Path

from holdfast.jobs.executors.environment import environment_of
from holdfast.jobs.executors.exchange import write_spec
from holdfast.jobs.model import Job
from holdfast.testing.executors import a_start


def test_a_job_finds_a_small_clean_environment(tmp_path: Path) -> None:
    inherited = {"PATH": "/bin", "HOME": "/home/ada", "SECRET": "x", "HOLDFAST_HOME": "/data"}
    start = a_start(tmp_path, ("env",))
    job = Job("odd name", ("env",), environment={"LANG": "C", "HOLDFAST_RUN": "9"}, cores=3)
    start = replace(start, job=job)
    assert environment_of(start, inherited) == {
        "PATH": "/bin",
        "HOME": "/home/ada",
        "LANG": "C",
        "HOLDFAST_HOME": "/data",
        "HOLDFAST_PROGRESS": str(start.progress),
        "HOLDFAST_TICKET": start.ticket,
        "HOLDFAST_RUN": "1",
        "HOLDFAST_JOB": "odd name",
        "HOLDFAST_CORES": "3",
    }


def test_a_job_within_a_job_carries_both_tickets(tmp_path: Path) -> None:
    start = a_start(tmp_path, ("env",))
    environment = environment_of(start, {"HOLDFAST_TICKET": "outer"})
    assert environment["HOLDFAST_TICKET"].split() == ["outer", start.ticket]


def test_only_a_transfer_knows_its_proxies_and_who_it_is_in_clouds(tmp_path: Path) -> None:
    inherited = {"AWS_SECRET_ACCESS_KEY": "x", "https_proxy": "http://p:1", "AWSOME": "y"}
    start = a_start(tmp_path, ("env",))
    transfer = replace(start, job=replace(start.job, label="transfer"))
    found = environment_of(transfer, inherited)
    assert found["AWS_SECRET_ACCESS_KEY"] == "x"
    assert found["https_proxy"] == "http://p:1"
    assert not found.keys() & {"AWSOME"}
    assert not environment_of(start, inherited).keys() & inherited.keys()
    written = write_spec(transfer, limits=False, environment=inherited)
    assert inherited.keys().isdisjoint(json.loads(written.read_bytes())["environment"])
