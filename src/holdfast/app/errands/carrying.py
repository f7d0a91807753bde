"""
Carrying out: each wish is one call of what the command line would call, and a document of what came
of it. Nothing here knows how errands are kept.
"""

from collections.abc import Callable, Mapping
from typing import Any, cast

from pydantic_core import to_jsonable_python

from holdfast.app.container import Container
from holdfast.app.errands.wishes import (
    BatchCompare,
    CheckRemotes,
    Compare,
    ImportAlignment,
    LoadSequences,
    MoveBank,
    PublishRelease,
    RemoveBank,
    RemoveReleases,
    RetryRun,
    RunSchedule,
    UpdateBank,
    UpdateBanks,
    Wish,
)
from holdfast.app.plots.folders import Plot
from holdfast.base.progress import Listener, Progress
from holdfast.base.wording import size
from holdfast.errors import JobError, TooMuch
from holdfast.jobs.model import Status

Document = dict[str, Any]


def carry_out(container: Container, wish: Wish, listener: Listener) -> Document:
    """Do what is wished for; what came of it, as JSON has it.

    Raises
    ------
    HoldfastError
        It could not be done.
    """
    act = cast("Callable[[Container, Wish, Listener], Document]", _ACTS[type(wish)])
    return act(container, wish, listener)


def runs_of(wish: Wish) -> str:
    """What the ledger calls the runs that do it; empty if it has none of its own."""
    if isinstance(wish, UpdateBank | Compare | ImportAlignment | RetryRun | RunSchedule):
        return wish.subject
    return ""


def bounded(container: Container, listener: Listener) -> Listener:
    """A listener that ends the fetching of what is larger than an upload may be.

    For people of the web: what the command line fetches is its own matter.
    """
    if container.person is None:
        return listener
    most = container.settings.upload_limit

    def listen(progress: Progress) -> None:
        is_fetch = progress.what.endswith("fetching") and progress.unit == "bytes"
        if is_fetch and max(progress.done, progress.total or 0) > most:
            raise TooMuch(f"what is at this URL is larger than {size(most)}, which may be fetched")
        listener(progress)

    return listen


def _update(container: Container, wish: UpdateBank, listener: Listener) -> Document:
    from holdfast.app.banks.updating.update import check_wishes, update_bank
    from holdfast.banks.updating.stages import Wishes

    wishes = Wishes(
        wish.stop_before,
        wish.stop_after,
        wish.from_task,
        wish.process,
        wish.release,
        publish=wish.publish,
    )
    check_wishes(container, (wish.bank,), wishes)
    report = update_bank(
        container, wish.bank, from_scratch=wish.from_scratch, wishes=wishes, listener=listener
    )
    return _document(report)


def _publish(container: Container, wish: PublishRelease, _: Listener) -> Document:
    from holdfast.app.banks.releases.publish import publish_release

    return _document(publish_release(container, wish.bank, wish.release))


def _remove(container: Container, wish: RemoveReleases, _: Listener) -> Document:
    from holdfast.app.banks.releases.remove import raise_stayed, remove_releases

    removal = remove_releases(container, wish.bank, wish.releases)
    raise_stayed(removal)
    return _document(removal)


def _remove_bank(container: Container, wish: RemoveBank, _: Listener) -> Document:
    from holdfast.app.banks.releases.remove import raise_stayed, remove_bank

    removal = remove_bank(container, wish.bank, force=wish.force, with_recipe=wish.with_recipe)
    raise_stayed(removal)
    return _document(removal)


def _move(container: Container, wish: MoveBank, listener: Listener) -> Document:
    from holdfast.app.banks.move import move_bank

    return _document(move_bank(container, wish.bank, wish.folder, listener))


def _update_all(container: Container, wish: UpdateBanks, listener: Listener) -> Document:
    from holdfast.app.banks.updating.update import update_banks

    at_once = container.settings.updates_at_once
    reports = update_banks(container, wish.banks, at_once=at_once, listener=listener)
    failed = sum(report.problem is not None for report in reports)
    return {"failed": failed, "banks": [_document(report) for report in reports]}


