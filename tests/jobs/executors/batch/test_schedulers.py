"""What batch systems are asked, and what their answers mean: text only, nothing is run."""

import json
import os
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from holdfast.jobs.executors.batch.lsf import Lsf
from holdfast.jobs.executors.batch.pbs import Pbs
from holdfast.jobs.executors.batch.scheduler import (
    MIB,
    Answer,
    Phase,
    Queue,
    Request,
    Scheduler,
    Seen,
    Unreadable,
    name_of,
)
from holdfast.jobs.executors.batch.slurm import Slurm, seconds_of
from holdfast.jobs.executors.batch.submission import Commands, environment_of
from holdfast.jobs.model import NAME_LIMIT, Cause
from holdfast.testing.executors import a_start

SCHEDULERS = (Slurm(), Pbs(), Lsf())
REQUEST = Request(
    name="align.job.0123456789ab",
    command=("/usr/bin/python3", "-m", "launcher", "/runs/7/it's $HOME.start"),
    folder=Path("/runs/7"),
    said="t.said",
    cores=3,
    memory=1000 * MIB,
    time=3700.0,
    queue="long",
    account="lab",
    options=("--qos=high", "a b"),
)


def lines_of(scheduler: Scheduler, request: Request) -> list[str]:
    """What of the script is for the batch system, and what is run."""
    script = Commands(scheduler, os.environ, 1).script(request)
    return [line.rstrip() for line in script.splitlines() if line.startswith(("#", "exec", "cd"))]


# -- what is asked ---------------------------------------------------------------------------------


def test_the_script_for_slurm() -> None:
    assert lines_of(Slurm(), REQUEST) == [
        "#!/bin/bash",
        "#SBATCH --nodes=1",
        "#SBATCH --ntasks=1",
        "#SBATCH --ntasks-per-node=1",
        "#SBATCH --cpus-per-task=3",
        "#SBATCH --mem=1024000K",
        "#SBATCH --time=62",
        '#SBATCH --partition="long"',
        '#SBATCH --account="lab"',
        "#SBATCH -e /dev/null",
        "#SBATCH -o /dev/null",
        "#SBATCH --export=NONE",
        'exec &>> "./$SLURM_JOB_ID.out"',
        "exec /usr/bin/python3 -m launcher '/runs/7/it'\"'\"'s $HOME.start'",
    ]


def test_the_script_for_pbs() -> None:
    assert lines_of(Pbs(), REQUEST) == [
        "#!/bin/bash",
        f"#PBS -l select=1:ncpus=3:mpiprocs=3:mem={1000 * MIB}",
        "#PBS -l place=scatter:shared",
        "#PBS -l walltime=01:02:00",
        "#PBS -A lab",
        "#PBS -q long",
        "#PBS -e /dev/null",
        "#PBS -o /dev/null",
        'cd "/runs/7"',
        'exec &>> "./$PBS_JOBID.out"',
        "exec /usr/bin/python3 -m launcher '/runs/7/it'\"'\"'s $HOME.start'",
    ]


def test_the_script_for_lsf() -> None:
    assert lines_of(Lsf(), REQUEST) == [
        "#!/bin/bash",
        "#BSUB -env none",
        "#BSUB -n 3",
        "#BSUB -M 1024000KB",
        "#BSUB -W 1:02",
        '#BSUB -q "long"',
        "#BSUB -e /dev/null",
        "#BSUB -o /dev/null",
        'exec &>> "./$LSB_JOBID.out"',
        "exec /usr/bin/python3 -m launcher '/runs/7/it'\"'\"'s $HOME.start'",
    ]


@pytest.mark.parametrize("scheduler", SCHEDULERS, ids=lambda each: each.kind)
def test_what_is_not_asked_is_not_written(scheduler: Scheduler) -> None:
    plain = Request("name", ("true",), Path("/runs/7"), "t.said")
    script = "\n".join(lines_of(scheduler, plain))
    for word in ("time", "-W", "mem", "-M", "partition", "-q", "account", "-A", "-P"):
        assert word not in script.split("/runs")[0].replace("#BSUB -env none", "")


