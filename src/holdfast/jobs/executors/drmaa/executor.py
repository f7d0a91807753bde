"""
The drmaa executor: jobs run in a batch system that has a DRMAA library, such as Grid Engine.

What a job asks for is said in the options of Grid Engine's ``qsub``, by a pure function. Its time
and queue are said always; how cores and memory are asked for differs from site to site, so the
options of the executor say it, with ``{cores}``, ``{memory}``, ``{memory_per_core}`` (bytes) and
``{time}`` (seconds) where the job's own belong. The launcher holds the job to its limits; the batch
system's are a little wider. The process that speaks DRMAA is
:mod:`holdfast.jobs.executors.drmaa.session`.
"""

import math
import os
import re
from importlib.util import find_spec
from pathlib import Path
from threading import Event

from holdfast.errors import ExecutorUnreachable, SettingsError, printable
from holdfast.jobs.executors.interface import Start
from holdfast.jobs.executors.launched.executor import LaunchedExecutor
from holdfast.jobs.executors.launched.session import Document, Session
from holdfast.jobs.executors.launched.unended import PATIENCE, OpenStart, Patience
from holdfast.jobs.folder import last_words
from holdfast.jobs.model import Job
from holdfast.settings.executors import ExecutorSettings, LabelSettings

SESSION = "holdfast.jobs.executors.drmaa.session"
OUTPUT = "launcher"  #: suffix of the file with what the launcher itself says
#: Room for libraries with thread-local memory of their own: Debian's DRMAA of Grid Engine needs it.
TUNABLES = "glibc.rtld.optional_static_tls=16384"
LIBRARIES = ("/usr/lib/gridengine-drmaa/lib/libdrmaa.so.1.0",)  #: outside of the linker's path
MARGIN = 60  #: seconds that the batch system gives a job more than its time, to end by itself
BASIS = ("-b y", "-shell n", "-r n")
#: Grid Engine runs a job that exits with 99 again and keeps one with 100 as broken.
QUIETLY = (
    "import sys; from holdfast.jobs.executors.launched.launcher import main; "
    "code = main(sys.argv[1:]); sys.exit(1 if code in (99, 100) else code)"
)


class DrmaaExecutor(LaunchedExecutor):
    """Runs jobs in the batch system whose DRMAA library is found.

    The library is the file that the settings' address names, or the environment's
    ``DRMAA_LIBRARY_PATH``, or one of the linker's path.

    Raises
    ------
    SettingsError
        An option holds an unknown word in braces, or the package ``drmaa`` is not installed.
    """

    def __init__(
        self,
        name: str,
        settings: ExecutorSettings,
        bell: Event,
        home: Path,
        patience: Patience = PATIENCE,
    ) -> None:
        _check(name, settings)
        session = Session(f"{name} (DRMAA)", SESSION, (), bell, _environment(settings.address))
        super().__init__(name, settings, bell, session, patience)
        self._verdicts: dict[str, str | None] = {}  #: of options that were asked about

    def problem(self, job: Job) -> str | None:
        """Why `job` can never run here; see :meth:`Executor.problem`."""
        most, where = self._settings.cores, f"executor {self.name}"
        if most is not None and job.cores > most:
            return f"it asks for {job.cores} cores and {where} has {most}; ask for at most {most}"
        options = self._for(job).options
        if job.cores > 1 and not any("{cores}" in option for option in options):
            return (
                f"it asks for {job.cores} cores, and {where} does not know how to ask for them; "
                'add its parallel environment to its options, such as "-pe smp {cores}"'
            )
        job = self._limited(job)
        words = self._verified(native_specification(job, self._for(job)))
        if words is None:
            return None
        memory = "" if job.memory is None else f" and {job.memory} bytes of memory"
        asked = f"{job.cores} cores{memory}"
        return f"it asks for {asked}, which {where} can never give: {printable(words)}"

    def _verified(self, options: str) -> str | None:
        """Why the batch system says that no job of these options can run, asked once for each."""
        if options not in self._verdicts:
            try:
                self._verdicts[options] = self._session.ask("verify", options=options)
            except ExecutorUnreachable:
                return None  # which is told where it matters
        return self._verdicts[options]

    def _for(self, job: Job) -> LabelSettings:
        return self._settings.for_label(job.label)

    def _submission(self, start: Start, command: tuple[str, ...]) -> Document:
        python, start_file = command[0], command[-1]
        return {
            "ticket": start.ticket,
            "command": [python, "-c", QUIETLY, start_file],
            "name": job_name(start.job),
            "directory": str(start.folder),
            "output": str(_output(start)),
            "options": native_specification(start.job, self._for(start.job)),
        }

    def _said(self, start: Start) -> str:
        return last_words(_output(start))

    def _let_go(self, opened: OpenStart) -> None:
        super()._let_go(opened)
        _output(opened.start).unlink(missing_ok=True)


