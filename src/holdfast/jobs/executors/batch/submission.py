"""
Submitting through PSI/J: it writes the script for each batch system, and knows its commands.

Used of PSI/J are the templates of its scripts, the words of its commands for submitting and
cancelling, and how it reads the number of a new job. Its thread that polls queues has nothing to
do here, and its own ways of running commands, which know no time limit, are not used. Why is in
decision 14 of the design.
"""

import io
import re
import shutil
import subprocess
from collections.abc import Mapping
from importlib.util import find_spec
from pathlib import Path
from shlex import quote
from typing import TYPE_CHECKING

from holdfast.errors import ExecutorUnreachable, JobError
from holdfast.jobs.executors.batch.scheduler import MIB, Answer, Request, Scheduler, Unreadable

if TYPE_CHECKING:
    from psij.executors.batch.batch_scheduler_executor import BatchSchedulerExecutor
    from psij.resource_spec import ResourceSpec

ANSWER_LIMIT = 64 * 1024**2  #: characters of an answer that are looked at
_KEPT = re.compile(
    "PATH|HOME|USER|LOGNAME|SHELL|TZ|LD_LIBRARY_PATH|KRB5CCNAME"
    "|(SLURM|SBATCH|SQUEUE|SCANCEL|SINFO|SACCT|MUNGE|PBS|LSF|LSB|EGO)_.+"
)
NEVER = 10**8  #: seconds until PSI/J polls for the first time: some years


