"""
The task ``draw``: an alignment becomes a plot.

It reads what the task ``align`` left in the plot's folder and writes ``scene.arrow``,
``plot.html``, ``plot.png``, ``plot.svg`` and, last, ``plot.json``: what was compared, how, and what
came out. The same alignment gives the same bytes.
"""

import json
from collections.abc import Mapping
from dataclasses import asdict, replace
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np

from holdfast.app.plots.answer import read_answer, read_made
from holdfast.app.plots.folders import (
    ALIGNMENT_FILE,
    FILES,
    PAGE_FILE,
    PLOT_FILE,
    PNG_FILE,
    QUESTION_FILE,
    SCENE_FILE,
    SVG_FILE,
)
from holdfast.app.plots.opened import arrangement_of
from holdfast.base.digests import file_sha256
from holdfast.base.files import atomic_file, write_atomic
from holdfast.base.progress import Listener, Progress, ignore
from holdfast.dotplots.aligners.interface import Answer
from holdfast.dotplots.bundle import template, write_one_file_html
from holdfast.dotplots.drawing import Drawing, Drawn
from holdfast.dotplots.drawing import draw as scene_drawn
from holdfast.dotplots.genome import Genome
from holdfast.dotplots.identity import Estimator
from holdfast.dotplots.layout.arrangement import Arrangement, Layout
from holdfast.dotplots.matches import Matches, covered, matches_of
from holdfast.dotplots.mirroring import mirrored
from holdfast.dotplots.pictures import Format, pictures
from holdfast.dotplots.scene import Scene, write_scene
from holdfast.dotplots.structure.accounts import Sizes
from holdfast.formats.paf import read_paf
from holdfast.formats.paf_gaps import read_gaps

PICTURE_FILES = {Format.PNG: PNG_FILE, Format.SVG: SVG_FILE}
IN_SCENE = ("file", "sha256", "release", "url", "remote_sha256", "collection", "collection_digest")


def run(folder: Path, listener: Listener = ignore) -> None:
    """Draw the alignment in `folder`."""
    listener(Progress("drawing", 0, 4, "files"))
    question = json.loads((folder / QUESTION_FILE).read_bytes())
    answer = _named(read_answer(folder), question)
    page = template()
    genomes = (answer.target, answer.query)
    every, estimator = matches_of(read_paf(folder / ALIGNMENT_FILE), *genomes)
    if is_alone(question):
        every = mirrored(every)
    drawing = Drawing.of_document(question["drawing"])
    if is_alone(question):
        drawing = replace(drawing, structure=False)  # it differs from itself in nothing
    provenance = {side: _provenance(question[side]) for side in ("target", "query")}
    drawn = scene_drawn(
        drawing,
        question["title"],
        genomes,
        (every, estimator),
        answer.note,
        provenance,
        _known_layout(question, genomes),
        read_gaps(folder / ALIGNMENT_FILE, Sizes().least) if drawing.structure else None,
    )
    _write(folder, drawn.scene, page, listener)
    document = {
        **_description(question, answer, drawn, estimator),
        "alone": is_alone(question),
        "made": read_made(folder),
        "matches": {"drawn": len(drawn.matches), **drawn.left_out},
        "files": {name: file_sha256(folder / name) for name in FILES if name != PLOT_FILE},
    }
    write_atomic(folder / PLOT_FILE, json.dumps(document, indent=1, ensure_ascii=False).encode())


def is_alone(document: Mapping[str, Any]) -> bool:
    """Whether a question, or the plot that answers it, is of a genome and itself."""
    return bool(document.get("alone", False))


def _named(answer: Answer, question: dict[str, Any]) -> Answer:
    """`answer` with the genomes called as the question calls them, where it does."""
    target, query = answer.target, answer.query
    return replace(
        answer,
        target=Genome(question["target"]["name"] or target.name, target.contigs),
        query=Genome(question["query"]["name"] or query.name, query.contigs),
    )


def _known_layout(question: dict[str, Any], genomes: tuple[Genome, Genome]) -> Layout | None:
    """The layout that the question brings along, as a backup may.

    A side that it does not tell of is as given.
    """
    known = question.get("layout")
    if known is None:
        return None
    return Layout(
        *(
            arrangement_of(genome, known[side]) if side in known else Arrangement.as_given(genome)
            for side, genome in zip(("target", "query"), genomes, strict=True)
        )
    )


def _provenance(side: dict[str, Any]) -> dict[str, Any]:
    """What travels with a plot that is given away: no path of this machine."""
    known = side["provenance"]
    return {key: known[key] for key in IN_SCENE if key in known}


def _write(folder: Path, scene: Scene, page: bytes, listener: Listener) -> None:
    with atomic_file(folder / SCENE_FILE) as file:
        write_scene(scene, file)
    listener(Progress("drawing", 1, 4, "files"))
    with atomic_file(folder / PAGE_FILE) as file:
        write_one_file_html(page, partial(write_scene, scene), scene.title, file)
    listener(Progress("drawing", 2, 4, "files"))
    drawn = pictures(scene, tuple(PICTURE_FILES))
    for name, content in zip(PICTURE_FILES.values(), drawn, strict=True):
        write_atomic(folder / name, content)
    listener(Progress("drawing", 4, 4, "files"))


def _description(
    question: dict[str, Any],
    answer: Answer,
    drawn: Drawn,
    estimator: Estimator,
) -> dict[str, Any]:
    """What was compared, and how."""
    matches, layout = drawn.matches, drawn.layout
    return {
        "version": 1,
        "title": question["title"],
        "target": {
            **_genome(question["target"], answer.target),
            "aligned": _aligned(
                answer.target, matches.target, matches.target_start, matches.target_end
            ),
        },
        "query": {
            **_genome(question["query"], answer.query),
            "aligned": _aligned(
                answer.query, matches.query, matches.query_start, matches.query_end
            ),
        },
        "aligner": {
            **asdict(answer.note),
            "options": question.get("options", []),
            "estimated_divergence": answer.divergence,
        },
        "drawing": question["drawing"],
        "layout": {
            "target": _arrangement(answer.target, layout.target),
            "query": _arrangement(answer.query, layout.query),
        },
        "identity": {
            "source": estimator.value,
            "sentence": estimator.sentence,
            "mean": mean_identity(matches),
        },
    }


def _genome(side: dict[str, Any], genome: Genome) -> dict[str, Any]:
    return {
        "name": genome.name,
        "given": side["given"],
        "kind": side["kind"],
        "provenance": side["provenance"],
        "bases": genome.length,
        "contigs": [asdict(contig) for contig in genome.contigs],
    }


def _arrangement(genome: Genome, arrangement: Arrangement) -> dict[str, Any]:
    names = [contig.name for contig in genome.contigs]
    turned = [names[place] for place in arrangement.order if arrangement.reversed[place]]
    return {"contigs": [names[place] for place in arrangement.order], "reversed": turned}


def _aligned(genome: Genome, contigs: Any, starts: Any, ends: Any) -> float:
    """The share of the genome's bases that lie in a match."""
    offsets = genome.offsets[contigs]
    return covered(starts + offsets, ends + offsets) / max(genome.length, 1)


def mean_identity(matches: Matches) -> float | None:
    """The mean identity of matching bases; None without matches."""
    if not len(matches):
        return None
    weights = np.maximum(matches.bases, 1)
    return round(float(np.average(matches.identity.astype(np.float64), weights=weights)), 6)
