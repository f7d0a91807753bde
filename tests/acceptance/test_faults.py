"""
What a faulty remote and a sudden death get, through the command line.

A remote that fails is asked again, then there is one clear sentence and exit code 1, and what is
published stays; when the remote is well again, the next update goes on. After ``kill -9`` at any
moment the checks are clean, and the next command ends with what an undisturbed one gives.
"""

import json
import os
import random
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, field, replace
from datetime import timedelta
from functools import cached_property
from pathlib import Path
from typing import Any, ClassVar

import pytest

from app.banks.bank_world import QuickExecutor, contents, packed, quick_site
from holdfast.app.container import Container
from holdfast.cli.main import main
from holdfast.jobs.engine import Engine
from servers.scripted import (
    NOON,
    CutAfter,
    Document,
    Fault,
    Handler,
    ScriptedServer,
    StallAfter,
    Status,
    Vanish,
)
from servers.served import FTPHandler, ftp_server, python_server
from thoroughness import sampled, thorough

ONE = {"a.fa.gz": packed(b">a\nACGT\n"), "b.fa": b">b\nGGTTA\n"}
TWO = {"a.fa.gz": packed(b">a\nACGTT\n"), "c.fa": b">c\nGGCC\n", "b.fa": b">b\nGGTTA\n"}
UNPACKED = {"a.fa": b">a\nACGTT\n", "b.fa": b">b\nGGTTA\n", "c.fa": b">c\nGGCC\n"}
FAULTY = "a.fa.gz"
RECIPE = """
name = "x"
[remote]
url = "{url}"
[release]
from = "folder"
[[steps]]
name = "unpack"
use = "unpack"
[[steps]]
name = "load"
use = "load"
"""
RETRIES = 2


# -- remotes that fail as they are told ------------------------------------------------------------


@dataclass(frozen=True)
class KeepsChanging(Fault):
    """The file is another one each time it is asked for."""

    def answer(self, handler: Handler, document: Document | None) -> None:
        assert document is not None
        assert document.modified is not None
        later = replace(document, modified=document.modified + timedelta(hours=1))
        handler.server.documents[handler.plain_path()] = later
        handler.serve(later)


class HttpBank:
    """A databank behind HTTP."""

    def __init__(self, server: ScriptedServer) -> None:
        self.server, self.url = server, server.url

    def publish(self, release: str, files: dict[str, bytes]) -> None:
        """Show `files` as `release`."""
        for name, content in files.items():
            self.server.documents[f"/{release}/{name}"] = Document(content)

    def fail(self, fault: str) -> None:
        """Fail so from now on."""
        path = f"/2/{FAULTY}"
        match fault.partition(" "):
            case "listing", _, "500":
                self.server.forever["/"] = Status(500)
            case "listing", _, "vanishes":
                self.server.forever["/2/"] = Vanish()
            case _:
                kinds: dict[str, Fault] = {
                    "500": Status(500),
                    "vanishes": Vanish(),
                    "ends early": CutAfter(10),
                    "stalls": StallAfter(1, 10),
                    "changes": KeepsChanging(),
                }
                self.server.script(path, [kinds[fault]] * 50)

    def heal(self) -> None:
        """Be well again."""
        self.server.forever.clear()
        self.server.scripts.clear()

    def tries(self, fault: str) -> int:
        """How often the faulty thing was asked for."""
        path = {"listing 500": "/", "listing vanishes": "/2/"}.get(fault, f"/2/{FAULTY}")
        return len(self.server.asked("GET", path))


class FaultyFtp(FTPHandler):
    """Fails as `fault` says; `asked` counts what the faults are about."""

    use_sendfile = False
    fault: ClassVar[list[str]] = []
    asked: ClassVar[list[str]] = []

    def ftp_RETR(self, file: str) -> Any:  # noqa: N802 - as pyftpdlib has it
        if not self.fault or not file.endswith(FAULTY):
            return super().ftp_RETR(file)
        self.asked.append(file)
        match self.fault[0]:
            case "451":
                return self.respond("451 Not now.")
            case "vanishes":
                return self.close()
            case "ends early":
                return self._end_early(file)
            case _:
                return super().ftp_RETR(file)

    def ftp_MDTM(self, path: str) -> Any:  # noqa: N802 - as pyftpdlib has it
        if self.fault == ["changes"] and path.endswith(FAULTY):
            later = NOON.timestamp() + 3600 * (1 + len(self.asked))
            os.utime(path, (later, later))
        return super().ftp_MDTM(path)

    def _end_early(self, file: str) -> None:
        """Send the first bytes, and say that this was all."""
        self.push_dtp_data(Path(file).read_bytes()[:10], isproducer=False, cmd="RETR")

    def ftp_MLSD(self, path: str) -> Any:  # noqa: N802 - as pyftpdlib has it
        return self._listing(path) or super().ftp_MLSD(path)

    def ftp_LIST(self, path: str) -> Any:  # noqa: N802 - as pyftpdlib has it
        return self._listing(path) or super().ftp_LIST(path)

    def _listing(self, path: str) -> bool:
        if self.fault and self.fault[0].startswith("listing"):
            self.asked.append(path)
            if self.fault[0] == "listing 451":
                self.respond("451 Not now.")
            else:
                self.close()
            return True
        return False


