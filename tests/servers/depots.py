"""Real servers on which a store's files can be put: an rsync daemon, and S3 as moto serves it."""

import os
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
def rsync_daemon(folder: Path) -> Iterator[str]:
    """An rsync daemon that anybody may read and write; the URL of its module on `folder`."""
    with TemporaryDirectory() as state:
        port = free_port()
        file = Path(state, "rsyncd.conf")
        text = RSYNC.format(port=port, state=state, folder=folder, uid=os.getuid(), gid=os.getgid())
        file.write_text(text, encoding="utf-8")
        command = [program("rsync"), "--daemon", "--no-detach", f"--config={file}"]
        with running(command, port, Path(state, "log"), "UTC"):
            yield f"rsync://127.0.0.1:{port}/stores/"


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
