"""
Batch files: one plot a line, as ``key=value`` pairs, in the form that users of D-Genies know.

Reading is pure: it looks at nothing but the text, and it tells all that is wrong at once, each
problem with its line. Blank lines and what stands behind ``#`` are passed over; a value in quotes,
``'`` or ``"``, may hold blanks and ``#``. ``docs/reference/batch-files.md`` describes every key.
"""

import re
from collections import Counter
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import Enum
from pathlib import Path

from holdfast.app.plots.folders import NAME, plot_name
from holdfast.dotplots.genome import genome_name
from holdfast.errors import suggestion

LARGEST = 16 << 20  #: bytes of a batch file
PAIR = re.compile(
    r"""(?P<key>[^\s=\#'"]+)=(?:"(?P<double>[^"]*)"|'(?P<single>[^']*)'|(?P<bare>[^\s\#'"]*))(?=[\s\#]|$)"""
)
BLANK = re.compile(r"[ \t\r\f\v]+|\#.*")
WORD = re.compile(r"\S+")


class JobType(Enum):
    """What a line asks for."""

    ALIGN = "align"  #: align two genomes and draw them
    PLOT = "plot"  #: draw an alignment that there is, or a backup


GENOMES = ("target", "query")
COMMON = ("type", "id_job", "name", *GENOMES)
KEYS: Mapping[JobType, tuple[str, ...]] = {
    JobType.ALIGN: (*COMMON, "tool", "options", "preset", "memory", "align_equal"),
    JobType.PLOT: (*COMMON, "align", "backup", "format"),
}


@dataclass(frozen=True, slots=True)
class Problem:
    """What is wrong in a line."""

    line: int
    sentence: str


@dataclass(frozen=True, slots=True)
class BatchLine:
    """A line that asks for a plot."""

    line: int
    type: JobType
    values: Mapping[str, str]
    name: str  #: of the plot

    def __getitem__(self, key: str) -> str | None:
        """What the line says of `key`."""
        return self.values.get(key)

    @property
    def options(self) -> tuple[str, ...]:
        """The options of the tool, each ``group:key``."""
        return tuple(filter(None, (self.values.get("options") or "").split(",")))


@dataclass(frozen=True, slots=True)
class Batch:
    """What a batch file asks for, and what is wrong with it."""

    lines: tuple[BatchLine, ...]
    problems: tuple[Problem, ...]


def read_batch(content: bytes, drawing_keys: Collection[str] = ()) -> Batch:
    """The lines of a batch file; `drawing_keys` are the keys of ours that say how to draw."""
    if len(content) > LARGEST:
        return Batch((), (Problem(1, f"a batch file has at most {LARGEST:,} bytes"),))
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content[: error.start].count(b"\n") + 1
        return Batch((), (Problem(line, "it is not UTF-8 text; save it as that"),))
    found: list[tuple[int, JobType, dict[str, str]]] = []
    problems: list[Problem] = []
    for number, words in enumerate(text.split("\n"), start=1):
        values, wrong = _pairs(words)
        kind = _type(values, wrong) if values else None
        if kind is not None:
            # What could not be read may be what is missing.
            wrong += [] if wrong else _missing(kind, values)
            wrong += _problems(kind, values, drawing_keys)
            found.append((number, kind, values))
        problems += [Problem(number, sentence) for sentence in wrong]
    if not found and not problems:
        problems.append(
            Problem(1, "it asks for nothing; write a line such as: type=align target=…")
        )
    names, wrong_names = _names(found)
    lines = (
        BatchLine(number, kind, values, name)
        for (number, kind, values), name in zip(found, names, strict=True)
    )
    return Batch(tuple(lines), tuple(sorted([*problems, *wrong_names], key=lambda each: each.line)))


def _pairs(line: str) -> tuple[dict[str, str], list[str]]:
    """The pairs of a line, and what is wrong with it."""
    values: dict[str, str] = {}
    wrong: list[str] = []
    if any(not letter.isprintable() and letter not in "\t\r" for letter in line):
        return {}, ["it holds unprintable characters; is it a text file?"]
    for key, value in _words(line):
        if value is None:
            wrong.append(key)
        elif key in values:
            wrong.append(f"{key} is said twice; say it once")
        elif not value:
            wrong.append(f"{key} has no value; write one, or leave {key} out")
        else:
            values[key] = value
    return values, wrong


