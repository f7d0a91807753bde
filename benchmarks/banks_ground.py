"""
What the benchmarks of banks stand on: sites of files, real servers of them, and measured commands.

The servers are Debian's nginx and vsftpd on loopback, which tell how much they sent. A command is
measured with all processes it starts: wall time until it ends, processor time, and the peak memory
of the largest process (what is below 10 MB is told as that).
"""

import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from json import loads
from pathlib import Path

from benchmarks.report import Row

AT_ONCE = 8  #: transfers at once: the default of Holdfast, and what the peers are told
THEN = 1_700_000_000  #: when the files of a site were modified
LATER = THEN + 30 * 86_400
HERE = {"HOLDFAST_PRIVATE_NETWORKS": "127.0.0.1"}
METER = Path(__file__).with_name("banks_meter.py")
NGINX = """
daemon off; worker_processes 1; master_process off;
pid {state}/pid; error_log {state}/error.log;
events {{ worker_connections 512; }}
http {{
  log_format sent $bytes_sent; access_log {state}/sent sent;
  sendfile on; keepalive_requests 1000000; default_type application/octet-stream;
  client_body_temp_path {state}/1; proxy_temp_path {state}/2; fastcgi_temp_path {state}/3;
  uwsgi_temp_path {state}/4; scgi_temp_path {state}/5;
  server {{ listen 127.0.0.1:{port}; root "{root}"; autoindex on; autoindex_exact_size on; }}
}}
"""
VSFTPD = """
listen=YES
listen_address=127.0.0.1
listen_port={port}
background=NO
anonymous_enable=YES
no_anon_password=YES
local_enable=NO
anon_root={root}
secure_chroot_dir={state}/empty
seccomp_sandbox=NO
xferlog_enable=YES
xferlog_std_format=YES
xferlog_file={state}/sent
max_clients=0
max_per_ip=0
"""


@dataclass(frozen=True, slots=True)
class Use:
    """What a command used: seconds of wall and of processors, bytes of the largest process."""

    seconds: float
    processor: float
    memory: int

    def row(self, name: str, beside: "dict[str, Use] | None" = None, more: str = "") -> Row:
        """This as a figure, beside those of the peers."""
        words = [f"processor {self.processor:.2f} s, {self.memory / 1e6:.0f} MB"]
        words += [
            f"{self.seconds / peer.seconds:.2f} x {other}" for other, peer in (beside or {}).items()
        ]
        return Row(name, self.seconds, "s", "; ".join([*words, *([more] if more else [])]))


@dataclass(frozen=True, slots=True)
class Server:
    """A server of a folder; `sent` is its log."""

    url: str
    sent: Path
    field: int

    def moved(self) -> tuple[int, int]:
        """How many answers it has given so far (FTP: files sent), and how many bytes in them."""
        lines = self.sent.read_text().splitlines() if self.sent.exists() else []
        return len(lines), sum(int(line.split()[self.field]) for line in lines)


def missing(*names: str) -> list[str]:
    """Those of the programs that are not installed."""
    return [name for name in names if program(name) is None]


def program(name: str) -> str | None:
    """Where a program is."""
    return shutil.which(name, path=f"{os.environ['PATH']}:/usr/sbin")


# -- sites and servers -----------------------------------------------------------------------------


def make_site(root: Path, count: int, size: int, folders: int = 1) -> None:
    """`count` files of `size` bytes, all different, in as many `folders`; modified THEN."""
    root.mkdir(parents=True)
    for number in range(count):
        folder = root if folders == 1 else root / f"{number % folders:03}"
        folder.mkdir(exist_ok=True)
        write(folder / f"file-{number:06}.dat", size, THEN)


def write(file: Path, size: int, when: int) -> None:
    """A file of `size` bytes that do not compress."""
    block = os.urandom(min(size, 10**6))
    with file.open("wb") as opened:
        for begin in range(0, size, 10**6):
            opened.write(block[: size - begin])
    os.utime(file, (when, when))


@contextmanager
def nginx(root: Path) -> Iterator[Server]:
    """`root` over HTTP."""
    with _serving(NGINX, "nginx", "http", root, 0, "-e", "stderr", "-c") as server:
        yield server


@contextmanager
def vsftpd(root: Path) -> Iterator[Server]:
    """`root` over FTP, for anonymous users."""
    with _serving(VSFTPD, "vsftpd", "ftp", root, 7) as server:
        yield server


