"""
Assemblies: what a genome's sequences are called, as aliases of sequences that are in the store.

A report says for each sequence its name (``1``), often another (``chr1``), and its accessions. The
store is asked for the accessions, or, where it has not got them, for the names in a collection of
the same genome; the assembly is the namespace of the names: ``GRCh38:1``, ``GRCh38:chr1``. RefSeq's
accession goes first; GenBank's stands for the same sequence only when the report says so, or when
there is no other.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from holdfast.base.digests import Digest
from holdfast.errors import AliasNotFound, FormatError, UsageError
from holdfast.formats.assembly_report import Assembly, AssemblyRow
from holdfast.sequences.collections.collection import Collection
from holdfast.sequences.naming.alias import Alias, check_namespace, is_alias_text
from holdfast.sequences.view import View
from holdfast.sequences.writing.batch import Batch

SHOWN = 5  #: missing sequences that a sentence names


@dataclass(frozen=True, slots=True)
class AssemblyNames:
    """What an assembly's sequences are to be called in a store, and which are not there."""

    namespace: str
    found: tuple[tuple[AssemblyRow, Digest], ...]
    missing: tuple[AssemblyRow, ...]


@dataclass(frozen=True, slots=True)
class AssemblyNamed:
    """What was done: how many sequences were there, and of the names how many were new."""

    namespace: str
    sequences: int
    aliases_added: int
    aliases_moved: int
    missing: tuple[str, ...]  #: the names of the sequences that the store lacks
    unusable: tuple[str, ...] = ()  #: names with blanks, which cannot be aliases


def find_assembly(
    view: View, assembly: Assembly, namespace: str | None = None, collection: str | None = None
) -> AssemblyNames:
    """Which sequences of `view` are those of an assembly. Changes nothing.

    Raises
    ------
    UsageError
        The assembly's name cannot be a namespace.
    FormatError
        A sequence of the store has not the length that the report says: it is another one.
    CollectionNotFound
        There is no such collection.
    """
    space = namespace or _namespace(assembly)
    check_namespace(space)
    members = _members(view.collection(collection)) if collection is not None else {}
    names = [name for row in assembly.rows for name in _accessions(row)]
    known = _known(view, dict.fromkeys(names))
    found, missing = [], []
    for row in assembly.rows:
        digest = _sequence(row, known, members)
        if digest is None:
            missing.append(row)
            continue
        _check_length(view, assembly, row, digest)
        found.append((row, digest))
    return AssemblyNames(space, tuple(found), tuple(missing))


def name_assembly(
    batch: Batch, names: AssemblyNames, *, partial: bool = False, reassign: bool = False
) -> AssemblyNamed:
    """Stage the names of an assembly: all, or with `partial` those of the sequences that are there.

    Raises
    ------
    AliasNotFound
        Sequences are missing, and `partial` was not said; or none is there.
    AliasConflict
        A name belongs to another sequence, and `reassign` was not said.
    """
    if names.missing and not (partial and names.found):
        raise AliasNotFound(_lacking(names))
    before = batch.aliases_staged[0], batch.aliases_moved
    unusable = []
    for row, digest in names.found:
        for text in dict.fromkeys((row.name, *row.others)):
            if is_alias_text(text):
                batch.alias(Alias(names.namespace, text), digest, reassign)
            else:
                unusable.append(text)
    return AssemblyNamed(
        namespace=names.namespace,
        sequences=len(names.found),
        aliases_added=batch.aliases_staged[0] - before[0],
        aliases_moved=batch.aliases_moved - before[1],
        missing=tuple(row.name for row in names.missing),
        unusable=tuple(unusable),
    )


def bundled_assembly(name: str) -> Assembly:
    """The human assembly `name` as the package bioutils has it.

    Raises
    ------
    UsageError
        bioutils is not installed, or has no assembly of this name.
    """
    try:
        from bioutils import assemblies  # noqa: PLC0415 - an optional part
    except ImportError as error:
        raise UsageError(
            f"{name!r} is no file; the names of assemblies come from the package bioutils: "
            "pip install 'holdfast[assemblies]'"
        ) from error
    known = sorted(assemblies.get_assembly_names())
    if name not in known:
        raise UsageError(f"{name!r} is neither a file nor one of {', '.join(known)}")
    rows = tuple(_bundled_row(record) for record in assemblies.get_assembly(name)["sequences"])
    return Assembly(name, rows, f"bioutils' {name}")


def _bundled_row(record: Mapping[str, object]) -> AssemblyRow:
    def text(key: str) -> str:
        value = record.get(key)
        return value if isinstance(value, str) and value != "na" else ""

    others, length = record.get("aliases"), record.get("length")
    return AssemblyRow(
        name=text("name"),
        others=tuple(map(str, others)) if isinstance(others, list) else (),
        genbank=text("genbank_ac"),
        refseq=text("refseq_ac"),
        same=record.get("relationship") == "=",
        length=length if isinstance(length, int) else None,
    )


def _namespace(assembly: Assembly) -> str:
    """The assembly's name as a namespace: NCBI itself writes its blanks so in names of files."""
    space = re.sub(r"\s+", "_", assembly.name)
    if not space:
        raise UsageError(f"{assembly.source} does not name its assembly; name it with --namespace")
    try:
        check_namespace(space)
    except UsageError as error:
        raise UsageError(f"{error}; name another with --namespace") from error
    return space


def _accessions(row: AssemblyRow) -> list[str]:
    """What the row's sequence is called elsewhere, the best first."""
    names = [f"refseq:{row.refseq}"] if row.refseq else []
    if row.genbank and (row.same or not row.refseq):
        names.append(f"insdc:{row.genbank}")
    return names


def _members(collection: Collection) -> dict[str, Digest]:
    return {member.name: member.digest for member in collection.members}


def _known(view: View, names: Iterable[str]) -> dict[str, Digest]:
    """Those of `names` that the store has."""
    found = {}
    for name in names:
        # The accession may be kept in whatever namespace its file was loaded into.
        for written in (name, name.partition(":")[2]):
            if written in view:
                found[name] = view.resolve(written)
                break
    return found


def _sequence(
    row: AssemblyRow, known: Mapping[str, Digest], members: Mapping[str, Digest]
) -> Digest | None:
    by_accession = (known.get(name) for name in _accessions(row))
    by_name = (members.get(name) for name in (row.name, *row.others))
    return next((digest for digest in (*by_accession, *by_name) if digest is not None), None)


def _check_length(view: View, assembly: Assembly, row: AssemblyRow, digest: Digest) -> None:
    length = view.info(digest).length
    if row.length is not None and row.length != length:
        raise FormatError(
            assembly.source,
            row.line,
            f"{row.name} has {row.length:,} residues, but {digest}, which has its name or "
            f"accession in the store, has {length:,}; see that both are of the same assembly",
        )


def _lacking(names: AssemblyNames) -> str:
    some = ", ".join(
        f"{row.name} ({row.refseq or row.genbank or 'no accession'})"
        for row in names.missing[:SHOWN]
    )
    more = f" and {len(names.missing) - SHOWN:,} more" if len(names.missing) > SHOWN else ""
    total = len(names.missing) + len(names.found)
    advice = "; load them, or name the others with --partial" if names.found else "; load them"
    return (
        f"{len(names.missing):,} of {total:,} sequences of {names.namespace} are not in the store: "
        f"{some}{more}{advice}"
    )