@pytest.mark.parametrize(
    ("scheduler", "program", "words"),
    [
        (Slurm(), "sbatch", {"--job-name=align.job.0123456789ab", "--chdir=/runs/7"}),
        (Slurm(), "sbatch", {"--no-requeue", "--output=t.said", "--parsable"}),
        (Pbs(), "qsub", {"-N", "align.job.0123456789ab", "-r", "n", "/runs/7/t.said"}),
        (Lsf(), "bsub", {"-J", "-rn", "span[hosts=1] rusage[mem=1000MB]", "-P", "lab", "-cwd"}),
    ],
)
def test_options_are_words_and_those_of_the_settings_come_last(
    scheduler: Scheduler, program: str, words: set[str]
) -> None:
    submitted = scheduler.submit_words(REQUEST)
    assert words <= set(submitted)
    assert submitted[-2:] == ("--qos=high", "a b")
    assert Commands(scheduler, os.environ, 1).submit_program() == program


@pytest.mark.parametrize(
    ("seconds", "slurm", "pbs", "lsf"),
    [
        (0.5, "1", "00:01:00", "0:01"),
        (60.0, "1", "00:01:00", "0:01"),
        (61.0, "2", "00:02:00", "0:02"),
        (100 * 3600.0, "6000", "100:00:00", "100:00"),
    ],
)
def test_a_time_is_never_written_shorter(seconds: float, slurm: str, pbs: str, lsf: str) -> None:
    minutes = Request("name", ("true",), Path("/"), "said", time=seconds).minutes
    assert minutes is not None
    assert [each.duration(minutes) for each in SCHEDULERS] == [slurm, pbs, lsf]


@given(name=st.text(min_size=1, max_size=NAME_LIMIT).filter(str.isprintable), limit=st.just(15))
def test_any_name_becomes_one_that_every_system_takes(name: str, limit: int) -> None:
    start = a_start(Path("/runs/7"), ("true",), name=name)
    for most in (limit, 100):
        made = name_of(start, most)
        assert len(made) <= most
        assert made.endswith(f".{start.ticket[:12]}")
        assert made.isascii()
        assert made[0].isalpha()
        assert not set(made) & set(" '\"$`\\/|;")


def test_commands_have_nothing_of_the_engine_but_what_they_need() -> None:
    inherited = {
        "PATH": "/bin",
        "SLURM_CONF": "/etc/slurm.conf",
        "SBATCH_ACCOUNT": "lab",
        "LSF_ENVDIR": "/lsf",
        "HOLDFAST_LEDGER": "postgresql://me:secret@db",
        "AWS_SECRET_ACCESS_KEY": "secret",
        "MY_PATH": "secret",
        "LC_ALL": "de_DE",
    }
    kept = environment_of(inherited)
    assert set(kept) == {"PATH", "SLURM_CONF", "SBATCH_ACCOUNT", "LSF_ENVDIR", "LC_ALL"}
    assert kept["LC_ALL"] == "C"


@pytest.mark.parametrize(
    ("scheduler", "known", "strange"),
    [
        (Slurm(), ["12", "12_3"], ["", "x", "12;rm", "-1", "1 2", "١٢", "12\n", None, 12]),
        (Pbs(), ["12", "12.server", "12[].a-b.org"], ["", "-u", "12.a b", "12.\n", ".a", None]),
        (Lsf(), ["12"], ["", "0x1", "12[1]", "-1", None]),
    ],
    ids=lambda each: getattr(each, "kind", None),
)
def test_only_what_can_be_a_number_is_one(
    scheduler: Scheduler, known: list[str], strange: list[object]
) -> None:
    assert all(map(scheduler.is_number, known))
    assert not any(map(scheduler.is_number, strange))


