"""
The demonstration: the main job from a remote databank to a dot plot, every answer checked.

It runs as ``make demo`` runs it, in a process of its own; the demonstration itself fails when an
answer differs from what it knows to be true, so here it is enough that it ends well.
"""

import subprocess
import sys
from pathlib import Path

import pytest

from thoroughness import thorough

ROOT = Path(__file__).parent.parent.parent


def demonstrate(output: Path, *options: str) -> str:
    """What the demonstration prints."""
    done = subprocess.run(
        [sys.executable, "-m", "demo", "--output", str(output), *options],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


@pytest.mark.timeout(300)
def test_the_made_up_databank_is_mirrored_kept_and_compared(tmp_path: Path) -> None:
    told = demonstrate(tmp_path / "output")
    assert "facts hold" in told
    plot = tmp_path / "output" / "home" / "plots" / "demonstration"
    assert {"plot.html", "plot.png", "plot.svg"} <= {file.name for file in plot.iterdir()}


@thorough
@pytest.mark.timeout(300)
def test_the_yeasts_are_mirrored_kept_and_compared(tmp_path: Path, real_data: Path) -> None:
    told = demonstrate(tmp_path / "output", "--data", str(real_data / "yeast"))
    assert "facts hold" in told


def test_a_demonstration_whose_answers_differ_fails_loudly(tmp_path: Path) -> None:
    """The checking itself is checked: a fact that does not hold must not pass."""
    program = (
        "import sys\n"
        "from demo import __main__ as demonstration\n"
        "from demo.terminal import Terminal\n"
        "demonstration.tell = lambda _, folder: Terminal(folder).check('1 is 2', 1, 2)\n"
        "sys.exit(demonstration.main(['--output', sys.argv[1]]))\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", program, str(tmp_path / "output")],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 1
    assert "The demonstration failed. 1 is 2: expected 2, found 1" in done.stdout
