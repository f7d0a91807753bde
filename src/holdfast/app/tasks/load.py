"""
The task ``load``: the FASTA files of a release become collections of the sequence store.

A collection is called ``bank:release:file``. Sequences the store has already cost nothing, so a
release that changed little adds little.
"""

from dataclasses import dataclass

from holdfast.app.container import Container
from holdfast.app.tasks.makings import making_of, step_of
from holdfast.banks.recipes.steps import Step
from holdfast.banks.releases.release import Entry, Product
from holdfast.banks.updating.arrivals import all_unpacked, arrivals
from holdfast.banks.updating.entries import entries_as_fetched, entries_as_unpacked
from holdfast.banks.updating.fetch import previous_entries
from holdfast.banks.updating.making import Making
from holdfast.base.locks import Held, exclusive
from holdfast.base.progress import Listener, ignore
from holdfast.errors import StoreBusy
from holdfast.sequences import LoadReport, Origin, SequenceStore, Source
from holdfast.sequences.naming.definition import Definitions

STORE_LOCK = "store-made.lock"


@dataclass(frozen=True, slots=True)
class Loadable:
    """One FASTA file of the release and the remote file it came from."""

    product: Product
    entry: Entry


def run(
    container: Container, bank: str, release: str, step: str, listener: Listener = ignore
) -> tuple[LoadReport, ...]:
    """Load the FASTA files that the step is about; what the store says of each.

    All files of a release are one commit: the store has the release, or nothing of it.
    """
    making = making_of(container.settings, bank, release)
    chosen = step_of(making, step)
    sources = [_source(making, chosen, each) for each in loadable(making, chosen)]
    # The same name may mean another sequence in the next release; the alias keeps its history.
    return _store(container).load_together(
        sources, f"load {making.bank}:{making.release}", reassign=True, listener=listener
    )


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


def _source(making: Making, step: Step, each: Loadable) -> Source:
    file = each.product.path
    release = f"{making.bank}:{making.release}"
    origin = Origin(url=each.entry.file.url, file=file, sha256=each.entry.sha256, release=release)
    namespace = step.namespace_for(making.bank, file)
    # Names of definition lines go beyond the namespace that the recipe gives each file: two files
    # that disagree on one would refuse the release.
    return Source(making.flat / file, namespace, f"{release}:{file}", origin, Definitions.NONE)


def _store(container: Container) -> SequenceStore:
    """The store; two loads that both find none must not both make it."""
    wait = container.settings.write_wait
    try:
        with exclusive(container.settings.home / STORE_LOCK, wait):
            return container.store_made_if_absent()
    except Held as held:
        raise StoreBusy(f"the store is being made by {held.holder}; try again later") from held
