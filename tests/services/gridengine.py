"""
A real Grid Engine on this machine: sge_qmaster and sge_execd, with a root and ports of their own.

The one host has eight slots in the queue ``all.q`` and in ``long.q``, a parallel environment
``smp``, and 4000 MB of ``mem_free``, which jobs use up, as many sites have it. The scheduler looks
every second. Debian's packages bring the programs; what their set-up leaves undone is not touched.
"""

import os
import shutil
import socket
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from servers.served import free_port

PROGRAMS = Path("/usr/lib/gridengine")
RESOURCES = Path("/usr/share/gridengine/util/resources")
CONFIGURATION = Path("/usr/share/gridengine/default-configuration")
SLOTS, MEMORY = 8, 4000 * 1024**2
PATIENCE = 30.0  #: seconds after which Grid Engine should have answered

BOOTSTRAP = """
admin_user none
default_domain none
ignore_fqdn true
spooling_method classic
spooling_lib libspoolc
spooling_params {common};{master}
binary_path {programs}
qmaster_spool_dir {master}
security_mode none
listener_threads 2
worker_threads 2
scheduler_threads 1
"""
HOST = """
hostname {host}
load_scaling NONE
complex_values mem_free={memory}
user_lists NONE
xuser_lists NONE
projects NONE
xprojects NONE
usage_scaling NONE
report_variables NONE
"""
#: What is different from Grid Engine's own defaults.
CLUSTER = {"min_uid": "0", "min_gid": "0", "load_report_time": "00:00:01"}
SCHEDULER = {
    "schedule_interval": "0:0:1",
    "flush_submit_sec": "1",
    "flush_finish_sec": "1",
    "job_load_adjustments": "NONE",
}
MEMORY_KIND = {"consumable": "YES"}


