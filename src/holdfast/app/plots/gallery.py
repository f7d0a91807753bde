"""
The gallery: plots of the home folder that are shown first, with a title and a picture of their own.

What is in it is one small file in the folder of plots, written whole; pictures that people choose
are copied beside it. A plot in the gallery is not removed for its age.
"""

import json
import re
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

from holdfast.app.container import Container
from holdfast.app.plots.folders import LOCKS, PNG_FILE, check_name, show_plot
from holdfast.base.files import write_atomic
from holdfast.base.locks import Held, exclusive
from holdfast.errors import PlotError, UsageError, suggestion

GALLERY = ".gallery"  #: the folder of the list and its pictures, among the plots
LIST_FILE = "gallery.json"
VERSION = 1
PATIENCE = 10.0  #: seconds to wait for another process that writes the list
LARGEST = 20_000_000  #: bytes of a picture
PICTURE = re.compile(r"[A-Za-z0-9][A-Za-z0-9._+-]{0,99}\.(png|jpg|webp)")  #: a picture's name here
#: How pictures begin that a browser shows and that hold no program (an SVG may hold one).
KINDS = {
    "png": re.compile(rb"\x89PNG\r\n\x1a\n"),
    "jpg": re.compile(rb"\xff\xd8\xff"),
    "webp": re.compile(rb"RIFF....WEBP", re.DOTALL),
}


@dataclass(frozen=True, slots=True)
class Exhibit:
    """A plot in the gallery."""

    plot: str  #: its name
    title: str
    picture: str | None = None  #: a file of the gallery's folder; None: the plot's own picture


def exhibits(container: Container) -> tuple[Exhibit, ...]:
    """What is in the gallery, in the order in which it was put there.

    Raises
    ------
    PlotError
        The list is not what was written.
    """
    file = container.settings.plots / GALLERY / LIST_FILE
    try:
        document = json.loads(file.read_bytes())
        if document["version"] != VERSION:
            raise ValueError(f"it is of version {document['version']}")
        found = [_exhibit(each) for each in document["plots"]]
    except FileNotFoundError:
        return ()
    except (ValueError, KeyError, TypeError) as error:
        problem = f"{file} is damaged ({error}); remove it, and add the plots again"
        raise PlotError(problem) from error
    plots = container.settings.plots
    return tuple(each for each in found if (plots / each.plot).is_dir())


def add_exhibit(
    container: Container, name: str, title: str | None = None, picture: Path | None = None
) -> Exhibit:
    """Put the plot `name` into the gallery, or give it another title or picture there.

    Raises
    ------
    UsageError
        There is no such plot, or the picture is none that browsers show.
    """
    plot = show_plot(container, name)
    chosen = None if picture is None else _picture(picture)
    with _changing(container):
        known = {each.plot: each for each in exhibits(container)}
        exhibit = known.get(name, Exhibit(name, plot.title))
        if title is not None:
            exhibit = replace(exhibit, title=title.strip() or plot.title)
        if chosen is not None:
            kind, content = chosen
            exhibit = replace(exhibit, picture=f"{name}.{kind}")
            write_atomic(container.settings.plots / GALLERY / f"{name}.{kind}", content)
        _write(container, (known | {name: exhibit}).values())
    return exhibit


def remove_exhibits(container: Container, names: tuple[str, ...]) -> None:
    """Take plots out of the gallery; the plots themselves stay.

    Raises
    ------
    UsageError
        One of them is not in it; nothing was done.
    """
    with _changing(container):
        known = {each.plot: each for each in exhibits(container)}
        for name in names:
            check_name(name)
            if name not in known:
                hint = suggestion(name, known)
                raise UsageError(f"{name!r} is not in the gallery{hint}; see: plot gallery list")
        _write(container, [each for each in known.values() if each.plot not in names])


def forget(container: Container, names: tuple[str, ...]) -> None:
    """Take plots that are gone out of the gallery, those that are in it."""
    if (container.settings.plots / GALLERY / LIST_FILE).is_file():
        with _changing(container):
            _write(container, [each for each in exhibits(container) if each.plot not in names])


def picture_of(exhibit: Exhibit) -> str:
    """The path of an exhibit's picture below the folder of plots."""
    if exhibit.picture is None:
        return f"{exhibit.plot}/{PNG_FILE}"
    return f"{GALLERY}/{exhibit.picture}"


def _exhibit(document: dict[str, Any]) -> Exhibit:
    plot, title, picture = document["plot"], document["title"], document["picture"]
    check_name(plot)
    if not isinstance(title, str):
        raise TypeError("a title is no text")
    if picture is not None and not PICTURE.fullmatch(picture):
        raise ValueError("a picture is not in its folder")
    return Exhibit(plot, title, picture)


def _picture(file: Path) -> tuple[str, bytes]:
    """The kind and the bytes of a picture."""
    if not file.is_file():
        raise UsageError(f"{file} is not a file; name a picture (PNG, JPEG or WebP)")
    if file.stat().st_size > LARGEST:
        raise UsageError(f"{file} has more than {LARGEST:,} bytes; make the picture smaller")
    content = file.read_bytes()
    for kind, beginning in KINDS.items():
        if beginning.match(content):
            return kind, content
    raise UsageError(f"{file} is not a PNG, JPEG or WebP picture; convert it to one of these")


@contextmanager
def _changing(container: Container) -> Iterator[None]:
    """Hold the right to write the list within the block."""
    plots = container.settings.plots
    (plots / LOCKS).mkdir(parents=True, exist_ok=True)
    (plots / GALLERY).mkdir(exist_ok=True)
    try:
        with exclusive(plots / LOCKS / "gallery.lock", wait=PATIENCE):
            yield
    except Held as held:
        raise PlotError(f"the gallery is being changed by {held.holder}; try again") from held


def _write(container: Container, shown: Iterable[Exhibit]) -> None:
    """Write the list of the exhibits `shown`, then remove the pictures that nothing shows."""
    folder = container.settings.plots / GALLERY
    listed = [asdict(each) for each in shown]
    document = {"version": VERSION, "plots": listed}
    write_atomic(folder / LIST_FILE, json.dumps(document, indent=1, ensure_ascii=False).encode())
    wanted = {each["picture"] for each in listed}
    for file in folder.iterdir():
        if PICTURE.fullmatch(file.name) and file.name not in wanted:
            file.unlink(missing_ok=True)
