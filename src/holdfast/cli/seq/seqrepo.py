"""``holdfast seq import-seqrepo|export-seqrepo``: from and to SeqRepo's directories."""

from pathlib import Path
from typing import Annotated

import typer

from holdfast.cli.output import Bar, counted, show, size, table
from holdfast.cli.seq.options import AsJson, At, Reassign, open_container
from holdfast.errors import StoreError

commands = typer.Typer()
SHOWN = 20  #: problems shown to a person


@commands.command("import-seqrepo")
def import_seqrepo(
    folder: Annotated[Path, typer.Argument(help="An instance: it holds aliases.sqlite3.")],
    reassign: Reassign = False,
    as_json: AsJson = False,
) -> None:
    """Import a SeqRepo instance with the history of its aliases.

    Example:

        holdfast seq import-seqrepo /usr/local/share/seqrepo/2024-12-20

    Every sequence is hashed and every digest compared. What does not fit is left out and said, the
    rest is taken. Given again, it goes on where it was interrupted, and adds what came since. Exit
    code 1: something was left out, or there is no instance.
    """
    from holdfast.app.sequences import seqrepo

    with open_container() as container, Bar(silent=as_json) as bar:
        report = seqrepo.import_seqrepo(container, folder, reassign=reassign, listener=bar)
    rows = [
        ("sequences", report.sequences_seen, report.sequences_new, ""),
        ("aliases", report.aliases_seen, report.aliases_added, report.aliases_retired),
    ]
    found = table(("", "there", "added", "retired"), rows)
    compared = (
        f"{counted(report.digests_checked, 'digest')} compared, "
        f"{counted(report.commits, 'commit')} made"
    )
    shown = report.problems[:SHOWN]
    hidden = report.problems_seen - len(shown)
    more = [f"… and {hidden:,} more; --json shows the first thousand"] if hidden else []
    show(report, found, compared, *shown, *more, as_json=as_json)
    if report.problems_seen:
        raise StoreError(
            f"left out of {folder}: {counted(report.problems_seen, 'thing')}; the first: "
            f"{report.problems[0]}"
        )


@commands.command("export-seqrepo")
def export_seqrepo(
    folder: Annotated[Path, typer.Argument(help="Where the instance shall be, or is.")],
    at: At = None,
    as_json: AsJson = False,
) -> None:
    """Write the store as an instance that SeqRepo opens, reads and writes.

    Example:

        holdfast seq export-seqrepo /data/seqrepo/master

    A new instance is there whole or not at all; one that was exported from this store before gets
    what is new. Collections have no place in it. Exit code 1: it cannot be written; 2: something
    else is in the folder.
    """
    from holdfast.app.sequences import seqrepo

    with open_container() as container, Bar(silent=as_json) as bar:
        report = seqrepo.export_seqrepo(container, folder, at, bar)
    sentence = (
        f"{report.folder} shows the journal up to entry {report.position:,}: "
        f"{counted(report.sequences_added, 'sequence')} and "
        f"{counted(report.aliases_added, 'alias', 'aliases')} added, "
        f"{counted(report.aliases_retired, 'alias', 'aliases')} retired, "
        f"{size(report.bytes_added)} in {counted(report.files_added, 'new file')}"
    )
    show(report, sentence, as_json=as_json)
