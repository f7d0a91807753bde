"""
The engine does plans: it starts each job when what it needs is done, and writes down each step.

The order is always the same: first the ledger, then the act. All that happened since the last turn,
and all that is to be started next, is written in one transaction; only then is anything started. So
at any moment the ledger tells at least what has happened, and a killed engine loses nothing:
whoever takes over its runs finds again what is at work, takes in what has ended, and does the rest.

One engine does any number of runs, in one thread. Several engines, also on several hosts, may share
a ledger: each run is done by the one that holds its claim, which ends by itself when its holder
dies, and what a site allows at once is counted over all of them.
"""

import logging
import time
from collections.abc import Collection, Mapping
from contextlib import suppress
from functools import partial
from pathlib import Path

from holdfast.base.closing import Closes
from holdfast.base.progress import Listener, ignore
from holdfast.errors import ClaimLost, JobError, LedgerError, RunBusy
from holdfast.jobs.engine.doing import Doing
from holdfast.jobs.engine.floor import Floor
from holdfast.jobs.engine.identity import lives, new_claim
from holdfast.jobs.engine.interrupts import Interrupts
from holdfast.jobs.engine.site import Site
from holdfast.jobs.folder import RunFolder
from holdfast.jobs.ledger import Ledger
from holdfast.jobs.plan import Plan, Report, again

logger = logging.getLogger(__name__)

LOOK = 0.2  #: seconds between two looks at the jobs' progress
ASK = 1.0  #: seconds between two looks for requests to cancel
LEASE = 60.0  #: seconds a claim holds without being renewed
RENEWALS = 4  #: how often a claim is renewed within its lease
FENCE = 0.8  #: share of the lease after which jobs of a host out of touch are ended
TAKEN_AT_ONCE = 100  #: abandoned runs that are taken over at once


