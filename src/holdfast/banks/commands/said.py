"""
Said: lines in a step's standard output that tell what it made, as BioMAJ's scripts write them.

::

    ##BIOMAJ#blast#nucleic#organism:hg38#blast/alu,blast/alu.nal
             format types   tags          files

A line counts only from its very beginning. Where format, types or tags are empty, what the recipe
says under `makes` takes their place; files that the recipe names replace what was printed of that
format. Output is whatever a program prints: it is read in pieces, and a line that makes no sense is
named in a problem and passed over, not the lines after it.
"""

import os
import stat
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from io import BufferedReader
from pathlib import Path, PurePosixPath

from holdfast.banks.commands.environment import BEFORE, logs_of_bank, output_file, output_folder
from holdfast.banks.recipes.steps import Makes, Step
from holdfast.banks.releases.bankfolder import FUTURE
from holdfast.banks.releases.metadata import Made, Metadata, read_made, read_step, together
from holdfast.banks.updating.making import Making
from holdfast.base.files import safe_name
from holdfast.errors import UnsafeName, printable

MARK = b"##BIOMAJ#"
FIELDS = 4  #: format, types, tags, files
LINE_LIMIT = 2**20  #: bytes of one line
TEXT_LIMIT = 2**26  #: bytes of all such lines of one step
WORD_LIMIT = 200  #: characters of a format, a type, or one side of a tag
PROBLEMS_LIMIT = 20  #: of one step, beyond which they are only counted
QUOTED = 80  #: characters of a line that a problem quotes


@dataclass(frozen=True, slots=True)
class Places:
    """Folders that mean the release's own in what a step says."""

    folders: tuple[Path, ...]

    def inside(self, name: str) -> str:
        """The file called `name` as a path in the release; a ValueError if it is elsewhere."""
        path = PurePosixPath(name)
        for folder in self.folders:
            if path.is_relative_to(folder):
                path = path.relative_to(folder)
                break
        try:
            return str(safe_name(str(path)))
        except UnsafeName as error:
            raise ValueError(f"{printable(name)!r} is not a file in the release") from error


def gathered(making: Making, home: Path) -> Metadata:
    """What all steps of `making` made, those before the remote was asked included.

    A step says it in its output, a built-in one in a document of its own; what is taken from the
    previous release was said there.

    Raises
    ------
    BankError
        What was written down cannot be read.
    """
    folder, bank_folder = making.release_folder, making.bank_folder
    ways = (bank_folder, bank_folder.resolve())
    places = Places(tuple(way / name for way in ways for name in (folder.name, FUTURE)))
    before = logs_of_bank(home, making.bank) / BEFORE
    now = output_folder(making, home)
    parts = [made_by(step, output_file(before, step.name), places) for step in making.recipe.before]
    for step in making.recipe.steps:
        if step.name in making.taken and making.previous_folder is not None:
            made = [each for each in read_made(making.previous_folder) if each.step == step.name]
            parts.append(Metadata(tuple(made)))
        elif step.command:
            parts.append(made_by(step, output_file(now, step.name), places))
        else:
            parts.append(made_by(step, None, places))
            parts.append(Metadata(read_step(making.folder, step.name)))
    return together(parts)


def made_by(step: Step, output: Path | None, places: Places) -> Metadata:
    """What `step` made, by its `output` and by the recipe. There need be no output."""
    problems = _Problems(step.name)
    default = step.makes[0] if step.makes else None
    printed: list[Made] = []
    for number, line in _lines(output, problems) if output is not None else ():
        try:
            printed.append(replace(parsed(line, default, places), step=step.name))
        except ValueError as error:
            problems.tell(number, str(error), line)
    declared = [_declared(makes, step, places, problems) for makes in step.makes if makes.files]
    replaced = {each.format for each in declared}
    kept = [each for each in printed if each.format not in replaced]
    return Metadata((*kept, *declared), problems.told())


