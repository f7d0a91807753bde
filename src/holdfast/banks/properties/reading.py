"""
Reading: the bytes of a property file become entries that know their lines.

The form is that of Python's ``configparser`` with its basic rules: sections in brackets, a key up
to the first ``=`` or ``:``, values that go on in indented lines, comments only as whole lines
beginning with ``#`` or ``;``. Keys mean the same in any case and are lower-cased. What BioMAJ
refuses but can be understood is a warning: bytes that are no UTF-8 are read as Latin-1, and of a
key given twice the last counts. What cannot be understood is an error.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path

from holdfast.banks.properties.problems import Findings, Problem

SECTION = "GENERAL"  #: where BioMAJ looks for everything
DEFAULTS = "DEFAULT"  #: configparser's section whose keys all sections have
SIZE_LIMIT = 4 * 1024**2  #: bytes of a property file

_LINE_END = re.compile(r"\r\n|\r|\n")
_HEADER = re.compile(r"\[(?P<name>.+)\]")


@dataclass(frozen=True, slots=True)
class Entry:
    """One key of a file and what is written for it."""

    section: str
    key: str  #: lower case
    text: str  #: lines joined by a newline
    line: int  #: counted from 1
    file: str


@dataclass(frozen=True, slots=True)
class PropertyFile:
    """A property file, read."""

    file: str
    entries: tuple[Entry, ...]
    problems: tuple[Problem, ...]

    def general(self) -> dict[str, Entry]:
        """What stands for each key of the section ``GENERAL``; of a key given twice the last."""
        defaults = {each.key: each for each in self.entries if each.section == DEFAULTS}
        return {**defaults, **{each.key: each for each in self.entries if each.section == SECTION}}


def read_file(path: Path) -> PropertyFile:
    """The property file at `path`; that it cannot be read is a problem like any other."""
    findings = Findings(str(path))
    try:
        with path.open("rb") as file:
            content = file.read(SIZE_LIMIT + 1)
    except OSError as error:
        findings.error(f"it cannot be read: {error.strerror or error}; look at its permissions")
        return PropertyFile(str(path), (), findings.in_order())
    if len(content) > SIZE_LIMIT:
        findings.error(f"it has more than {SIZE_LIMIT:,} bytes, which no bank file has")
        return PropertyFile(str(path), (), findings.in_order())
    return read_bytes(content, str(path))


def read_bytes(content: bytes, file: str) -> PropertyFile:
    """The property file that `content` is; `file` names it in problems."""
    findings = Findings(file)
    text = _text(content, findings)
    reader = _Reader(file, findings)
    for number, line in enumerate(_LINE_END.split(text), 1):
        reader.take(line, number)
    if not any(name in reader.sections for name in (SECTION, DEFAULTS)) and not findings.found:
        findings.error(f"it has no section [{SECTION}]; write that line above the keys")
    return PropertyFile(file, tuple(reader.entries()), findings.in_order())


def _text(content: bytes, findings: Findings) -> str:
    try:
        text = content.decode()
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        findings.warning(
            f"byte {content[error.start]:#04x} is not UTF-8; the file is read as Latin-1; "
            "save it as UTF-8",
            line=line,
        )
        text = content.decode("latin-1")
    if text.startswith("\ufeff"):
        findings.warning("a byte order mark stands before the first line; remove it", line=1)
        text = text.removeprefix("\ufeff")
    return text


@dataclass(slots=True)
class _Raw:
    """An entry whose lines are still coming."""

    section: str
    key: str
    line: int
    indent: int
    lines: list[str] = field(default_factory=list)


class _Reader:
    """Takes the lines of a file, one after another."""

    def __init__(self, file: str, findings: Findings) -> None:
        self._file, self._findings = file, findings
        self._section: str | None = None
        self._headless = False
        self._raw: list[_Raw] = []
        self._open: _Raw | None = None
        self._indent = 0
        self.sections: set[str] = set()
        self._first: dict[tuple[str, str], int] = {}

    def entries(self) -> Iterable[Entry]:
        """All entries taken."""
        for raw in self._raw:
            text = "\n".join(raw.lines).rstrip()
            yield Entry(raw.section, raw.key, text, raw.line, self._file)

    def take(self, line: str, number: int) -> None:
        """Understand one more line."""
        value = line.strip()
        if value.startswith(("#", ";")):
            return
        if not value:
            if self._open is not None:
                self._open.lines.append("")
            return
        indent = len(line) - len(line.lstrip())
        if self._open is not None and indent > self._indent:
            self._open.lines.append(value)
            return
        self._indent = indent
        header = _HEADER.match(value)
        if header:
            self._begin_section(header["name"], number)
        else:
            self._begin_key(value, number, indent)

    def _begin_section(self, name: str, number: int) -> None:
        if name in self.sections and name != DEFAULTS:
            self._findings.warning(f"section [{name}] begins once more; join the two", line=number)
        self.sections.add(name)
        self._section, self._open = name, None

    def _begin_key(self, value: str, number: int, indent: int) -> None:
        if self._section is None:
            if not self._headless:
                self._findings.error(
                    f"a key stands before the first section; write [{SECTION}] above it",
                    line=number,
                )
            self._headless = True
            return
        place = re.search(r"[=:]", value)
        key = value[: place.start()].rstrip().lower() if place else ""
        if place is None or not key:
            self._open = None
            self._findings.error(
                f"{value[:60]!r} is no section, and no key with a value; write key=value, or # "
                "before it",
                line=number,
            )
            return
        self._open = _Raw(self._section, key, number, indent, [value[place.end() :].strip()])
        self._raw.append(self._open)
        self._note_if_twice(key, number)

    def _note_if_twice(self, key: str, number: int) -> None:
        assert self._section is not None, "a key has a section"
        first = self._first.setdefault((self._section, key), number)
        if first != number:
            self._findings.warning(
                f"it is given in line {first} already; the last one counts", key, number
            )