class FtpBank:
    """A databank behind FTP."""

    def __init__(self, url: str, folder: Path) -> None:
        self.url, self.folder = url, folder

    def publish(self, release: str, files: dict[str, bytes]) -> None:
        """Show `files` as `release`."""
        for name, content in files.items():
            path = self.folder / release / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content)
            os.utime(path, (NOON.timestamp(),) * 2)

    def fail(self, fault: str) -> None:
        """Fail so from now on."""
        FaultyFtp.asked.clear()
        FaultyFtp.fault[:] = [fault]

    def heal(self) -> None:
        """Be well again."""
        FaultyFtp.fault.clear()

    def tries(self, _fault: str) -> int:
        """How often the faulty thing was asked for."""
        return len(FaultyFtp.asked)


@contextmanager
def databank(scheme: str, folder: Path) -> Iterator[HttpBank | FtpBank]:
    """A databank on loopback."""
    folder.mkdir()
    with ExitStack() as stack:
        if scheme == "http":
            yield HttpBank(stack.enter_context(ScriptedServer()))
        else:
            FaultyFtp.fault.clear()
            yield FtpBank(stack.enter_context(ftp_server(folder, FaultyFtp)), folder)


# -- the command line ------------------------------------------------------------------------------


@dataclass(frozen=True)
class Shell:
    """The command line in this process, and what it says."""

    home: Path
    shown: pytest.CaptureFixture[str]

    def ask(self, *words: str) -> Any:
        """What a command that must go well answers as JSON."""
        self.shown.readouterr()
        assert main([*words, "--json"]) == 0, self.shown.readouterr().err
        return json.loads(self.shown.readouterr().out)

    def refused(self, *words: str) -> str:
        """The one sentence of a command that must fail."""
        self.shown.readouterr()
        assert main(list(words)) == 1
        said = self.shown.readouterr()
        assert said.out == ""
        assert said.err.startswith("holdfast: ")
        assert said.err.count("\n") == 1
        return said.err

    def assert_sound(self) -> None:
        """Bank and store are as they should be."""
        for check in self.ask("bank", "check", "--deep"):
            assert check["problems"] == []
        if (self.home / "store").exists():
            assert self.ask("seq", "check")["problems"] == []

    def current(self) -> str:
        """The folder of the published release."""
        return str((self.home / "banks" / "x" / "current").readlink())


