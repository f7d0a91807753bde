"""``holdfast plot aligners``: what genomes can be aligned with."""

from collections.abc import Iterable
from typing import TYPE_CHECKING, Annotated

import typer

from holdfast.cli.output import show, table
from holdfast.cli.plot.options import AsJson

if TYPE_CHECKING:
    from rich.console import RenderableType

    from holdfast.app.plots.aligners import KnownAligner

commands = typer.Typer(no_args_is_help=True)

CHOOSES = {"auto": "of any distance: it is estimated, and one of these is chosen"}


@commands.command()
def aligners(
    name: Annotated[str | None, typer.Argument(help="Tell of this one in full.")] = None,
    as_json: AsJson = False,
) -> None:
    """Show what genomes can be aligned with, and what each aligner may be told.

    Example:

        holdfast plot aligners

        holdfast plot aligners minimap2

    Of the presets, auto chooses by how far apart the genomes are. Aligners of your own are added by
    the setting tools. Exit codes: 0 they are shown, 1 the file of your own cannot be read, 2 there
    is none of this name.
    """
    from holdfast.app.container import Container
    from holdfast.app.plots.aligners import known_aligner, known_aligners

    with Container.read() as container:
        if name is not None:
            one = known_aligner(container, name)
            show(one, *_in_full(one), as_json=as_json)
            return
        known = known_aligners(container)
    rows = [
        (each.name, _version(each), _words(p.name for p in each.presets), "\n".join(_options(each)))
        for each in known
    ]
    show(
        known,
        table(("aligner", "version", "presets", "options"), rows),
        "An option is written with its group, such as repeat:many; * holds if none is chosen.",
        as_json=as_json,
    )


def _in_full(aligner: "KnownAligner") -> "list[RenderableType]":
    """What there is to say of one aligner."""
    called = "" if aligner.label == aligner.name else f" ({aligner.label})"
    alone = "" if aligner.compares_with_itself else " It cannot compare a genome with itself."
    presets = [(each.name, each.help or CHOOSES.get(each.name, "")) for each in aligner.presets]
    options = [
        (f"{entry['option']}{'*' if entry['usual'] else ''}", group["label"], entry["label"])
        for group in aligner.options
        for entry in group["entries"]
    ]
    parts: list[RenderableType] = [f"{aligner.name}{called}, {_version(aligner)}"]
    if aligner.help or alone:
        parts.append(f"{aligner.help}{alone}".strip())
    parts.append(table(("preset", "for genomes"), presets))
    if options:
        parts += [table(("option", "about", "means"), options), "* holds if none is chosen."]
    return parts


def _words(words: Iterable[str]) -> str:
    return " ".join(words)


def _version(aligner: "KnownAligner") -> str:
    if aligner.version is not None:
        return aligner.version
    return f"not installed{': ' if aligner.install else ''}{aligner.install}"


def _options(aligner: "KnownAligner") -> list[str]:
    """Each group of options on a line of its own."""
    lines = []
    for group in aligner.options:
        words = [f"{entry['key']}{'*' if entry['usual'] else ''}" for entry in group["entries"]]
        lines.append(f"{group['group']}: {' '.join(words)}")
    return lines
