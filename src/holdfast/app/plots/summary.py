"""
What a plot says of its two genomes: their contigs, how alike they are, how often each is covered.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from holdfast.app.container import Container
from holdfast.app.plots.opened import open_plot
from holdfast.dotplots.genome import Genome
from holdfast.dotplots.matches import Matches
from holdfast.dotplots.noise import without_noise
from holdfast.dotplots.statistics import Contiguity, DepthProfile, contiguity, depth_profile
from holdfast.dotplots.summary import (
    LIMITS,
    Profile,
    checked_limits,
    dgenies_profile,
    profile,
)

CATEGORIES = ("<25%", "<50%", "<75%", ">75%")  #: D-Genies' words for its classes


@dataclass(frozen=True, slots=True)
class GenomeReport:
    """One genome of a plot."""

    name: str
    contiguity: Contiguity
    depth: DepthProfile
    identity: Profile


@dataclass(frozen=True, slots=True)
class PlotSummary:
    """Both genomes of a plot, each as the other one covers it."""

    plot: str
    title: str
    matches: int  #: that were looked at
    noise: int  #: matches that were left out as noise
    identity_source: str
    target: GenomeReport
    query: GenomeReport


def summarise(
    container: Container, name: str, limits: Sequence[float] = LIMITS, *, hide_noise: bool = False
) -> PlotSummary:
    """What the plot called `name` says of its genomes; classes of identity begin at `limits`.

    Raises
    ------
    UsageError
        There is no such plot, or the limits make no classes.
    PlotError
        The plot is damaged.
    """
    checked_limits(limits)
    opened = open_plot(container, name)
    matches = without_noise(opened.telling) if hide_noise else opened.telling
    return PlotSummary(
        plot=opened.plot.name,
        title=opened.plot.title,
        matches=len(matches),
        noise=len(opened.telling) - len(matches),
        identity_source=opened.estimator.value,
        target=_report(matches, opened.target, limits),
        query=_report(matches.transposed(), opened.query, limits),
    )


def summarise_as_dgenies(container: Container, name: str) -> Profile:
    """The identity of the plot's target as D-Genies counts it.

    Raises
    ------
    UsageError, PlotError
        As for :func:`summarise`.
    """
    opened = open_plot(container, name)
    return dgenies_profile(opened.matches, opened.target)


def summary_table(summary: PlotSummary) -> str:
    """A summary as tab-separated text: a measure a line, for the target and for the query."""
    rows = [("measure", "target", "query"), *_measures(summary)]
    return "".join("\t".join(map(str, row)) + "\n" for row in rows)


def dgenies_summary_table(found: Profile) -> str:
    """A profile as D-Genies writes its summary: categories and percentages, tab-separated."""
    shares = [found.unmatched_share, *(each.share for each in found.classes)]
    rows = zip(("No match", *CATEGORIES), shares, strict=True)
    return "".join(f"{category}\t{100 * share:.2f}\n" for category, share in rows)


def drawn_summary(summary: PlotSummary, kind: str) -> bytes:
    """A picture of how alike both genomes are; `kind` is ``png``, ``svg`` or ``pdf``."""
    from holdfast.dotplots.pictures import Format
    from holdfast.dotplots.summary_picture import summary_picture

    facts = f"{summary.matches:,} matches, identity from {summary.identity_source}"
    profiles = (summary.target.identity, summary.query.identity)
    return summary_picture(summary.title, facts, profiles, Format(kind))


def _report(matches: Matches, genome: Genome, limits: Sequence[float]) -> GenomeReport:
    return GenomeReport(
        genome.name,
        contiguity(genome),
        depth_profile(matches, genome),
        profile(matches, genome, limits),
    )


def _measures(summary: PlotSummary) -> Iterator[tuple[str, object, object]]:
    one, other = summary.target, summary.query
    yield "genome", one.name, other.name
    for measure in ("contigs", "bases", "longest", "n50", "l50", "n90", "l90"):
        yield measure, getattr(one.contiguity, measure), getattr(other.contiguity, measure)
    yield "aligned_share", _share(one.depth.aligned), _share(other.depth.aligned)
    yield "mean_depth", _share(one.depth.mean), _share(other.depth.mean)
    yield "usual_depth", _known(one.depth.usual), _known(other.depth.usual)
    for depth, both in enumerate(zip(one.depth.bases, other.depth.bases, strict=True)):
        more = "_or_more" if depth == len(one.depth.bases) - 1 else ""
        yield f"bases_at_depth_{depth}{more}", *both
    yield "bases_unmatched", one.identity.unmatched, other.identity.unmatched
    for ours, theirs in zip(one.identity.classes, other.identity.classes, strict=True):
        upper = 1.0 if ours.below is None else ours.below
        yield f"bases_at_identity_{ours.least:g}-{upper:g}", ours.bases, theirs.bases


def _share(share: float) -> str:
    return f"{share:.6f}"


def _known(value: int | None) -> int | str:
    return "" if value is None else value
