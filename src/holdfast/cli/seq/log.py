"""``holdfast seq log|diff|undo|retire-namespace``: what was committed, and taking it back."""

from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import RenderableType

from holdfast.cli.output import counted, show, table
from holdfast.cli.seq.options import AsJson, open_container
from holdfast.errors import printable

if TYPE_CHECKING:
    from holdfast.app.sequences.diff import Differences
    from holdfast.sequences.care.log import CommitRecord

commands = typer.Typer()

Limit = Annotated[int, typer.Option(min=0, help="Names of each kind to list at most.")]
AsTsv = Annotated[
    bool, typer.Option("--tsv", help="All rows, tab-separated: kind, change, name, before, after.")
]


@commands.command()
def log(
    number: Annotated[int | None, typer.Argument(help="One commit, in full.")] = None,
    limit: Annotated[int, typer.Option(min=1, help="How many at most.")] = 20,
    before: Annotated[
        int | None, typer.Option(metavar="NUMBER", help="Those older than this one.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Say what was committed, newest first: when, by whom, from which file, and what it brought.

    Example:

        holdfast seq log
        holdfast seq log 12

    Exit code 1: there is no commit of this number.
    """
    from holdfast.app.sequences.log import read_commit, read_log

    if number is not None:
        with open_container() as container:
            detail = read_commit(container, number)
        rows: list[tuple[str, object]] = [*_facts(detail.commit)]
        rows += [(f"aliases in {space}", f"{count:+,}") for space, count in detail.aliases.items()]
        rows += [("pack", f"{pack.sha256} ({pack.size:,} bytes)") for pack in detail.packs]
        rows += [("pack dropped", sha256) for sha256 in detail.packs_dropped]
        show(detail, table(("", ""), rows), as_json=as_json)
        return
    with open_container() as container:
        found = read_log(container, limit, before)
    columns = ("commit", "time", "who", "note", "sequences", "aliases", "retired", "undone by")
    listed = [
        (
            each.number,
            each.time.replace("T", " ").removesuffix("+00:00"),
            printable(each.who),
            printable(each.note),
            each.sequences,
            each.aliases_added,
            each.aliases_retired,
            each.undone_by,
        )
        for each in found
    ]
    show(found, table(columns, listed) if listed else "no commits", as_json=as_json)


@commands.command()
def diff(
    before: Annotated[str, typer.Argument(metavar="A", help="A snapshot, position, or time.")],
    after: Annotated[
        str | None, typer.Argument(metavar="B", help="The same; the store as it is now if absent.")
    ] = None,
    limit: Limit = 20,
    as_tsv: AsTsv = False,
    as_json: AsJson = False,
) -> None:
    """Compare the store at two positions: what was added, removed, or names something else.

    Example:

        holdfast seq diff 2026-10 2026-11
        holdfast seq diff 2026-11-01T12:00 --tsv

    Look at the aliases that were re-pointed: they name another sequence than before. Exit code 1:
    there is no such snapshot or position.
    """
    compare(before, after, limit, as_tsv=as_tsv, as_json=as_json)


@commands.command()
def undo(
    number: Annotated[
        int | None, typer.Argument(help="The commit to undo (default: the last).")
    ] = None,
    to: Annotated[
        str | None,
        typer.Option(metavar="POSITION", help="Undo all after this snapshot, position, or time."),
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Reverse a commit by another one; the history keeps both.

    Example:

        holdfast seq undo
        holdfast seq undo --to before-the-load

    Names mean again what they meant before. Sequences that only this commit brought are garbage:
    `holdfast seq gc` drops them. Exit code 1: there is no such commit, or later ones gave its
    names another meaning. Exit code 2: there is nothing to undo.
    """
    from holdfast.app.sequences.log import undo_commits

    with open_container() as container:
        done = undo_commits(container, number, to)
    numbers = ", ".join(map(str, done.undoes))
    show(
        done,
        f"commit {done.position} undoes {numbers}: "
        f"{counted(done.aliases_retired, 'alias', 'aliases')} retired, "
        f"{done.aliases_restored:,} given back",
        *(f"the collection {name} has its name no more" for name in done.collections_retired),
        *(f"the collection {name} is what it was" for name in done.collections_restored),
        as_json=as_json,
    )


@commands.command("retire-namespace")
def retire_namespace(
    namespace: Annotated[str, typer.Argument(help="The namespace whose aliases are to end.")],
    as_json: AsJson = False,
) -> None:
    """End all aliases of a namespace in one commit. Snapshots still know them.

    Example:

        holdfast seq retire-namespace old-lab

    Exit code 1: it has no aliases.
    """
    with open_container() as container:
        retired = container.store.retire_namespace(namespace)
    show(
        {"namespace": namespace, "aliases_retired": retired},
        f"retired {counted(retired, 'alias', 'aliases')} of {namespace}",
        as_json=as_json,
    )


def compare(before: str, after: str | None, limit: int, *, as_tsv: bool, as_json: bool) -> None:
    """Show what separates two positions."""
    from holdfast.app.sequences.diff import compare_positions, rows_of

    with open_container() as container:
        if as_tsv:
            for row in rows_of(container, before, after):
                typer.echo("\t".join(row))
            return
        found = compare_positions(container, before, after, limit)
    show(found, _counts(found), *_lists(found), as_json=as_json)


def _counts(found: "Differences") -> RenderableType:
    counts = found.counts
    rows = [
        ("sequences", counts.sequences_added, counts.sequences_removed, None),
        ("aliases", counts.aliases_added, counts.aliases_removed, counts.aliases_repointed),
        (
            "collections",
            counts.collections_added,
            counts.collections_removed,
            counts.collections_repointed,
        ),
    ]
    title = f"from {counts.before} to {counts.after}"
    return table(("", "added", "removed", "re-pointed"), rows, title=title)


def _lists(found: "Differences") -> list[RenderableType]:
    shown: list[RenderableType] = []
    if found.aliases_repointed:
        rows = [(each.alias, each.before, each.after) for each in found.aliases_repointed]
        shown.append(table(("re-pointed alias", "named before", "names after"), rows))
    if found.collections:
        listed = [(each.name, each.before, each.after) for each in found.collections]
        shown.append(table(("collection", "was", "is"), listed))
    for word, aliases in (("added", found.aliases_added), ("removed", found.aliases_removed)):
        if aliases:
            named = [(each.alias, each.after or each.before) for each in aliases]
            shown.append(table((f"alias {word}", "digest"), named))
    return shown


def _facts(commit: "CommitRecord") -> list[tuple[str, object]]:
    facts: list[tuple[str, object]] = [
        ("commit", f"{commit.number}"),
        ("hash", commit.hash),
        ("time", commit.time),
        ("who", printable(commit.who)),
        ("note", printable(commit.note)),
        ("sequences", f"{commit.sequences:,} ({commit.residues:,} residues)"),
        ("aliases", f"{commit.aliases_added:,} added, {commit.aliases_retired:,} retired"),
    ]
    for each in commit.collections:
        facts += [("collection", f"{each.name} ({each.digest})")]
        origin = each.origin
        known = (origin.url or origin.file, origin.release, origin.sha256)
        facts += [("  from", printable(" ".join(part for part in known if part)))]
    facts += [("collection retired", name) for name in commit.collections_retired]
    if commit.dropped:
        facts.append(("sequences dropped", f"{commit.dropped:,}"))
    if commit.undoes:
        facts.append(("undoes", ", ".join(map(str, commit.undoes))))
    if commit.undone_by is not None:
        facts.append(("undone by", f"{commit.undone_by}"))
    return facts
