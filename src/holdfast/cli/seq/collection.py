"""``holdfast seq collection``: the loaded files, each with its digest."""

import sys
from typing import TYPE_CHECKING, Annotated

import typer

from holdfast.cli.output import Bar, counted, show, table
from holdfast.cli.seq.options import AsJson, At, Output, open_container
from holdfast.errors import UsageError, printable

if TYPE_CHECKING:
    from rich.console import RenderableType

    from holdfast.app.sequences.collection import CollectionsCompared, CollectionShown

commands = typer.Typer(no_args_is_help=True, help="The loaded files, each with its digest.")

CollectionName = Annotated[str, typer.Argument(help="A collection's name or digest.")]
Compared = Annotated[
    str, typer.Argument(help="A file, URL or - (standard input), or a collection's name or digest.")
]


@commands.command("list")
def collection_list(
    having: Annotated[
        str | None,
        typer.Option(metavar="ATTRIBUTE=DIGEST", help="Only those with this array, by its digest."),
    ] = None,
    at: At = None,
    as_json: AsJson = False,
) -> None:
    """List the collections: the loaded files, each with its digest.

    Example:

        holdfast seq collection list

    The digest is that of GA4GH Sequence Collections: of the names and the sequences in their
    order. So the same records under another file name are the same collection.
    """
    from holdfast.app.sequences.collection import list_collections

    with open_container() as container:
        found = list_collections(container, at, having)
    rows = [(each.name, each.sequences, each.residues, each.digest) for each in found]
    columns = ("collection", "sequences", "residues", "digest")
    show(found, table(columns, rows) if rows else "no collections", as_json=as_json)


@commands.command("show")
def collection_show(
    name: CollectionName,
    level: Annotated[
        int | None,
        typer.Option(min=0, max=2, help="As GA4GH has it: JSON at this level, and no more."),
    ] = None,
    limit: Annotated[
        int, typer.Option(min=0, help="Members shown at most; --json shows all.")
    ] = 50,
    at: At = None,
    as_json: AsJson = False,
) -> None:
    """Show a collection: its digests, where it is from, and its members.

    Example:

        holdfast seq collection show yeast.fa.gz

    Exit code 1: there is no collection of this name or digest.
    """
    from holdfast.app.sequences.collection import at_level, show_collection

    with open_container() as container:
        if level is not None:
            show(at_level(container, name, level, at), as_json=True)
            return
        shown = show_collection(container, name, at)
    show(shown, *_shown(shown, limit), as_json=as_json)


def _shown(shown: "CollectionShown", limit: int) -> "list[RenderableType]":
    """The parts of the answer to a person."""
    facts: list[tuple[str, object]] = [
        ("digest", shown.digest),
        *((f"of {name.replace('_', ' ')}", digest) for name, digest in shown.level1.items()),
        ("sequences", f"{shown.sequences:,}"),
        ("residues", f"{shown.residues:,}"),
        ("from", shown.origin.url or shown.origin.file or None),
        ("SHA-256 of that", shown.origin.sha256),
        ("release", shown.origin.release),
        ("added", f"{shown.time}, commit {shown.added}" if shown.added is not None else None),
    ]
    members = [
        (printable(each["name"]), each["length"], each["digest"], printable(each["description"]))
        for each in shown.members[:limit]
    ]
    parts: list[RenderableType] = [
        printable(shown.name),
        table(("", ""), [fact for fact in facts if fact[1] is not None]),
    ]
    if members:
        parts.append(table(("member", "length", "digest", "description"), members))
    rest = shown.sequences - len(members)
    return [*parts, f"and {rest:,} more"] if rest and members else parts


@commands.command("compare")
def collection_compare(a: Compared, b: Compared, at: At = None, as_json: AsJson = False) -> None:
    """Say how two collections agree: by names, lengths, sequences, and these together.

    Example:

        holdfast seq collection compare old.fa.gz new.fa.gz

    Files are read and hashed; nothing is stored, and no store is needed for them. What is there as
    a file is taken as one. With `--json` the answer is the comparison of GA4GH Sequence
    Collections.
    """
    from holdfast.app.sequences.collection import compare_collections

    with open_container() as container, Bar(silent=as_json) as bar:
        compared = compare_collections(container, a, b, at, bar)
    show(compared.document, *_compared(compared), as_json=as_json)


def _compared(compared: "CollectionsCompared") -> "list[RenderableType]":
    digests = compared.document["digests"]
    named = [
        ("A", printable(compared.a), digests["a"]),
        ("B", printable(compared.b), digests["b"]),
    ]
    rows = [
        (row.by, row.only_a, row.only_b, row.both, _order(row.same_order)) for row in compared.rows
    ]
    columns = ("by", "only in A", "only in B", "in both", "in the same order")
    return [table(("", "collection", "digest"), named), table(columns, rows), compared.verdict]


def _order(same: bool | None) -> str:
    return "" if same is None else "yes" if same else "no"


@commands.command("export")
def collection_export(
    name: CollectionName,
    output: Output = None,
    exact: Annotated[
        bool, typer.Option("--exact", help="Byte for byte as the FASTA text it was loaded from.")
    ] = False,
    at: At = None,
    as_json: AsJson = False,
) -> None:
    """Write a collection as FASTA (or 2bit), compressed as the file's name ends.

    Example:

        holdfast seq collection export yeast.fa.gz --exact --output yeast.fa

    `holdfast seq export` does the same with more choices, and several at once. Exit code 1: there
    is no collection of this name or digest.
    """
    from holdfast.app.sequences.collection import export_collection

    if as_json and output is None:
        raise UsageError("--json tells about a file; name one with --output")
    with open_container() as container, Bar(silent=as_json or output is None) as bar:
        done = export_collection(container, name, at, output, sys.stdout.buffer, exact, bar)
    if output is not None:
        sentence = f"{counted(done.records, 'record')}, {counted(done.residues, 'residue')}"
        show(done, f"{sentence} in {done.output}", as_json=as_json)


@commands.command("retire")
def collection_retire(name: CollectionName, as_json: AsJson = False) -> None:
    """End a collection's name. Its sequences stay, and snapshots still know it.

    Example:

        holdfast seq collection retire old.fa.gz

    Exit code 1: there is no collection of this name.
    """
    with open_container() as container:
        container.store.retire_collection(name)
    show({"retired": name}, f"{name} is retired", as_json=as_json)
