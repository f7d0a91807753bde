"""A real terminal of a given size, and what a program draws on it."""

import fcntl
import os
import pty
import re
import struct
import subprocess
import sys
import termios
from collections.abc import Callable


def on_a_terminal(
    words: list[str], columns: int, rows: int, see: Callable[[str], object] = lambda _: None
) -> tuple[int, list[list[str]]]:
    """The exit code of ``python …``, and the lines of each picture it drew over the last one.

    `see` is called with all that was written so far whenever there is more.
    """
    ours, theirs = pty.openpty()
    fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))
    environment = {**os.environ, "TERM": "xterm-256color"}
    for name in ("COLUMNS", "LINES"):  # the terminal itself says how large it is
        environment.pop(name, None)
    command = [sys.executable, *words]
    with subprocess.Popen(
        command, stdin=theirs, stdout=theirs, stderr=theirs, env=environment
    ) as process:
        os.close(theirs)
        written = b""
        while part := _read(ours):
            written += part
            see(written.decode(errors="replace"))
    os.close(ours)
    pictures = re.split(r"(?:\r?\x1b\[2K|\x1b\[1A\x1b\[2K)+", written.decode())
    plain = [re.sub(r"\x1b\[[0-9;?]*[A-Za-z]|\r", "", each).splitlines() for each in pictures]
    return process.returncode, plain


def _read(terminal: int) -> bytes:
    try:
        return os.read(terminal, 65536)
    except OSError:  # how Linux says that nobody writes there any more
        return b""
