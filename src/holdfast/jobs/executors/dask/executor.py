"""
The dask executor: jobs run on the workers of a Dask scheduler, on whatever hosts they are.

Each job is one task, which runs the launcher of the job on a worker and waits for it; so a worker
has as many jobs at once as it has threads, unless jobs take resources that workers offer. Which
they take is in the options of the executor and its labels, ``name=amount`` each: a number, or
``{cores}`` or ``{memory}`` (bytes) for what the job asks for. The other process that speaks with
Dask is :mod:`holdfast.jobs.executors.dask.session`.
"""

from collections.abc import Mapping, Sequence
from contextlib import suppress
from importlib.util import find_spec
from pathlib import Path
from threading import Event

from holdfast.errors import ExecutorUnreachable, SettingsError
from holdfast.jobs.executors import exchange
from holdfast.jobs.executors.interface import Start
from holdfast.jobs.executors.launched.executor import REACH, LaunchedExecutor
from holdfast.jobs.executors.launched.session import Document, Session
from holdfast.jobs.executors.launched.unended import PATIENCE, Patience
from holdfast.jobs.model import Job
from holdfast.settings.executors import ExecutorSettings

SESSION = "holdfast.jobs.executors.dask.session"


class DaskExecutor(LaunchedExecutor):
    """Runs jobs on the workers of the Dask scheduler at the settings' address.

    Raises
    ------
    SettingsError
        There is no address, an option is no ``name=amount``, or Dask is not installed.
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
        self._offers: Sequence[Mapping[str, float]] | None = None  #: of each worker; None: unknown
        service = f"{name} (Dask at {settings.address})"
        session = Session(service, SESSION, (settings.address,), bell)
        super().__init__(name, settings, bell, session, patience)

    def reach(self) -> None:
        """See that the scheduler answers, and what its workers offer."""
        told = self._session.ask("reach", REACH)
        self._offers = told["resources"]

    def problem(self, job: Job) -> str | None:
        """Why `job` can never run here; see :meth:`Executor.problem`."""
        job = self._limited(job)
        where = f"executor {self.name}"
        if self._settings.cores is not None and job.cores > self._settings.cores:
            most = self._settings.cores
            return f"it asks for {job.cores} cores and {where} has {most}; ask for at most {most}"
        options = self._settings.for_label(job.label).options
        if job.cores > 1 and not any("{cores}" in option for option in options):
            return (
                f"it asks for {job.cores} cores, and {where} does not know how its workers offer "
                'them; start them with --resources "cores=N" and add cores={cores} to its options'
            )
        if self._offers is None:
            with suppress(ExecutorUnreachable):  # which is told where it matters
                self.reach()
        return _lacking(resources_of(job, options), self._offers or (), where)

    def _submission(self, start: Start, command: tuple[str, ...]) -> Document:
        options = self._settings.for_label(start.job.label).options
        return {
            "ticket": start.ticket,
            "command": list(command),
            "ended": str(exchange.file_of(start.folder, start.ticket, exchange.ENDED)),
            "resources": resources_of(start.job, options),
            "priority": start.job.priority,
        }


def resources_of(job: Job, options: Sequence[str]) -> dict[str, float]:
    """What `job` takes of a worker. An option for a memory that it does not name is left out.

    >>> job = Job("map", ("minimap2",), cores=4)
    >>> resources_of(job, ("cores={cores}", "memory={memory}", "fast-disk=1"))
    {'cores': 4.0, 'fast-disk': 1.0}
    """
    taken = {}
    for option in options:
        name, _, amount = option.partition("=")
        if amount == "{memory}" and job.memory is None:
            continue
        taken[name] = float(amount.format(cores=job.cores, memory=job.memory))
    return taken


def _lacking(
    taken: Mapping[str, float], offers: Sequence[Mapping[str, float]], where: str
) -> str | None:
    """What no worker offers enough of. Without workers there is no telling: some may come."""
    for name, amount in taken.items():
        most = max((offer.get(name, 0.0) for offer in offers), default=amount)
        if amount > most:
            return (
                f"it takes {amount:g} of {name!r} and no worker of {where} offers more than "
                f'{most:g}; start one with --resources "{name}={amount:g}", or ask for less'
            )
    return None


def _check(name: str, settings: ExecutorSettings) -> None:
    where = f"executors.{name}"
    if find_spec("distributed") is None:
        raise SettingsError(f"{where}: Dask is not installed; pip install 'holdfast[dask]'")
    if not settings.address:
        raise SettingsError(f"{where}.address is missing; write for example tcp://host:8786")
    labels = [label.options for label in settings.labels.values()]
    for option in (*settings.options, *(option for options in labels for option in options)):
        _check_option(where, option)


def _check_option(where: str, option: str) -> None:
    name, _, amount = option.partition("=")
    try:
        number = float(amount.format(cores=1, memory=1))
        is_right = bool(name) and 0 <= number < float("inf")
    except (ValueError, LookupError, AttributeError):
        is_right = False
    if not is_right:
        raise SettingsError(
            f"{where}.options: {option!r} is no resource of a worker; write for example gpu=1, "
            "cores={cores} or memory={memory}"
        )
