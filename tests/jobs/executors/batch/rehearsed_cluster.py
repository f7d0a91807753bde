"""
PBS and LSF as far as the batch executor sees them: their commands, without the cluster.

The commands of both are this one program, called by their names; what is submitted really runs, as
processes of this machine. Neither system can be had for tests, so this shows only that the executor
says and understands what their manuals say. While a file ``down`` is in the folder, no command
answers; while there is one called ``hold``, jobs stay in the queue; ``silent`` makes submitting
break off after the job was queued, ``mumbling`` makes it unreadable after the job has begun.
"""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Mapping
from pathlib import Path

PROGRAMS = ("qsub", "qstat", "qdel", "qselect", "bsub", "bjobs", "bkill", "bqueues")
SUFFIX = {"q": ".server", "b": ""}  #: what follows the number of a job
NUMBER = {"q": "PBS_JOBID", "b": "LSB_JOBID"}
NAME = {"q": "-N", "b": "-J"}


class Cluster:
    """A rehearsed cluster in `folder`. `environment` is what makes its commands be found."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        bin_folder = folder / "bin"
        bin_folder.mkdir(parents=True)
        (folder / "jobs").mkdir()
        for name in PROGRAMS:
            program = bin_folder / name
            program.write_text(
                f'#!/bin/sh\nexec {sys.executable} -S -E {__file__} {folder} {name} "$@"\n'
            )
            program.chmod(0o755)
        path = f"{bin_folder}:{os.environ['PATH']}"
        self.environment = {**os.environ, "PATH": path}

    def let(self, what: str, happen: bool = True) -> None:
        """Let the cluster be ``down``, ``hold`` jobs, or be ``silent``."""
        file = self.folder / what
        file.touch() if happen else file.unlink(missing_ok=True)

    def jobs(self) -> list[Path]:
        """The folders of all jobs ever submitted, oldest first."""
        return sorted((self.folder / "jobs").iterdir(), key=lambda path: int(path.name))

    def say(self, job: Path, **attributes: object) -> None:
        """Let the cluster say this about a job, whatever became of it."""
        (job / "said.json").write_text(json.dumps(attributes))

    def end(self) -> None:
        """End whatever is at work."""
        for job in self.jobs():
            _signal(job, signal.SIGKILL)


# -- the program -----------------------------------------------------------------------------------


def main(folder: Path, name: str, words: list[str]) -> int:
    """Answer the command `name`."""
    if (folder / "down").exists():
        sys.stderr.write(f"{name}: cannot connect to server; LSF is down. Please wait ...\n")
        return 255
    system = name[0]
    if name in ("qsub", "bsub"):
        return _submit(folder, system, words)
    if name in ("qdel", "bkill"):
        return _cancel(folder / "jobs" / words[-1].removesuffix(SUFFIX[system]))
    if name in ("qstat", "qselect", "bjobs"):
        return _tell(folder, system, words)
    return 0


def _tell(folder: Path, system: str, words: list[str]) -> int:
    if NAME[system] in words:
        return _select(folder, system, words[words.index(NAME[system]) + 1])
    numbers = [word for word in words if word[0].isdecimal()]
    return _qstat(folder, numbers) if system == "q" else _bjobs(folder, numbers)


def _submit(folder: Path, system: str, words: list[str]) -> int:
    number = len(list((folder / "jobs").iterdir())) + 1
    job = folder / "jobs" / str(number)
    job.mkdir()
    (job / "script").write_text(sys.stdin.read())
    (job / "words.json").write_text(json.dumps(words))
    if not (folder / "hold").exists():
        _begin(job, system, words)
    if (folder / "silent").exists():
        time.sleep(60)
    if (folder / "mumbling").exists():
        _wait_until_taken(Path(words[words.index("-o") + 1]).parent)
        sys.stdout.write("hm\n")
        return 0
    told = f"{number}{SUFFIX[system]}"
    sys.stdout.write(f"{told}\n" if system == "q" else f"Job <{told}> is submitted to queue <q>.\n")
    return 0


def _wait_until_taken(place: Path) -> None:
    while not list(place.glob("*.taken")):
        time.sleep(0.02)


def _begin(job: Path, system: str, words: list[str]) -> None:
    environment = {**os.environ, NUMBER[system]: f"{job.name}{SUFFIX[system]}"}
    place = words[words.index("-cwd") + 1] if "-cwd" in words else "/"
    process = subprocess.Popen(
        [sys.executable, "-S", "-E", __file__, str(job), "run", place],
        env=environment,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )
    (job / "pid").write_text(str(process.pid))


def run(job: Path, place: str) -> int:
    """Run the script of a job, and write its exit code; a request to end is for the script."""
    signal.signal(signal.SIGTERM, lambda *_: None)
    done = subprocess.run(["/bin/bash", str(job / "script")], cwd=place, check=False)
    code = done.returncode if done.returncode >= 0 else 128 - done.returncode
    (job / "exit.new").write_text(str(code))
    (job / "exit.new").rename(job / "exit")
    return 0


def _cancel(job: Path) -> int:
    (job / "cancelled").touch()
    _signal(job, signal.SIGTERM)
    return 0


def _signal(job: Path, number: signal.Signals) -> None:
    try:
        os.killpg(int((job / "pid").read_text()), number)
    except (FileNotFoundError, ProcessLookupError):
        return


def _select(folder: Path, system: str, name: str) -> int:
    found = [
        job.name
        for job in (folder / "jobs").iterdir()
        if name in json.loads((job / "words.json").read_text())
    ]
    sys.stdout.writelines(f"{number}{SUFFIX[system]}\n" for number in found)
    if not found and system == "b":
        sys.stderr.write(f"Job <{name}> is not found\n")
        return 255
    return 0


def _qstat(folder: Path, numbers: list[str]) -> int:
    answer, code = {}, 0
    for number in numbers:
        job = folder / "jobs" / number.removesuffix(".server")
        if not job.exists() or (_said(job) is None and _vanished(job)):
            sys.stderr.write(f"qstat: Unknown Job Id {number}\n")
            code = 153
        else:
            answer[number] = _pbs_job(job)
    sys.stdout.write(json.dumps({"timestamp": 0, "Jobs": answer}) if answer else "")
    return code


def _pbs_job(job: Path) -> Mapping[str, object]:
    return {"Job_Name": _name(job), **(_said(job) or _pbs_state(job))}


def _pbs_state(job: Path) -> Mapping[str, object]:
    if (job / "exit").exists():
        return {"job_state": "F", "Exit_status": int((job / "exit").read_text())}
    if (job / "cancelled").exists() and not (job / "pid").exists():
        return {"job_state": "F", "comment": "Job deleted"}
    return {"job_state": "R" if (job / "pid").exists() else "Q"}


def _bjobs(folder: Path, numbers: list[str]) -> int:
    records = [_lsf_job(folder / "jobs" / number) for number in numbers]
    sys.stdout.write(json.dumps({"COMMAND": "bjobs", "JOBS": len(records), "RECORDS": records}))
    return 0


def _lsf_job(job: Path) -> Mapping[str, object]:
    said = _said(job)
    if not job.exists() or (said is None and _vanished(job)):
        return {"JOBID": job.name, "ERROR": f"Job <{job.name}> is not found"}
    return {"JOBID": job.name, "JOB_NAME": _name(job), **(said or _lsf_state(job))}


def _lsf_state(job: Path) -> Mapping[str, object]:
    if (job / "exit").exists():
        code = (job / "exit").read_text()
        state = "DONE" if code == "0" else "EXIT"
        reason = "TERM_OWNER: job killed by owner" if (job / "cancelled").exists() else ""
        return {"STAT": state, "EXIT_CODE": code, "EXIT_REASON": reason}
    state = "RUN" if (job / "pid").exists() else "PEND"
    return {"STAT": state, "EXIT_CODE": "", "EXIT_REASON": ""}


def _name(job: Path) -> str:
    words = json.loads((job / "words.json").read_text())
    return str(next(words[words.index(option) + 1] for option in NAME.values() if option in words))


def _vanished(job: Path) -> bool:
    """Whether a job was at work, and nothing of it is there any more."""
    if (job / "exit").exists() or not (job / "pid").exists():
        return False
    process = Path("/proc", (job / "pid").read_text(), "stat")
    return not process.exists() or process.read_text().rpartition(")")[2].split()[0] == "Z"


def _said(job: Path) -> dict[str, object] | None:
    try:
        return dict(json.loads((job / "said.json").read_text()))
    except FileNotFoundError:
        return None


if __name__ == "__main__":
    if sys.argv[2] == "run":
        sys.exit(run(Path(sys.argv[1]), sys.argv[3]))
    sys.exit(main(Path(sys.argv[1]), sys.argv[2], sys.argv[3:]))