class Commands:
    """Types the commands of one batch system: a list of words, a time limit, no shell.

    `environment` is that of the engine, of which the commands have only what they need; `limit` is
    how many seconds each may take.
    """

    def __init__(self, scheduler: Scheduler, environment: Mapping[str, str], limit: float) -> None:
        self.scheduler = scheduler
        self._environment = environment_of(environment)
        self._limit = limit
        self._psij: BatchSchedulerExecutor | None = None

    def ask(self, words: tuple[str, ...], script: str = "") -> Answer:
        """What the command `words`, which reads `script`, answers; Unreadable if it does not."""
        try:
            done = subprocess.run(
                words,
                input=script,
                capture_output=True,
                text=True,
                errors="replace",
                env=self._environment,
                timeout=self._limit,
                check=False,
            )
        except FileNotFoundError as error:
            raise Unreadable(f"the program {words[0]} is not installed here") from error
        except subprocess.TimeoutExpired as error:
            raise Unreadable(f"{words[0]} did not answer in {self._limit:g} seconds") from error
        except OSError as error:
            raise Unreadable(f"{words[0]} cannot be run: {error.strerror}") from error
        return Answer(done.returncode, done.stdout[:ANSWER_LIMIT], done.stderr[:ANSWER_LIMIT])

    def submit(self, request: Request) -> str:
        """Submit a job, and say which number it got.

        Raises
        ------
        Unreadable
            Nobody answered, or not in a way one could read: it may be submitted or not.
        ExecutorUnreachable
            It was refused, for reasons that will pass.
        JobError
            It was refused, in the words of the batch system.
        """
        program = self.submit_program()
        words = (program, *self.scheduler.submit_words(request))
        answer = self.ask(words, self.script(request))
        if answer.code != 0:
            raise self._refusal(program, answer)
        number = self._number_in(answer)
        if not self.scheduler.is_number(number):
            raise Unreadable(f"{program} did not tell the number of the job: {answer.words!r}")
        return number

    def script(self, request: Request) -> str:
        """The script that is submitted for `request`, as PSI/J's template for the system has it.

        The launcher takes the place of the script's shell (``exec``), so that the batch system's
        signals reach it, and not only a shell that would end before it. All paths in the script
        are relative to the job's folder: PSI/J's quoting does not bear a blank.
        """
        import psij  # noqa: PLC0415 - an optional part, needed when something is submitted

        scheduler = self.scheduler
        _check_words(request, in_script=scheduler.enters_by_script)
        memory = None if request.mebibytes is None else request.mebibytes * MIB
        spec = psij.JobSpec(
            executable=request.command[0],
            arguments=list(request.command[1:]),
            directory=request.folder if scheduler.enters_by_script else None,
            inherit_environment=False,
            resources=_resources(memory, scheduler.resources(request)),
            attributes=psij.JobAttributes(
                queue_name=request.queue,
                account=request.account if scheduler.books_by_script else None,
            ),
        )
        context: dict[str, object] = {
            "job": psij.Job(spec),
            "custom_attributes": {},
            "env": [],
            "psij": {"lib": {}, "launch_command": ["exec", *request.command], "script_dir": "."},
        }
        # PSI/J would give ten minutes to what has no limit; here only what is asked is written.
        if request.minutes is not None:
            context["formatted_job_duration"] = scheduler.duration(request.minutes)
        script = io.StringIO()
        self._executor().generate_submit_script(psij.Job(spec), context, script)
        return scheduler.amended(script.getvalue())

    def submit_program(self) -> str:
        """The program that takes scripts. It reads them from its standard input, as all do."""
        import psij  # noqa: PLC0415 - as above

        return self._executor().get_submit_command(psij.Job(psij.JobSpec()), Path("script"))[0]

    def cancel(self, number: str, name: str) -> Answer:
        """Ask the batch system to end a job, gently first; Unreadable if it does not answer."""
        words = self._executor().get_cancel_command(number)
        return self.ask((*words, *self.scheduler.cancel_words(name)))

    def check_installed(self) -> None:
        """See that PSI/J and the system's programs are here; ExecutorUnreachable if not."""
        if find_spec("psij") is None:
            raise ExecutorUnreachable(
                "batch systems need the package psij-python; install holdfast[batch]"
            )
        path = self._environment.get("PATH")
        missing = [
            name for name in self.scheduler.programs if shutil.which(name, path=path) is None
        ]
        if missing:
            raise ExecutorUnreachable(
                f"{self.scheduler.title}'s program {missing[0]} is not on this host; "
                "run Holdfast on a host from which jobs can be submitted"
            )

    def _refusal(self, program: str, answer: Answer) -> JobError:
        said = f"{self.scheduler.title} refused it: {answer.words or 'it did not say why'}"
        if self.scheduler.will_pass(answer.words):
            return ExecutorUnreachable(f"{said}; it is tried again later")
        return JobError(f"{said}; correct the settings of the executor, or what the job asks for")

    def _number_in(self, answer: Answer) -> str:
        try:
            number = self._executor().job_id_from_submit_output(answer.out)
        except Exception as error:  # PSI/J raises whatever it comes upon
            raise Unreadable(answer.words) from error
        return number.partition(";")[0]  # Slurm names its cluster behind the number

    def _executor(self) -> "BatchSchedulerExecutor":
        if self._psij is None:
            import psij  # noqa: PLC0415 - as above
            from psij.executors.batch import batch_scheduler_executor as batch  # noqa: PLC0415 - too

            config = batch.BatchSchedulerExecutorConfig(initial_queue_polling_delay=NEVER)
            made = psij.JobExecutor.get_instance(self.scheduler.psij, config=config)
            assert isinstance(made, batch.BatchSchedulerExecutor)
            self._psij = made
        return self._psij


def environment_of(inherited: Mapping[str, str]) -> dict[str, str]:
    """What the commands have in their environment: the person, the programs, the batch system.

    Slurm gives all of it to the job, and shows it to who may look at jobs, so that nothing secret
    may be in it. Commands speak English, whatever the person's language is.
    """
    kept = {name: value for name, value in inherited.items() if _KEPT.fullmatch(name)}
    return {**kept, "LC_ALL": "C"}


def _resources(memory: int | None, counts: Mapping[str, int]) -> "ResourceSpec":
    import psij  # noqa: PLC0415 - as above

    return psij.ResourceSpecV1(
        memory=memory,
        node_count=counts.get("node_count"),
        process_count=counts.get("process_count"),
        processes_per_node=counts.get("processes_per_node"),
        cpu_cores_per_process=counts.get("cpu_cores_per_process"),
    )


def _check_words(request: Request, *, in_script: bool) -> None:
    """Refuse what PSI/J would write into a script with quotes that the batch system keeps."""
    words = {"queue": request.queue, "account": request.account}
    if in_script:
        words["folder"] = str(request.folder)
    for what, word in words.items():
        if word is not None and quote(word) != word:
            raise JobError(
                f"the {what} {word!r} holds a character that means something in a script; "
                "it must be letters, digits and -_.,:/+@="
            )
