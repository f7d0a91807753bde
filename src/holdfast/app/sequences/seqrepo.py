"""Take an instance of SeqRepo into the store, and write the store as one."""

from pathlib import Path

from holdfast.app.container import Container
from holdfast.base.progress import Listener, ignore
from holdfast.sequences.seqrepo import (
    ExportReport,
    ImportReport,
    SeqRepoInstance,
    export_instance,
    import_instance,
)


def import_seqrepo(
    container: Container, folder: Path, *, reassign: bool = False, listener: Listener = ignore
) -> ImportReport:
    """Import the instance in `folder`; the store is made first when there is none.

    What cannot be taken in is in the report, and the rest is taken.

    Raises
    ------
    StoreError
        There is no instance in `folder`.
    """
    with SeqRepoInstance.open(folder) as instance:
        store = container.store_made_if_absent()
        threads = container.settings.processors
        return import_instance(
            store, instance, reassign=reassign, listener=listener, threads=threads
        )


def export_seqrepo(
    container: Container, folder: Path, at: str | None = None, listener: Listener = ignore
) -> ExportReport:
    """Write the store, now or as of `at`, as an instance in `folder`, or bring it up to date there.

    Raises
    ------
    UsageError
        There is something else in `folder`.
    StoreBusy
        Another process is writing there.
    """
    store = container.store  # an instance shows one store: layers below it have their own
    view = store.at(at) if at is not None else store
    return export_instance(store, folder, view, listener, container.settings.processors)