class Engine(Closes):
    """Does plans at one site; logs go below `logs`."""

    def __init__(self, ledger: Ledger, site: Site, logs: Path, lease: float = LEASE) -> None:
        self._ledger, self._site, self._logs, self._lease = ledger, site, logs, lease
        self._claim = new_claim()
        self._floor = Floor(ledger, site, self._claim)
        self._due = dict.fromkeys(("look", "ask", "renew"), 0.0)

    # -- one run, to its end -----------------------------------------------------------------------

    def run(self, plan: Plan, listener: Listener = ignore) -> Report:
        """Do all jobs of `plan` and tell what became of each.

        A job that fails raises nothing: the report says it. An interrupt (control-C or SIGTERM)
        ends the jobs at work, lets those run that clean up, and rises; a second one ends these too.

        Raises
        ------
        PlanInvalid
            A job can run nowhere: nothing was started, nothing was written.
        ExecutorUnreachable
            A job should run where nobody answers: nothing was started, nothing was written.
        LedgerError
            The ledger cannot be written. What was at work has been ended; the run is unfinished.
        """
        return self._to_the_end(self.submit(plan, listener))

    def resume(
        self, run: int, listener: Listener = ignore, jobs: Collection[str] | None = None
    ) -> Report:
        """Go on with a run: what is done stays done, what is at work is found again.

        Everything else is done (again); with `jobs`, only these and what waited for them.

        Raises
        ------
        JobError
            There is no such run, or it has no such job.
        RunBusy
            Another engine is doing it now.
        PlanInvalid, ExecutorUnreachable, LedgerError
            As for :meth:`run`.
        """
        plan = self._ledger.plan(run)
        places = self._site.possible(plan)
        chosen = None if jobs is None else again(plan, self._ledger.outcomes(run), jobs)
        if self._ledger.run(run).ended is None:
            self._take(run)
            self._ledger.reopen(run, chosen)
        else:  # nobody can have it: it is opened first, for only then it can be claimed
            self._ledger.reopen(run, chosen)
            self._take(run)
        self._take_in(run, plan, places, listener)
        return self._to_the_end(run)

    def abandon(self, run: int) -> None:
        """End what is left of a run whose engine died, and write down that it was cancelled.

        Raises
        ------
        JobError
            There is no such run.
        RunBusy
            Another engine is doing it now.
        LedgerError
            The ledger cannot be written.
        """
        plan = self._ledger.plan(run)
        self._take(run)
        self._take_in(run, plan, {}, ignore)
        self._floor.cancel(run)
        self._to_the_end(run)

    def is_running(self, run: int) -> bool:
        """Whether some engine is doing `run` now."""
        held = self._ledger.holder(run)
        return held is not None and lives(held, is_shared=self._ledger.is_shared)

    def _to_the_end(self, run: int) -> Report:
        try:
            with Interrupts() as interrupts:
                return self._until_over(run, interrupts)
        except KeyboardInterrupt:
            raise
        except BaseException:
            # The ledger may be out of reach: the run stays unfinished, but nothing stays at work.
            self.close()
            raise

    def _until_over(self, run: int, interrupts: Interrupts) -> Report:
        while True:
            if interrupts.next():
                self._floor.cancel(run)
            try:
                reports = self.step(LOOK)
            except KeyboardInterrupt:  # of a listener
                interrupts.count += 1
                continue
            for report in reports:
                if report.run == run:
                    interrupts.rise()
                    return report
            if run not in self._floor.runs:
                raise ClaimLost(
                    f"run {run} was taken over by another engine, because this one was silent for "
                    "too long; see `holdfast job show`"
                )

    # -- several runs at once ----------------------------------------------------------------------

    @property
    def runs(self) -> tuple[int, ...]:
        """The runs that are being done."""
        return self._floor.runs

    def submit(self, plan: Plan, listener: Listener = ignore) -> int:
        """Begin a run of `plan`; :meth:`step` does it. It raises what :meth:`run` raises."""
        places = self._site.possible(plan)
        run = self._ledger.begin(plan, self._claim, self._lease)
        self._fence()
        self._take_in(run, plan, places, listener)
        return run

    def take_over(self, listener: Listener = ignore) -> tuple[int, ...]:
        """Go on with the runs whose engines have died; :meth:`step` does them."""
        taken = []
        for record in self._ledger.abandoned(TAKEN_AT_ONCE, self._claim.host):
            run = record.run
            if run in self._floor.runs:
                continue
            try:
                plan = self._ledger.plan(run)
                places = self._site.possible(plan)
                self._take(run)
                self._take_in(run, plan, places, listener)
            except RunBusy:
                continue
            except LedgerError:
                raise
            except JobError as error:
                logger.warning("run %d was abandoned and cannot be taken over: %s", run, error)
                continue
            taken.append(run)
        return tuple(taken)

    def step(self, timeout: float) -> list[Report]:
        """Do what there is to do, after waiting for it up to `timeout` seconds.

        The reports are of the runs that are over now.

        Raises
        ------
        LedgerError
            The ledger cannot be written.
        """
        if not self._floor.has_news:
            self._site.bell.wait(self._floor.rest(timeout))
        self._site.bell.clear()
        self._floor.collect()
        self._floor.wake_rested()
        self._do_what_is_due()
        try:
            self._floor.turn()
        except ClaimLost:
            self._renew()  # tells which
        reports = self._reports()
        self._floor.tell()
        return reports

    def cancel(self, run: int) -> None:
        """Ask a run to stop; asked again, its cleaning up is stopped too. :meth:`step` does it."""
        self._floor.cancel(run)

    def leave(self) -> None:
        """Let go of all runs; what is at work goes on, and whoever takes them over finds it.

        A run with jobs at work on this host keeps its claim on a ledger that other hosts share:
        they cannot see these jobs, so they must wait until the lease is over. An engine of this
        host sees that this process is gone, and takes over at once.
        """
        with suppress(LedgerError):
            self._floor.turn(starting=False)
        kept = self._floor.runs_at_work_here() if self._ledger.is_shared else frozenset()
        for executor in self._site.made():
            executor.leave()
        self._let_go(kept)

    def close(self) -> None:
        """End everything at work without asking, and let go of all runs."""
        for executor in self._site.made():
            executor.close()
        self._let_go(frozenset())

    def _let_go(self, kept: frozenset[int]) -> None:
        for run in set(self._floor.runs) - kept:
            with suppress(LedgerError):
                self._ledger.release(run, self._claim.engine)
        self._floor = Floor(self._ledger, self._site, self._claim)

    # -- claims ------------------------------------------------------------------------------------

    def _take(self, run: int) -> None:
        """Claim `run` for this engine."""
        if run in self._floor.runs:
            raise RunBusy(f"run {run} is being done by this process already")
        held = self._ledger.holder(run)
        # Of a run that is not here our own claim is left only if it could not be given up.
        ours = held is not None and held.claim.engine == self._claim.engine
        if held is not None and not ours and lives(held, is_shared=self._ledger.is_shared):
            raise _busy(run, f"process {held.claim.pid} on {held.claim.host}")
        before = None if held is None else held.claim.engine
        if not self._ledger.claim(run, self._claim, self._lease, before):
            raise _busy(run, "another process")
        self._fence()

    def _take_in(
        self, run: int, plan: Plan, places: Mapping[str, frozenset[str]], listener: Listener
    ) -> None:
        folder = RunFolder.of(self._logs, run)
        try:
            folder.path.mkdir(parents=True, exist_ok=True)
            say = partial(self._floor.say, listener)
            doing = Doing(run, plan, folder, self._ledger.outcomes(run), say)
            self._floor.take_in(doing, places)
        except BaseException:
            self._floor.drop(run)
            with suppress(LedgerError):
                self._ledger.release(run, self._claim.engine)
            raise

    def _renew(self) -> None:
        if not self._floor.runs:
            return
        ours = self._ledger.renew(self._claim.engine, self._lease)
        for run in set(self._floor.runs) - ours:
            logger.warning("run %d was taken over by another engine", run)
            self._floor.drop(run)
        self._fence()

    def _fence(self) -> None:
        """Let the jobs of this host end before another host may think that it is dead."""
        if self._ledger.is_shared:
            self._site.fence(self._lease * FENCE)

    def _see_requests(self) -> None:
        for run, jobs in self._ledger.asked(self._claim.engine).items():
            if run not in self._floor.runs:
                continue
            if jobs is None:
                if not self._floor.doing(run).is_cancelled:
                    self._floor.cancel(run)
                continue
            for name in jobs:
                self._floor.cancel_job(run, name)

    def _do_what_is_due(self) -> None:
        if self._is_due("look", LOOK):
            self._floor.look_at_progress()
        if self._is_due("renew", self._lease / RENEWALS):
            self._renew()
        if self._is_due("ask", ASK):
            self._see_requests()

    def _is_due(self, what: str, every: float) -> bool:
        now = time.monotonic()
        if now < self._due[what]:
            return False
        self._due[what] = now + every
        return True

    def _reports(self) -> list[Report]:
        reports = []
        for doing in self._floor.over():
            self._ledger.finish(doing.run, doing.status, self._claim.engine)
            reports.append(Report(doing.run, doing.plan, doing.outcomes))
            self._floor.drop(doing.run)
        return reports


def _busy(run: int, who: str) -> RunBusy:
    return RunBusy(f"run {run} is being done by {who}; wait until it has ended")