class GridEngine:
    """A Grid Engine at work in `folder`. Its programs find it by `environment`."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.host = socket.gethostname()
        self._common = folder / "default" / "common"
        self._master = folder / "master"
        self.environment = {
            "SGE_ROOT": str(folder),
            "SGE_CELL": "default",
            "SGE_QMASTER_PORT": str(free_port()),
            "SGE_EXECD_PORT": str(free_port()),
            "SGE_ND": "1",  # the daemons stay in the foreground, so they are ours to end
            "LD_LIBRARY_PATH": str(PROGRAMS),
        }
        self._daemons: dict[str, subprocess.Popen[bytes]] = {}

    def start(self) -> None:
        """Set up a cell, start both daemons, and wait until jobs can run."""
        self._lay_out()
        self._spool()
        self.start_master()
        self._configure()
        self._run("sge_execd")
        ready = f"0/0/{SLOTS} "
        self.wait_until(lambda: ready in self.ask("qstat", "-f", "-q", "all.q"), "sge_execd")
        # Before the host has told its load the first time, no job suits it.
        self.wait_until(lambda: " - " not in self._last_line("qhost"), "the load of the host")

    def start_master(self) -> None:
        """Start sge_qmaster, and wait until it answers."""
        self._run("sge_qmaster")
        self.wait_until(lambda: self.do("qconf", "-sh") == 0, "sge_qmaster")

    def kill_master(self) -> None:
        """Kill sge_qmaster, as a host that fails does; what it has written is still there."""
        self._end("sge_qmaster")

    def end(self) -> None:
        """End all jobs and both daemons."""
        if "sge_qmaster" in self._daemons:
            self.do("qdel", "-u", "*")
            deadline = time.monotonic() + 5  # what it does not end, nobody will
            while self.ask("qstat", "-u", "*") and time.monotonic() < deadline:
                time.sleep(0.1)
        for name in reversed(list(self._daemons)):
            self._end(name)

    def ask(self, *command: str) -> str:
        """What a command of Grid Engine prints; nothing if it fails."""
        return subprocess.run(
            [str(PROGRAMS / command[0]), *command[1:]],
            env={**os.environ, **self.environment},
            check=False,
            capture_output=True,
            text=True,
            timeout=20,
        ).stdout

    def do(self, *command: str) -> int:
        """Run a command of Grid Engine; its exit code."""
        return subprocess.run(
            [str(PROGRAMS / command[0]), *command[1:]],
            env={**os.environ, **self.environment},
            check=False,
            capture_output=True,
            timeout=20,
        ).returncode

    def wait_until(self, is_so: Callable[[], bool], what: str) -> None:
        """Wait until something is so; fail with the words of the daemons if it does not come."""
        deadline = time.monotonic() + PATIENCE
        while not is_so():
            assert time.monotonic() < deadline, f"waited in vain for {what}: {self._messages()}"
            time.sleep(0.1)

    # -- setting up --------------------------------------------------------------------------------

    def _lay_out(self) -> None:
        for folder in (self._common, self._master / "job_scripts", self.folder / "execd"):
            folder.mkdir(parents=True)
        for name in ("bin", "lib", "utilbin"):
            (self.folder / name).symlink_to(f"/var/lib/gridengine/{name}")
        (self.folder / "util").symlink_to("/usr/share/gridengine/util")
        bootstrap = BOOTSTRAP.format(
            common=self._common, master=self._master, programs=PROGRAMS
        ).lstrip()
        (self._common / "bootstrap").write_text(bootstrap, encoding="ascii")
        (self._common / "act_qmaster").write_text(f"{self.host}\n", encoding="ascii")
        # The host's name may be one of several of 127.0.0.1: all of them mean it.
        names = {self.host, "localhost", *socket.gethostbyaddr("127.0.0.1")[1]}
        aliases = " ".join([self.host, *sorted(names - {self.host})])
        (self._common / "host_aliases").write_text(f"{aliases}\n", encoding="ascii")

    def _spool(self) -> None:
        """Write the first state of the master, with the tools made for that."""
        shutil.copytree(RESOURCES / "centry", self.folder / "centry")
        _change(self.folder / "centry" / "mem_free", MEMORY_KIND)
        cluster = self.folder / "cluster"
        shutil.copyfile(CONFIGURATION, cluster)
        _change(cluster, {**CLUSTER, "execd_spool_dir": str(self.folder / "execd")})
        spool = f"{self._common};{self._master}"
        self._set_up("spoolinit", "classic", "libspoolc", spool, "init")
        self._set_up("spooldefaults.bin", "configuration", str(cluster))
        self._set_up("spooldefaults.bin", "complexes", str(self.folder / "centry"))
        self._set_up("spooldefaults.bin", "usersets", str(RESOURCES / "usersets"))
        self._set_up("spooldefaults.bin", "managers", "root")

    def _configure(self) -> None:
        """Tell the master of its host, queues and scheduler."""
        host = HOST.format(host=self.host, memory=MEMORY).lstrip()
        self._tell("-Ae", host)
        self._set_up("qconf", "-as", self.host)
        self._set_up("qconf", "-Ap", str(RESOURCES / "pe" / "smp"))
        for name in ("all.q", "long.q"):
            changes = {"qname": name, "hostlist": self.host, "slots": str(SLOTS), "pe_list": "smp"}
            changes |= {"load_thresholds": "NONE"}
            self._tell("-Aq", _changed(self.ask("qconf", "-sq"), changes))
        self._tell("-Msconf", _changed(self.ask("qconf", "-ssconf"), SCHEDULER))

    def _tell(self, option: str, text: str) -> None:
        file = self.folder / "told"
        file.write_text(text, encoding="ascii")
        self._set_up("qconf", option, str(file))

    def _set_up(self, *command: str) -> None:
        done = subprocess.run(
            [str(PROGRAMS / command[0]), *command[1:]],
            env={**os.environ, **self.environment},
            check=False,
            capture_output=True,
            text=True,
            timeout=20,
        )
        assert done.returncode == 0, f"{command}: {done.stdout}{done.stderr}"

    # -- daemons -----------------------------------------------------------------------------------

    def _run(self, name: str) -> None:
        # Should the tests be killed, their death ends the daemons too.
        command = ["setpriv", "--pdeathsig", "KILL", str(PROGRAMS / name)]
        with (self.folder / f"{name}.said").open("ab") as said:
            self._daemons[name] = subprocess.Popen(
                command,
                env={**os.environ, **self.environment},
                stdin=subprocess.DEVNULL,
                stdout=said,
                stderr=said,
            )

    def _end(self, name: str) -> None:
        daemon = self._daemons.pop(name)
        daemon.kill()
        daemon.wait()

    def _last_line(self, *command: str) -> str:
        lines = self.ask(*command).splitlines()
        return lines[-1] if lines else " - "

    def _messages(self) -> str:
        files = [*self.folder.glob("*.said"), *self.folder.rglob("messages")]
        return "\n".join(file.read_text(errors="replace")[-800:] for file in files)


def _changed(text: str, changes: dict[str, str]) -> str:
    """`text`, a table of names and values, with some values changed."""
    lines = [line for line in text.splitlines() if line.split()[:1] != []]
    return "".join(
        f"{name} {changes[name]}\n" if (name := line.split()[0]) in changes else f"{line}\n"
        for line in lines
    )


def _change(file: Path, changes: dict[str, str]) -> None:
    file.write_text(_changed(file.read_text(encoding="ascii"), changes), encoding="ascii")


@contextmanager
def running_grid_engine() -> Iterator[GridEngine]:
    """A Grid Engine within the block."""
    with TemporaryDirectory(prefix="sge-", ignore_cleanup_errors=True) as folder:
        grid_engine = GridEngine(Path(folder))
        try:
            grid_engine.start()
            yield grid_engine
        finally:
            grid_engine.end()


@pytest.fixture(scope="session", name="grid_engine")
def shared_grid_engine() -> Iterator[GridEngine]:
    """One Grid Engine for all tests of a session that ask for it."""
    with running_grid_engine() as grid_engine:
        yield grid_engine
