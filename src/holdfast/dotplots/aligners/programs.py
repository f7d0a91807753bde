"""
Programs of tools: asked for their version, and run to their end.

A program runs in a process group of its own, which ends with the work, however that ends; and the
program is killed if we are. What it says goes into a log, whose last line is told as progress.
"""

import ctypes
import os
import re
import signal
import subprocess
from collections.abc import Callable, Sequence
from contextlib import suppress
from pathlib import Path
from tempfile import TemporaryDirectory

from holdfast.errors import AlignmentFailed

LOOK_SECONDS = 0.5  #: between two looks at a running program
PATIENCE = 20.0  #: seconds; a program that says nothing until then has no version
LAST_WORDS = 500  #: characters of what it said last that an error tells
UNKNOWN = "unknown"  #: the version of a program that does not tell one

Tell = Callable[[str], object]

_DOTTED = re.compile(r"\d+(?:\.\d+)+[A-Za-z0-9.+-]*")
_PLAIN = re.compile(r"\b\d+\b")
_PR_SET_PDEATHSIG = 1  # of <linux/prctl.h>
_libc = ctypes.CDLL(None)


def version_of(program: str, words: Sequence[str]) -> str:
    """The version that `program` tells when called with `words`; UNKNOWN if it tells none."""
    try:
        with TemporaryDirectory() as folder:  # for what it may leave behind
            done = subprocess.run(
                (program, *words),
                cwd=folder,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
                timeout=PATIENCE,
                check=False,  # some tell their version with a failure
            )
    except (OSError, subprocess.TimeoutExpired):
        return UNKNOWN
    return version_in(done.stdout[: 1 << 16].decode(errors="replace"))


def version_in(said: str) -> str:
    """The first version in what a program said: a number with a dot, or else a number.

    >>> version_in("blastn: 2.12.0+\\n Package: blast 2.12.0"), version_in("lastal 1447")
    ('2.12.0+', '1447')
    """
    found = _DOTTED.search(said) or _PLAIN.search(said)
    return found[0] if found else UNKNOWN


def run(words: Sequence[str], folder: Path, *, out: Path | None, log: Path, tell: Tell) -> None:
    """Run a command in `folder` to its end; its standard output goes to `out`, or to the log.

    Raises
    ------
    AlignmentFailed
        It cannot be started, or failed; the message holds its last words.
    """
    with log.open("ab") as said, out.open("wb") if out else log.open("ab") as written:
        try:
            process = subprocess.Popen(
                words,
                stdin=subprocess.DEVNULL,
                stdout=written,
                stderr=said,
                cwd=folder,
                env={**os.environ, "LC_ALL": "C"},
                process_group=0,
                preexec_fn=_die_with_parent,  # noqa: PLW1509 - it only calls the kernel
            )
        except (OSError, ValueError) as error:
            why = error.strerror if isinstance(error, OSError) else str(error)
            raise AlignmentFailed(f"{_called(words)} cannot be started: {why}") from error
        try:
            code = _watch(process, log, tell)
        finally:
            with suppress(ProcessLookupError):  # also what it started and left behind
                os.killpg(process.pid, signal.SIGKILL)
            process.wait()
    if code:
        raise AlignmentFailed(_failure(words, code, log))


def last_words(log: Path) -> str:
    """What programs said last, on one line."""
    with log.open("rb") as file:
        file.seek(max(0, log.stat().st_size - 4 * LAST_WORDS))
        said = file.read().decode(errors="replace")
    lines = [line.strip() for line in re.split(r"[\r\n]+", said) if line.strip()]
    printable = "".join(letter if letter.isprintable() else " " for letter in " / ".join(lines))
    return printable[-LAST_WORDS:]


def _watch(process: "subprocess.Popen[bytes]", log: Path, tell: Tell) -> int:
    told = -1
    while True:
        with suppress(subprocess.TimeoutExpired):
            return process.wait(LOOK_SECONDS)
        size = log.stat().st_size
        if size != told:
            told = size
            tell(last_words(log).rpartition(" / ")[2])


def _die_with_parent() -> None:
    _libc.prctl(_PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)


def _called(words: Sequence[str]) -> str:
    return Path(words[0]).name


def _failure(words: Sequence[str], code: int, log: Path) -> str:
    said = last_words(log)
    if code > 0:
        how = f"with exit code {code}"
    else:
        how = f"by signal {-code}"
        said = said or "was there too little memory?"
    return f"{_called(words)} ended {how}: {said or 'it said nothing'}"
