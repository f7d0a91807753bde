"""
The task ``align``: the two genomes of a plot's question become an alignment.

It reads ``question.json`` in the plot's folder and writes ``alignment.paf`` and, last,
``alignment.json``, which says what was aligned and by what. Started again after a kill, it begins
anew and replaces what it left.
"""

import json
from dataclasses import asdict
from pathlib import Path

from holdfast.app.plots.folders import ALIGNMENT_FILE, ANSWER_FILE, QUESTION_FILE
from holdfast.base.files import write_atomic
from holdfast.base.progress import Listener, ignore
from holdfast.dotplots.aligners.interface import Aligner, AlignerNote, Answer, Question
from holdfast.dotplots.genome import Contig, Genome
from holdfast.plugins import Group, load


def run(folder: Path, cores: int, listener: Listener = ignore) -> None:
    """Align the genomes of the question in `folder`."""
    question = json.loads((folder / QUESTION_FILE).read_bytes())
    aligner: Aligner = load(Group.ALIGNERS, question["aligner"])()
    answer = aligner.align(
        Question(
            target=Path(question["target"]["fasta"]),
            query=Path(question["query"]["fasta"]),
            preset=question["preset"],
            cores=cores,
        ),
        folder / ALIGNMENT_FILE,
        listener,
    )
    write_atomic(folder / ANSWER_FILE, json.dumps(asdict(answer)).encode())


def read_answer(folder: Path) -> Answer:
    """What :func:`run` wrote."""
    document = json.loads((folder / ANSWER_FILE).read_bytes())
    return Answer(
        target=_genome(document["target"]),
        query=_genome(document["query"]),
        note=AlignerNote(**document["note"]),
        divergence=document["divergence"],
    )


def _genome(document: dict[str, object]) -> Genome:
    contigs = document["contigs"]
    if not isinstance(contigs, list):
        raise TypeError("a genome without contigs")
    return Genome(str(document["name"]), tuple(Contig(**each) for each in contigs))
