"""
The task ``take``: an alignment that is given becomes that of a plot.

It reads ``question.json`` in the plot's folder and writes ``alignment.paf`` and, last,
``alignment.json``. PAF is copied as it is, byte for byte; every other format is turned into PAF.
The contigs are those of the genomes that were named; where none was, those that the alignment
names, in the order in which it does, for it says nothing of contigs without a match.
"""

import json
import shlex
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from holdfast.app.plots.answer import write_answer
from holdfast.app.plots.fitting import Names, fitted
from holdfast.app.plots.folders import ALIGNMENT_FILE, ANSWER_FILE, QUESTION_FILE
from holdfast.app.plots.sides import read_prepared
from holdfast.base.files import atomic_file
from holdfast.base.progress import Listener, Progress, ignore
from holdfast.dotplots.aligners.interface import AlignerNote, Answer
from holdfast.dotplots.genome import Contig, Genome
from holdfast.errors import FormatError
from holdfast.formats.alignments.interface import AlignmentFormat, Lengths
from holdfast.formats.alignments.reading import format_of, named, paf_lines
from holdfast.formats.compression import open_content
from holdfast.formats.paf import read_paf

PAF = "paf"
BUFFER = 1 << 20
IMPORTED = "imported"  #: stands where else the aligner's name does


def run(folder: Path, listener: Listener = ignore) -> None:
    """Take the alignment of the question in `folder`, unless that was done."""
    if (folder / ANSWER_FILE).exists():
        return
    question = json.loads((folder / QUESTION_FILE).read_bytes())
    given, inputs = question["alignment"], question["inputs"]
    listener(Progress("reading the alignment", message=given["name"]))
    known = {
        side: read_prepared(inputs[side], _name(question, side)) for side in ("target", "query")
    }
    form = _copied(Path(inputs["alignment"]), given, known, folder / ALIGNMENT_FILE)
    known["target"] = known["target"] or _listed(Path(inputs["alignment"]), given, form)
    lines = form.name == PAF
    name = given["name"] if lines else f"{given['name']} (as PAF)"
    table = read_paf(folder / ALIGNMENT_FILE, name)
    target, query = fitted(
        Names.of(table), known["target"], known["query"], given["name"], lines=lines
    )
    write_answer(
        folder,
        Answer(target, query, _note(question, form), None),
        {"imported": {**given, "format": form.name}},
    )


def _name(question: Mapping[str, Any], side: str) -> str:
    name: str | None = question[side]["name"]
    return side if name is None else name


def _copied(
    file: Path, given: Mapping[str, Any], known: Mapping[str, Genome | None], paf: Path
) -> AlignmentFormat:
    """Write the alignment in `file` to `paf`; the format it was of."""
    lengths = Lengths(**{side: _lengths(genome) for side, genome in known.items()})
    try:
        form = named(given["format"]) if given["format"] else format_of(file)
        with atomic_file(paf) as output:
            if form.name == PAF:
                with open_content(file, given["name"]) as content:
                    while piece := content.read(BUFFER):
                        output.write(piece)
            else:
                output.writelines(paf_lines(file, form, lengths))
    except FormatError as error:  # the file may lie where nobody put it
        raise FormatError(given["name"], error.line, error.problem) from error
    return form


def _listed(file: Path, given: Mapping[str, Any], form: AlignmentFormat) -> Genome | None:
    """The target, if the alignment lists its contigs, also those without a match."""
    with open_content(file, given["name"]) as content:
        targets = form.targets(content, given["name"])
    if targets is None:
        return None
    return Genome("target", tuple(Contig(name, length) for name, length in targets.items()))


def _lengths(genome: Genome | None) -> dict[str, int] | None:
    return None if genome is None else {each.name: each.length for each in genome.contigs}


def _note(question: Mapping[str, Any], form: AlignmentFormat) -> AlignerNote:
    """What made the alignment, as far as it is known: the command that imported it.

    It goes with a plot that is given away, so it has no path of this machine.
    """
    words = ["holdfast", "plot", "import", _called(question["alignment"]["given"])]
    for side in ("target", "query"):
        given = question[side]["given"]
        words += [f"--{side}", _called(given)] if given else []
    return AlignerNote(IMPORTED, form.name, "", shlex.join(words))


def _called(given: str) -> str:
    """What a person would type who has the file in front of them."""
    return given if "://" in given else Path(given).name
