"""
Where the files of one run are: its jobs' logs and their progress files.

::

    <logs>/<run>/<job>.log        what the job said; a job started again appends
    <logs>/<run>/<job>.progress   how far the job says it is; begins anew with each start
"""

import os
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from urllib.parse import quote

NAME_LIMIT = 150  #: bytes of a job's name in a file name; file systems allow 255 in all
LAST_WORDS = 300  #: characters of a log's last line that are quoted, unless asked for more
TAIL = 16384  #: bytes of a log in which that line is looked for


@dataclass(frozen=True, slots=True)
class RunFolder:
    """The folder of one run."""

    path: Path

    @classmethod
    def of(cls, logs: Path, run: int) -> "RunFolder":
        """The folder of `run` below the folder of all logs."""
        return cls(logs.absolute() / str(run))

    def log(self, job: str) -> Path:
        """The log file of a job."""
        return self.path / f"{file_name(job)}.log"

    def progress(self, job: str) -> Path:
        """The progress file of a job."""
        return self.path / f"{file_name(job)}.progress"


def file_name(job: str) -> str:
    """A job's name as the name of a file: any name becomes one, and no two the same.

    >>> file_name("unpack genome.fa.gz"), file_name("../x"), file_name("fetch")
    ('unpack%20genome.fa.gz', '%2E.%2Fx', 'fetch')
    """
    quoted = quote(job, safe="")
    if quoted.startswith("."):
        quoted = "%2E" + quoted[1:]
    if len(quoted) <= NAME_LIMIT:
        return quoted
    return f"{quoted[:NAME_LIMIT]}-{sha256(job.encode()).hexdigest()[:32]}"


def last_words(log: Path, offset: int = 0, most: int = LAST_WORDS) -> str:
    """The last line that says something in `log` after `offset` bytes, fit for one sentence."""
    try:
        with log.open("rb") as file:
            end = file.seek(0, os.SEEK_END)
            file.seek(max(offset, end - TAIL))
            lines = file.read(TAIL).decode(errors="replace").splitlines()
    except OSError:
        return ""
    printable = ("".join(letter for letter in line if letter.isprintable()) for line in lines)
    spoken = [line.strip() for line in printable if line.strip()]
    return spoken[-1][-most:] if spoken else ""
