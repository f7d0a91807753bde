"""
Asking for plots through the web: what was named is looked up with the rights of who asks, limits
are kept, the plot gets a name and a mark of its own, and an errand makes it.
"""

import secrets
from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from holdfast.app.container import Container
from holdfast.app.errands import BatchCompare, Compare, Errand, ImportAlignment, Wish, ask
from holdfast.app.plots.batch_file import GENOMES, BatchLine, Problem, read_batch
from holdfast.app.plots.batch_wishes import wishes_in
from holdfast.app.plots.compare import Comparison, check_comparison, refuse_large
from holdfast.app.plots.drawing_words import KEYS
from holdfast.app.plots.folders import plot_name
from holdfast.app.plots.importing import Importing
from holdfast.app.plots.marks import PlotMark, PlotVisibility, forget_marks, take_name
from holdfast.app.plots.naming_outside import (
    Named,
    alignment_named,
    genome_named,
    title_of,
)
from holdfast.app.plots.receiving import complete, receiving
from holdfast.app.plots.uploads import Upload, begin_upload
from holdfast.base.wording import counted
from holdfast.errors import HoldfastError, PlotForbidden, UsageError

GUEST_TOKEN = 8  #: bytes of chance in the name of a guest's plot


def may_compare(container: Container) -> bool:
    """Whether who asks may ask for plots, as far as guests are concerned."""
    person = container.person
    return person is None or not person.is_guest or container.settings.guests_may_compare


def usual_visibility(container: Container) -> PlotVisibility:
    """Who sees a plot whose maker does not say."""
    person = container.person
    if person is not None and person.is_guest:
        return PlotVisibility.LINK
    if container.settings.access == "open":
        return PlotVisibility.PUBLIC
    return PlotVisibility.PRIVATE


def ask_comparison(
    container: Container, comparison: Comparison, visibility: PlotVisibility | None = None
) -> Errand:
    """Ask for a plot of what `comparison` names, in the words of a person of the web.

    Raises
    ------
    PlotForbidden
        Guests may not.
    UsageError, BankError, CollectionNotFound, AlignmentFailed
        What is named is not there, an option makes no sense, or the aligner is not installed.
    TooMuch
        A genome is larger than the settings allow.
    """
    _refuse_guests(container)
    target = genome_named(container, comparison.target)
    query = genome_named(container, comparison.query) if comparison.query else None
    if query is not None and query.given == target.given:
        query = None
    named = replace(
        comparison, target=target.given, query=None if query is None else query.given, output=None
    )
    check_comparison(container, named)
    _refuse_large(container, target, query)
    called = _called(target, query)
    name = _named(container, comparison.name, called, visibility)
    return _asked(container, Compare(replace(named, name=name), called), [name])


def ask_import(
    container: Container, importing: Importing, visibility: PlotVisibility | None = None
) -> Errand:
    """Ask for a plot of an alignment that was made elsewhere, or of a backup.

    Raises
    ------
    PlotForbidden, UsageError, BankError, CollectionNotFound
        As for :func:`ask_comparison`.
    """
    _refuse_guests(container)
    alignment = alignment_named(container, importing.alignment)
    target = genome_named(container, importing.target) if importing.target else None
    query = genome_named(container, importing.query) if importing.query else None
    called = title_of(alignment.label)
    if target is not None and query is not None:
        called = _called(target, query)
    name = _named(container, importing.name, called, visibility)
    named = replace(
        importing,
        alignment=alignment.given,
        target=None if target is None else target.given,
        query=None if query is None else query.given,
        name=name,
        output=None,
    )
    return _asked(container, ImportAlignment(named, called), [name])


# -- batches ---------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class LineAsked:
    """A line of a batch file, as it is shown before it is begun."""

    line: int
    type: str
    name: str
    target: str
    query: str
    how: str  #: the aligner and its options, or the format
    problems: tuple[str, ...] = ()
    warnings: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class BatchAsked:
    """What a batch file asks for, and all that is wrong with it."""

    lines: tuple[LineAsked, ...]
    problems: tuple[Problem, ...]  #: of all lines, also of those that cannot be read
    warnings: tuple[Problem, ...]
    text: str = field(repr=False, default="")  #: with each thing by the name it has here

    @property
    def is_sound(self) -> bool:
        """Whether it can be begun."""
        return bool(self.lines) and not self.problems


