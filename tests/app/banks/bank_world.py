"""
A databank on loopback that misbehaves when told to, and an executor that is quick.

The server is real, and so is everything behind the executor's border: it runs the same ``holdfast
task …`` commands, in this process instead of new ones.
"""

import gzip
import os
import subprocess
import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, redirect_stderr, redirect_stdout, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from io import StringIO
from pathlib import Path
from threading import Event
from unittest.mock import patch

from rich.console import Console

from holdfast.app.container import Container
from holdfast.cli.main import main
from holdfast.jobs.engine import Engine, Site
from holdfast.jobs.executors.interface import Ended, Executor, Native, Start
from holdfast.jobs.model import Cause, Job
from holdfast.settings import Settings
from holdfast.settings.executors import LOCAL

REMARKS = "holdfast.cli.main.remarks"  #: where errors are printed
FIRST_DAY = 1_705_320_000  #: 2024-01-15 12:00 UTC


@dataclass
class Databank:
    """A folder shown by HTTP. `faults` maps a file's name to how its next requests fail."""

    folder: Path
    url: str = ""
    sent: list[str] = field(default_factory=list)
    faults: dict[str, str] = field(default_factory=dict)
    slow: threading.Event = field(default_factory=threading.Event)  #: set: files come at once
    asked_slowly: threading.Event = field(default_factory=threading.Event)

    def publish(self, release: str, files: Mapping[str, bytes], *, day: int = 0) -> None:
        """Show `files` in the folder `release`; those that did not change keep their time."""
        for name, content in files.items():
            path = self.folder / release / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content)
            os.utime(path, (FIRST_DAY + day * 86400,) * 2)

    def take_sent(self) -> list[str]:
        """The names of the files sent since this was last asked, sorted."""
        sent, self.sent[:] = sorted(self.sent), []
        return sent


class Pages(SimpleHTTPRequestHandler):
    """Python's own pages, with faults."""

    def __init__(self, *words: object, bank: Databank, **named: object) -> None:
        self.bank = bank
        super().__init__(*words, directory=str(bank.folder), **named)  # type: ignore[arg-type]  # passed on as they came

    def do_GET(self) -> None:
        """Answer, or fail as told."""
        name = self.path.rpartition("/")[2]
        fault = self.bank.faults.get(name)
        if fault == "500":
            self.send_error(500)
        elif fault == "vanish":
            self.close_connection = True
            self.connection.close()
        elif fault == "short":
            self._short()
        elif fault == "hostile":
            self._hostile()
        else:
            if fault == "slow":
                self.bank.asked_slowly.set()
                self.bank.slow.wait(20)
            if fault == "swap":  # it becomes another file between the listing and the transfer
                self.bank.faults.pop(name)
                Path(self.translate_path(self.path)).write_bytes(b">swapped\nACGTACGTACGT\n")
            with suppress(ConnectionError):
                if fault == "garbled":  # once, on its way: as long as it should be
                    self.bank.faults.pop(name)
                    self._garbled()
                else:
                    super().do_GET()
            if name:
                self.bank.sent.append(name)

    def _short(self) -> None:
        self.send_response(200)
        self.send_header("Content-Length", "100000")
        self.end_headers()
        self.wfile.write(b"only this")
        self.close_connection = True

    def _garbled(self) -> None:
        content = bytearray(Path(self.translate_path(self.path)).read_bytes())
        content[len(content) // 2] ^= 0xFF
        self.send_response(200)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def _hostile(self) -> None:
        names = ("../../out", "%2e%2e/out", "a%2f..%2f..%2fout", "%00", "/etc/passwd", "a%0ab")
        links = "".join(f'<a href="{name}">{name}</a>\n' for name in (*names, "good.fa"))
        page = f"<html><title>Index of /</title><pre>{links}</pre></html>".encode()
        self.send_response(200)
        self.send_header("Content-Type", "text/html")
        self.send_header("Content-Length", str(len(page)))
        self.end_headers()
        self.wfile.write(page)

    def log_message(self, *_: object) -> None:
        """Say nothing."""


@contextmanager
def served(folder: Path) -> Iterator[Databank]:
    """A databank in `folder`, shown while the block lasts."""
    folder.mkdir(parents=True, exist_ok=True)
    bank = Databank(folder)
    server = ThreadingHTTPServer(("127.0.0.1", 0), partial(Pages, bank=bank))
    server.daemon_threads = True
    bank.url = f"http://127.0.0.1:{server.server_address[1]}/"
    thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
    thread.start()
    try:
        yield bank
    finally:
        bank.slow.set()
        server.shutdown()
        server.server_close()
        thread.join()


TALKING = threading.Lock()


class QuickExecutor(Executor):
    """Runs ``holdfast task`` commands in this process, other commands as they are."""

    def __init__(self, name: str = LOCAL, bell: Event | None = None) -> None:
        super().__init__(name, bell or Event())
        self._ended: list[Ended] = []
        self.started: list[str] = []

    def problem(self, job: Job) -> str | None:
        """None: all can run here."""
        return None

    def reach(self) -> None:
        """It is here."""

    def start(self, start: Start) -> Native:
        """Run the job to its end."""
        self.started.append(start.job.name)
        words = start.job.command
        code = self._task(start, words[3:]) if "holdfast" in words else self._command(start)
        reason = f"exit code {code}: {start.log.read_text().strip()[-300:]}" if code else ""
        cause = Cause.EXIT if code else Cause.WELL
        self._ended.append(Ended(start.ticket, cause, reason, datetime.now(UTC), code))
        self.bell.set()
        return {}

    def _task(self, start: Start, words: Sequence[str]) -> int:
        said = StringIO()
        console = Console(file=said, soft_wrap=True, highlight=False)
        # What is said goes through the whole process's streams: one task at a time.
        with TALKING, redirect_stderr(said), redirect_stdout(said), patch(REMARKS, console):
            code = main(words)
        start.log.write_text(said.getvalue())
        return code

    def _command(self, start: Start) -> int:
        environment = {"PATH": os.environ["PATH"], **start.job.environment}
        with start.log.open("ab") as log, (start.job.stdout or start.log).open("ab") as out:
            out.truncate(0)
            return subprocess.run(
                start.job.command,
                cwd=start.job.directory,
                env=environment,
                stdout=out,
                stderr=log,
                check=False,
            ).returncode

    def collect(self) -> Sequence[Ended]:
        """What ended."""
        ended, self._ended = self._ended, []
        return ended

    def stop(self, ticket: str) -> bool:
        """All has ended."""
        return any(ended.ticket == ticket for ended in self._ended)

    def adopt(self, start: Start, native: Native | None) -> bool:
        """Nothing is ever left."""
        return False

    def close(self) -> None:
        """Nothing is held."""


class QuickContainer(Container):
    """A container whose engine starts no processes."""

    def __init__(self, settings: Settings) -> None:
        super().__init__(settings)
        self.executor = QuickExecutor()
        self.__dict__["engine"] = Engine(self.ledger, quick_site(self.executor), settings.logs)


def quick_site(executor: QuickExecutor) -> Site:
    """A site that has only `executor`."""
    return Site.of_one(lambda _, bell: _with_bell(executor, bell), 2)


def _with_bell(executor: QuickExecutor, bell: Event) -> QuickExecutor:
    executor.bell = bell
    return executor


def packed(content: bytes) -> bytes:
    """`content` as gzip makes it, the same bytes every time."""
    return gzip.compress(content, mtime=0)


def contents(folder: Path) -> dict[str, bytes]:
    """All files below `folder`."""
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }
