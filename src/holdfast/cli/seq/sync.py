"""``holdfast seq pull|push``: one store follows another."""

from typing import TYPE_CHECKING, Annotated

import typer

from holdfast.cli.output import Bar, counted, show, size
from holdfast.cli.seq.options import AsJson, open_container

if TYPE_CHECKING:
    from holdfast.sequences.sync import SyncReport

commands = typer.Typer()

PLACES = "A path, http(s)://, ftp://, rsync://, host:path (over ssh) or s3://bucket/prefix"
DryRun = Annotated[bool, typer.Option("--dry-run", help="Say what would move, and move nothing.")]
Rate = Annotated[
    str | None,
    typer.Option("--limit-rate", metavar="BYTES", help="Bytes a second at most: 500k, 10M."),
]
Parallel = Annotated[
    int | None, typer.Option(min=1, max=64, help="Files at once (default: setting transfers).")
]


@commands.command()
def pull(
    source: Annotated[
        str, typer.Argument(metavar="SOURCE[@SNAPSHOT]", help=f"{PLACES}; perhaps a snapshot.")
    ],
    trust: Annotated[
        bool, typer.Option("--trust", help="Spare the digests of sequences; files are verified.")
    ] = False,
    dry_run: DryRun = False,
    limit_rate: Rate = None,
    parallel: Parallel = None,
    as_json: AsJson = False,
) -> None:
    """Bring this store up to another one, of which it is a copy; or make the copy.

    Example:

        holdfast seq pull https://example.org/store@2026-11

    Only what is missing moves: the commits since the last pull, and their packs. All is verified
    before any of it is named, and all commits come or none; an interrupted pull goes on where it
    stopped. Snapshots up to there come along. When packs of the wanted snapshot were rewritten
    since (`holdfast seq gc`), the commits up to that come along too; the snapshot reads the same.

    Exit code 1: the other is another store or each has commits of its own (they are never merged:
    see the setting `store_layers`), what came is damaged, or the place cannot be reached.
    """
    from holdfast.app.sequences.places import Pace
    from holdfast.app.sequences.pull import pull_store

    with open_container() as container, Bar(silent=as_json) as bar:
        pace = Pace(limit_rate, parallel)
        report = pull_store(container, source, pace, trust=trust, dry_run=dry_run, listener=bar)
    show(report, _sentence(report, "pulled", "from"), *_told(report), as_json=as_json)


@commands.command()
def push(
    target: Annotated[
        str, typer.Argument(metavar="TARGET[@SNAPSHOT]", help=f"{PLACES}; not http or ftp.")
    ],
    dry_run: DryRun = False,
    limit_rate: Rate = None,
    parallel: Parallel = None,
    as_json: AsJson = False,
) -> None:
    """Bring a copy of this store somewhere else up to this one; or make the copy.

    Example:

        holdfast seq push s3://lab-data/store

    Only what is missing moves. Who reads there sees the old state or the new one. With
    `@SNAPSHOT`, the copy comes up to that snapshot of this store.

    Exit code 1: there is another store, or one with commits that are not here; somebody pushed
    meanwhile; or the place cannot be reached.
    """
    from holdfast.app.sequences.places import Pace
    from holdfast.app.sequences.push import push_store

    with open_container() as container, Bar(silent=as_json) as bar:
        pace = Pace(limit_rate, parallel)
        report = push_store(container, target, pace, dry_run=dry_run, listener=bar)
    show(report, _sentence(report, "pushed", "to"), *_told(report), as_json=as_json)


def _sentence(report: "SyncReport", done: str, way: str) -> str:
    verb = f"would be {done}" if report.dry_run else done
    if not (report.entries or report.snapshots):
        return f"nothing is missing: both are at the position {report.after:,}"
    parts = [counted(report.entries, "commit"), counted(report.packs, "pack")]
    if report.snapshots:
        parts.append(counted(len(report.snapshots), "snapshot"))
    return (
        f"{', '.join(parts)} ({size(report.bytes)}) {verb} {way} {report.place}: "
        f"position {report.before:,} → {report.after:,}"
    )


def _told(report: "SyncReport") -> list[str]:
    further = (
        f"{counted(report.further, 'commit')} after the snapshot must come along: sequences of "
        "it were moved to other packs since (gc)"
    )
    return ([further] if report.further else []) + [
        f"the snapshot {name} is another one here and there: each side keeps its own"
        for name in report.snapshots_kept
    ]
