"""``holdfast seq``: keep sequences, each once, and find them by any of their names."""

from typing import TYPE_CHECKING, Annotated, Any

import typer

from holdfast.cli.output import Bar, show, size, table
from holdfast.errors import StoreDamaged

if TYPE_CHECKING:
    from holdfast.app.container import Container
    from holdfast.sequences import AliasRecord

commands = typer.Typer(no_args_is_help=True)
alias = typer.Typer(no_args_is_help=True, help="The names of sequences and their history.")
snapshot = typer.Typer(no_args_is_help=True, help="Frozen, named views of the store.")
commands.add_typer(alias, name="alias")
commands.add_typer(snapshot, name="snapshot")

AsJson = Annotated[bool, typer.Option("--json", help="Answer as JSON.")]
At = Annotated[str | None, typer.Option("--at", metavar="SNAPSHOT", help="As of a snapshot.")]
Name = Annotated[str, typer.Argument(help="A digest, namespace:alias, or an alias.")]
Reassign = Annotated[
    bool, typer.Option("--reassign", help="Move aliases that belong to other sequences.")
]


def _container() -> "Container":
    from holdfast.app.container import Container

    return Container.read()


@commands.command()
def init(as_json: AsJson = False) -> None:
    """Make an empty store in the home folder.

    Example:

        holdfast seq init

    `holdfast seq load` makes one by itself when there is none. Exit code 1: there is one already.
    """
    from holdfast.sequences import SequenceStore

    with _container() as container, SequenceStore.create(container.settings.store) as store:
        show(store.status(), f"made a store in {store.folder}", as_json=as_json)


@commands.command()
def load(
    files: Annotated[list[str], typer.Argument(help="FASTA files; - is standard input.")],
    namespace: Annotated[
        str, typer.Option(help="The namespace in which the records' names become aliases.")
    ] = "local",
    collection: Annotated[
        str | None, typer.Option(help="What to call the records (default: the file's name).")
    ] = None,
    reassign: Reassign = False,
    as_json: AsJson = False,
) -> None:
    """Load FASTA files: plain, gzip, bgzip or zstd.

    Example:

        holdfast seq load yeast.fa.gz --namespace sgd

    Each file is loaded whole or not at all. Its records' names become aliases, and together they
    are a collection. Exit code 1: a file is broken, or a name belongs to another sequence.
    """
    from holdfast.app.sequences.load import load_sequences

    with _container() as container, Bar(silent=as_json) as bar:
        loaded = load_sequences(
            container, files, namespace, collection, reassign=reassign, listener=bar
        )
    columns = ("collection", "sequences", "new", "residues", "new", "aliases", "retired", "stored")
    rows = [
        (
            report.collection,
            report.sequences_seen,
            report.sequences_new,
            report.residues_seen,
            report.residues_new,
            report.aliases_added,
            report.aliases_retired,
            size(report.bytes_added),
        )
        for report in loaded.files
    ]
    show(loaded, table(columns, rows), as_json=as_json)


@commands.command()
def get(
    names: Annotated[list[str], typer.Argument(help="Digests, namespace:alias, or aliases.")],
    part: Annotated[
        str | None,
        typer.Option("--slice", metavar="START-END", help="From 0; END is not in it."),
    ] = None,
    raw: Annotated[bool, typer.Option("--raw", help="Residues only, one sequence a line.")] = False,
    at: At = None,
    as_json: AsJson = False,
) -> None:
    """Write sequences, or a slice of each, as FASTA.

    Example:

        holdfast seq get sgd:chrI --slice 100-150

    Exit code 1: a name is unknown, or names different sequences in several namespaces.
    """
    from holdfast.app.sequences.get import get_sequences, read_slice

    with _container() as container:
        found = get_sequences(container, names, read_slice(part), at)
    if as_json:
        show(found, as_json=True)
        return
    for got in found:
        where = f" {got.start}-{got.end}" if part else ""
        if not raw:
            typer.echo(f">{got.name}{where}")
        step = max(1, len(got.residues)) if raw else 60
        for start in range(0, len(got.residues), step):
            typer.echo(got.residues[start : start + step])


