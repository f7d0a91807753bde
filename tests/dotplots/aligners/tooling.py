"""Small genomes, and programs made up for a test, that the tests of tools share."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from dotplots.examples import fasta
from holdfast.base.progress import Listener, ignore
from holdfast.dotplots.aligners.command_aligner import CommandAligner
from holdfast.dotplots.aligners.commands import Command
from holdfast.dotplots.aligners.interface import Aligner, Answer, Question
from holdfast.dotplots.aligners.tools import Tool
from holdfast.formats.paf import PafTable, read_paf

COMPLEMENT = str.maketrans("ACGT", "TGCA")
TWO_FILES = "{exe} {target} {query} {out}"


def random_bases(count: int, seed: int) -> str:
    return "".join(np.random.default_rng(seed).choice(list("ACGT"), count))


def turned(bases: str) -> str:
    return bases.translate(COMPLEMENT)[::-1]


def mutated(bases: str, share: float, seed: int) -> str:
    """`bases` with so many of them drawn anew."""
    random = np.random.default_rng(seed)
    letters = np.array(list(bases))
    hit = random.random(len(letters)) < share
    letters[hit] = random.choice(list("ACGT"), int(hit.sum()))
    return "".join(letters)


def program(path: Path, script: str) -> Path:
    """An executable script of the shell."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(f"#!/bin/sh\n{script}\n")
    path.chmod(0o755)
    return path


def tool(script: Path, command: str = TWO_FILES, **what: Any) -> Tool:
    return Tool(
        name=what.pop("name", "mine"), program=str(script), command=Command.parse(command), **what
    )


def small_pair(folder: Path) -> tuple[Path, Path]:
    """A target `t` of 60 bases and a query `q` of 45, both made of A."""
    return fasta(folder / "t.fa", [("t", "A" * 60)]), fasta(folder / "q.fa", [("q", "a" * 45)])


def answer(
    aligner: Aligner,
    pair: Sequence[Path | None],
    folder: Path,
    listener: Listener = ignore,
    **how: Any,
) -> tuple[Answer, PafTable]:
    """What an aligner answers, in a folder of its own."""
    target, query = pair
    assert target is not None
    output = folder / "answer.paf"
    told = aligner.align(Question(target, query, **how), output, listener)
    return told, read_paf(output)


def of(
    script: Path, command: str = TWO_FILES, block: int | None = None, **what: Any
) -> CommandAligner:
    made = tool(script, command, **what)
    return CommandAligner(made) if block is None else CommandAligner(made, block)
