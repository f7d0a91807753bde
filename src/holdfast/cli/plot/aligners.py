"""``holdfast plot aligners``: what genomes can be aligned with."""

from typing import TYPE_CHECKING

import typer

from holdfast.cli.output import show, table
from holdfast.cli.plot.options import AsJson

if TYPE_CHECKING:
    from holdfast.app.plots.aligners import KnownAligner

commands = typer.Typer(no_args_is_help=True)


@commands.command()
def aligners(as_json: AsJson = False) -> None:
    """Show what genomes can be aligned with, and what each aligner may be told.

    Example:

        holdfast plot aligners

    Of the presets, auto chooses by how far apart the genomes are. Aligners of your own are added by
    the setting tools. Exit codes: 0 they are shown, 1 the file of your own cannot be read.
    """
    from holdfast.app.container import Container
    from holdfast.app.plots.aligners import known_aligners

    with Container.read() as container:
        known = known_aligners(container)
    rows = [
        (each.name, _version(each), " ".join(each.presets), "\n".join(_options(each)))
        for each in known
    ]
    show(
        known,
        table(("aligner", "version", "presets", "options"), rows),
        "An option is written with its group, such as repeat:many; * holds if none is chosen.",
        as_json=as_json,
    )


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
