"""
Real servers on which a store's files can be put: rsync's own and OpenSSH's, and S3 as moto has it.
"""

import getpass
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from subprocess import DEVNULL
from tempfile import TemporaryDirectory
from urllib.request import Request, urlopen

from servers.served import free_port, program, running

RSYNC = """
port = {port}
address = 127.0.0.1
use chroot = no
reverse lookup = no
pid file = {state}/pid
log file = {state}/log
lock file = {state}/lock
[stores]
  path = {folder}
  read only = no
  uid = {uid}
  gid = {gid}
"""


@contextmanager
def rsync_daemon(folder: Path, more: str = "") -> Iterator[str]:
    """An rsync daemon that anybody may read and write; the URL of its module on `folder`.

    `more` is said of the module besides.
    """
    with TemporaryDirectory() as state:
        port = free_port()
        file = Path(state, "rsyncd.conf")
        text = RSYNC.format(port=port, state=state, folder=folder, uid=os.getuid(), gid=os.getgid())
        file.write_text(text + more, encoding="utf-8")
        command = [program("rsync"), "--daemon", "--no-detach", f"--config={file}"]
        with running(command, port, Path(state, "log"), "UTC"):
            yield f"rsync://127.0.0.1:{port}/stores/"


SSHD = """
Port {port}
ListenAddress 127.0.0.1
HostKey {state}/host
AuthorizedKeysFile {state}/me.pub
StrictModes no
UsePAM no
PasswordAuthentication no
KbdInteractiveAuthentication no
PermitRootLogin prohibit-password
PidFile none
Subsystem sftp internal-sftp
"""
SSH = """
Host store.example
  HostName 127.0.0.1
  Port {port}
  User {user}
  IdentityFile {state}/me
  IdentitiesOnly yes
  UserKnownHostsFile {state}/known
  HostKeyAlias store.example
  StrictHostKeyChecking yes
  BatchMode yes
"""


@contextmanager
def ssh_server() -> Iterator[str]:
    """A host ``store.example`` of OpenSSH, with keys of its own; the command that gets there.

    It runs as whoever runs the tests, and lets nobody else in.
    """
    with TemporaryDirectory() as state:
        port = free_port()
        for key in ("host", "me"):
            words = ["-q", "-t", "ed25519", "-N", "", "-C", key, "-f", f"{state}/{key}"]
            subprocess.run([program("ssh-keygen"), *words], check=True)
        known = f"store.example {Path(state, 'host.pub').read_text(encoding='utf-8')}"
        Path(state, "known").write_text(known, encoding="utf-8")
        for name, text in (("sshd_config", SSHD), ("ssh_config", SSH)):
            filled = text.format(port=port, state=state, user=getpass.getuser())
            Path(state, name).write_text(filled, encoding="utf-8")
        if os.getuid() == 0:  # then it wants a folder that its service would make
            Path("/run/sshd").mkdir(mode=0o755, exist_ok=True)
        log = Path(state, "log")
        command = [program("sshd"), "-D", "-f", f"{state}/sshd_config", "-E", str(log)]
        with running(command, port, log, "UTC"):
            yield f"{program('ssh')} -F {state}/ssh_config"


def ssh_files(command: str) -> tuple[str, Path]:
    """Host and port of the server that :func:`ssh_server` gave `command` for, and its files.

    They are the key ``me``, and ``known_hosts`` with its own key.
    """
    folder = Path(command.rsplit(maxsplit=1)[-1]).parent
    text = (folder / "ssh_config").read_text(encoding="utf-8")
    port = text.partition("Port ")[2].split()[0]
    host = (folder / "host.pub").read_text(encoding="utf-8")
    (folder / "known_hosts").write_text(f"[127.0.0.1]:{port} {host}", encoding="utf-8")
    return f"127.0.0.1:{port}", folder


@contextmanager
def s3_server(bucket: str) -> Iterator[str]:
    """An S3 server with one empty bucket; its endpoint."""
    port = free_port()
    command = [sys.executable, "-W", "ignore", "-m", "moto.server", "-H", "127.0.0.1"]
    with (
        TemporaryDirectory() as state,
        running([*command, "-p", str(port)], port, Path(state, "none"), "UTC", DEVNULL),
    ):
        endpoint = f"http://127.0.0.1:{port}"
        urlopen(Request(f"{endpoint}/{bucket}", method="PUT"), timeout=20).close()
        yield endpoint
