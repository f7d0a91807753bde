"""
Answers: what an alignment says about itself, between the task that made it and the one that draws.

It is the file ``alignment.json`` beside ``alignment.paf`` and is written after it: where there is
an answer, the alignment is whole.
"""

import json
from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any

from holdfast.app.plots.folders import ANSWER_FILE
from holdfast.base.files import write_atomic
from holdfast.dotplots.aligners.interface import AlignerNote, Answer
from holdfast.dotplots.genome import Contig, Genome


def write_answer(folder: Path, answer: Answer, made: Mapping[str, Any] | None = None) -> None:
    """Say in `folder` that its alignment is whole.

    `made` tells how the alignment came to be, for ``plot.json``: any JSON object.
    """
    document = {**asdict(answer), "made": dict(made or {})}
    write_atomic(folder / ANSWER_FILE, json.dumps(document).encode())


def read_answer(folder: Path) -> Answer:
    """What :func:`write_answer` wrote."""
    document = _document(folder)
    return Answer(
        target=_genome(document["target"]),
        query=_genome(document["query"]),
        note=AlignerNote(**document["note"]),
        divergence=document["divergence"],
    )


def read_made(folder: Path) -> dict[str, Any]:
    """How the alignment came to be."""
    made: dict[str, Any] = _document(folder)["made"]
    return made


def _document(folder: Path) -> dict[str, Any]:
    document: dict[str, Any] = json.loads((folder / ANSWER_FILE).read_bytes())
    return document


def _genome(document: dict[str, Any]) -> Genome:
    return Genome(document["name"], tuple(Contig(**each) for each in document["contigs"]))
