"""
The manual's examples run: each ``console`` block is typed, each ``python`` block executed.

This is about ``docs/`` and the README; the tests' own fixtures are in ``tests/conftest.py``. A
page is one session in one fresh home folder. In a ``console`` block, lines that begin with ``$``
are commands, here-documents among them; each line shown below a command must be among the lines it
really prints (``…`` stands for whatever may be there, and blanks are folded).
"""

import os
import re
import subprocess
import sys
from collections.abc import Iterator
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any

from sybil import Example, Sybil
from sybil.parsers.markdown import CodeBlockParser, PythonCodeBlockParser


class ConsoleParser(CodeBlockParser):
    """Runs the commands of a ``console`` block and compares what they print."""

    language = "console"

    def evaluate(self, example: Example) -> str | None:
        for command, expected in commands_of(str(example.parsed)):
            problem = run(command, expected, example.namespace)
            if problem:
                return problem
        return None


#: Programs that only those who start them can import: Alembic's environment, and the process that
#: loads the batch system's own library.
collect_ignore = [
    "src/holdfast/jobs/ledger/migrations/env.py",
    "src/holdfast/jobs/executors/drmaa/session.py",
]


def commands_of(block: str) -> Iterator[tuple[str, list[str]]]:
    """Each command of a console block, with the lines shown as its output."""
    for part in re.split(r"(?m)^\$ ", block)[1:]:
        command, _, shown = part.partition("\n")
        document = re.search(r"<<\W?(\w+)", command)
        if document:
            text, end, shown = shown.partition(f"\n{document[1]}\n")
            command += f"\n{text}{end}"
        yield command, [line.rstrip() for line in shown.splitlines() if line.strip()]


def run(command: str, expected: list[str], namespace: dict[str, Any]) -> str | None:
    """What is wrong with `command`, run as its reader would run it; None when nothing is."""
    done = subprocess.run(
        ["/bin/bash", "-c", command],
        cwd=namespace["folder"],
        env=namespace["environment"],
        capture_output=True,
        text=True,
        timeout=100,
        check=False,
    )
    printed = (done.stdout + done.stderr).splitlines()
    missing = [line for line in expected if not shown_in(line, printed)]
    if done.returncode and not expected:
        return f"$ {command}\nended with exit code {done.returncode}:\n{done.stderr}"
    if missing:
        return f"$ {command}\ndid not print:\n{missing[0]}\nbut:\n" + "\n".join(printed)
    return None


def shown_in(line: str, printed: list[str]) -> bool:
    """Whether `line` was printed; ``…`` stands for anything, and blanks are folded."""
    literal = re.sub(r"([\[\]?*])", r"[\1]", " ".join(line.split()))
    pattern = re.sub(" ?… ?", "*", literal)
    return any(fnmatchcase(" ".join(each.split()), pattern) for each in printed)


def setup(namespace: dict[str, Any]) -> None:
    """A fresh folder and home for a page."""
    import tempfile  # noqa: PLC0415 - only where a page is run

    folder = tempfile.TemporaryDirectory(prefix="manual-")
    environment = {
        name: value for name, value in os.environ.items() if not name.startswith("HOLDFAST_")
    }
    environment["HOLDFAST_HOME"] = f"{folder.name}/home"
    environment["PATH"] = f"{Path(sys.executable).parent}:{environment['PATH']}"
    environment["COLUMNS"] = "200"
    environment["HOLDFAST_PRIVATE_NETWORKS"] = "127.0.0.0/8"  # the examples' servers are here
    namespace.update(temporary=folder, folder=folder.name, environment=environment)


def teardown(namespace: dict[str, Any]) -> None:
    """Remove the page's folder."""
    namespace["temporary"].cleanup()


pytest_collect_file = Sybil(
    parsers=[ConsoleParser(), PythonCodeBlockParser(doctest_optionflags=0)],
    patterns=["docs/*.md", "docs/**/*.md", "README.md"],
    excludes=["docs/design/**"],
    setup=setup,
    teardown=teardown,
).pytest()
