"""
Reading ``tools.yaml``: D-Genies' form and ours, one mapping of names to tools.

What is wrong is told with its line and key, all of it at once; an unknown key is only warned of,
with the nearest known one. The document is composed, never constructed: no tag in it makes an
object, and an alias is no copy.
"""

import logging
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml
from pydantic import ValidationError

from holdfast.dotplots.aligners.document import (
    NAME,
    GroupDocument,
    MemoryDocument,
    ToolDocument,
    Where,
    contradictions,
    format_of,
    unknown_keys,
)
from holdfast.dotplots.aligners.options import Entry, Group, Kind, Preset
from holdfast.dotplots.aligners.tools import GIGA, Memory, Tool, program_of
from holdfast.errors import FormatError, suggestion

SIZE_LIMIT = 1 << 20  #: bytes
DEEPEST = 6  #: no key of a tool is nested so deep; an alias may be within itself

logger = logging.getLogger(__name__)


def read_tools(file: Path, text: bytes | None = None) -> tuple[Tool, ...]:
    """The tools of `file`, in their order; `text` is what it holds, where that is known.

    Raises
    ------
    FormatError
        It cannot be read, or a tool makes no sense.
    """
    return _Reading(file).tools(_read(file) if text is None else text)


def _read(file: Path) -> bytes:
    try:
        with file.open("rb") as opened:
            text = opened.read(SIZE_LIMIT + 1)
    except OSError as error:
        problem = f"cannot be read: {error.strerror}; correct the setting tools"
        raise FormatError(file, None, problem) from error
    if len(text) > SIZE_LIMIT:
        raise FormatError(file, None, f"has more than {SIZE_LIMIT} bytes; is it a tools.yaml?")
    return text