@pytest.fixture
def shell(home: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Shell:
    monkeypatch.setenv("HOLDFAST_RETRIES", str(RETRIES))
    monkeypatch.setenv("HOLDFAST_BACKOFF", "0.02")
    monkeypatch.setenv("HOLDFAST_TIMEOUT", "1")
    return Shell(home, capsys)


@pytest.fixture
def _quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """Jobs run in this process: the same tasks, without a second's start for each."""

    def engine(container: Container) -> Engine:
        return Engine(container.ledger, quick_site(QuickExecutor()), container.settings.logs)

    quick = cached_property(engine)
    quick.__set_name__(Container, "engine")
    monkeypatch.setattr(Container, "engine", quick)


def add(shell: Shell, url: str, folder: Path) -> None:
    recipe = folder / "x.toml"
    recipe.write_text(RECIPE.format(url=url))
    shell.ask("bank", "add", str(recipe))


@pytest.mark.usefixtures("_quick")
@pytest.mark.parametrize(
    ("scheme", "fault", "words", "tries"),
    [
        ("http", "500", "answered 500 Internal Server Error, tried 3 times", 3),
        ("http", "vanishes", "tried 3 times", 3),
        ("http", "ends early", "tried 3 times", 3),
        ("http", "stalls", "tried 3 times", 3),
        ("http", "changes", "the file changed", 2),
        ("http", "listing 500", "answered 500 Internal Server Error, tried 3 times", 3),
        ("http", "listing vanishes", "tried 3 times", 3),
        ("ftp", "451", "answered 451, tried 3 times", 3),
        ("ftp", "vanishes", "tried 3 times", 3),
        ("ftp", "ends early", "tried 3 times", 3),
        ("ftp", "changes", "the file changed", 2),
        ("ftp", "listing 451", "answered 451, tried 3 times", 3),
        ("ftp", "listing vanishes", "tried 3 times", 3),
    ],
)
def test_a_fault_is_tried_again_then_told_and_the_published_release_stays(
    shell: Shell, tmp_path: Path, scheme: str, fault: str, words: str, tries: int
) -> None:
    with databank(scheme, tmp_path / "remote") as remote:
        remote.publish("1", ONE)
        add(shell, remote.url, tmp_path)
        shell.ask("bank", "update", "x")
        before = contents(shell.home / "banks" / "x" / "x_1")
        remote.publish("2", TWO)
        remote.fail(fault)
        sentence = shell.refused("bank", "update", "x")
        assert words in sentence
        assert remote.url.rstrip("/") in sentence
        assert remote.tries(fault) >= tries
        assert shell.current() == "x_1"
        assert contents(shell.home / "banks" / "x" / "x_1") == before
        shell.assert_sound()
        remote.heal()
        (report,) = shell.ask("bank", "update", "x")
        assert (report["state"], report["release"]) == ("updated", "2")
        assert shell.current() == "x_2"
        assert contents(shell.home / "banks" / "x" / "x_2" / "flat") == UNPACKED
        assert shell.ask("seq", "get", "x:a")[0]["residues"] == "ACGTT"
        shell.assert_sound()
        assert shell.ask("bank", "update", "x")[0]["state"] == "up to date"


@pytest.mark.usefixtures("_quick")
def test_a_remote_that_is_gone_altogether_is_told_by_a_real_process(
    shell: Shell, tmp_path: Path
) -> None:
    (tmp_path / "remote" / "1").mkdir(parents=True)
    (tmp_path / "remote" / "1" / "b.fa").write_bytes(ONE["b.fa"])
    with python_server(tmp_path / "remote") as url:
        add(shell, url, tmp_path)
        shell.ask("bank", "update", "x")
    done = holdfast("bank", "update", "x")
    assert (done.returncode, done.stdout) == (1, b"")
    assert done.stderr.startswith(b"holdfast: x: " + url.encode())
    assert b"tried 3 times" in done.stderr
    assert done.stderr.count(b"\n") == 1
    assert shell.current() == "x_1"
    shell.assert_sound()


# -- a full disk -----------------------------------------------------------------------------------


@pytest.mark.parametrize("blocks", [40, 400])
def test_a_load_that_finds_the_disk_full_is_told_and_leaves_the_store_as_it_was(
    shell: Shell, tmp_path: Path, blocks: int
) -> None:
    (tmp_path / "small.fa").write_text(">small\nACGT\n")
    (tmp_path / "big.fa").write_text(made_up(20_000))
    shell.ask("seq", "load", str(tmp_path / "small.fa"))
    # The kernel refuses to make a file longer than this, as a full disk does.
    command = ("sh", "-c", f'ulimit -f {blocks}; exec "$@"', "sh", *HOLDFAST, "seq", "load")
    done = subprocess.run((*command, str(tmp_path / "big.fa")), capture_output=True, check=False)
    assert (done.returncode, done.stdout) == (1, b"")
    assert done.stderr.startswith(f"holdfast: {shell.home}/store cannot be written: ".encode())
    assert done.stderr.count(b"\n") == 1
    shell.assert_sound()
    assert shell.ask("seq", "status")["sequences"] == 1
    shell.ask("seq", "load", str(tmp_path / "big.fa"))
    assert shell.ask("seq", "status")["sequences"] == 20_001


# -- sudden death ----------------------------------------------------------------------------------

HOLDFAST = (sys.executable, "-m", "holdfast")
COUNTED = ("position", "sequences", "residues", "aliases", "collections")


def holdfast(*words: str) -> "subprocess.CompletedProcess[bytes]":
    return subprocess.run((*HOLDFAST, *words), capture_output=True, timeout=60, check=False)


def begin(*words: str) -> "subprocess.Popen[bytes]":
    silence = subprocess.DEVNULL
    return subprocess.Popen(
        (*HOLDFAST, *words), stdout=silence, stderr=silence, start_new_session=True
    )


def kill_all(process: "subprocess.Popen[bytes]") -> None:
    """The engine and every job below it, as when the machine loses power."""
    for pid in (process.pid, *_below(process.pid)):
        with suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)
    process.wait()


