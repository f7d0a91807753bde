"""Versions: what a program says it is."""

import re
import subprocess

from holdfast.banks.indexing.tool import Program

PATIENCE = 20.0  #: seconds; a program that says nothing until then has no version
_VERSION = re.compile(r"\d+(?:\.\d+)+[A-Za-z0-9.+-]*")


def version_of(program: Program) -> str:
    """The version of `program`, or nothing where it says none."""
    try:
        done = subprocess.run(
            (program.name, *program.version),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            timeout=PATIENCE,
            check=False,  # some tell their version with a failure
        )
    except (OSError, subprocess.TimeoutExpired):
        return ""
    return version_in(done.stdout.decode(errors="replace"))


def version_in(said: str) -> str:
    """The first version in what a program said.

    >>> version_in("makeblastdb: 2.12.0+\\n Package: blast 2.12.0, build Jul 1 2022")
    '2.12.0+'
    """
    found = _VERSION.search(said)
    return found[0] if found else ""
