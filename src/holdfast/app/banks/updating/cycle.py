"""
The cycle: one bank is brought up to what its remote has now.

An update may be killed at any moment; the next one sees what is on disk and goes on. What the
remote has now decides: if it is still what an unfinished release was begun for, that release is
finished; if it changed, the unfinished one is given up, and the files it had fetched are kept as
far as the new one wants them. The banks this one is made from are up to date before; see
:mod:`holdfast.app.banks.updating.update`.
"""

from collections.abc import Collection
from dataclasses import dataclass, replace

from holdfast.app.banks.maintenance import refuse_in_maintenance
from holdfast.app.banks.rights import changing
from holdfast.app.banks.updating.again import begin_again, making_called, release_called
from holdfast.app.banks.updating.around import do_before, may_go
from holdfast.app.banks.updating.asking import (
    ask,
    changes_of,
    is_up_to_date,
    recipe_of,
    unfinished,
    upstreams_of,
)
from holdfast.app.banks.updating.going_on import Went, end_unfinished, go_on
from holdfast.app.banks.updating.report import UpdateReport, UpdateState, report_of
from holdfast.app.container import Container
from holdfast.banks.choosing.changes import Changes
from holdfast.banks.choosing.naming import Found
from holdfast.banks.dependencies import Upstream
from holdfast.banks.recipes.recipe import Recipe
from holdfast.banks.releases.bankfolder import BankFolder
from holdfast.banks.releases.release import Release
from holdfast.banks.updating.entries import usable
from holdfast.banks.updating.making import Making, Names, new_making, taken_up, unpacking_digest
from holdfast.banks.updating.stages import (
    FETCH,
    FINISH,
    PUBLISH,
    Point,
    Stage,
    Stop,
    Wishes,
    begin_of,
    stop_of,
)
from holdfast.base.progress import Listener, Progress


def update_alone(
    container: Container,
    bank: str,
    wishes: Wishes,
    listener: Listener,
    *,
    from_scratch: bool = False,
) -> UpdateReport:
    """Update `bank`, and none that it is made from.

    Raises
    ------
    BankNotFound, RecipeError, UsageError
        There is no such bank, its recipe cannot be read, or it has no step that is wished for.
    BankBusy
        Another process is updating it, or maintenance is on.
    ListingFailed
        The remote did not say what it has.
    UpdateFailed
        A job failed; the message names it, its log, and its last words.
    """
    refuse_in_maintenance(container)
    recipe = recipe_of(container, bank, wishes)
    stop, begin = stop_of(wishes, recipe), begin_of(wishes, recipe)
    folder = container.catalogue.folder(bank)
    update = _Update(container, folder, recipe, stop, listener)
    if stop.last <= Stage.DEPENDS:
        return update.stopped(None)
    with changing(container, folder):
        if begin is not None and begin.stage >= Stage.JOBS:
            report = update.again(begin, wishes.release)
            if report is not None:
                return report
        return update.usual(wishes.release, from_scratch=from_scratch or begin is not None)


