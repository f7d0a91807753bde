"""
A real Slurm on this machine: munged, slurmctld and slurmd, on loopback, with folders of its own.

The one node has four cores and 4000 MB, whatever the machine has, in two partitions: ``short`` (the
default; ten minutes at most) and ``long`` (ten hours). It is as a small site has it, but quick: the
scheduler looks every second, and a job has two seconds to end. Control groups are not used, because
few containers allow it; memory is watched by Slurm itself, which then ends what has too much.
"""

import getpass
import os
import secrets
import socket
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from servers.served import free_port, program

CORES, MEMORY = 4, 4000 * 1024**2  #: what the node is said to have
PATIENCE = 30.0  #: seconds after which Slurm should have answered

CONFIGURATION = """
ClusterName=holdfast
SlurmctldHost={host}(127.0.0.1)
SlurmctldPort={controller}
SlurmdPort={daemon}
SlurmUser={user}
SlurmdUser={user}
AuthType=auth/munge
AuthInfo=socket={folder}/munge.socket
CredType=cred/munge
StateSaveLocation={folder}/state
SlurmdSpoolDir={folder}/spool
SlurmctldPidFile={folder}/slurmctld.pid
SlurmdPidFile={folder}/slurmd.pid
SlurmctldLogFile={folder}/slurmctld.log
SlurmdLogFile={folder}/slurmd.log
SlurmdParameters=config_overrides
MpiDefault=none
ProctrackType=proctrack/linuxproc
TaskPlugin=task/none
SwitchType=switch/none
JobAcctGatherType=jobacct_gather/linux
JobAcctGatherFrequency=task=1
JobAcctGatherParams=OverMemoryKill
AccountingStorageType=accounting_storage/none
JobCompType=jobcomp/none
SchedulerType=sched/backfill
SchedulerParameters=sched_interval=1,batch_sched_delay=0,bf_interval=1
SelectType=select/cons_tres
SelectTypeParameters=CR_Core_Memory
DefMemPerCPU=200
ReturnToService=2
MinJobAge=60
KillWait=2
OverTimeLimit=0
SlurmctldTimeout=5
SlurmdTimeout=20
MessageTimeout=5
TCPTimeout=2
NodeName={host} NodeAddr=127.0.0.1 CPUs=4 RealMemory=4000 State=UNKNOWN
PartitionName=short Nodes={host} Default=YES MaxTime=10 State=UP
PartitionName=long Nodes={host} MaxTime=600 State=UP
"""


class Slurm:
    """A Slurm at work in `folder`. `environment` is what makes Slurm's commands ask this one."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.host = socket.gethostname().split(".")[0]
        self.environment = {**os.environ, "SLURM_CONF": str(folder / "slurm.conf")}
        self._daemons: dict[str, subprocess.Popen[bytes]] = {}

    def start(self) -> None:
        """Start all three daemons, and wait until the node is ready for jobs."""
        key = self.folder / "munge.key"
        key.write_bytes(secrets.token_bytes(64))
        key.chmod(0o600)
        for name in ("state", "spool"):
            (self.folder / name).mkdir()
        text = CONFIGURATION.format(
            folder=self.folder,
            host=self.host,
            user=getpass.getuser(),
            controller=free_port(),
            daemon=free_port(),
        )
        (self.folder / "slurm.conf").write_text(text, encoding="utf-8")
        self._run("munged", "--foreground", "--force", "--num-threads=2", *self._munge_files())
        self.wait_until((self.folder / "munge.socket").exists, "munged")
        self.start_controller()
        self._run("slurmd", "-D", "-N", self.host)
        self.wait_until(lambda: self.ask("sinfo", "-h", "-o", "%t").split() == ["idle"], "slurmd")

    def end(self) -> None:
        """End all jobs and all daemons."""
        if "slurmctld" in self._daemons and self.answers():
            self.do("scancel", "--signal=KILL", "--full", "-u", getpass.getuser())
            self.do("scancel", "-u", getpass.getuser())
            self.wait_until(lambda: not self.ask("squeue", "-h", "-o", "%i"), "the last job's end")
        for name in reversed(list(self._daemons)):
            self._end(name)

    def start_controller(self) -> None:
        """Start slurmctld, and wait until it answers."""
        self._run("slurmctld", "-D")
        self.wait_until(self.answers, "slurmctld")

    def end_controller(self) -> None:
        """End slurmctld, as for an update. Killed, it would forget jobs of its last seconds."""
        self._end("slurmctld")

    def break_node(self) -> None:
        """Take the node away from its jobs, as Slurm does with one that answers no more."""
        self.do("scontrol", "update", f"nodename={self.host}", "state=down", "reason=test")

    def mend_node(self) -> None:
        """Let the node have jobs again."""
        self.do("scontrol", "update", f"nodename={self.host}", "state=idle")
        self.wait_until(lambda: "idle" in self.ask("sinfo", "-h", "-o", "%t"), "the node")

    def answers(self) -> bool:
        """Whether the controller answers."""
        ping = subprocess.run(
            ["scontrol", "ping"], env=self.environment, check=False, capture_output=True, timeout=20
        )
        return ping.returncode == 0

    def ask(self, *command: str) -> str:
        """What a command of Slurm's prints."""
        return subprocess.run(
            command, env=self.environment, check=True, capture_output=True, text=True, timeout=20
        ).stdout.strip()

    def do(self, *command: str) -> None:
        """Run a command of Slurm's, which may find that there is nothing to do."""
        subprocess.run(command, env=self.environment, check=False, capture_output=True, timeout=20)

    def wait_until(self, question: Callable[[], bool], what: str) -> None:
        """Wait until `question` is answered with yes."""
        deadline = time.monotonic() + PATIENCE
        while not question():
            assert time.monotonic() < deadline, f"waited in vain for {what}: {self._last_words()}"
            time.sleep(0.05)

    def _munge_files(self) -> list[str]:
        names = {"key-file": "key", "socket": "socket", "pid-file": "pid", "log-file": "log"}
        files = [f"--{option}={self.folder}/munge.{name}" for option, name in names.items()]
        return [*files, f"--seed-file={self.folder}/munge.seed"]

    def _run(self, name: str, *words: str) -> None:
        # Should the tests be killed, their death ends the daemons too.
        command = ["setpriv", "--pdeathsig", "TERM", program(name), *words]
        with (self.folder / f"{name}.said").open("ab") as said:
            self._daemons[name] = subprocess.Popen(
                command, env=self.environment, stdin=subprocess.DEVNULL, stdout=said, stderr=said
            )

    def _end(self, name: str) -> None:
        daemon = self._daemons.pop(name)
        daemon.terminate()
        try:
            daemon.wait(timeout=10)
        except subprocess.TimeoutExpired:
            daemon.kill()
            daemon.wait()

    def _last_words(self) -> str:
        words = [file.read_text(errors="replace")[-800:] for file in self.folder.glob("*.log")]
        return "\n".join(words)


@contextmanager
def running_slurm() -> Iterator[Slurm]:
    """A Slurm within the block."""
    # The name of a socket may have about 100 characters, so the folder is not pytest's.
    with TemporaryDirectory(prefix="slurm-", ignore_cleanup_errors=True) as folder:
        slurm = Slurm(Path(folder))
        try:
            slurm.start()
            yield slurm
        finally:
            slurm.end()


@pytest.fixture(scope="session", name="slurm")
def slurm_service() -> Iterator[Slurm]:
    """One Slurm for all tests of a session that ask for it."""
    with running_slurm() as service:
        yield service
