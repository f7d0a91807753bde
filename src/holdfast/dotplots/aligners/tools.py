"""
Tools: programs that align genomes, as a ``tools.yaml`` describes them.

A tool is a value: what to run, what it may be told, what it needs, and in which format it answers.
The keys are those of D-Genies' file, and some more; docs/reference/tools.md has them all.
"""

import os
import shutil
import sys
from dataclasses import dataclass
from pathlib import Path

from holdfast.dotplots.aligners.commands import Command
from holdfast.dotplots.aligners.options import Group, Preset

DEFAULT = "default"  #: as a program: the one on PATH that is called as the tool is
PYTHONS = "###SYSEXEC###"  #: the folder of the Python that runs
PAF = "paf"
GIGA = 10**9


@dataclass(frozen=True, slots=True)
class Memory:
    """What a tool takes, in bytes: a base, and so many for each base of a genome and each core."""

    base: int = 1 << 30
    target: float = 16.0
    query: float = 4.0
    core: int = 0

    def estimate(self, target: int, query: int, cores: int) -> int:
        """Bytes for genomes of so many bases on so many cores."""
        return int(self.base + self.target * target + self.query * query + self.core * cores)


@dataclass(frozen=True, slots=True)
class Tool:
    """A program that aligns."""

    name: str
    program: str  #: its path, or its name on PATH
    command: Command
    for_self: Command | None = None  #: to align a genome with itself
    prepare: tuple[Command, ...] = ()  #: run before, in order
    writes: str = "{out}"  #: the file that holds the answer
    format: str = PAF  #: of the answer: a format of alignments
    label: str = ""
    help: str = ""
    order: int = 1000
    install: str = ""
    version: tuple[str, ...] = ("--version",)  #: words that make it tell its version
    threads: int = 1  #: it can use at most
    memory: Memory = Memory()
    memory_limit: int | None = None  #: bytes it takes at most, whatever the genomes
    is_split: bool = False  #: long contigs of the query are cut in blocks
    is_joined: bool = True  #: matches cut with them are joined again
    contigwise: bool = False  #: see :class:`~holdfast.dotplots.aligners.interface.Aligner`
    groups: tuple[Group, ...] = ()
    presets: tuple[Preset, ...] = ()

    @property
    def programs(self) -> tuple[str, ...]:
        """All programs that it runs."""
        return tuple(dict.fromkeys((self.program, *(each.words[0] for each in self.prepare))))

    @property
    def recipe(self) -> str:
        """All of it that decides what is answered, as one text."""
        deciding = (
            *(self.program, self.command, self.for_self, self.prepare, self.writes, self.format),
            *(self.is_split, self.is_joined),
            *((preset.name, preset.words, preset.prepare) for preset in self.presets),
            *(
                (group.key, entry.key, entry.words, entry.is_usual)
                for group in self.groups
                for entry in group.entries
            ),
        )
        return repr(deciding)

    def found(self, program: str) -> str | None:
        """The path of `program`: beside the tool's own if that is a path, or on PATH."""
        folder = os.path.dirname(self.program)  # noqa: PTH120 - a name on PATH has none
        if folder and "/" not in program:
            beside = shutil.which(program, path=folder)
            if beside is not None:
                return beside
        return shutil.which(program)


def program_of(text: str, tool: str, folder: Path) -> str:
    """The program that the key ``exec`` of the tool called `tool` names; `folder` is the file's.

    >>> program_of("default", "minimap2", Path("/etc"))
    'minimap2'
    >>> program_of("./mine", "mine", Path("/etc"))
    '/etc/mine'
    """
    if text == DEFAULT:
        return tool
    named = Path(text.replace(PYTHONS, str(Path(sys.executable).parent))).expanduser()
    return str(folder / named) if "/" in text else str(named)
