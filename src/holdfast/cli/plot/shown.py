"""How plots are shown on a terminal."""

from typing import TYPE_CHECKING

from holdfast.cli.output import counted, table

if TYPE_CHECKING:
    from rich.table import Table

    from holdfast.app.plots.folders import GenomeSummary, Plot

#: What a plot's provenance may tell of a genome, by the words people read.
ORIGINS = (
    ("given as", "given"),
    ("release", "release"),
    ("URL", "url"),
    ("collection", "collection"),
    ("digest of the collection", "collection_digest"),
    ("file", "path"),
    ("SHA-256", "sha256"),
    ("SHA-256 at the remote", "remote_sha256"),
)
WAYS = {
    "aligned": "aligned for this plot",
    "kept": "kept from an earlier alignment",
    "equal": "equal to a contig of the target",
}


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


def made(plot: "Plot") -> list[str]:
    """A sentence on what was not aligned, if something was not."""
    tallies = {key: plot.made[key]["contigs"] for key in WAYS if key in plot.made}
    if not tallies.get("kept") and not tallies.get("equal"):
        return []
    told = ", ".join(f"{count:,} {key}" for key, count in tallies.items() if count)
    return [f"Of the query's contigs: {told}"]


def details(plot: "Plot") -> "list[Table]":
    """Where the plot came from, and how it was made."""
    facts: list[tuple[str, object]] = [
        ("command", plot.command),
        *_ways(plot),
        ("drawing", _choices(plot)),
        *(
            (f"not drawn: {choice.replace('_', ' ')}", count)
            for choice, count in plot.left_out.items()
            if count
        ),
        ("made", f"{plot.created.astimezone():%Y-%m-%d %H:%M}"),
        ("folder", plot.folder),
    ]
    return [
        table(("", ""), _origins(plot.target), title="Target"),
        table(("", ""), _origins(plot.query), title="Query"),
        table(("", ""), facts, title="How it was made"),
    ]


def _origins(genome: "GenomeSummary") -> list[tuple[str, object]]:
    known = {"given": genome.given, **genome.provenance}
    if known["given"] == known.get("path"):
        known.pop("given")
    return [(word, known[key]) for word, key in ORIGINS if known.get(key)]


def _ways(plot: "Plot") -> list[tuple[str, object]]:
    """How the query's contigs came to be aligned."""
    if "imported" in plot.made:
        given = plot.made["imported"]
        return [("imported from", f"{given['name']} ({given['format']})")]
    tallies = {way: plot.made[key] for key, way in WAYS.items() if key in plot.made}
    return [
        (way, f"{counted(each['contigs'], 'contig')}, {each['bases']:,} bases")
        for way, each in tallies.items()
        if each["contigs"]
    ]


def _choices(plot: "Plot") -> str:
    """The choices about drawing that were made; those that leave things as they are go unsaid."""
    said = {key: value for key, value in plot.drawing.items() if not isinstance(value, dict)}
    return ", ".join(
        f"{key.replace('_', ' ')} {value}" if value is not True else key.replace("_", " ")
        for key, value in said.items()
        if value is not None and value is not False and value != 0
    )


def percent(share: float | None) -> str:
    return "" if share is None else f"{100 * share:.2f} %"
