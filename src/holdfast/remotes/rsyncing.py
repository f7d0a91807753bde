"""
The rsync program: lists of words in, names through its standard input, and what it says.

No shell sees anything here; rsync itself cuts the command for ssh at blanks, so none of its words
has any. A daemon's password goes through a file that only we can read. What rsync complains of
becomes a fault; a passing one is tried again.
"""

import os
import re
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from random import random
from urllib.parse import quote, unquote, urlsplit

from holdfast.errors import FileChanged, HoldfastError, UsageError
from holdfast.remotes import faults
from holdfast.remotes.access import Credentials, Rule, parted, server_of
from holdfast.remotes.connection import NewHosts
from holdfast.remotes.faults import Absent, Changed, Fault, Forbidden, Lasting, Passing
from holdfast.remotes.interface import TransferPolicy
from holdfast.remotes.reach import refusal

LOOK_SECONDS = 0.1
LINE_SECONDS = 30  #: after which an SSH connection that nobody uses ends by itself
SLACK = 1 << 20  #: bytes a growing file may be ahead of its size before rsync is stopped
SAID = 1 << 16  #: bytes of rsync's complaints that are read
PARTIAL = 23  #: some files were not transferred; the others were
PASSING = frozenset({5, 10, 12, 24, 30, 35, 255})  #: network, protocol, time; 255 is ssh's
ABSENT = ("No such file or directory", "Unknown module")
FORBIDDEN = ("auth failed", "Permission denied", "access denied", "Host key verification failed")
_PLAIN = re.compile(r"[A-Za-z0-9_./~+@%:=-]+")


@dataclass(frozen=True, slots=True)
class Errand:
    """What rsync is asked to do."""

    words: tuple[str, ...]
    names: tuple[str, ...]  #: of files and folders below the root
    target: str = "."
    limits: dict[Path, int] = field(default_factory=dict)  #: bytes that files may come to have
    look: Callable[[], None] = lambda: None  #: called now and then
    held: tuple[int, ...] = ()  #: descriptors that stay open as long as any part of rsync lives
    lenient: bool = False  #: whether names that are not there are no fault


class Rsync:
    """rsync, for the folder at `url`."""

    def __init__(self, url: str, policy: TransferPolicy) -> None:
        place, self._given = parted(url)
        place = place.partition("#")[0].partition("?")[0]
        self.root = place if place.endswith("/") else f"{place}/"
        self.policy = policy
        self._server = server_of(self.root.replace("rsync+ssh:", "sftp:"))
        self._host = urlsplit(self.root).hostname or ""
        self._line = ""  #: the socket of the SSH connection that several errands share
        if self._host.startswith("-") or self._given.user.startswith("-"):
            raise UsageError(f"{self.root}: no host or user begins with a hyphen")

    @contextmanager
    def one_login(self) -> Iterator[None]:
        """Within the block SSH logs in once, for all errands. Should we be killed, it logs out."""
        if not self.root.startswith("rsync+ssh"):
            yield
            return
        with tempfile.TemporaryDirectory(prefix="holdfast-") as folder:
            self._line = f"{folder}/line"
            try:
                yield
            finally:
                leave = [*self._ssh().split(" "), "-O", "exit", "--", self._host]
                with suppress(OSError, subprocess.TimeoutExpired):
                    subprocess.run(leave, check=False, capture_output=True, timeout=10)
                self._line = ""

    def run(self, errand: Errand, url: str, failed: type[HoldfastError]) -> bytes:
        """Have the errand done, or trying again be in vain; what rsync printed.

        Raises
        ------
        HoldfastError
            `failed`, or FileChanged, with a sentence about `url`.
        """
        tried = 0
        while True:
            tried += 1
            try:
                return self._once(errand)
            except Fault as fault:
                if tried < faults.attempts(fault, self.policy.retries):
                    time.sleep(faults.pause(tried, self.policy.backoff, 0, random()))  # noqa: S311 - no secret
                    continue
                kind = FileChanged if isinstance(fault, Changed) else failed
                where = fault.url if isinstance(fault, _Named) else url
                raise kind(faults.sentence(where, fault, tried)) from fault

    def _once(self, errand: Errand) -> bytes:
        def look() -> None:
            _refuse_overgrown(errand.limits)
            errand.look()

        with ExitStack() as stack:
            words = [*self._program(stack), *errand.words, "--files-from=-", "--"]
            run = _Run([*words, self._source(), errand.target], errand.names, errand.held)
            run.wait(look, self.policy.listing_limit)
        if run.code == 0 or (errand.lenient and run.code == PARTIAL):
            return run.told
        raise self._fault(run)

    def _fault(self, run: "_Run") -> Fault:
        """What rsync complains of, as a fault."""
        lines = [line for line in run.said.splitlines() if line.strip()]
        quoted = next((line for line in lines if "rsync error" not in line), "".join(lines[:1]))
        said = f"rsync ended with {run.code} ({quoted[:300]})"
        if any(word in run.said for word in FORBIDDEN):
            return Forbidden(said, "check user, password and key, and that the host's key is known")
        if any(word in run.said for word in ABSENT):
            missing = re.search(r'link_stat "/?([^"]*)"', run.said)
            url = self.root + quote(missing[1]) if missing else self.root
            return _Named(url, said, "list the remote again to see what it has now")
        if run.code in PASSING:
            return Passing(said, "check that the remote can be reached, and try again later")
        return Lasting(said, "check the URL")

    def _credentials(self) -> Credentials:
        return self.policy.access.credentials(self._server, self._given)

    def _source(self) -> str:
        """What rsync calls the root."""
        parts, user = urlsplit(self.root), self._credentials().user
        path = unquote(parts.path)
        if parts.scheme == "rsync":
            return f"rsync://{quote(user)}{'@' * bool(user)}{parts.netloc}{path}"
        host = f"[{self._host}]" if ":" in self._host else self._host
        return f"{user}{'@' * bool(user)}{host}:{path}"

    def _program(self, stack: ExitStack) -> list[str]:
        """rsync with the words that are the same for all errands. Raises Lasting."""
        program = shutil.which("rsync")
        if program is None:
            raise UsageError(f"{self.root} needs the program rsync, which is not installed")
        refused = self.policy.access.reach.first_refused(self._host)
        if refused:
            raise Lasting(*refusal(self._host, refused))
        rule = self.policy.access.rule(self._server)
        rate = min([rate for rate in (rule.rate, self.policy.rate) if rate], default=0)
        words = [program, "--no-motd", "--8-bit-output", "--no-human-readable", "--from0"]
        words.append(f"--timeout={max(1, round(self.policy.timeout))}")
        words += [f"--bwlimit={max(1, rate // 1024)}"] if rate else []
        if self.root.startswith("rsync+ssh"):
            return [*words, "-e", self._ssh()]
        words.append(f"--contimeout={max(1, round(self.policy.connect_timeout))}")
        return [*words, *self._password(stack)]

    def _password(self, stack: ExitStack) -> list[str]:
        """The word that says where the daemon's password is, if there is one."""
        password = self._credentials().password
        if not password:
            return []
        file = stack.enter_context(  # the stack closes it
            tempfile.NamedTemporaryFile(prefix="holdfast-")  # noqa: SIM115 - entered just here
        )
        file.write(f"{password}\n".encode())
        file.flush()
        return [f"--password-file={file.name}"]

    def _ssh(self) -> str:
        """The command that gets there. rsync cuts it at blanks, so there can be none in it."""
        rule = self.policy.access.rule(self._server)
        words = ["ssh", "-p", self._server.rpartition(":")[2], "-o", "BatchMode=yes"]
        words += ["-o", f"ConnectTimeout={max(1, round(self.policy.connect_timeout))}"]
        words += ["-o", f"StrictHostKeyChecking={_strictness(rule)}"]
        words += ["-i", rule.key, "-o", "IdentitiesOnly=yes"] if rule.key else []
        words += ["-o", f"UserKnownHostsFile={rule.known_hosts}"] if rule.known_hosts else []
        if self._line:
            words += ["-o", "ControlMaster=auto", "-o", f"ControlPath={self._line}"]
            words += ["-o", f"ControlPersist={LINE_SECONDS}"]
        odd = next((word for word in words if not _PLAIN.fullmatch(word)), None)
        if odd is not None:
            raise UsageError(f"{odd!r}: rsync takes no such characters in a file's name for ssh")
        return " ".join(words)


