"""``holdfast seq shell``: a program piped in, and the prompt of a terminal."""

import os
import pty
import subprocess
import sys
import time
from pathlib import Path

import pytest

from holdfast.cli.main import main

HOLDFAST = [sys.executable, "-m", "holdfast", "seq", "shell"]


@pytest.fixture
def loaded(tmp_path: Path) -> None:
    """A store with one sequence, and a snapshot from before it had a second."""
    for name, residues in (("first", "ACGTTGCA"), ("second", "GGGG")):
        file = tmp_path / f"{name}.fa"
        file.write_text(f">{name}\n{residues}\n")
        assert main(["seq", "load", str(file), "--namespace", "lab"]) == 0
        assert main(["seq", "snapshot", "create", f"with-{name}"]) == 0


def run(program: str, *options: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [*HOLDFAST, *options], input=program, capture_output=True, text=True, check=False
    )


@pytest.mark.usefixtures("loaded")
def test_a_program_that_is_piped_in_runs_with_the_store() -> None:
    done = run(
        "for record in store.collections():\n"
        "    print(record.name, record.sequences)\n"
        "print(store['lab:first'][2:5], np.int64(3), Alias.parse('a:b'))\n"
    )
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout == "first.fa 1\nsecond.fa 1\nGTT 3 a:b\n"


@pytest.mark.usefixtures("loaded")
def test_the_store_may_be_that_of_a_snapshot() -> None:
    done = run("print('lab:first' in store, 'lab:second' in store)", "--at", "with-first")
    assert done.stdout == "True False\n"


@pytest.mark.usefixtures("loaded")
def test_what_the_store_refuses_is_a_sentence_and_other_errors_are_pythons() -> None:
    done = run("store.fetch('lab:nobody')")
    assert done.returncode == 1
    assert done.stderr.startswith("holdfast: ")
    assert "lab:nobody" in done.stderr
    done = run("print(1)\nprint(1 / 0)")
    assert done.returncode == 1
    assert done.stdout == "1\n"
    assert 'File "<standard input>", line 2' in done.stderr
    assert "ZeroDivisionError" in done.stderr


def test_without_a_store_there_is_no_shell() -> None:
    done = run("print(store)")
    assert done.returncode == 1
    assert "holdfast seq init" in done.stderr
    assert done.stdout == ""


@pytest.mark.usefixtures("loaded")
@pytest.mark.parametrize("ipython", [True, False])
def test_a_terminal_gets_a_prompt_and_a_welcome(ipython: bool, tmp_path: Path) -> None:
    if not ipython:
        (tmp_path / "IPython.py").write_text("raise ImportError\n")
    environment = os.environ | {"PYTHONPATH": str(tmp_path), "TERM": "dumb", "HOME": str(tmp_path)}
    terminal, inside = pty.openpty()
    with subprocess.Popen(
        HOLDFAST, stdin=inside, stdout=inside, stderr=inside, env=environment
    ) as process:
        os.close(inside)
        shown = read_until(terminal, b"control-D")
        os.write(terminal, b"print(store['lab:first'][::-1])\n")
        shown += read_until(terminal, b"ACGTTGCA")
        os.write(terminal, b"exit()\n")
        read_until(terminal, b"\0 nothing more")
        assert process.wait(20) == 0
    os.close(terminal)
    assert b"2 sequences" in shown


def read_until(terminal: int, wanted: bytes) -> bytes:
    """What a terminal shows until `wanted` is there, or it closes."""
    shown, end = b"", time.monotonic() + 30
    while wanted not in shown and time.monotonic() < end:
        try:
            part = os.read(terminal, 4096)
        except OSError:  # the program at the other end is gone
            break
        shown += part
    return shown