def _check_remotes(container: Container, wish: CheckRemotes, listener: Listener) -> Document:
    from holdfast.app.banks.updating.remotes import check_remotes

    return {"banks": [_document(each) for each in check_remotes(container, wish.banks, listener)]}


def _compare(container: Container, wish: Compare, listener: Listener) -> Document:
    from holdfast.app.plots.compare import compare_genomes

    return _drawn(compare_genomes(container, wish.comparison, bounded(container, listener)))


def _import(container: Container, wish: ImportAlignment, listener: Listener) -> Document:
    from holdfast.app.plots.importing import import_alignment

    return _drawn(import_alignment(container, wish.importing, bounded(container, listener)))


def _batch(container: Container, wish: BatchCompare, listener: Listener) -> Document:
    from holdfast.app.plots.batch import run_batch

    report = run_batch(container, wish.file, listener=bounded(container, listener))
    return {
        "failed": len(report.failed),
        "plots": [
            {
                "line": each.line,
                "plot": each.name,
                "state": each.state.value,
                "problem": each.problem,
                "seconds": round(each.seconds, 1),
                "matches": None if each.plot is None else each.plot.matches,
            }
            for each in report.outcomes
        ],
    }


def _load(container: Container, wish: LoadSequences, listener: Listener) -> Document:
    from holdfast.app.sequences.load import load_sequences

    if wish.release:
        return _load_release(container, wish, listener)
    loaded = load_sequences(
        container,
        wish.files,
        wish.namespace,
        wish.collection,
        definitions=wish.definitions,
        reassign=wish.reassign,
        listener=listener,
    )
    return _document(loaded)


def _load_release(container: Container, wish: LoadSequences, listener: Listener) -> Document:
    from holdfast.app.sequences.loading_wishes import load_release

    files = load_release(
        container,
        wish.release,
        wish.files,
        wish.namespace,
        definitions=wish.definitions,
        reassign=wish.reassign,
        listener=listener,
    )
    return {"files": to_jsonable_python(files)}


def _retry(container: Container, wish: RetryRun, listener: Listener) -> Document:
    from holdfast.app.jobs.retrying import retry

    details = retry(container, wish.run, wish.jobs, listener)
    failed = [job for job in details.jobs if job.status is Status.FAILED]
    if not details.summary.succeeded:
        state = details.summary.state.value
        why = f": {failed[0].name}: {failed[0].reason}" if failed else ""
        raise JobError(f"run {wish.run} is {state} again{why}")
    return {"run": wish.run, "jobs": len(details.jobs)}


def _run_schedule(container: Container, wish: RunSchedule, listener: Listener) -> Document:
    from holdfast.app.schedule import run_schedule

    done = run_schedule(container, wish.name, listener=listener)
    if done.status is not Status.DONE:
        raise JobError(f"{wish.name}: run {done.run} {done.status.value}")
    return _document(done)


def _drawn(plot: Plot) -> Document:
    """What is said of a plot that was made: what its page does not show at a glance."""
    return {
        "plot": plot.name,
        "title": plot.title,
        "matches": plot.matches,
        "identity": plot.identity,
        "aligner": plot.aligner,
        "made": dict(plot.made),
    }


def _document(report: object) -> Document:
    document: Document = to_jsonable_python(report)
    return document


_ACTS: Mapping[type, Callable[..., Document]] = {
    UpdateBank: _update,
    PublishRelease: _publish,
    RemoveReleases: _remove,
    RemoveBank: _remove_bank,
    MoveBank: _move,
    UpdateBanks: _update_all,
    CheckRemotes: _check_remotes,
    Compare: _compare,
    ImportAlignment: _import,
    BatchCompare: _batch,
    LoadSequences: _load,
    RetryRun: _retry,
    RunSchedule: _run_schedule,
}