def look_at_batch(container: Container, content: bytes, sent: Sequence[Upload] = ()) -> BatchAsked:
    """What a batch file asks for; files are those of `sent`, by the names their sender gave."""
    batch = read_batch(content, KEYS)
    files = {each.name: each.given for each in sent if each.is_whole}
    problems, rows = list(batch.problems), {}
    for line in batch.lines:
        values, wrong = _values(container, line, files)
        problems += [Problem(line.line, sentence) for sentence in wrong]
        if not wrong:
            rows[line.line] = " ".join(f'{key}="{value}"' for key, value in values.items())
    most = container.settings.batch_plots
    if len(batch.lines) > most:
        beyond = batch.lines[most].line
        problems.append(
            Problem(beyond, f"a batch asks for at most {counted(most, 'plot')}; make two of it")
        )
    last = max(rows, default=0)
    text = "\n".join(rows.get(number, "") for number in range(1, last + 1))
    _, wrong_wishes, odd = wishes_in(container, text.encode(), container.settings.uploads)
    known = {each.line for each in problems}
    problems += [each for each in wrong_wishes if each.line in rows and each.line not in known]
    problems.sort(key=lambda each: each.line)
    warnings = tuple(each for each in odd if "does not end as such files do" not in each.sentence)
    lines = tuple(_shown(line, problems, warnings) for line in batch.lines)
    return BatchAsked(lines, tuple(problems), warnings, text)


def ask_batch(
    container: Container,
    content: bytes,
    sent: Sequence[Upload] = (),
    visibility: PlotVisibility | None = None,
) -> Errand:
    """Ask for the plots of a batch file.

    Raises
    ------
    PlotForbidden
        Guests may not.
    UsageError
        There is something wrong in it; the message tells all of it.
    """
    _refuse_guests(container)
    asked = look_at_batch(container, content, sent)
    if not asked.is_sound:
        told = [f"line {each.line}: {each.sentence}" for each in asked.problems]
        raise UsageError("; ".join(["nothing was begun", *told]))
    names: list[str] = []
    lines = asked.text.split("\n")
    for line in asked.lines:
        name = _named(container, line.name, line.name, visibility)
        names.append(name)
        lines[line.line - 1] = f'{lines[line.line - 1]} name="{name}"'
    try:
        text = "\n".join(lines).encode()
        file = begin_upload(container, "batch.txt", len(text))
        with receiving(container, file.id, 0) as open_file:
            open_file.write(text)
        whole = complete(container, file.id)
    except HoldfastError:
        forget_marks(container, names)
        raise
    return _asked(container, BatchCompare(whole.file, tuple(names)), names)


def _values(
    container: Container, line: BatchLine, files: dict[str, str]
) -> tuple[dict[str, str], list[str]]:
    """What a line says, with each genome and alignment as it is named here; and what is wrong."""
    values = {key: value for key, value in line.values.items() if key not in ("name", "id_job")}
    wrong = []
    for key in (*GENOMES, "align", "backup"):
        if key not in values:
            continue
        given = values[key]
        name = genome_named if key in GENOMES else alignment_named
        try:
            values[key] = files[given] if given in files else name(container, given).given
        except HoldfastError as error:
            wrong.append(f"{key}: {error}")
    wrong += [f"{key} holds a quote" for key, value in values.items() if '"' in value]
    return values, wrong


def _shown(line: BatchLine, problems: Sequence[Problem], warnings: Sequence[Problem]) -> LineAsked:
    how = [line["tool"] or "", line["preset"] or "", *line.options, line["format"] or ""]
    return LineAsked(
        line=line.line,
        type=line.type.value,
        name=line.name,
        target=line["target"] or "",
        query=line["query"] or line["align"] or line["backup"] or "",
        how=" ".join(filter(None, how)),
        problems=tuple(each.sentence for each in problems if each.line == line.line),
        warnings=tuple(each.sentence for each in warnings if each.line == line.line),
    )


# ----------------------------------------------------------------------------------------------


def _refuse_guests(container: Container) -> None:
    if not may_compare(container):
        raise PlotForbidden("sign in first: on this server guests may look at plots, not make any")


def _refuse_large(container: Container, target: Named, query: Named | None) -> None:
    refuse_large(container, target.bases or 0, None if query is None else query.bases or 0)


def _called(target: Named, query: Named | None) -> str:
    one = title_of(target.label)
    return f"{one} against itself" if query is None else f"{title_of(query.label)} against {one}"


def _named(
    container: Container, wanted: str | None, called: str, visibility: PlotVisibility | None
) -> str:
    """A name of its own for a plot, which is marked."""
    person = container.person
    owner = "" if person is None else person.name
    mark = PlotMark(owner, visibility or usual_visibility(container), owner)
    name = (wanted or "").strip() or plot_name(called)
    if person is not None and person.is_guest:
        mark = replace(mark, visibility=PlotVisibility.LINK)
        name = f"{plot_name(name)[:70]}-{secrets.token_hex(GUEST_TOKEN)}"
    return take_name(container, name, mark)


def _asked(container: Container, wish: Wish, names: Sequence[str]) -> Errand:
    try:
        return ask(container, wish)
    except HoldfastError:
        forget_marks(container, names)
        raise
