"""Plots with an alignment for tests that ask about it: nothing is aligned, and no picture made."""

from dataclasses import asdict
from pathlib import Path

from app.plots.finished import finished
from holdfast.app.container import Container
from holdfast.app.plots.folders import ALIGNMENT_FILE
from holdfast.dotplots.drawing import USUAL, Drawing
from holdfast.dotplots.genome import Genome
from holdfast.dotplots.layout.arrangement import Arrangement, Layout


def drawn_plot(
    container: Container,
    name: str,
    target: Genome,
    query: Genome,
    paf: str,
    layout: Layout | None = None,
    drawing: Drawing = USUAL,
    *,
    alone: bool = False,
    **query_source: object,
) -> Path:
    """The folder of a plot of these genomes; columns of `paf` may be separated by blanks."""
    layout = layout or Layout.as_given(target, query)
    folder = finished(
        container,
        name,
        target=_genome(target),
        query={**_genome(query), **query_source},
        layout={
            "target": _arrangement(target, layout.target),
            "query": _arrangement(query, layout.query),
        },
        drawing=drawing.document(),
        alone=alone,
    )
    lines = "".join("\t".join(line.split()) + "\n" for line in paf.strip().splitlines())
    (folder / ALIGNMENT_FILE).write_text(lines)
    return folder


def _genome(genome: Genome) -> dict[str, object]:
    return {
        "name": genome.name,
        "given": f"{genome.name}.fa",
        "contigs": [asdict(contig) for contig in genome.contigs],
        "bases": genome.length,
        "aligned": 0.5,
        "kind": "file",
        "provenance": {},
    }


def _arrangement(genome: Genome, arrangement: Arrangement) -> dict[str, list[str]]:
    names = [contig.name for contig in genome.contigs]
    turned = [names[place] for place in arrangement.order if arrangement.reversed[place]]
    return {"contigs": [names[place] for place in arrangement.order], "reversed": turned}
