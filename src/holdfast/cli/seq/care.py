"""``holdfast seq init|status|check|gc|reindex``: the store as a whole, and care for it."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Annotated

import typer

from holdfast.cli.output import Bar, counted, plain, show, size, table
from holdfast.cli.seq.options import AsJson, open_container
from holdfast.errors import StoreDamaged, UsageError

if TYPE_CHECKING:
    from holdfast.app.sequences.inputs import Abandoned

commands = typer.Typer()

SHOWN = 50  # lines of each kind that a person is shown


@commands.command()
def init(as_json: AsJson = False) -> None:
    """Make an empty store in the home folder.

    Example:

        holdfast seq init

    `holdfast seq load` makes one by itself when there is none. Exit code 1: there is one already.
    """
    from holdfast.sequences import SequenceStore

    with open_container() as container, SequenceStore.create(container.settings.store) as store:
        show(store.status(), f"made a store in {store.folder}", as_json=as_json)


@commands.command()
def status(as_json: AsJson = False) -> None:
    """Say what is in the store and how much room it takes.

    Example:

        holdfast seq status
    """
    with open_container() as container:
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
def check(
    repair: Annotated[bool, typer.Option("--repair", help="Mend what can be mended.")] = False,
    copies: Annotated[
        list[str] | None,
        typer.Option(
            "--from",
            metavar="PLACE",
            help="With --repair: a copy of the store (path, URL, host:path); several may be given.",
        ),
    ] = None,
    drop_lost: Annotated[
        bool,
        typer.Option(
            "--drop-lost",
            help="With --repair: give up what cannot be read even so; it can be loaded again.",
        ),
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Read the whole store and say what is not as it was written.

    Example:

        holdfast seq check
        holdfast seq check --repair --from /backup/store

    Every file is hashed, every sequence decoded and hashed. What is made from the journal can be
    mended at once; damaged packs and journal entries need a copy of the store. What cannot be
    mended is told by name, and nothing that still reads is removed. Exit code 1: something is
    damaged, or is still.
    """
    if repair:
        _repair(copies or [], drop_lost=drop_lost, as_json=as_json)
        return
    if copies or drop_lost:
        raise UsageError("--from and --drop-lost say how to mend; say --repair too")
    with open_container() as container, Bar(silent=as_json) as bar:
        report = container.store.check(bar)
    sentence = (
        f"{counted(report.sequences, 'sequence')} in {counted(report.packs, 'pack')}, "
        f"{counted(report.entries, 'journal entry', 'journal entries')}, "
        f"{counted(report.snapshots, 'snapshot')}: "
    )
    problems = counted(len(report.problems), "problem")
    outcome = problems if report.problems else "all as written"
    show(report, sentence + outcome, *_first(report.problems), as_json=as_json)
    if report.problems:
        raise StoreDamaged(f"the store has {problems}; the first: {report.problems[0]}")


def _repair(copies: list[str], *, drop_lost: bool, as_json: bool) -> None:
    from holdfast.app.sequences.care import repair_store

    with open_container() as container, Bar(silent=as_json) as bar:
        report = repair_store(container, copies, drop_lost=drop_lost, listener=bar)
    mended = [f"{each.part.value} {each.name}: {each.how}" for each in report.mended]
    lost = [
        f"{each.digest} is lost, which is {', '.join(each.aliases) or 'no alias'}"
        + (f", in {', '.join(each.collections)}" if each.collections else "")
        for each in report.lost
    ]
    left = counted(len(report.problems), "problem")
    outcome = f"{counted(len(mended), 'thing')} mended, {left} left"
    show(report, outcome, *_first(mended), *_first(report.problems), *_first(lost), as_json=as_json)
    if report.problems:
        raise StoreDamaged(
            f"{left} left, {counted(len(report.lost), 'sequence')} lost; name a copy of the store "
            "with --from, or give up what is lost with --drop-lost and load it again; the first: "
            f"{report.problems[0]}"
        )


def _first(lines: Sequence[str]) -> list[str]:
    """As many lines as people read; --json has all."""
    more = len(lines) - SHOWN
    return [*lines[:SHOWN], *([f"… and {more:,} more; --json has them all"] if more > 0 else [])]


@commands.command()
def gc(
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Only say what would be done.")
    ] = False,
    fraction: Annotated[
        float,
        typer.Option(min=0.0, max=1.0, help="Share of garbage from which a pack is written anew."),
    ] = 0.5,
    compact: Annotated[
        bool, typer.Option("--compact", help="Also join many small packs into larger ones.")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Make room: drop what no name stands for any more, now or in a snapshot.

    Example:

        holdfast seq gc --dry-run
        holdfast seq gc --compact

    Garbage is what had a name once, or came with a commit that was undone. What never had a name
    is kept. Every snapshot stays readable. What interrupted fetches of URLs left in the folder
    `incoming` of the home goes too, after a day.
    """
    from holdfast.app.sequences.care import tidy

    with open_container() as container, Bar(silent=as_json) as bar:
        done = tidy(container, fraction, compact=compact, dry_run=dry_run, listener=bar)
    report, left = done.store, done.abandoned
    freed = report.bytes_before - report.bytes_after
    show(
        {**plain(report), "abandoned": [each.folder for each in left]},
        f"{report.dropped:,} of {counted(report.garbage, 'garbage sequence')} "
        f"{'to be' if dry_run else 'were'} dropped; {counted(report.packs_before, 'pack')} and "
        f"{counted(report.orphans, 'orphan')} become {counted(report.packs_after, 'pack')}, "
        f"{size(freed)} smaller",
        *(f"the pack {each} is damaged and was left as it is" for each in report.damaged),
        *([_cleared(left, dry_run)] if left else []),
        as_json=as_json,
    )


def _cleared(left: "Sequence[Abandoned]", dry_run: bool) -> str:
    freed = size(sum(each.size for each in left))
    return (
        f"{counted(len(left), 'beginning')} of fetches that nobody went on with for a day "
        f"{'to be' if dry_run else 'were'} removed, {freed}"
    )


@commands.command()
def reindex(as_json: AsJson = False) -> None:
    """Make the index anew from the journal. Nothing is lost by it.

    Example:

        holdfast seq reindex
    """
    with open_container() as container, Bar(silent=as_json) as bar:
        applied = container.store.reindex(bar)
    show({"entries": applied}, f"applied {applied:,} journal entries", as_json=as_json)