@dataclass(slots=True)
class _Reading:
    """One file on its way to its tools; `problems` are lines with what is wrong there."""

    file: Path
    problems: list[tuple[int, str]] = field(default_factory=list)

    def tools(self, text: bytes) -> tuple[Tool, ...]:
        """All tools, or FormatError with all problems."""
        root = self._composed(text)
        if root is None:
            return ()
        if not isinstance(root, yaml.MappingNode):
            raise FormatError(self.file, 1, "a tools.yaml is a mapping of names to tools")
        found = [self._tool(name, node) for name, node in self._pairs(root, ())]
        if self.problems:
            (line, first), *others = sorted(self.problems)
            more = "".join(f"; line {line}: {problem}" for line, problem in others)
            raise FormatError(self.file, line, first + more)
        made = [tool for tool in found if tool is not None]
        return tuple(sorted(made, key=lambda tool: tool.order))

    def _composed(self, text: bytes) -> yaml.Node | None:
        try:
            return yaml.compose(text.decode(), yaml.SafeLoader)
        except UnicodeDecodeError as error:
            raise FormatError(self.file, None, "is not UTF-8 text; save it as UTF-8") from error
        except yaml.MarkedYAMLError as error:
            line = error.problem_mark.line + 1 if error.problem_mark else None
            problem = f"this is no YAML: {error.problem or error.context}"
            raise FormatError(self.file, line, problem) from error
        except (yaml.YAMLError, RecursionError) as error:
            raise FormatError(self.file, None, "is no YAML; correct the file") from error

    def _tool(self, name: str, node: yaml.Node) -> Tool | None:
        lines: dict[Where, int] = {}
        before = len(self.problems)
        value = self._value(node, (name,), lines)
        if not isinstance(value, dict) or not re.fullmatch(NAME, name):
            problem = "a tool is a mapping of keys to values, called by letters, digits and . _ + -"
            self._problem(node, name, problem)
            return None
        for where, known, given in unknown_keys(value):
            key = ".".join(map(str, (name, *where, given)))
            line = lines[(*where, given)]
            hint = suggestion(given, known)
            logger.warning("%s:%d: %s is not a key of a tool%s", self.file, line, key, hint)
        # D-Genies writes null for a key that says nothing.
        said = {key: each for key, each in value.items() if each is not None}
        try:
            document = ToolDocument.model_validate(said)
        except ValidationError as error:
            for invalid in error.errors():
                self._invalid(name, dict(invalid), lines)
            return None
        for where, sentence in contradictions(document):
            named = ".".join(map(str, (name, *where)))
            self.problems.append((_line(lines, where), f"{named}: {sentence}"))
        made = len(self.problems) == before
        return _made(name, document, self.file.absolute().parent) if made else None

    def _invalid(self, name: str, problem: Mapping[str, Any], lines: Mapping[Where, int]) -> None:
        where = tuple(part for part in problem["loc"] if part != "[key]")
        key = ".".join(map(str, (name, *where)))
        said = problem["msg"].removeprefix("Value error, ")
        if problem["type"] == "missing":
            said = "is missing"
        elif problem["type"] == "string_pattern_mismatch":
            said = "a name has letters, digits and . _ + - only"
        self.problems.append((_line(lines, where), f"{key}: {said}"))

    def _problem(self, node: yaml.Node, key: str, sentence: str) -> None:
        self.problems.append((node.start_mark.line + 1, f"{key}: {sentence}"))

    def _pairs(self, node: yaml.MappingNode, where: Where) -> Iterator[tuple[str, yaml.Node]]:
        """The keys of a mapping with their nodes; a key that is there twice is a problem."""
        seen = set()
        for key, _ in node.value:
            if isinstance(key, yaml.ScalarNode) and key.value in seen:
                self._problem(key, ".".join(map(str, (*where, key.value))), "is there twice")
            seen.add(key.value if isinstance(key, yaml.ScalarNode) else None)
        loader = yaml.constructor.SafeConstructor()
        try:
            loader.flatten_mapping(node)
        except yaml.MarkedYAMLError:
            self._problem(node, ".".join(map(str, where)), "what << names is no mapping")
            return
        for key, value in node.value:
            if isinstance(key, yaml.ScalarNode):
                yield key.value, value
            else:
                self._problem(key, ".".join(map(str, where)), "a key is a plain word")

    def _value(
        self, node: yaml.Node, where: Where, lines: dict[Where, int], depth: int = 0
    ) -> object:
        """What `node` writes, and where each part of it stands in the tool, which `where` names."""
        lines[where[1:]] = node.start_mark.line + 1
        if depth > DEEPEST:
            return None
        if isinstance(node, yaml.MappingNode):
            mapping: dict[str, object] = {}
            for key, value in self._pairs(node, where):
                mapping[key] = self._value(value, (*where, key), lines, depth + 1)
            return mapping
        if isinstance(node, yaml.SequenceNode):
            return [
                self._value(item, (*where, number), lines, depth + 1)
                for number, item in enumerate(node.value)
            ]
        try:
            return yaml.constructor.SafeConstructor().construct_object(node)
        except (yaml.YAMLError, ValueError):
            self._problem(node, ".".join(map(str, where)), "its tag is not known here")
            return None


def _line(lines: Mapping[Where, int], where: Where) -> int:
    """The line of `where`, or of the nearest thing around it that is there."""
    while where and where not in lines:
        where = where[:-1]
    return lines[where]


def _made(name: str, document: ToolDocument, folder: Path) -> Tool:
    limit = document.max_memory
    memory = document.memory or MemoryDocument()
    return Tool(
        name=name,
        program=program_of(document.exec, name, folder),
        command=document.command_line,
        for_self=document.all_vs_all,
        prepare=tuple(document.prepare),
        writes=document.writes,
        format=format_of(document),
        label=document.label or name,
        help=document.help,
        order=document.order,
        install=document.install,
        version=document.version,
        threads=document.threads,
        memory=Memory(memory.base, memory.target, memory.query, memory.core),
        memory_limit=None if limit is None else int(limit * GIGA),
        is_split=document.split_before,
        is_joined=document.join_blocks,
        contigwise=document.contigwise,
        groups=tuple(_group(each) for each in document.options or ()),
        presets=tuple(
            Preset(each, preset.value, preset.divergence, preset.help, preset.prepare)
            for each, preset in (document.presets or {}).items()
        ),
    )


def _group(document: GroupDocument) -> Group:
    entries = tuple(
        Entry(each.key, each.value, each.label or each.key, each.help, each.default)
        for each in document.entries
    )
    kind = Kind(document.type)
    label = document.label or document.group
    return Group(document.group, kind, entries, label, document.help, document.hint)
