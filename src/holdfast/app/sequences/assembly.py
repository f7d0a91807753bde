"""Name the sequences of a genome as its assembly report, or a package, does."""

from pathlib import Path

from holdfast.app.container import Container
from holdfast.app.sequences.inputs import STANDARD_INPUT, is_url, opened
from holdfast.base.progress import Listener, ignore
from holdfast.formats.assembly_report import Assembly, read_report
from holdfast.sequences.naming.assemblies import (
    AssemblyNamed,
    bundled_assembly,
    find_assembly,
    name_assembly,
)


def name_sequences(
    container: Container,
    report: str,
    *,
    namespace: str | None = None,
    collection: str | None = None,
    partial: bool = False,
    reassign: bool = False,
    listener: Listener = ignore,
) -> AssemblyNamed:
    """Give the sequences of an assembly their names.

    `report` is a file, a URL, or an assembly that the package bioutils knows.

    Raises
    ------
    UsageError
        There is no such file or assembly, or the assembly's name cannot be a namespace.
    FormatError
        The file is no assembly report, or a sequence has another length than it says.
    AliasNotFound
        Sequences are missing, and `partial` was not said.
    AliasConflict
        A name belongs to another sequence, and `reassign` was not said.
    """
    store = container.store
    assembly = _assembly(container, report, listener)
    with store.write() as batch:
        names = find_assembly(store, assembly, namespace, collection)
        done = name_assembly(batch, names, partial=partial, reassign=reassign)
        batch.commit(f"name the sequences of {names.namespace}")
    return done


def _assembly(container: Container, report: str, listener: Listener) -> Assembly:
    if not (report == STANDARD_INPUT or is_url(report) or Path(report).exists()):
        return bundled_assembly(report)
    with opened(container, report, listener) as given:
        return read_report(given.file)
