"""``holdfast seq alias``: the names of sequences and their history."""

import shlex
from typing import TYPE_CHECKING, Annotated, Any

import typer

from holdfast.cli.output import Bar, show, table
from holdfast.cli.seq.options import AsJson, At, Name, Reassign, alarm, open_container

if TYPE_CHECKING:
    from holdfast.sequences import AliasRecord

commands = typer.Typer(no_args_is_help=True, help="The names of sequences and their history.")

ALIASES_SHOWN = 3  #: of a sequence, in a line of a table
NAMES_SHOWN = 10  #: that are missing


@commands.command("list")
def alias_list(
    name: Name,
    history: Annotated[bool, typer.Option("--history", help="Retired ones too.")] = False,
    at: At = None,
    as_json: AsJson = False,
) -> None:
    """List the aliases of a sequence.

    Example:

        holdfast seq alias list sgd:chrI --history

    Exit code 1: the name is unknown.
    """
    from holdfast.app.sequences.get import view_at

    with open_container() as container:
        found = view_at(container, at).aliases(name, history=history)
    rows = [(str(each.alias), each.added, each.retired, str(each.digest)) for each in found]
    show(
        [_alias_document(each) for each in found],
        table(("alias", "added", "retired", "digest"), rows) if rows else "no aliases",
        as_json=as_json,
    )


@commands.command("add")
def alias_add(
    new: Annotated[str, typer.Argument(metavar="NS:ALIAS", help="The alias to add.")],
    name: Name,
    reassign: Reassign = False,
    as_json: AsJson = False,
) -> None:
    """Give a sequence one more name.

    Example:

        holdfast seq alias add lab:reference sgd:chrI

    Exit code 1: the alias belongs to another sequence (then `--reassign` moves it).
    """
    from holdfast.app.sequences.alias import add_alias

    with open_container() as container:
        added = add_alias(container, new, name, reassign=reassign)
    show(added, f"{added.alias} is {added.digest}", *map(alarm, added.alarms), as_json=as_json)


@commands.command("retire")
def alias_retire(
    olds: Annotated[list[str], typer.Argument(metavar="NS:ALIAS...", help="What to retire.")],
    as_json: AsJson = False,
) -> None:
    """End aliases, all of them or none. Their history stays, and snapshots still know them.

    Example:

        holdfast seq alias retire lab:reference

    Exit code 1: no sequence has one of them.
    """
    from holdfast.app.sequences.alias import retire_aliases

    with open_container() as container:
        retired = [str(alias) for alias in retire_aliases(container, olds)]
    show({"retired": retired}, *(f"{alias} is retired" for alias in retired), as_json=as_json)


@commands.command("load")
def alias_load(
    file: Annotated[str, typer.Argument(help="A table, or its URL; - is standard input.")],
    reassign: Reassign = False,
    as_json: AsJson = False,
) -> None:
    """Load a table of aliases: namespace, alias, name or digest, with tabs between them.

    Example:

        holdfast seq alias load names.tsv.gz

    A first line that names its columns may give them another order. The whole table is loaded in
    one commit or nothing of it. Exit code 1: a line is wrong, names what is not in the store, or
    an alias belongs to another sequence; the sentence says which line.
    """
    from holdfast.app.sequences.alias import load_aliases

    with open_container() as container, Bar(silent=as_json) as bar:
        report = load_aliases(container, file, reassign=reassign, listener=bar)
    columns = ("file", "aliases", "new", "moved")
    rows = [(report.file, report.aliases_seen, report.aliases_added, report.aliases_moved)]
    show(report, table(columns, rows), *map(alarm, report.alarms), as_json=as_json)


