"""``holdfast plot associations``: which contig belongs to which."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from holdfast.cli.output import counted, show, table
from holdfast.cli.plot.answers import Output, PlotName, deliver
from holdfast.cli.plot.options import AsJson, chosen
from holdfast.cli.plot.shown import percent
from holdfast.errors import UsageError

if TYPE_CHECKING:
    from rich.table import Table

    from holdfast.app.container import Container
    from holdfast.app.plots.associations import PlotAssociations

commands = typer.Typer(no_args_is_help=True)


@commands.command()
def associations(
    name: PlotName,
    by: Annotated[
        str, typer.Option("--by", help="Whose contigs are listed: query or target.")
    ] = "query",
    unassigned: Annotated[
        bool, typer.Option("--unassigned", help="Only the names of contigs without a match.")
    ] = False,
    dgenies: Annotated[
        bool, typer.Option("--dgenies", help="The table as D-Genies writes it.")
    ] = False,
    output: Output = None,
    as_json: AsJson = False,
) -> None:
    """List what each contig matches best.

    Example:

        holdfast plot associations new-against-old -o best.tsv

        holdfast plot associations new-against-old --by target --unassigned

    Contigs stand in the order in which they are drawn; those of `--unassigned` in that of their
    genome. Coordinates are those of the genomes' files. Exit codes: 0 they are listed, 1 the plot
    is damaged, 2 there is none of this name, or an option is wrong.
    """
    from holdfast.app.container import Container
    from holdfast.app.plots.associations import associate, associations_table
    from holdfast.dotplots.layout.choosing import Side

    side = chosen("--by", Side, by)
    if dgenies and (side is Side.TARGET or unassigned or as_json):
        raise UsageError("--dgenies lists all contigs of the query as text; leave the others out")
    with Container.read() as container:
        if dgenies:
            _as_dgenies(container, name, output)
            return
        found = associate(container, name, side)
    if unassigned:
        _unassigned(found, output, as_json=as_json)
    elif output is not None:
        deliver(output, associations_table(found.associations), found, as_json=as_json)
    else:
        show(found, _table(found), _closing(found), as_json=as_json)


def _as_dgenies(container: "Container", name: str, output: Path | None) -> None:
    from holdfast.app.plots.associations import associations_as_dgenies

    deliver(output or Path("-"), associations_as_dgenies(container, name), None, as_json=False)


def _unassigned(found: "PlotAssociations", output: Path | None, *, as_json: bool) -> None:
    """The names alone, one a line."""
    text = "".join(f"{each}\n" for each in found.unassigned)
    if as_json and output is None:
        show(found.unassigned, as_json=True)
    else:
        deliver(output or Path("-"), text, found.unassigned, as_json=as_json)


def _table(found: "PlotAssociations") -> "Table":
    rows = []
    for each in found.associations:
        best = each.best
        if best is None:
            rows.append((each.contig, each.length, "none", *[""] * 6))
            continue
        rows.append(
            (
                *(each.contig, each.length, best.other, "-" if best.strand < 0 else "+"),
                *(f"{best.start:,}-{best.end:,}", percent(best.coverage)),
                *(f"{best.other_start:,}-{best.other_end:,}", percent(best.other_coverage)),
                percent(best.identity),
            )
        )
    headings = (
        *(found.side.value, "bases", "best", "strand", "from-to", "covered"),
        *("on best", "covered", "identity"),
    )
    return table(headings, rows, title=f"{found.genome}: best in {found.other}")


def _closing(found: "PlotAssociations") -> str:
    if not found.unassigned:
        return "Every contig has a match."
    return f"{counted(len(found.unassigned), 'contig')} without a match; see: --unassigned"
