"""
Which format a file is of, and its lines as PAF.

A file's content tells its format; its name is asked only where the content does not say, as for a
file without any match.
"""

import logging
from collections.abc import Iterator
from pathlib import Path

from holdfast.errors import FormatError, UsageError, suggestion
from holdfast.formats.alignments.interface import AlignmentFormat, Lengths
from holdfast.formats.compression import open_content
from holdfast.plugins import Group, load, names

logger = logging.getLogger(__name__)

HEAD = 64 * 1024  #: bytes that a format looks at
COMPRESSIONS = (".gz", ".bgz", ".zst", ".bz2", ".xz")
PIECE = 1 << 20  #: bytes of PAF given at a time, or a little more
CONVERTER = "2paf"  #: ends the names that D-Genies gives its parsers


def formats() -> list[AlignmentFormat]:
    """All formats there are, by name; a plug-in that fails to load is skipped with a warning."""
    found = []
    for name in names(Group.ALIGNMENTS):
        try:
            found.append(named(name))
        except UsageError:
            continue  # the loader has named it
    return found


def named(name: str) -> AlignmentFormat:
    """The format called `name`; D-Genies' name of its parser will do too (``maf2paf``).

    Raises
    ------
    UsageError
        There is none.
    """
    known = names(Group.ALIGNMENTS)
    plain = name.removesuffix(CONVERTER) or name
    if name not in known and plain not in known:
        raise UsageError(
            f"{name!r} is no format of alignments{suggestion(plain, known)}; "
            f"there are: {', '.join(known)}"
        )
    form: AlignmentFormat = load(Group.ALIGNMENTS, name if name in known else plain)()
    return form


def format_of(file: Path) -> AlignmentFormat:
    """The format of `file`, by what is in it, or else by its name.

    Raises
    ------
    FormatError
        It is of none that is known, or it cannot be opened.
    """
    with open_content(file) as content:
        head = content.peek(HEAD)
        if not head:
            content.read(1)  # says what is wrong with a file that is not merely empty
    every = formats()
    found = [form for form in every if _begins(form, head)] if head else []
    if not found:
        found = [form for form in every if _ending(file) in form.endings]
    if found:
        return found[0]
    if not head:
        return named("paf")  # an alignment without matches
    known = ", ".join(form.name for form in every)
    problem = f"is of no format of alignments that is known ({known}); name its format if it is one"
    raise FormatError(file, None, problem)


def paf_lines(
    file: Path, form: AlignmentFormat | None = None, lengths: Lengths | None = None
) -> Iterator[bytes]:
    """The alignments in `file`, compressed or not, as lines of PAF, many in each piece.

    `form` is its format where it is known, `lengths` those of its contigs.

    Raises
    ------
    FormatError
        It is no such file; line and problem are said.
    """
    form = form or format_of(file)
    held: list[bytes] = []
    size = 0
    with open_content(file) as content:
        for piece in form.paf(content, content.name, lengths or Lengths()):
            held.append(piece)
            size += len(piece)
            if size >= PIECE:
                yield b"".join(held)
                held, size = [], 0
    if held:
        yield b"".join(held)


def _begins(form: AlignmentFormat, head: bytes) -> bool:
    """Whether a file that begins with `head` is of `form`; no, if it fails to say."""
    try:
        return form.begins(head)
    except Exception as error:  # noqa: BLE001 - a stranger's code may raise anything
        logger.warning("the format %s was passed over: %r", form.name, error)
        return False


def _ending(file: Path) -> str:
    """The ending of a file's name, before that of its compression."""
    name = Path(file.name.lower())
    if name.suffix in COMPRESSIONS:
        name = name.with_suffix("")
    return name.suffix
