"""
The task ``load``: the FASTA files of a release become collections of the sequence store.

A collection is called ``bank:release:file``. Sequences the store has already cost nothing, so a
release that changed little adds little.
"""

from dataclasses import dataclass

from holdfast.app.container import Container
from holdfast.app.tasks import making_of, step_of
from holdfast.banks.fetch import previous_entries
from holdfast.banks.making import (
    Making,
    all_unpacked,
    arrivals,
    entries_as_fetched,
    entries_as_unpacked,
)
from holdfast.banks.recipe import Step
from holdfast.banks.releases import Entry, Product
from holdfast.base.locks import Held, exclusive
from holdfast.base.progress import Listener, Progress, ignore
from holdfast.errors import StoreBusy
from holdfast.sequences import LoadReport, Origin, SequenceStore

STORE_LOCK = "store-made.lock"


@dataclass(frozen=True, slots=True)
class Loadable:
    """One FASTA file of the release and the remote file it came from."""

    product: Product
    entry: Entry


def run(
    container: Container, bank: str, release: str, step: str, listener: Listener = ignore
) -> tuple[LoadReport, ...]:
    """Load the FASTA files that the step is about; what the store says of each."""
    making = making_of(container.settings, bank, release)
    chosen = step_of(making, step)
    files = loadable(making, chosen)
    store = _store(container)
    reports = []
    for count, each in enumerate(files, 1):
        reports.append(_load(store, making, chosen, each, listener))
        listener(Progress("loading", count, len(files), "files"))
    return tuple(reports)


def loadable(making: Making, step: Step) -> tuple[Loadable, ...]:
    """The products that `step` loads, sorted by path."""
    fetched = entries_as_fetched(making, arrivals(making.folder), previous_entries(making))
    entries = entries_as_unpacked(fetched, all_unpacked(making))
    found = [
        Loadable(product, entry)
        for entry in entries
        for product in entry.products
        if step.selection.file(product.path)
    ]
    return tuple(sorted(found, key=lambda each: each.product.path))


def _load(
    store: SequenceStore, making: Making, step: Step, each: Loadable, listener: Listener
) -> LoadReport:
    return store.load(
        making.flat / each.product.path,
        namespace=step.namespace or making.bank,
        collection=f"{making.bank}:{making.release}:{each.product.path}",
        # The same name may mean another sequence in the next release; the alias keeps its history.
        reassign=True,
        origin=Origin(
            url=each.entry.file.url,
            file=each.product.path,
            sha256=each.entry.sha256,
            release=f"{making.bank}:{making.release}",
        ),
        listener=listener,
    )


def _store(container: Container) -> SequenceStore:
    """The store; two loads that both find none must not both make it."""
    wait = container.settings.write_wait
    try:
        with exclusive(container.settings.home / STORE_LOCK, wait):
            return container.store_made_if_absent()
    except Held as held:
        raise StoreBusy(f"the store is being made by {held.holder}; try again later") from held