def _strictness(rule: Rule) -> str:
    """How SSH is told what to do with keys it does not know. It adds all that it takes."""
    if rule.insecure:
        return "no"
    return "yes" if rule.new_hosts is NewHosts.REJECT else "accept-new"


class _Named(Absent):
    """There is nothing at `url`."""

    def __init__(self, url: str, reason: str, advice: str) -> None:
        super().__init__(reason, advice)
        self.url = url


class _Run:
    """One run of rsync: its words in a list, what it says in files."""

    def __init__(self, words: Sequence[str], names: Iterable[str], held: tuple[int, ...]) -> None:
        self._words, self._held = words, held
        self._names = "".join(f"{name}\0" for name in names).encode()
        self.code, self.said, self.told = 0, "", b""

    def wait(self, look: Callable[[], None], limit: int) -> None:
        """Run it to its end, and call `look` now and then; if that raises, or
        rsync prints more than `limit` bytes, it is stopped."""
        with (
            tempfile.TemporaryFile() as names,
            tempfile.TemporaryFile() as told,
            tempfile.TemporaryFile() as said,
        ):
            names.write(self._names)
            names.seek(0)
            environment = {**os.environ, "LC_ALL": "C", "TZ": "UTC"}
            process = subprocess.Popen(
                self._words,
                stdin=names,
                stdout=told,
                stderr=said,
                env=environment,
                pass_fds=self._held,
                start_new_session=True,  # rsync is several processes: they are stopped together
            )
            try:
                self.code = self._watch(process, told.fileno(), look, limit)
            finally:
                if process.poll() is None:
                    os.killpg(process.pid, signal.SIGKILL)
                    process.wait()
            self.told = os.pread(told.fileno(), limit, 0)
            self.said = os.pread(said.fileno(), SAID, 0).decode(errors="replace")
        look()

    def _watch(
        self, process: "subprocess.Popen[bytes]", told: int, look: Callable[[], None], limit: int
    ) -> int:
        while True:
            with suppress(subprocess.TimeoutExpired):
                return process.wait(LOOK_SECONDS)
            if os.fstat(told).st_size > limit:
                raise Lasting(
                    f"the listing has more than {limit} bytes",
                    "raise the setting listing_limit if that is right",
                )
            look()


def size_of(path: Path) -> int:
    """How many bytes of the file at `path` are there; 0 when it is not."""
    try:
        return path.lstat().st_size
    except OSError:
        return 0


def _refuse_overgrown(limits: dict[Path, int]) -> None:
    """Stop a file that has become larger than it can be: it may have no end. Raises Changed."""
    for path, limit in limits.items():
        if size_of(path) > limit + SLACK:
            path.unlink(missing_ok=True)
            raise Changed(
                f"the file changed: {path.name} has more than {limit} bytes", "list again"
            )