def parsed(line: bytes, default: Makes | None, places: Places) -> Made:
    """What one line says, its mark included; a ValueError says what is wrong with it."""
    try:
        text = line.decode().rstrip("\r\n")
    except UnicodeDecodeError as error:
        raise ValueError("it is not UTF-8 text") from error
    # The last field is whole: a file's name may hold the separator.
    fields = text[len(MARK) :].split("#", FIELDS - 1)
    if len(fields) < FIELDS:
        raise ValueError("it has fewer fields than #format#types#tags#files")
    form, types, tags, files = fields
    form = form.strip() or (default.format if default is not None else "")
    if not form:
        raise ValueError("it has no format, and nor has the step")
    words = _listed(types) or (default.types if default is not None else ())
    pairs = _listed(tags) or (default.tags if default is not None else ())
    return Made(
        format=_word(form),
        types=tuple(_word(each) for each in words),
        tags=dict(map(_tag, pairs)),
        files=tuple(places.inside(each) for each in _listed(files)),
    )


def _declared(makes: Makes, step: Step, places: Places, problems: "_Problems") -> Made:
    """What the recipe says a step makes; of its files those that can be in the release."""
    files: list[str] = []
    tags: dict[str, str] = {}
    for name in makes.files:
        try:
            files.append(places.inside(name))
        except ValueError as error:
            problems.tell(None, str(error))
    for tag in makes.tags:
        try:
            tags.update([_tag(tag)])
        except ValueError as error:
            problems.tell(None, str(error))
    return Made(makes.format, makes.types, tags, tuple(files), step.name)


def _lines(output: Path, problems: "_Problems") -> Iterator[tuple[int, bytes]]:
    """The lines with the mark, each with its number."""
    taken = 0
    file = _opened(output)
    if file is None:
        return
    with file:
        for number, line in enumerate(iter(lambda: file.readline(LINE_LIMIT), b""), 1):
            rest = _skip_rest(file) if _is_cut(line) else 0
            if not line.startswith(MARK):
                continue
            taken += len(line)
            if rest:
                problems.tell(number, f"it is longer than {LINE_LIMIT:,} bytes", line)
            elif taken > TEXT_LIMIT:
                problems.tell(number, f"such lines have more than {TEXT_LIMIT:,} bytes in all")
                return
            else:
                yield number, line


def _opened(output: Path) -> BufferedReader | None:
    """The regular file `output`, if there is one: a step may have put anything in its place."""
    try:
        descriptor = os.open(output, os.O_RDONLY | os.O_CLOEXEC | os.O_NONBLOCK | os.O_NOFOLLOW)
    except OSError:
        return None
    if not stat.S_ISREG(os.fstat(descriptor).st_mode):
        os.close(descriptor)
        return None
    return open(descriptor, "rb")  # noqa: PTH123 - there is no path to open any more


def _is_cut(line: bytes) -> bool:
    return len(line) == LINE_LIMIT and not line.endswith(b"\n")


def _skip_rest(file: BufferedReader) -> int:
    """Read to the end of the line; how many bytes that were."""
    skipped = 0
    while piece := file.readline(LINE_LIMIT):
        skipped += len(piece)
        if piece.endswith(b"\n"):
            break
    return skipped


def _listed(text: str) -> Sequence[str]:
    return tuple(word for each in text.split(",") if (word := each.strip()))


def _word(text: str) -> str:
    if not text.isprintable() or len(text) > WORD_LIMIT:
        raise ValueError(f"{printable(text[:QUOTED])!r} is no word of at most {WORD_LIMIT} letters")
    return text


def _tag(text: str) -> tuple[str, str]:
    """A tag's name and value; only the first colon separates."""
    name, _, value = text.partition(":")
    return _word(name.strip()), _word(value.strip())


class _Problems:
    """What could not be understood of one step, up to a limit."""

    def __init__(self, step: str) -> None:
        self._step, self._told, self._count = step, list[str](), 0

    def tell(self, number: int | None, what: str, line: bytes = b"") -> None:
        self._count += 1
        if self._count > PROBLEMS_LIMIT:
            return
        place = f"line {number} of its output" if number is not None else "makes"
        quoted = printable(line[:QUOTED].decode(errors="replace").rstrip())
        self._told.append(f"{self._step}: {place}: {what}" + (f": {quoted}" if quoted else ""))

    def told(self) -> tuple[str, ...]:
        more = self._count - len(self._told)
        return (*self._told, f"{self._step}: and {more:,} more") if more else tuple(self._told)