@dataclass(frozen=True, slots=True)
class _Update:
    """An update under way. The bank's lock is held."""

    container: Container
    folder: BankFolder
    recipe: Recipe
    stop: Stop
    listener: Listener

    @property
    def bank(self) -> str:
        return self.recipe.name

    def usual(self, wanted: str, *, from_scratch: bool) -> UpdateReport:
        """Ask the remote, decide, make the release, publish it, remove old ones."""
        do_before(self.container, self.folder, self.recipe, self.listener)
        if self.stop.last <= Stage.BEFORE:
            return self.stopped(None)
        self.listener(Progress(f"asking {self.bank}'s remote"))
        upstreams = upstreams_of(self.container, self.recipe)
        found = ask(self.container, self.recipe, upstreams, wanted)
        making = None if from_scratch else unfinished(self.folder, self.recipe, found, upstreams)
        self._give_up_others(making)
        if from_scratch:
            self.folder.empty_dropped()  # nothing fetched before is trusted
        if making is not None:
            making = taken_up(making, self.recipe)
        else:
            newest = self.folder.newest()
            changes = changes_of(found, newest, from_scratch=from_scratch)
            same = is_up_to_date(self.recipe, found, newest, changes, upstreams)
            if same and not from_scratch:
                return UpdateReport(
                    self.bank, UpdateState.UP_TO_DATE, _name(newest), removed=self._tidy()
                )
            making = self._begin(found, newest, changes, upstreams)
        return self._to_the_end(making)

    def again(self, begin: Point, release: str) -> UpdateReport | None:
        """Begin again within a release; None if that means to begin with the remote."""
        steps = {step.name: step for step in self.recipe.steps}
        from_files = any(
            name == FETCH or (name in steps and steps[name].unpacks) for name in begin.jobs
        )
        making = making_called(self.folder, release)
        if making is not None:
            making = taken_up(making, self.recipe)
            forced = begin.jobs | {FETCH} if from_files else begin.jobs
            return self._to_the_end(making, forced, removing=False)
        if from_files:
            return None
        chosen = release_called(self.folder, release)
        if not begin.jobs - {FINISH, PUBLISH}:  # all else is done, for it is complete
            return self._publish(chosen)
        making = begin_again(self.folder, self.recipe, chosen, begin.jobs - {FINISH, PUBLISH})
        return self._to_the_end(making, removing=False)

    def stopped(self, making: Making | None, run: int | None = None) -> UpdateReport:
        """The report of an update that went as far as it was asked to."""
        release = making.release if making is not None else None
        return UpdateReport(self.bank, UpdateState.STOPPED, release, run=run)

    # -- the parts ---------------------------------------------------------------------------------

    def _begin(
        self,
        found: Found,
        newest: Release | None,
        changes: Changes,
        upstreams: tuple[Release, ...],
    ) -> Making:
        """Write down what will be made."""
        same = newest is not None and newest.unpacking == unpacking_digest(self.recipe)
        good = tuple(
            entry
            for entry in changes.reuse
            if newest is not None
            and self.recipe.remote.reuse
            and usable(entry, newest.folder, same_unpacking=same)
        )
        names = Names(
            release=self.folder.free_name(found.release),
            number=newest.number + 1 if newest is not None else 1,
            previous=newest.folder.name if newest is not None else None,
            same_unpacking=same,
            depends=tuple(map(Upstream.of, upstreams)),
        )
        changes = replace(changes, reuse=good)
        making = new_making(self.recipe, self.folder.folder, found, changes, names)
        self.folder.begin(making)
        return making

    def _to_the_end(
        self, making: Making, forced: Collection[str] = (), *, removing: bool = True
    ) -> UpdateReport:
        """Do what is left of `making`, as far as it should go, and what follows when it is done."""
        if self.stop.last < Stage.JOBS:
            return self.stopped(making)
        went: Went = go_on(self.container, self.folder, making, self.stop, self.listener, forced)
        if not went.to_the_end:
            return self.stopped(making, went.run)
        self.folder.end_making(making)
        self.folder.unannounce()
        removed = self._tidy(removing=removing)
        return report_of(making, removed, went.run)

    def _publish(self, release: Release) -> UpdateReport:
        """Publish a complete release, which is all that is left of it."""
        if self.recipe.publish:
            self.folder.publish(release)
        state = UpdateState.UPDATED if self.recipe.publish else UpdateState.UP_TO_DATE
        return UpdateReport(self.bank, state, release.name, published=self.recipe.publish)

    def _give_up_others(self, kept: Making | None) -> None:
        """Give up what was begun for something the remote no longer has."""
        for making in self.folder.makings():
            if kept is None or making.release != kept.release:
                end_unfinished(self.container, making.bank)
                self.folder.drop_making(making)

    def _tidy(self, *, removing: bool = True) -> tuple[str, ...]:
        """Remove old releases beyond those to keep, and what a kill left."""
        removed: tuple[Release, ...] = ()
        if removing and self.stop.last is Stage.OVER:
            keep = self.recipe.keep
            keep = keep if keep is not None else self.container.settings.keep_releases
            removed = tuple(
                release
                for release in self.folder.beyond(keep)
                if may_go(self.container, self.recipe, release)
            )
        for release in removed:
            self.folder.remove(release)
        self.folder.tidy()
        return tuple(release.name for release in removed)


def _name(release: Release | None) -> str | None:
    return release.name if release is not None else None
