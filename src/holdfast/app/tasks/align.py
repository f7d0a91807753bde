"""
The task ``align``: the two genomes of a plot's question become an alignment.

It reads ``question.json`` in the plot's folder and writes ``alignment.paf`` and, last,
``alignment.json``, which says what was aligned and by what. Started again after a kill, it begins
anew and replaces what it left; where there is an answer, there is nothing more to do.
"""

import json
import shutil
from pathlib import Path

from holdfast.app.plots.aligning import Habits, align
from holdfast.app.plots.answer import write_answer
from holdfast.app.plots.folders import ALIGNMENT_FILE, ANSWER_FILE, QUESTION_FILE
from holdfast.app.plots.kept import FOLDER, KeptAlignments
from holdfast.base.files import TEMPORARY
from holdfast.base.progress import Listener, ignore
from holdfast.dotplots.aligners.choosing import aligner
from holdfast.dotplots.aligners.interface import Question
from holdfast.settings import Settings


def run(settings: Settings, folder: Path, cores: int, listener: Listener = ignore) -> None:
    """Align the genomes of the question in `folder`."""
    if (folder / ANSWER_FILE).exists():
        return
    _remove_leftovers(folder)
    asked = json.loads((folder / QUESTION_FILE).read_bytes())
    files = asked["inputs"]
    question = Question(
        target=Path(files["target"]),
        query=Path(files["query"]) if files["query"] is not None else None,
        preset=asked["preset"],
        options=tuple(asked["options"]),
        cores=cores,
    )
    habits = Habits(
        align_equal=asked["align_equal"],
        again=asked["again"],
        kept=_kept(settings),
    )
    chosen = aligner(asked["aligner"], settings.tools)
    answer, made = align(chosen, question, folder / ALIGNMENT_FILE, habits, listener)
    write_answer(folder, answer, made.document())


def _remove_leftovers(folder: Path) -> None:
    """Remove what an aligner that was killed left: it may be as large as the genomes."""
    for left in folder.glob(f"{TEMPORARY}*"):
        if left.is_dir():
            shutil.rmtree(left)


def _kept(settings: Settings) -> KeptAlignments | None:
    """Where alignments are kept; None where the settings say that none are."""
    most = settings.alignments_kept
    return KeptAlignments(settings.plots / FOLDER, most) if most else None
