"""The task ``contain`` speaks with engines as their words say; here they write these down."""

from pathlib import Path

import pytest

from holdfast.app.tasks import contain
from holdfast.banks.commands.containers import Contained, How, Shown
from holdfast.settings import Settings

PROGRAM = """#!/bin/sh
echo "$(basename "$0") $*" >> "{said}"
test "$1" = run -o "$1" = exec || exit 0
env >> "{said}"
{script}
"""


def engine(folder: Path, name: str, script: str, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A program called as an engine is; the file in which it notes what it is told."""
    said = folder / "said"
    program = folder / "bin" / name
    program.parent.mkdir(exist_ok=True)
    program.write_text(PROGRAM.format(said=said, script=script))
    program.chmod(0o755)
    monkeypatch.setenv("PATH", f"{program.parent}:/usr/bin:/bin")
    monkeypatch.setenv("HOLDFAST_CONTAINER_ENGINE", name)
    monkeypatch.setenv("HOLDFAST_CORES", "3")
    monkeypatch.setenv("dbname", "alu")
    return said


def wanted(folder: Path) -> Contained:
    shown = (Shown(folder, How.WRITE), Shown(folder / "missing"))
    return Contained("name", "image", ("do", "it"), folder, ("dbname",), shown)


@pytest.mark.parametrize(
    ("script", "code"), [("exit 0", 0), ("exit 9", 9), ("kill -9 $$", 137), ("kill -15 $$", 143)]
)
def test_the_code_is_that_of_the_command(
    home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, script: str, code: int
) -> None:
    engine(tmp_path, "docker", script, monkeypatch)
    assert contain.run(Settings.read(), wanted(tmp_path)) == code


def test_docker_holds_the_limits_and_a_container_of_this_name_goes_first(
    home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    said = engine(tmp_path, "docker", "exit 0", monkeypatch)
    contain.run(Settings.read(), wanted(tmp_path))
    first, second, *_ = said.read_text().splitlines()
    assert first == "docker rm --force name"
    assert second.startswith("docker run --rm --name name")
    assert "--cpus 3 " in second
    assert "missing" not in second.replace("--pull missing", "")  # what is not there is not shown


def test_apptainer_hands_the_variables_on(
    home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    said = engine(tmp_path, "apptainer", "exit 0", monkeypatch)
    assert contain.run(Settings.read(), wanted(tmp_path)) == 0
    lines = said.read_text().splitlines()
    assert lines[0].startswith("apptainer exec --containall")
    assert {"APPTAINERENV_dbname=alu", "APPTAINERENV_HOLDFAST_CORES=3"} <= set(lines)


def test_who_asks_the_task_to_end_ends_the_container(
    home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    script = (
        f"kill -TERM $PPID; until grep -q '^docker stop' {tmp_path}/said; do sleep 0.05; done;"
        " exit 5"
    )
    said = engine(tmp_path, "docker", script, monkeypatch)
    assert contain.run(Settings.read(), wanted(tmp_path)) == 5
    assert "docker stop --time 3 name" in said.read_text()
