"""
The document of a tool: the keys of ``tools.yaml``, what they may be, and what contradicts what.

Keys that D-Genies does not know have usual values here that leave a tool as D-Genies runs it.
"""

from collections.abc import Iterator, Mapping
from typing import Annotated, Any, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field

from holdfast.dotplots.aligners.commands import PLACES, Command, words_of
from holdfast.dotplots.aligners.interface import AUTO
from holdfast.dotplots.aligners.options import Kind
from holdfast.dotplots.aligners.tools import PAF, Memory
from holdfast.errors import suggestion
from holdfast.plugins import Group as Plugins
from holdfast.plugins import names
from holdfast.settings.values import size

NAME = r"^[A-Za-z0-9][A-Za-z0-9._+-]*$"
PARSER = "2paf"  #: how D-Genies' names of parsers end

Where = tuple[str | int, ...]  #: keys and numbers, from the outermost


def _command(value: object) -> object:
    return Command.parse(value) if isinstance(value, str) else value


def _commands(value: object) -> object:
    return [value] if isinstance(value, str) else value


def _words(value: object) -> object:
    """The words of a text or of a number; a list stays as it is."""
    if value is None:
        return ()
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        return value
    return tuple(words_of(str(value)))


def _text(value: object) -> object:
    """YAML reads `asm: 5` as a number, where a text is meant."""
    is_number = isinstance(value, int | float) and not isinstance(value, bool)
    return str(value) if is_number else "" if value is None else value


_Command = Annotated[Command, BeforeValidator(_command)]
_Words = Annotated[tuple[str, ...], BeforeValidator(_words)]
_Size = Annotated[int, BeforeValidator(size), Field(ge=0)]
_Text = Annotated[str, BeforeValidator(_text)]
_Name = Annotated[str, BeforeValidator(_text), Field(pattern=NAME)]


class _Document(BaseModel):
    model_config = ConfigDict(arbitrary_types_allowed=True, frozen=True)


class EntryDocument(_Document):
    key: _Name
    label: _Text = ""
    value: _Words = ()
    help: _Text = ""
    default: bool = False


class GroupDocument(_Document):
    group: _Name
    label: _Text = ""
    type: Literal["radio", "checkbox"]
    help: _Text = ""
    hint: _Text = ""
    entries: Annotated[list[EntryDocument], Field(min_length=1)]


class PresetDocument(_Document):
    value: _Words = ()
    divergence: Annotated[float, Field(ge=0, le=1)] = 1.0
    help: _Text = ""
    prepare: _Words = ()


class MemoryDocument(_Document):
    base: _Size = Memory().base
    target: Annotated[float, Field(ge=0)] = Memory().target
    query: Annotated[float, Field(ge=0)] = Memory().query
    core: _Size = Memory().core


class ToolDocument(_Document):
    exec: Annotated[str, Field(min_length=1)]
    exec_cluster: str | None = None
    command_line: _Command
    all_vs_all: _Command | None = None
    max_memory: Annotated[float, Field(gt=0)] | None = None
    threads: Annotated[int, Field(ge=1)] = 1
    threads_cluster: Annotated[int, Field(ge=1)] | None = None
    parser: str | None = None
    format: str | None = None
    split_before: bool = False
    join_blocks: bool = True
    contigwise: bool = False
    uncompress_before: bool = True
    label: _Text = ""
    help: _Text = ""
    order: int = 1000
    options: list[GroupDocument] | None = None
    version: _Words = ("--version",)
    install: _Text = ""
    presets: dict[_Name, PresetDocument] | None = None
    memory: MemoryDocument | None = None
    prepare: Annotated[list[_Command], BeforeValidator(_commands)] = []
    writes: str = "{out}"


def unknown_keys(value: Mapping[str, Any]) -> Iterator[tuple[Where, list[str], str]]:
    """Each key that nobody reads: where it stands, the keys known there, and itself."""
    yield from _strange(value, ToolDocument, ())
    yield from _strange(value.get("memory"), MemoryDocument, ("memory",))
    presets = value.get("presets")
    for name, preset in presets.items() if isinstance(presets, dict) else ():
        yield from _strange(preset, PresetDocument, ("presets", name))
    groups = value.get("options")
    for number, group in enumerate(groups if isinstance(groups, list) else ()):
        yield from _strange(group, GroupDocument, ("options", number))
        entries = group.get("entries") if isinstance(group, dict) else None
        for place, entry in enumerate(entries if isinstance(entries, list) else ()):
            yield from _strange(entry, EntryDocument, ("options", number, "entries", place))


def _strange(
    value: object, model: type[_Document], where: Where
) -> Iterator[tuple[Where, list[str], str]]:
    known = list(model.model_fields)
    for key in value if isinstance(value, dict) else ():
        if key not in known:
            yield where, known, key


def contradictions(document: ToolDocument) -> Iterator[tuple[Where, str]]:
    """What is wrong with keys that are right each for itself."""
    yield from _missing_places(document)
    if document.parser and document.format:
        yield ("format",), "it is another name of parser; write one of them"
    form, known = format_of(document), [PAF, *names(Plugins.ALIGNMENTS)]
    if form not in known:
        key = "parser" if document.parser else "format"
        sentence = f"{form!r} is not a format ({', '.join(sorted(set(known)))})"
        yield (key,), sentence + suggestion(form, known)
    for group in document.options or ():
        usual = sum(entry.default for entry in group.entries)
        if group.type == Kind.RADIO.value and usual > 1:
            yield ("options",), f"the group {group.group} has {usual} defaults; of radio only one"
        if len({entry.key for entry in group.entries}) < len(group.entries):
            yield ("options",), f"the group {group.group} has two entries of one key"
    if AUTO in (document.presets or ()):
        yield ("presets", AUTO), f"{AUTO} chooses among the presets; call this one else"


def _missing_places(document: ToolDocument) -> Iterator[tuple[Where, str]]:
    prepared = {place for command in document.prepare for place in command.places}
    wanted = {"exe", "target", "query", "out"} - (prepared & {"target", "query"})
    commands = [("command_line", document.command_line, wanted)]
    if document.all_vs_all is not None:
        commands.append(("all_vs_all", document.all_vs_all, wanted - {"query"}))
    for key, command, places in commands:
        missing = [f"{{{place}}}" for place in PLACES if place in places - command.places]
        if missing:
            yield (key,), f"{' and '.join(missing)} must be in it"
    has_choices = bool(document.options or document.presets)
    if has_choices and "options" not in document.command_line.places:
        yield ("command_line",), "there are options or presets, but no {options} to put them in"
    if document.all_vs_all is not None and "query" in document.all_vs_all.places:
        yield ("all_vs_all",), "there is no {query}: the target is compared with itself"
    if "{" in document.writes.replace("{out}", "") or "/" in document.writes:
        yield ("writes",), "it is the name of a file, in which {out} may stand"


def format_of(document: ToolDocument) -> str:
    return (document.format or document.parser or PAF).removesuffix(PARSER)
