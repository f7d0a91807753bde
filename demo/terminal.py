"""
Types the commands of the story and holds their answers against what is known to be true.

A command is shown as a person would type it and run as that: the ``holdfast`` of this Python, in a
process of its own. Where a fact is checked, a line says which; a fact that does not hold ends the
story at once.
"""

import json
import os
import shlex
import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from rich.console import Console

console = Console(highlight=False, soft_wrap=True)


class NotAsItShould(Exception):
    """A command failed, or an answer differs from what is known to be true."""


class Terminal:
    """A person's terminal, with its home folder and its working directory."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.checked = 0
        self._environment = {
            name: value for name, value in os.environ.items() if not name.startswith("HOLDFAST_")
        } | {
            "HOLDFAST_HOME": str(folder / "home"),
            "HOLDFAST_PRIVATE_NETWORKS": "127.0.0.0/8",  # the databanks shown are on this machine
            "COLUMNS": "100",
        }

    def type(self, command: str) -> str:
        """Show `command` (``holdfast …``) and what it prints; return that.

        Raises
        ------
        NotAsItShould
            It ended with another exit code than 0.
        """
        console.print(f"\n[bold green]$[/] [bold]{command}[/]", markup=True)
        started = time.perf_counter()
        done = self._run(shlex.split(command))
        shown = done.stdout.rstrip()
        if shown:
            console.print(shown, markup=False)
        console.print(f"[dim]({time.perf_counter() - started:.1f} s)[/]")
        return done.stdout

    def ask(self, command: str) -> Any:
        """What ``command --json`` answers, without showing it: for the checks."""
        return json.loads(self._run([*shlex.split(command), "--json"]).stdout)

    def check(self, fact: str, found: object, expected: object) -> None:
        """Say that `fact` holds, or fail.

        Raises
        ------
        NotAsItShould
            `found` is not `expected`.
        """
        if found != expected:
            raise NotAsItShould(f"{fact}: expected {_short(expected)}, found {_short(found)}")
        self.checked += 1
        console.print(f"  [green]✓[/] {fact}")

    def _run(self, words: Sequence[str]) -> "subprocess.CompletedProcess[str]":
        assert words[0] == "holdfast"
        done = subprocess.run(
            [sys.executable, "-m", *words],
            cwd=self.folder,
            env=self._environment,
            capture_output=True,
            text=True,
            check=False,
        )
        if done.returncode:
            raise NotAsItShould(
                f"{shlex.join(words)} ended with exit code {done.returncode}:\n"
                f"{done.stdout}{done.stderr}"
            )
        return done


def chapter(title: str, sentence: str) -> None:
    """Begin a part of the story."""
    console.print()
    console.rule(f"[bold]{title}", align="left", style="cyan")
    console.print(sentence)


def _short(value: object) -> str:
    text = repr(value)
    return text if len(text) < 200 else f"{text[:200]}…"
