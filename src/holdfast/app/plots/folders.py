"""
Plots: the folders of finished plots, and how one comes to stand there.

A plot folder is there whole or not at all: it is made beside under a temporary name and moved into
place by one rename. A plot of the same name is exchanged for the new one in that same step, so at
no moment is there none.
"""

import ctypes
import errno
import json
import os
import re
import shutil
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

from holdfast.app.container import Container
from holdfast.base.digests import joined_sha256
from holdfast.base.files import TEMPORARY, fsync_directory
from holdfast.base.locks import Held, exclusive
from holdfast.errors import PlotError, PlotNotFound, UsageError, suggestion

QUESTION_FILE, ANSWER_FILE = "question.json", "alignment.json"  #: only while the plot is made
ALIGNMENT_FILE, SCENE_FILE, PAGE_FILE = "alignment.paf", "scene.arrow", "plot.html"
PNG_FILE, SVG_FILE = "plot.png", "plot.svg"
PLOT_FILE = "plot.json"  #: the plot's description, written last
FILES = (ALIGNMENT_FILE, SCENE_FILE, PAGE_FILE, PNG_FILE, SVG_FILE, PLOT_FILE)

NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._+-]{0,99}")
LOCKS = ".locks"
AT_FDCWD, RENAME_EXCHANGE = -100, 2


@dataclass(frozen=True, slots=True)
class GenomeSummary:
    """One genome of a plot."""

    name: str
    given: str  #: what the person called it
    contigs: int
    bases: int
    aligned: float  #: share of its bases that lie in a match
    provenance: Mapping[str, Any] = field(default_factory=dict)  #: file, digest, release, URL …


@dataclass(frozen=True, slots=True)
class Plot:
    """A finished plot."""

    name: str
    title: str
    target: GenomeSummary
    query: GenomeSummary
    matches: int
    identity: float | None  #: mean over matching bases; None without matches
    identity_source: str
    aligner: str
    preset: str
    created: datetime  #: UTC
    folder: Path
    page: Path
    command: str = ""  #: what a person would type to align the same
    #: how many ``contigs`` and ``bases`` of the query were ``aligned``, ``kept``, ``equal``
    made: Mapping[str, Any] = field(default_factory=dict)
    drawing: Mapping[str, Any] = field(default_factory=dict)  #: the choices of how it is drawn
    left_out: Mapping[str, int] = field(default_factory=dict)  #: matches not drawn, by the choice


def plot_name(text: str) -> str:
    """`text` as the name of a plot: what no file system minds.

    >>> plot_name("UWOPS034614.genome against S288C.genome")
    'UWOPS034614.genome-against-S288C.genome'
    """
    return re.sub(r"[^A-Za-z0-9._+-]+", "-", text).strip("-.")[:100] or "plot"


def list_plots(container: Container) -> tuple[Plot, ...]:
    """All finished plots in the home folder, by name."""
    folders = container.settings.plots.glob(f"*/{PLOT_FILE}")
    return tuple(
        read_plot(file.parent) for file in sorted(folders) if NAME.fullmatch(file.parent.name)
    )


def show_plot(container: Container, name: str) -> Plot:
    """The finished plot called `name`.

    Raises
    ------
    PlotNotFound
        There is none.
    """
    check_name(name)
    folder = container.settings.plots / name
    if not (folder / PLOT_FILE).is_file():
        known = [plot.name for plot in list_plots(container)]
        raise PlotNotFound(
            f"there is no plot {name!r}{suggestion(name, known)}; see: holdfast plot list"
        )
    return read_plot(folder)


def check_name(name: str) -> None:
    """Raise a UsageError unless `name` can be a plot's name."""
    if not NAME.fullmatch(name):
        raise UsageError(
            f"{name!r} cannot be the name of a plot; use letters, digits and . _ + -, "
            "beginning with a letter or digit"
        )


def read_plot(folder: Path) -> Plot:
    """The plot in `folder`.

    Raises
    ------
    PlotError
        Its description is not what was written.
    """
    try:
        document = json.loads((folder / PLOT_FILE).read_bytes())
        return Plot(
            name=folder.name,
            title=document["title"],
            target=_genome(document["target"]),
            query=_genome(document["query"]),
            matches=document["matches"]["drawn"],
            identity=document["identity"]["mean"],
            identity_source=document["identity"]["source"],
            aligner=f"{document['aligner']['name']} {document['aligner']['version']}",
            preset=document["aligner"]["preset"],
            created=datetime.fromisoformat(document["created"]),
            folder=folder,
            page=folder / PAGE_FILE,
            command=document["aligner"]["command"],
            made=document.get("made", {}),
            drawing=document["drawing"],
            left_out={
                choice: count for choice, count in document["matches"].items() if choice != "drawn"
            },
        )
    except (OSError, ValueError, KeyError, TypeError) as error:
        problem = f"{folder / PLOT_FILE} is damaged ({error!r}); draw the plot again"
        raise PlotError(problem) from error


@contextmanager
def being_made(container: Container, folder: Path) -> Iterator[None]:
    """Hold the right to make the plot at `folder` within the block.

    Raises
    ------
    PlotError
        Another process is making it.
    """
    locks = container.settings.plots / LOCKS
    locks.mkdir(parents=True, exist_ok=True)
    key = joined_sha256([os.fsencode(folder)])[:16]
    try:
        with exclusive(locks / f"{key}.lock"):
            yield
    except Held as held:
        raise PlotError(f"{folder} is being made by {held.holder}; wait for it to end") from held


def check_place(folder: Path) -> None:
    """Raise a UsageError if something else than a plot stands at `folder`: it would be lost."""
    if not folder.exists():
        return
    allowed = set(FILES)
    if not folder.is_dir() or any(each.name not in allowed for each in folder.iterdir()):
        raise UsageError(f"{folder} exists and is not a plot; choose another --output")


def put_in_place(made: Path, folder: Path) -> None:
    """Let the finished plot in `made`, beside, stand at `folder` by one rename."""
    for file in made.iterdir():
        _flush(file)
    fsync_directory(made)
    if folder.exists():
        _exchange(made, folder)
        shutil.rmtree(made)
    else:
        made.rename(folder)
    fsync_directory(folder.parent)


def remove_others(made: Path, start: str) -> None:
    """Remove the temporary folders beside `made` whose names begin with `start`: a kill's rest."""
    for other in made.parent.glob(f"{TEMPORARY}{start}*"):
        if other != made and other.is_dir():
            shutil.rmtree(other)


def _flush(file: Path) -> None:
    with file.open("rb") as opened:
        os.fsync(opened.fileno())


def _exchange(one: Path, other: Path) -> None:
    """Let two folders change places in one step; where the system cannot, in two."""
    system = ctypes.CDLL(None, use_errno=True)
    try:
        result = system.renameat2(
            AT_FDCWD, os.fsencode(one), AT_FDCWD, os.fsencode(other), RENAME_EXCHANGE
        )
    except AttributeError:  # a C library older than the call
        result = -1
        ctypes.set_errno(errno.ENOSYS)
    if result == 0:
        return
    if ctypes.get_errno() not in (errno.ENOSYS, errno.EINVAL):
        raise OSError(ctypes.get_errno(), os.strerror(ctypes.get_errno()), str(other))
    aside = one.with_name(f"{one.name}-old")
    other.rename(aside)
    one.rename(other)
    aside.rename(one)


def _genome(document: dict[str, Any]) -> GenomeSummary:
    return GenomeSummary(
        name=document["name"],
        given=document["given"],
        contigs=len(document["contigs"]),
        bases=document["bases"],
        aligned=document["aligned"],
        provenance=document["provenance"],
    )