# -- what is answered ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("state", "phase", "cause"),
    [
        ("PENDING", Phase.QUEUED, None),
        ("CONFIGURING", Phase.QUEUED, None),
        ("REQUEUE_HOLD", Phase.QUEUED, None),
        ("RUNNING", Phase.RUNNING, None),
        ("COMPLETING", Phase.RUNNING, None),
        ("SUSPENDED", Phase.RUNNING, None),
        ("A STATE OF TOMORROW", Phase.RUNNING, None),
        ("COMPLETED", Phase.ENDED, None),
        ("FAILED", Phase.ENDED, None),
        ("CANCELLED", Phase.ENDED, Cause.STOPPED),
        ("TIMEOUT", Phase.ENDED, Cause.TIME),
        ("DEADLINE", Phase.ENDED, Cause.TIME),
        ("OUT_OF_MEMORY", Phase.ENDED, Cause.MEMORY),
        ("NODE_FAIL", Phase.ENDED, Cause.LOST),
        ("PREEMPTED", Phase.ENDED, Cause.LOST),
        ("BOOT_FAIL", Phase.ENDED, Cause.LOST),
    ],
)
def test_states_of_slurm(state: str, phase: Phase, cause: Cause | None) -> None:
    seen = Slurm().read_status(Answer(0, f"7|{state}|None|a.name\n"))["7"]
    assert (seen.phase, seen.cause, seen.name) == (phase, cause, "a.name")


def test_reasons_with_blanks_and_names_that_break_lines_break_nothing() -> None:
    out = (
        "7|PENDING|ReqNodeNotAvail, UnavailableNodes:n[1-4]|mine\n"
        "8|RUNNING|None|of a person\nwith | two lines\n"
        "9|OUT_OF_MEMORY|OutOfMemory|x\n"
    )
    seen = Slurm().read_status(Answer(0, out))
    assert set(seen) == {"7", "8", "9"}
    assert seen["7"].words == "PENDING (ReqNodeNotAvail, UnavailableNodes:n[1-4])"


@pytest.mark.parametrize(
    ("out", "expected"),
    [
        ("COMPLETED|0:0|n\n", Seen(Phase.ENDED, None, "COMPLETED", 0, "n")),
        ("CANCELLED by 1000|0:15|n\n", Seen(Phase.ENDED, Cause.STOPPED, "", -15, "n")),
        ("FAILED|3:0|n\n", Seen(Phase.ENDED, None, "FAILED", 3, "n")),
        ("RUNNING|0:0|n\n", Seen(Phase.RUNNING, None, "RUNNING", None, "n")),
        ("", None),
    ],
)
def test_the_books_of_slurm(out: str, expected: Seen | None) -> None:
    seen = Slurm().read_history(Answer(0, out))
    if expected is None or seen is None:
        assert seen is expected
    else:
        told = (seen.phase, seen.cause, seen.exit_code, seen.name)
        assert told == (expected.phase, expected.cause, expected.exit_code, expected.name)


def test_a_site_without_books_says_nothing() -> None:
    assert Slurm().read_history(Answer(1, "", "Slurm accounting storage is disabled")) is None


def test_the_largest_node_of_each_queue_counts() -> None:
    nodes = ("4|4000", "64|512000", "96|1000")
    out = "".join(f"long|{node}|infinite\n" for node in nodes)
    out = f"short*|4|4000|10:00\n{out}nonsense\nx|y|z|1\n"
    assert Slurm().read_limits(Answer(0, out)) == {
        "short": Queue("short", True, 4, 4000 * MIB, 600.0),
        "long": Queue("long", False, 96, 512000 * MIB, None),
    }


@given(st.integers(0, 400), st.integers(0, 23), st.integers(0, 59), st.integers(0, 59))
def test_durations_of_slurm(days: int, hours: int, minutes: int, seconds: int) -> None:
    expected = float(((days * 24 + hours) * 60 + minutes) * 60 + seconds)
    assert seconds_of(f"{days}-{hours:02}:{minutes:02}:{seconds:02}") == expected


@pytest.mark.parametrize("text", ["infinite", "UNLIMITED", "", "n/a", "1-", "::", "-1:00"])
def test_what_is_no_duration_is_no_limit(text: str) -> None:
    assert seconds_of(text) is None


