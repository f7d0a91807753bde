"""How plots are shown on a terminal."""

from typing import TYPE_CHECKING

from holdfast.cli.output import table

if TYPE_CHECKING:
    from rich.table import Table

    from holdfast.app.plots.folders import Plot


def summary(plot: "Plot") -> "Table":
    """The plot in numbers."""
    rows: list[tuple[str, object, object]] = [
        ("genome", plot.target.name, plot.query.name),
        ("contigs", plot.target.contigs, plot.query.contigs),
        ("bases", plot.target.bases, plot.query.bases),
        ("aligned", percent(plot.target.aligned), percent(plot.query.aligned)),
        ("matches", plot.matches, plot.matches),
        ("mean identity", percent(plot.identity), f"by {plot.identity_source}"),
        ("aligner", plot.aligner, plot.preset),
    ]
    return table(("", "target", "query"), rows, title=plot.title)


def percent(share: float | None) -> str:
    return "" if share is None else f"{100 * share:.2f} %"
