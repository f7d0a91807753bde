"""
Native specifications: what a process of BioMAJ says to its cluster, in that cluster's own words.

Cores, memory and time have one name each in a recipe, and every executor knows them; so they are
taken out of the words of Grid Engine, PBS and Slurm. Queues, projects and the like are a site's own
and stay words.
"""

import re
import shlex
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

_CLOCK = re.compile(r"(\d+-)?\d+:\d{2}:\d{2}")
_SIZE = re.compile(r"(\d+(?:\.\d+)?)([KMGTkmgt]?)[bB]?")
_PER_CORE = frozenset({"h_vmem", "--mem-per-cpu"})


@dataclass(slots=True)
class Native:
    """What a specification asks for, and the words that mean something else."""

    cores: int | None = None
    memory: str | None = None
    time: str | None = None
    left: list[str] = field(default_factory=list)

    @property
    def limits(self) -> dict[str, int | str]:
        """What it asks for, by the keys of a step."""
        found = {"cores": self.cores, "memory": self.memory, "time": self.time}
        return {key: value for key, value in found.items() if value is not None}


def parsed(text: str) -> Native:
    """What `text` asks for.

    >>> parsed("-q long.q -pe smp 4 -l h_vmem=2G,h_rt=24:00:00")
    Native(cores=4, memory='8G', time='24:00:00', left=['-q', 'long.q'])
    >>> parsed("--partition=long --cpus-per-task=4 --mem=8000 --time=120").limits
    {'cores': 4, 'memory': '8000M', 'time': '120m'}
    """
    native, per_core = Native(), None
    for name, value, words in _options(text):
        take = _TAKEN.get(name)
        if take is None or not take(native, value):
            native.left += words
        elif name in _PER_CORE:
            per_core = native.memory
    if per_core is not None and native.memory == per_core:
        native.memory = _times(per_core, native.cores or 1)
    return native


def _options(text: str) -> Iterator[tuple[str, str, list[str]]]:
    """Each option with its name, its value, and the words it is made of."""
    try:
        words = shlex.split(text)
    except ValueError:
        words = text.split()
    while words:
        word = words.pop(0)
        if word == "-l" and words:
            yield from _resources(words.pop(0))
        elif word == "-pe" and len(words) > 1:
            kind, slots = words.pop(0), words.pop(0)
            yield word, slots, [word, kind, slots]
        elif word.startswith("--"):
            name, _, value = word.partition("=")
            yield name, value, [word]
        elif word.startswith("-") and words and not words[0].startswith("-"):
            value = words.pop(0)
            yield word, value, [word, value]
        else:
            yield "", "", [word]


def _resources(text: str) -> Iterator[tuple[str, str, list[str]]]:
    """What stands behind ``-l`` for Grid Engine and PBS."""
    for part in text.split(","):
        name, _, value = part.partition("=")
        if name in {"nodes", "select"}:
            number, *inside = value.split(":")
            known = [each.partition("=") for each in inside]
            if number == "1" and known and all(key in _TAKEN for key, _, _ in known):
                yield from ((key, said, ["-l", part]) for key, _, said in known)
                continue
        yield name, value, ["-l", part]


def _cores(native: Native, value: str) -> bool:
    if not value.isdecimal() or not 0 < int(value) < 100_000:
        return False
    native.cores = int(value)
    return True


def _memory(native: Native, value: str, unit: str = "") -> bool:
    found = _SIZE.fullmatch(value)
    if found is None or float(found[1]) == 0:
        return False
    native.memory = f"{found[1]}{(found[2] or unit).upper()}"
    return True


def _megabytes(native: Native, value: str) -> bool:
    return _memory(native, value, "M")


def _time(native: Native, value: str, unit: str = "") -> bool:
    if value.isdecimal() and int(value) > 0:
        native.time = f"{value}{unit}"
    elif _CLOCK.fullmatch(value):
        native.time = value
    else:
        return False
    return True


def _minutes(native: Native, value: str) -> bool:
    return _time(native, value, "m")


def _times(memory: str, cores: int) -> str:
    number, unit = memory.rstrip("KMGT"), memory.lstrip("0123456789.")
    return f"{float(number) * cores:g}{unit}"


_TAKEN: dict[str, Callable[[Native, str], bool]] = {
    **dict.fromkeys(("-pe", "ppn", "ncpus", "--cpus-per-task", "-c"), _cores),
    **dict.fromkeys(("h_vmem", "mem_free", "virtual_free", "mem"), _memory),
    **dict.fromkeys(("--mem", "--mem-per-cpu"), _megabytes),
    **dict.fromkeys(("h_rt", "s_rt", "walltime", "-t"), _time),
    "--time": _minutes,
}