@pytest.mark.parametrize(
    ("job", "expected"),
    [
        ({"job_state": "Q"}, (Phase.QUEUED, None, None)),
        ({"job_state": "H"}, (Phase.QUEUED, None, None)),
        ({"job_state": "R"}, (Phase.RUNNING, None, None)),
        ({"job_state": "E"}, (Phase.RUNNING, None, None)),
        ({"job_state": "F", "Exit_status": 0}, (Phase.ENDED, None, 0)),
        ({"job_state": "F", "Exit_status": 3}, (Phase.ENDED, None, 3)),
        ({"job_state": "F", "Exit_status": 265}, (Phase.ENDED, None, -9)),
        ({"job_state": "F", "Exit_status": 271}, (Phase.ENDED, Cause.STOPPED, -15)),
        ({"job_state": "F", "Exit_status": -29}, (Phase.ENDED, Cause.TIME, None)),
        ({"job_state": "F", "Exit_status": -27}, (Phase.ENDED, Cause.MEMORY, None)),
        ({"job_state": "F", "Exit_status": -1}, (Phase.ENDED, Cause.LOST, None)),
        ({"job_state": "F"}, (Phase.ENDED, Cause.STOPPED, None)),
    ],
)
def test_states_of_pbs(
    job: dict[str, object], expected: tuple[Phase, Cause | None, int | None]
) -> None:
    seen = Pbs().read_status(Answer(0, json.dumps({"Jobs": {"7.server": job}})))["7.server"]
    assert (seen.phase, seen.cause, seen.exit_code) == expected


def test_jobs_that_pbs_forgot_are_only_missing() -> None:
    out = json.dumps({"Jobs": {"8.server": {"job_state": "R"}}})
    assert set(Pbs().read_status(Answer(153, out, "qstat: Unknown Job Id 7.server\n"))) == {
        "8.server"
    }
    assert Pbs().read_status(Answer(153, "", "qstat: Unknown Job Id 7.server\n")) == {}
    assert Pbs().read_status(Answer(35, "", "qstat: 7 Job has finished, use -x\n")) == {}


@pytest.mark.parametrize(
    ("record", "expected"),
    [
        ({"STAT": "PEND"}, (Phase.QUEUED, None, None)),
        ({"STAT": "PSUSP"}, (Phase.QUEUED, None, None)),
        ({"STAT": "RUN"}, (Phase.RUNNING, None, None)),
        ({"STAT": "UNKWN"}, (Phase.RUNNING, None, None)),
        ({"STAT": "DONE"}, (Phase.ENDED, None, 0)),
        ({"STAT": "EXIT", "EXIT_CODE": "3"}, (Phase.ENDED, None, 3)),
        (
            {"STAT": "EXIT", "EXIT_CODE": "140", "EXIT_REASON": "TERM_RUNLIMIT: x"},
            (Phase.ENDED, Cause.TIME, 140),
        ),
        (
            {"STAT": "EXIT", "EXIT_CODE": "", "EXIT_REASON": "TERM_MEMLIMIT: x"},
            (Phase.ENDED, Cause.MEMORY, None),
        ),
    ],
)
def test_states_of_lsf(
    record: dict[str, object], expected: tuple[Phase, Cause | None, int | None]
) -> None:
    unknown = {"JOBID": "8", "ERROR": "Job <8> is not found"}
    out = json.dumps({"RECORDS": [{"JOBID": "7", **record}, unknown]})
    seen = Lsf().read_status(Answer(255, out))
    assert set(seen) == {"7"}
    assert (seen["7"].phase, seen["7"].cause, seen["7"].exit_code) == expected


@pytest.mark.parametrize("scheduler", SCHEDULERS, ids=lambda each: each.kind)
@given(
    out=st.text()
    | st.recursive(
        st.none() | st.integers() | st.text(),
        lambda part: st.lists(part) | st.dictionaries(st.sampled_from(["Jobs", "RECORDS"]), part),
    ).map(json.dumps),
    err=st.text(),
    code=st.sampled_from([0, 1, 153, 255]),
)
def test_whatever_is_answered_is_read_or_said_to_be_unreadable(
    scheduler: Scheduler, out: str, err: str, code: int
) -> None:
    answer = Answer(code, out, err)
    for question in (scheduler.read_status, scheduler.read_found, scheduler.read_limits):
        try:
            question(answer)
        except Unreadable:
            continue
    scheduler.read_history(answer)


