"""
What a batch file asks for, and whether that can be: tools, options, genomes, files.

Nothing is read here but the batch file itself: of what it names is seen that it is there, no more.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path

from holdfast.app.container import Container
from holdfast.app.plots.batch_file import GENOMES, BatchLine, JobType, Problem, read_batch
from holdfast.app.plots.compare import ALIGNER, Comparison
from holdfast.app.plots.drawing_words import KEYS, drawing_said, truth
from holdfast.app.plots.genomes import find_genome
from holdfast.app.plots.importing import Importing
from holdfast.app.plots.uploads import is_upload, whole_upload
from holdfast.app.sequences.inputs import STANDARD_INPUT, is_url
from holdfast.dotplots.aligners.choosing import aligner
from holdfast.dotplots.aligners.interface import AUTO, Question
from holdfast.errors import HoldfastError, UsageError
from holdfast.formats.alignments.reading import COMPRESSIONS, formats, named
from holdfast.settings.values import size

GENOME_ENDINGS = (".fa", ".fasta", ".fna", ".fsa", ".fas", ".ffn", ".idx", ".fai")
BACKUP_ENDINGS = (".tar", ".tgz")


Wish = Comparison | Importing


@dataclass(frozen=True, slots=True)
class Asked:
    """A line, and what it asks for."""

    line: BatchLine
    wish: Wish


def asked_in(container: Container, file: Path) -> tuple[list[Asked], list[Problem], list[Problem]]:
    """What `file` asks for, what is wrong with that, and what may be.

    Raises
    ------
    UsageError
        The file cannot be read.
    """
    try:
        content = file.read_bytes()
    except OSError as error:
        raise UsageError(f"{file} cannot be read: {error.strerror}") from error
    return wishes_in(container, content, file.parent)


def wishes_in(
    container: Container, content: bytes, folder: Path
) -> tuple[list[Asked], list[Problem], list[Problem]]:
    """What a batch file of this content asks for, as :func:`asked_in`; files are in `folder`."""
    batch = read_batch(content, KEYS)
    problems, warnings, asked = list(batch.problems), [], []
    for line in batch.lines:
        wish, wrong = _wish(line, folder)
        wrong += _unmet(container, wish)
        asked.append(Asked(line, wish))
        problems += [Problem(line.line, sentence) for sentence in wrong]
        warnings += [Problem(line.line, sentence) for sentence in _odd(line, folder)]
    told = sorted({(each.line, each.sentence): each for each in problems}.items())
    return asked, [problem for _, problem in told], warnings


def _wish(line: BatchLine, folder: Path) -> tuple[Wish, list[str]]:
    """What a line asks for; files are looked for beside the batch file first."""
    drawing, problems = drawing_said(line.values)
    target, query = (_beside(folder, line[side]) for side in GENOMES)
    if line.type is JobType.ALIGN:
        comparison = Comparison(
            target=target or "",
            query=query,
            preset=line["preset"] or AUTO,
            drawing=drawing,
            name=line.name,
            aligner=line["tool"] or ALIGNER,
            options=line.options,
        )
        try:
            return _bounded(comparison, line), problems
        except ValueError as error:  # a UsageError is one, too
            return comparison, [*problems, str(error)]
    importing = Importing(
        alignment=_beside(folder, line["backup"] or line["align"]) or "",
        target=target,
        query=query,
        format=line["format"],
        drawing=drawing,
        keep_layout=line["order"] is None,
        name=line.name,
    )
    return importing, problems


def _bounded(comparison: Comparison, line: BatchLine) -> Comparison:
    """`comparison` with what else a line says about aligning.

    Raises
    ------
    ValueError
        That makes no sense.
    """
    memory, equal = line["memory"], line["align_equal"]
    return replace(
        comparison,
        memory=comparison.memory if memory is None else int(str(size(memory))),
        align_equal=equal is not None and truth("align_equal", equal),
    )


def _beside(folder: Path, given: str | None) -> str | None:
    if given is None or is_url(given) or not (folder / given).is_file():
        return given
    return str(folder / given)


def _unmet(container: Container, wish: Wish) -> Iterator[str]:
    """What a wish names that is not there, or that no tool knows."""
    genomes = filter(None, (wish.target, wish.query))
    checks: list[Callable[[], object]] = [
        partial(_check_genome, container, given) for given in genomes
    ]
    if isinstance(wish, Importing):
        if wish.format is not None:
            checks.append(partial(named, wish.format))
        if wish.alignment:
            checks.append(partial(_check_file, container, wish.alignment))
    elif wish.target:
        checks.append(partial(_check_tool, container, wish))
    for check in checks:
        try:
            check()
        except HoldfastError as error:
            yield str(error)


def _check_genome(container: Container, given: str) -> None:
    if given.startswith("example://"):
        raise UsageError(f"{given}: a D-Genies server has examples; name a file or a URL")
    if not is_url(given) and not Path(given).is_file():
        find_genome(container, given)


def _check_file(container: Container, given: str) -> None:
    if given == STANDARD_INPUT:
        raise UsageError("a line of a batch file takes nothing from a pipe; name a file or a URL")
    if is_upload(given):
        whole_upload(container, given)
    elif not is_url(given) and not Path(given).is_file():
        raise UsageError(f"{given!r} is not a file")


def _check_tool(container: Container, wish: Comparison) -> None:
    query = None if wish.query is None else Path()
    chosen = aligner(wish.aligner, container.settings.tools)
    chosen.check(Question(Path(), query, wish.preset, wish.options))


def _odd(line: BatchLine, folder: Path) -> Iterator[str]:
    """What is unlike a file of its kind, by its name; its content decides."""
    known = {
        **dict.fromkeys(GENOMES, GENOME_ENDINGS),
        "align": tuple(ending for form in formats() for ending in form.endings),
        "backup": BACKUP_ENDINGS,
    }
    for key, endings in known.items():
        given = _beside(folder, line[key]) or ""
        name = Path(given.lower())
        ending = (name.with_suffix("") if name.suffix in COMPRESSIONS else name).suffix
        if ending not in endings and (is_url(given) or Path(given).is_file()):
            yield f"{key}={line[key]} does not end as such files do; what is in it will tell"