@contextmanager
def _serving(
    form: str, name: str, scheme: str, root: Path, field: int, *options: str
) -> Iterator[Server]:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    with tempfile.TemporaryDirectory() as state:
        configuration = Path(state, "configuration")
        text = form.format(state=state, root=root.absolute(), port=port)
        # One that is not started by root cannot become another user.
        own = "run_as_launching_user=YES\n" if scheme == "ftp" and os.getuid() else ""
        configuration.write_text(text.lstrip() + own)
        Path(state, "empty").mkdir(mode=0o755)
        Path(state).chmod(0o755)
        words = [program(name) or name, *options, str(configuration)]
        process = subprocess.Popen(words, stderr=subprocess.DEVNULL)
        try:
            _wait_for(port)
            yield Server(f"{scheme}://127.0.0.1:{port}/", Path(state, "sent"), field)
        finally:
            process.send_signal(signal.SIGTERM)
            process.wait()


def _wait_for(port: int) -> None:
    until = time.monotonic() + 10
    while True:
        try:
            socket.create_connection(("127.0.0.1", port), 1).close()
        except OSError:
            if time.monotonic() > until:
                raise
            time.sleep(0.05)
        else:
            return


# -- commands --------------------------------------------------------------------------------------


def used(words: Sequence[str], home: Path | None = None, folder: Path | None = None) -> Use:
    """Run a command, which must end well, in `folder`, for the Holdfast in `home`."""
    environment = {**os.environ, **HERE, **({"HOLDFAST_HOME": str(home)} if home else {})}
    with tempfile.TemporaryDirectory() as empty:
        answer = Path(empty, "answer")
        command = [sys.executable, "-I", "-S", str(METER), str(answer), *words]
        done = subprocess.run(
            command,
            cwd=folder,
            env={**environment, "HOME": empty},
            capture_output=True,
            check=False,
        )
        if done.returncode:
            said = (done.stdout + done.stderr).decode(errors="replace")[-2000:]
            raise SystemExit(f"{' '.join(words[:8])} ended with {done.returncode}:\n{said}")
        return Use(**loads(answer.read_text()))


def holdfast(*words: str) -> list[str]:
    """``holdfast bank …``."""
    return [sys.executable, "-m", "holdfast", "bank", *words]


def mirror_home(home: Path, url: str) -> None:
    """A Holdfast in `home` with one bank that wants all of `url`."""
    used(holdfast("add", "bank", "--url", url, "--files", "**/*.dat"), home)


def update(home: Path, *words: str) -> Use:
    """One update of that bank."""
    return used(holdfast("update", "bank", *words), home)


def lftp(url: str, folder: Path) -> Use:
    """``lftp mirror`` of all below `url` to `folder`."""
    script = f"open {url}; mirror --parallel={AT_ONCE} . {folder}"
    return used(["lftp", "-c", script])


def wget(url: str, folder: Path) -> Use:
    """``wget -r -N`` of all below `url` to `folder`: what is there and not older is left."""
    folder.mkdir(exist_ok=True)
    words = ["wget", "-q", "-r", "-N", "-l", "9", "-np", "-nH", "-A", "*.dat", "-P", str(folder)]
    return used([*words, url])


def aria2c(url: str, site: Path, folder: Path) -> Use:
    """``aria2c -j`` of the files of `site`, whose names it is told."""
    folder.mkdir(exist_ok=True)
    names = folder.with_suffix(".names")
    names.write_text("".join(f"{url}{file.relative_to(site)}\n" for file in site.rglob("*.dat")))
    words = ["aria2c", "-q", "-j", str(AT_ONCE), "-d", str(folder), "-i", str(names)]
    # With vsftpd its kept connections hang until they time out, after a minute each.
    return used([*words, "--no-conf", "--ftp-reuse-connection=false"])


# -- taking turns ----------------------------------------------------------------------------------


def best(
    work: Path, runs: int, acts: dict[str, Callable[[Path], Use]], count: int
) -> dict[str, Use]:
    """The quickest run of each act, in turns, each in a new folder; `count` files must arrive."""
    found: dict[str, list[Use]] = {name: [] for name in acts}
    for run in range(runs):
        for number, (name, act) in enumerate(acts.items()):
            folder = work / f"to-{run}-{number}"
            os.sync()
            found[name].append(act(folder))
            arrived = sum(1 for _ in folder.rglob("*.dat"))
            if arrived < count:
                raise SystemExit(f"{name} brought {arrived} files of {count}")
            shutil.rmtree(folder)
    return {name: min(uses, key=lambda use: use.seconds) for name, uses in found.items()}


def disk(folder: Path) -> int:
    """Bytes of the disk below `folder`, hard links counted once."""
    done = subprocess.run(["du", "-s", "-B1", str(folder)], capture_output=True, check=True)
    return int(done.stdout.split()[0])
