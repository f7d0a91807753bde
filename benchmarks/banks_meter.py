"""
The meter of :mod:`benchmarks.banks_ground`: runs a command and writes down what it used.

    python -I -S banks_meter.py ANSWER COMMAND …

Processes that the command leaves behind come to this one, which waits for them, so that their work
and memory count too. It is a program of its own, and small, because the kernel counts the memory of
the process a command was forked from as the command's.
"""

import ctypes
import json
import os
import subprocess
import sys
import time
from pathlib import Path

SUBREAPER = 36  #: PR_SET_CHILD_SUBREAPER


def main(answer: str, *command: str) -> int:
    """Run `command`, and write wall and processor seconds and the peak of bytes to `answer`."""
    ctypes.CDLL(None).prctl(SUBREAPER, 1, 0, 0, 0)
    begun = time.perf_counter()
    process = subprocess.Popen(command)
    _, status, used = os.wait4(process.pid, 0)
    seconds = time.perf_counter() - begun
    processor, peak = used.ru_utime + used.ru_stime, used.ru_maxrss
    while True:
        try:
            _, _, used = os.wait4(-1, 0)
        except ChildProcessError:
            break
        processor += used.ru_utime + used.ru_stime
        peak = max(peak, used.ru_maxrss)
    found = {"seconds": seconds, "processor": processor, "memory": peak * 1024}
    Path(answer).write_text(json.dumps(found), encoding="utf-8")
    return os.waitstatus_to_exitcode(status)


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