@commands.command()
def status(as_json: AsJson = False) -> None:
    """Say what is in the store and how much room it takes.

    Example:

        holdfast seq status
    """
    with _container() as container:
        found = container.store.status()
    rows: list[tuple[str, object]] = [
        ("folder", str(found.folder)),
        ("journal position", f"{found.position:,}"),
        ("sequences", f"{found.sequences:,}"),
        ("residues", f"{found.residues:,}"),
        ("aliases", f"{found.aliases:,}"),
        ("collections", f"{found.collections:,}"),
        ("snapshots", f"{found.snapshots:,}"),
        ("packs", f"{size(found.pack_bytes)} in {found.packs:,} files"),
        ("journal", size(found.journal_bytes)),
        ("index", size(found.index_bytes)),
    ]
    show(found, table(("", ""), rows), as_json=as_json)


@commands.command()
def check(as_json: AsJson = False) -> None:
    """Read the whole store and say what is not as it was written.

    Example:

        holdfast seq check

    Every file is hashed, every sequence decoded and hashed. Exit code 1: something is damaged.
    """
    with _container() as container, Bar(silent=as_json) as bar:
        report = container.store.check(bar)
    sentence = (
        f"{report.sequences:,} sequences in {report.packs:,} packs, {report.entries:,} journal "
        f"entries, {report.snapshots:,} snapshots: "
    )
    problems = len(report.problems)
    outcome = "all as written" if not problems else f"{problems:,} problems"
    show(report, sentence + outcome, *report.problems, as_json=as_json)
    if problems:
        raise StoreDamaged(f"the store has {problems:,} problems; the first: {report.problems[0]}")


@commands.command()
def collections(at: At = None, as_json: AsJson = False) -> None:
    """List the collections: the loaded files, each with its digest.

    Example:

        holdfast seq collections
    """
    from holdfast.app.sequences.get import view_at

    with _container() as container:
        found = view_at(container, at).collections()
    rows = [(each.name, each.sequences, each.residues, each.digest) for each in found]
    show(found, table(("collection", "sequences", "residues", "digest"), rows), as_json=as_json)


@commands.command()
def reindex(as_json: AsJson = False) -> None:
    """Make the index anew from the journal. Nothing is lost by it.

    Example:

        holdfast seq reindex
    """
    with _container() as container, Bar(silent=as_json) as bar:
        applied = container.store.reindex(bar)
    show({"entries": applied}, f"applied {applied:,} journal entries", as_json=as_json)


@alias.command("list")
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

    with _container() as container:
        found = view_at(container, at).aliases(name, history=history)
    rows = [(str(each.alias), each.added, each.retired, str(each.digest)) for each in found]
    show(
        [_alias_document(each) for each in found],
        table(("alias", "added", "retired", "digest"), rows),
        as_json=as_json,
    )


@alias.command("add")
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
    from holdfast.sequences import Alias

    with _container() as container:
        added = Alias.parse(new)
        container.store.add_alias(added, name, reassign)
        digest = str(container.store.resolve(new))
    document = {"alias": str(added), "digest": digest}
    show(document, f"{added} is {digest}", as_json=as_json)


@alias.command("retire")
def alias_retire(
    old: Annotated[str, typer.Argument(metavar="NS:ALIAS", help="The alias to retire.")],
    as_json: AsJson = False,
) -> None:
    """End an alias. Its history stays, and snapshots still know it.

    Example:

        holdfast seq alias retire lab:reference
    """
    from holdfast.sequences import Alias

    with _container() as container:
        retired = Alias.parse(old)
        container.store.retire_alias(retired)
    show({"retired": str(retired)}, f"{retired} is retired", as_json=as_json)


@snapshot.command("create")
def snapshot_create(
    name: Annotated[str, typer.Argument(help="What to call it.")], as_json: AsJson = False
) -> None:
    """Freeze the store as it is now under a name. It costs one small file.

    Example:

        holdfast seq snapshot create 2026-11

    Exit code 1: there is a snapshot of this name.
    """
    with _container() as container:
        made = container.store.snapshot(name)
    show(made, f"{made.name}: {made.sequences:,} sequences as of {made.position}", as_json=as_json)


@snapshot.command("list")
def snapshot_list(as_json: AsJson = False) -> None:
    """List the snapshots, oldest first.

    Example:

        holdfast seq snapshot list
    """
    with _container() as container:
        found = container.store.snapshots()
    rows = [
        (each.name, each.position, each.sequences, each.aliases, each.created) for each in found
    ]
    columns = ("snapshot", "position", "sequences", "aliases", "created")
    show(found, table(columns, rows), as_json=as_json)


def _alias_document(record: "AliasRecord") -> dict[str, Any]:
    return {
        "alias": str(record.alias),
        "digest": str(record.digest),
        "added": record.added,
        "retired": record.retired,
    }