def _words(line: str) -> Iterator[tuple[str, str | None]]:
    """Each key with its value; a sentence without a value where there is no pair."""
    at = 0
    while at < len(line):
        if blank := BLANK.match(line, at):
            at = blank.end()
        elif pair := PAIR.match(line, at):
            at = pair.end()
            yield pair["key"], pair["double"] or pair["single"] or pair["bare"] or ""
        else:
            word = WORD.match(line, at)
            assert word is not None  # what is no blank begins a word
            at = word.end()
            yield _no_pair(word[0]), None


def _no_pair(word: str) -> str:
    if any(quote in word for quote in "'\""):
        return f'the quotes of {word!r} do not stand around one whole value; write key="value"'
    return f"{word!r} is not key=value; put quotes around a value that holds blanks"


def _type(values: Mapping[str, str], wrong: list[str]) -> JobType | None:
    """The type of a line; where there is none, `wrong` says so."""
    known = [each.value for each in JobType]
    given = values.get("type")
    if given is None:
        wrong.append(f"it has no type; write type={' or type='.join(known)}")
    elif given not in known:
        wrong.append(f"{given!r} is no type of job; write align or plot")
    else:
        return JobType(given)
    return None


def _problems(
    kind: JobType, values: Mapping[str, str], drawing_keys: Collection[str]
) -> Iterator[str]:
    """What is wrong with the keys of a line."""
    known = (*KEYS[kind], *drawing_keys)
    for key in values:
        if key not in known:
            others = [each.value for each in JobType if key in KEYS[each]]
            hint = f"; lines of type={others[0]} have it" if others else suggestion(key, known)
            yield f"a line of type={kind.value} has no key {key!r}{hint}"
    beside = [key for key in ("align", *GENOMES, "format") if key in values]
    if "backup" in values and beside:
        yield f"backup holds all there is to draw; leave {' and '.join(beside)} out"
    if "name" in values and not NAME.fullmatch(values["name"]):
        yield (
            f"{values['name']!r} cannot be the name of a plot; use letters, digits and . _ + -, "
            "beginning with a letter or digit"
        )
    for option in (values.get("options") or "").split(","):
        if "options" in values and not re.fullmatch(r"[^:]+:[^:]+", option):
            yield f"{option!r} is not an option; write group:key,group:key"


def _missing(kind: JobType, values: Mapping[str, str]) -> Iterator[str]:
    """What a line must say and does not."""
    if kind is JobType.ALIGN and "target" not in values:
        yield "target is missing: the genome to align with"
    if kind is JobType.PLOT and not {"align", "backup"} & values.keys():
        yield "align is missing: the alignment to draw; or name a backup"


def _names(
    found: Sequence[tuple[int, JobType, Mapping[str, str]]],
) -> tuple[list[str], list[Problem]]:
    """The name of each line's plot: the same for the same file, and no two alike."""
    given = Counter(values["name"] for _, _, values in found if "name" in values)
    taken = set(given)
    names, problems = [], []
    for number, _, values in found:
        name = values.get("name")
        if name is None:
            name = _free(_usual(values), taken)
        elif given[name] > 1:
            problems.append(Problem(number, f"several lines are called {name}; name each its own"))
        taken.add(name)
        names.append(name)
    return names, problems


def _usual(values: Mapping[str, str]) -> str:
    """What a plot is called whose line does not say it."""
    if "id_job" in values:
        return plot_name(values["id_job"])
    if "target" not in values:
        return plot_name(_label(values.get("backup") or values.get("align") or ""))
    query = values.get("query") or values["target"]
    return plot_name(f"{_label(query)} against {_label(values['target'])}")


def _label(given: str) -> str:
    """What a person would call what `given` names."""
    return genome_name(Path(given.rstrip("/").rpartition("/")[2].replace(":", "-")))


def _free(name: str, taken: Collection[str]) -> str:
    """`name`, or the same with a number if a line before has it."""
    number, free = 2, name
    while free in taken:
        free = f"{name[:90]}_{number}"
        number += 1
    return free