@commands.command("search")
def alias_search(
    text: Annotated[str, typer.Argument(help="Words, or with --prefix the beginning of an alias.")],
    prefix: Annotated[
        bool, typer.Option("--prefix", help="Aliases that begin so, as it is written.")
    ] = False,
    namespace: Annotated[str | None, typer.Option(help="Only aliases of this namespace.")] = None,
    limit: Annotated[int, typer.Option(min=1, max=1_000_000, help="Sequences at most.")] = 100,
    at: At = None,
    as_json: AsJson = False,
) -> None:
    """Find sequences by words of their aliases and descriptions, or by the beginning of an alias.

    Example:

        holdfast seq alias search "hemoglobin alpha"
        holdfast seq alias search NM_0005 --prefix --namespace refseq

    Words are whole words in any casing; all of them must be there. No letter is a wildcard. The
    first search by words makes the index of words, which takes a while in a large store. Exit
    code 2: there is nothing to search for.
    """
    from holdfast.app.sequences.alias import search_aliases

    with open_container() as container, Bar(silent=as_json) as bar:
        found = search_aliases(
            container,
            text,
            prefix=prefix,
            namespace=namespace,
            limit=limit,
            at=at,
            listener=bar,
        )
    rows = [
        (_some(each.aliases), each.length, str(each.digest), each.description) for each in found
    ]
    documents = [
        {
            "digest": str(each.digest),
            "length": each.length,
            "aliases": [str(alias) for alias in each.aliases],
            "description": each.description,
        }
        for each in found
    ]
    columns = ("aliases", "residues", "digest", "description")
    show(documents, table(columns, rows) if rows else _nothing(text, prefix), as_json=as_json)


@commands.command("infer")
def alias_infer(
    names: Annotated[list[str], typer.Argument(help="Names without a namespace.")],
    as_json: AsJson = False,
) -> None:
    """Say which namespaces names of this form belong to. No store is asked.

    Example:

        holdfast seq alias infer NM_000551.4 P12345 chr1
    """
    from holdfast.app.sequences.alias import infer_namespaces

    found = infer_namespaces(names)
    rows = [(each.name, ", ".join(each.namespaces), each.versioned) for each in found]
    show(found, table(("name", "namespaces", "versioned"), rows), as_json=as_json)


@commands.command("assembly")
def alias_assembly(
    report: Annotated[
        str,
        typer.Argument(
            metavar="REPORT", help="An NCBI assembly report (file or URL), or a name as GRCh38."
        ),
    ],
    namespace: Annotated[
        str | None, typer.Option(help="The namespace (default: the assembly's name).")
    ] = None,
    collection: Annotated[
        str | None,
        typer.Option(help="Where names are looked up when the store has not the accessions."),
    ] = None,
    partial: Annotated[
        bool, typer.Option("--partial", help="Name those that are there when others are missing.")
    ] = False,
    reassign: Reassign = False,
    as_json: AsJson = False,
) -> None:
    """Name the sequences of a genome as its assembly does: `GRCh38:1`, `GRCh38:chr1`.

    Example:

        holdfast seq alias assembly GCF_000146045.2_R64_assembly_report.txt

    The sequences are found by their accessions. The names of human assemblies are known without a
    report when the package bioutils is installed. Exit code 1: a sequence is missing (then
    `--partial` names the others), or has another length than the report says.
    """
    from holdfast.app.sequences.assembly import name_sequences

    with open_container() as container, Bar(silent=as_json) as bar:
        done = name_sequences(
            container,
            report,
            namespace=namespace,
            collection=collection,
            partial=partial,
            reassign=reassign,
            listener=bar,
        )
    columns = ("assembly", "sequences", "new aliases", "moved", "missing")
    rows = [
        (done.namespace, done.sequences, done.aliases_added, done.aliases_moved, len(done.missing))
    ]
    show(
        done,
        table(columns, rows),
        *_listed("not in the store", done.missing),
        *_listed("with blanks, so no aliases", done.unusable),
        as_json=as_json,
    )


def _nothing(text: str, prefix: bool) -> str:
    if prefix:
        return "nothing was found"
    return (
        "nothing was found; words are whole words: aliases that only begin so are found with "
        f"--prefix {shlex.quote(text)}"
    )


def _listed(what: str, names: tuple[str, ...]) -> list[str]:
    more = f" and {len(names) - NAMES_SHOWN:,} more" if len(names) > NAMES_SHOWN else ""
    return [f"{what}: {', '.join(names[:NAMES_SHOWN])}{more}"] if names else []


def _some(aliases: tuple[object, ...]) -> str:
    more = f" and {len(aliases) - ALIASES_SHOWN:,} more" if len(aliases) > ALIASES_SHOWN else ""
    return ", ".join(map(str, aliases[:ALIASES_SHOWN])) + more


def _alias_document(record: "AliasRecord") -> dict[str, Any]:
    return {
        "alias": str(record.alias),
        "digest": str(record.digest),
        "added": record.added,
        "retired": record.retired,
    }
