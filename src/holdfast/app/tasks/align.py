"""
The task ``align``: the two genomes of a plot's question become an alignment.

It reads ``question.json`` in the plot's folder and writes ``alignment.paf`` and, last,
``alignment.json``, which says what was aligned and by what. Started again after a kill, it begins
anew and replaces what it left.
"""

import json
from pathlib import Path

from holdfast.app.plots.answer import write_answer
from holdfast.app.plots.folders import ALIGNMENT_FILE, QUESTION_FILE
from holdfast.base.progress import Listener, ignore
from holdfast.dotplots.aligners.interface import Aligner, Question
from holdfast.plugins import Group, load


def run(folder: Path, cores: int, listener: Listener = ignore) -> None:
    """Align the genomes of the question in `folder`."""
    question = json.loads((folder / QUESTION_FILE).read_bytes())
    aligner: Aligner = load(Group.ALIGNERS, question["aligner"])()
    answer = aligner.align(
        Question(
            target=Path(question["inputs"]["target"]),
            query=Path(question["inputs"]["query"]),
            preset=question["preset"],
            cores=cores,
        ),
        folder / ALIGNMENT_FILE,
        listener,
    )
    write_answer(folder, answer)