def kill_engine(process: "subprocess.Popen[bytes]") -> None:
    """The engine only: its job goes on without it."""
    process.kill()
    process.wait()


def _below(pid: int) -> list[int]:
    try:
        words = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    except OSError:
        return []
    return [each for word in words for each in (int(word), *_below(int(word)))]


@dataclass(frozen=True)
class Trials:
    """A home to begin from, of which each trial gets a copy."""

    shell: Shell
    start: Path
    folder: Path
    enter: Callable[[Path], None]
    number: list[int] = field(default_factory=list)

    def again(self) -> Shell:
        """A shell in a fresh copy."""
        self.number.append(1)
        home = self.folder / f"trial-{len(self.number)}"
        shutil.copytree(self.start, home, symlinks=True)
        self.enter(home)
        return replace(self.shell, home=home)


@pytest.fixture
def trials(shell: Shell, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Trials:
    def enter(home: Path) -> None:
        monkeypatch.setenv("HOLDFAST_HOME", str(home))

    return Trials(shell, shell.home, tmp_path, enter)


def outcome(shell: Shell) -> dict[str, Any]:
    """What matters of bank and store: two updates that did the same give the same."""
    status = shell.ask("seq", "status")
    store = {name: status[name] for name in COUNTED}
    store["names"] = [
        (each["name"], each["digest"]) for each in shell.ask("seq", "collection", "list")
    ]
    release = shell.home / "banks" / "x" / "current"
    if not release.exists():
        return store
    document = json.loads((release / "release.json").read_bytes())
    document.pop("created")
    return {**store, "release": document, "files": (release / "files.json").read_bytes()}


def made_up(count: int) -> str:
    """So many sequences that do not compress to nothing, as FASTA."""
    chance = random.Random(1)
    return "".join(f">s{n}\n{''.join(chance.choices('ACGT', k=80))}\n" for n in range(count))


def moments(whole: float, count: int) -> list[float]:
    """Moments in seconds, one in each of `count` parts of `whole`."""
    chance = random.Random()
    return [whole * (part + chance.random()) / count for part in range(count)]


@pytest.mark.parametrize(
    ("kill", "count"), [(kill_all, sampled(4)), pytest.param(kill_engine, 3, marks=thorough)]
)
def test_an_update_killed_at_any_moment_ends_as_if_nothing_had_happened(
    trials: Trials,
    tmp_path: Path,
    kill: Callable[["subprocess.Popen[bytes]"], None],
    count: int,
) -> None:
    with databank("http", tmp_path / "remote") as remote:
        remote.publish("1", ONE)
        add(trials.shell, remote.url, tmp_path)
        trials.shell.ask("bank", "update", "x")
        remote.publish("2", TWO)
        undisturbed = trials.again()
        began = time.monotonic()
        undisturbed.ask("bank", "update", "x")
        wanted = outcome(undisturbed)
        for moment in moments(time.monotonic() - began, count):
            shell = trials.again()
            update = begin("bank", "update", "x")
            time.sleep(moment)
            kill(update)
            shell.assert_sound()
            assert shell.current() in {"x_1", "x_2"}
            (report,) = shell.ask("bank", "update", "x")
            assert report["release"] == "2", f"killed after {moment:.3f} s"
            assert outcome(shell) == wanted, f"killed after {moment:.3f} s"
            shell.assert_sound()


def test_a_load_killed_at_any_moment_ends_as_if_nothing_had_happened(
    trials: Trials, tmp_path: Path
) -> None:
    (tmp_path / "big.fa").write_text(made_up(10_000))
    (tmp_path / "small.fa").write_text(">small\nACGT\n")
    trials.shell.ask("seq", "load", str(tmp_path / "small.fa"))
    undisturbed = trials.again()
    began = time.monotonic()
    assert holdfast("seq", "load", str(tmp_path / "big.fa")).returncode == 0
    whole = time.monotonic() - began
    wanted = outcome(undisturbed)
    for moment in moments(whole, 6):
        shell = trials.again()
        load = begin("seq", "load", str(tmp_path / "big.fa"))
        time.sleep(moment)
        kill_all(load)
        shell.assert_sound()
        assert shell.ask("seq", "status")["sequences"] in {1, 10_001}
        shell.ask("seq", "load", str(tmp_path / "big.fa"))
        assert outcome(shell) == wanted, f"killed after {moment:.3f} s"
        shell.assert_sound()
