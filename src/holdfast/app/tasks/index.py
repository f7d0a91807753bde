"""
The task ``index``: a tool makes its indexes of files of the release.

They are made beside, whole, and put into the release by one rename; so a step that was interrupted
starts clean, and nothing of it is left in the release. What made them is kept with them
(:mod:`holdfast.banks.indexing.provenance`), and an index that the release before has of the same
files, made in the same way, is linked.
"""

import shutil
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from holdfast.app.tasks.makings import making_of, products_of, step_of
from holdfast.banks.indexing.content import content_of, packing_of
from holdfast.banks.indexing.provenance import (
    Provenance,
    link_index,
    question_of,
    read_provenance,
    write_provenance,
)
from holdfast.banks.indexing.registry import missing, tool
from holdfast.banks.indexing.running import Doing, silence
from holdfast.banks.indexing.tool import Build, Content, Input, Tool, Work
from holdfast.banks.indexing.versions import version_of
from holdfast.banks.recipes.steps import Step
from holdfast.banks.releases.metadata import Made, write_step
from holdfast.banks.releases.release import Product, is_complete, read_release
from holdfast.banks.updating.making import Making
from holdfast.base.progress import Listener, Progress, ignore
from holdfast.errors import BankError
from holdfast.settings import Settings


@dataclass(frozen=True, slots=True)
class Index:
    """The step at work: its tool, and what it is about."""

    making: Making
    step: Step
    tool: Tool[Any]

    @property
    def folder(self) -> str:
        """The folder of the release that the index gets."""
        return self.step.folder or self.step.name

    @property
    def beside(self) -> Path:
        """Where the index is while it is made."""
        return self.making.folder / f"indexing-{self.step.name}"

    def __str__(self) -> str:
        return f"step {self.step.name!r} (use = {self.step.use!r})"


def run(
    settings: Settings,
    bank: str,
    release: str,
    step: str,
    listener: Listener = ignore,
    tell: Callable[[str], object] = silence,
) -> tuple[Made, ...]:
    """Make the indexes of a step; what is there now. What programs say goes to `tell`.

    Raises
    ------
    BankError
        A program is missing or failed, or no file is of the kind it needs.
    FormatError
        A file is damaged.
    """
    making = making_of(settings, bank, release)
    chosen = step_of(making, step)
    index = Index(making, chosen, tool(chosen.use))
    for lack in missing(chosen.name, chosen.use, chosen.model_extra or {}):
        raise BankError(lack.sentence)
    work = _work(index, settings.processors)
    builds = tuple(index.tool.builds(work))
    versions = {each.name: version_of(each) for each in index.tool.needed(chosen.keys)}
    question = question_of(builds, work, versions)
    doing = Doing(index.beside, tell)
    earlier = _earlier(index, question)
    with _beside(index):
        if earlier is not None:
            link_index(earlier, index.beside)
            tell(f"the index of {earlier.parent.name} is of the same files, and is taken\n")
        else:
            _build(doing, builds, listener)
        known = _provenance(index, work, versions, question, doing, earlier)
        write_provenance(index.beside, known)
        doing.put(work.folder)
    made = tuple(_made(index, build, versions) for build in builds)
    write_step(making.folder, chosen.name, made)
    return made


# -- what it is made of ----------------------------------------------------------------------------


def _work(index: Index, processors: int) -> Work[Any]:
    making, step = index.making, index.step
    inputs = tuple(_inputs(index, products_of(making)))
    if not inputs:
        raise BankError(f"{index}: {_nothing(index)}; say files in the recipe's step")
    return Work(
        bank=making.bank,
        release=making.release,
        inputs=inputs,
        flat=making.flat,
        folder=making.release_folder / index.folder,
        keys=step.keys,
        cores=max(1, min(step.cores, processors)),
        memory=step.memory,
    )


def _inputs(index: Index, products: Iterable[Product]) -> Iterable[Input]:
    """The files that the step is about; those of another content are passed over."""
    kinds = index.tool.takes(index.step.keys)
    for product in products:
        if not index.step.selection.file(product.path):
            continue
        path = index.making.flat / product.path
        content = Content.OTHER if kinds is None else content_of(path)
        if kinds is None or content in kinds:
            yield Input(product.path, path, product.sha256, packing_of(path), content)


def _nothing(index: Index) -> str:
    kinds = index.tool.takes(index.step.keys)
    if kinds is None:
        return "no file of the release is called as its files are"
    words = " or ".join(sorted(each.value for each in kinds))
    return f"no file of the release that is called so holds {words} sequences in FASTA"


# -- what was made ---------------------------------------------------------------------------------


@contextmanager
def _beside(index: Index) -> Iterator[None]:
    """An empty folder for the index; when it cannot be made, the disk has its room again."""
    shutil.rmtree(index.beside, ignore_errors=True)  # nothing of an interrupted start is used
    try:
        index.beside.mkdir(parents=True)
        yield
    except OSError as error:
        raise BankError(
            f"{index} cannot write: {error.strerror or error}; see to the disk and update again"
        ) from error
    finally:
        shutil.rmtree(index.beside, ignore_errors=True)


def _build(doing: Doing, builds: Sequence[Build], listener: Listener) -> None:
    for count, build in enumerate(builds, 1):
        doing.do(build.acts)
        listener(Progress("indexing", count, len(builds), "indexes"))


def _earlier(index: Index, question: str) -> Path | None:
    """The folder of the previous release's index, if it answers the same `question`.

    Nothing is taken when somebody asked for a release to be made from scratch, or once more: that
    is known by its taking none, or all, of the files from the one before.
    """
    making, previous = index.making, index.making.previous_folder
    if previous is None or not making.reuse or not is_complete(previous):
        return None
    is_whole = len(making.reuse) == len(making.listing.files)
    if is_whole and read_release(previous).remote_release == making.remote_release:
        return None
    known = read_provenance(previous / index.folder)
    return previous / index.folder if known is not None and known.question == question else None


def _provenance(
    index: Index,
    work: Work[Any],
    versions: Mapping[str, str],
    question: str,
    doing: Doing,
    earlier: Path | None,
) -> Provenance:
    known = read_provenance(earlier) if earlier is not None else None
    return Provenance(
        step=index.step.name,
        use=index.step.use,
        release=f"{work.bank}:{work.release}",
        keys=work.keys.model_dump(mode="json"),
        programs=versions,
        commands=known.commands if known is not None else doing.commands,
        files=[{"path": each.name, "sha256": each.sha256} for each in work.inputs],
        question=question,
        taken_from=(known.taken_from or known.release) if known is not None else "",
    )


def _made(index: Index, build: Build, versions: Mapping[str, str]) -> Made:
    tags = {program: version for program, version in versions.items() if version}
    files = tuple(f"{index.folder}/{file}" for file in build.files)
    return Made(build.format, build.types, tags, files, index.step.name)