def _output(start: Start) -> Path:
    """Where the batch system puts what the launcher itself says."""
    return start.folder / f"{start.ticket}.{OUTPUT}"


def native_specification(job: Job, settings: LabelSettings) -> str:
    """The options of ``qsub`` for `job`. An option with what the job does not name is left out.

    >>> settings = LabelSettings(queue="long.q", options=("-pe smp {cores}", "-l gpu=1"))
    >>> native_specification(Job("map", ("bwa",), cores=4, time=7200.0), settings)
    '-b y -shell n -r n -q long.q -l h_rt=7260 -pe smp 4 -l gpu=1'
    """
    words = list(BASIS)
    if settings.queue is not None:
        words.append(f"-q {settings.queue}")
    if settings.account is not None:
        words.append(f"-A {settings.account}")
    if job.priority < 0:  # more than others' only an operator may ask for
        words.append(f"-p {max(job.priority, -1023)}")
    if job.time is not None:
        words.append(f"-l h_rt={math.ceil(job.time) + MARGIN}")
    amounts = _amounts(job)
    for option in settings.options:
        named = re.findall(r"{(\w*)}", option)
        if all(amounts[name] is not None for name in named):
            words.append(option.format(**amounts))
    return " ".join(words)


def job_name(job: Job) -> str:
    """What the batch system shows: the job's name, without the characters that it does not take.

    >>> job_name(Job("unpack: chr1.fa.gz", ("gzip",)))
    'holdfast-unpack_chr1.fa.gz'
    """
    return "holdfast-" + re.sub(r"[^A-Za-z0-9._-]+", "_", job.name)[:80]


def _amounts(job: Job) -> dict[str, int | None]:
    """What may stand in braces. One core needs no asking: every job has that."""
    return {
        "cores": None if job.cores == 1 else job.cores,
        "memory": job.memory,
        "memory_per_core": None if job.memory is None else math.ceil(job.memory / job.cores),
        "time": None if job.time is None else math.ceil(job.time) + MARGIN,
    }


def _environment(library: str) -> dict[str, str]:
    """What the session process needs to find the library and load it."""
    tunables = os.environ.get("GLIBC_TUNABLES")
    found = {"GLIBC_TUNABLES": f"{tunables}:{TUNABLES}" if tunables else TUNABLES}
    usual = [path for path in LIBRARIES if Path(path).exists()]
    if library:
        found["DRMAA_LIBRARY_PATH"] = library
    elif "DRMAA_LIBRARY_PATH" not in os.environ and usual:
        found["DRMAA_LIBRARY_PATH"] = usual[0]
    return found


def _check(name: str, settings: ExecutorSettings) -> None:
    where = f"executors.{name}"
    if find_spec("drmaa") is None:
        raise SettingsError(f"{where}: drmaa is not installed; pip install 'holdfast[drmaa]'")
    known = _amounts(Job("any", ("any",)))
    labels = [label.options for label in settings.labels.values()]
    for option in (*settings.options, *(option for options in labels for option in options)):
        rest = re.sub("|".join(f"{{{amount}}}" for amount in known), "", option)
        if "{" in rest or "}" in rest:
            raise SettingsError(
                f"{where}.options: {option!r} has braces around something other than "
                f"{', '.join(known)}; correct it"
            )