@pytest.mark.parametrize("scheduler", SCHEDULERS, ids=lambda each: each.kind)
@pytest.mark.parametrize("code", [1, 255])
def test_a_failure_is_never_read_as_having_no_jobs(scheduler: Scheduler, code: int) -> None:
    for out, err in (("", ""), ("", "cannot connect to server"), ("error: Unable to contact", "")):
        with pytest.raises(Unreadable):
            scheduler.read_status(Answer(code, out, err))
        with pytest.raises(Unreadable):
            scheduler.read_found(Answer(code, out, err))


def test_the_latest_job_of_a_name_is_found() -> None:
    assert Slurm().read_found(Answer(0, "7\n9\n")) == "9"
    assert Slurm().read_found(Answer(0, "")) is None
    assert Pbs().read_found(Answer(0, "7.server\n")) == "7.server"
    assert Lsf().read_found(Answer(255, "", "Job <x> is not found")) is None


@pytest.mark.parametrize(
    ("scheduler", "words", "cause"),
    [
        (Slurm(), "*** JOB 3 ON n1 CANCELLED AT x DUE TO TIME LIMIT ***", Cause.TIME),
        (Slurm(), "StepId=4.batch exceeded memory limit (9 > 3), being killed", Cause.MEMORY),
        (Slurm(), "Detected 1 oom-kill event(s) in StepId=4.batch", Cause.MEMORY),
        (Slurm(), "*** JOB 6 ON n1 CANCELLED AT x DUE TO NODE FAILURE ***", Cause.LOST),
        (Slurm(), "*** JOB 6 ON n1 CANCELLED AT x DUE TO PREEMPTION ***", Cause.LOST),
        (Slurm(), "*** JOB 5 ON n1 CANCELLED AT x ***", None),
        (Pbs(), "=>> PBS: job killed: walltime 62 exceeded limit 60", Cause.TIME),
        (Pbs(), "=>> PBS: job killed: mem 900kb exceeded limit 800kb", Cause.MEMORY),
        (Lsf(), "TERM_RUNLIMIT: job killed after reaching LSF run time limit.", Cause.TIME),
        (Lsf(), "TERM_MEMLIMIT: job killed after reaching LSF memory usage limit.", Cause.MEMORY),
    ],
)
def test_what_a_system_says_of_a_job_it_ended(
    scheduler: Scheduler, words: str, cause: Cause | None
) -> None:
    assert scheduler.own_words(f"earlier words\n{words}\n") is cause


@pytest.mark.parametrize(
    ("scheduler", "words", "passes"),
    [
        (Slurm(), "Unable to contact slurm controller (connect failure)", True),
        (Slurm(), "Batch job submission failed: Socket timed out on send/recv operation", True),
        (Slurm(), "Slurm temporarily unable to accept job, sleeping and retrying", True),
        (Slurm(), "error: QOSMaxSubmitJobPerUserLimit", True),
        (Slurm(), "error: AssocMaxSubmitJobLimit", True),
        (Slurm(), "Batch job submission failed: Invalid partition name specified", False),
        (Slurm(), "Batch job submission failed: Invalid account or account/partition", False),
        (Slurm(), "Requested node configuration is not available", False),
        (Slurm(), "Requested time limit is invalid (missing or exceeds some limit)", False),
        (Pbs(), "qsub: cannot connect to server pbs (errno=15010)", True),
        (Pbs(), "qsub: Unknown queue", False),
        (Lsf(), "LSF is down. Please wait ...", True),
        (Lsf(), "fast: No such queue. Job not submitted.", False),
    ],
)
def test_some_refusals_pass(scheduler: Scheduler, words: str, passes: bool) -> None:
    assert scheduler.will_pass(words) is passes
