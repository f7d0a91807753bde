"""What several commands of ``holdfast seq`` ask for in the same words."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from holdfast.app.container import Container


def _not_standard_output(output: Path | None) -> Path | None:
    """`output`, unless it is ``-``, which means what no file means."""
    return None if output == Path("-") else output


AsJson = Annotated[bool, typer.Option("--json", help="Answer as JSON.")]
At = Annotated[
    str | None,
    typer.Option("--at", metavar="POSITION", help="As of a snapshot, a position, or a time."),
]
Name = Annotated[str, typer.Argument(help="A digest, namespace:alias, or an alias.")]
Reassign = Annotated[
    bool, typer.Option("--reassign", help="Move aliases that belong to other sequences.")
]

Output = Annotated[
    Path | None,
    typer.Option(
        "--output",
        "-o",
        callback=_not_standard_output,
        help="The file (default, and -: standard output).",
    ),
]


def open_container() -> "Container":
    """The settings, and what is opened by them when first asked for."""
    from holdfast.app.container import Container

    return Container.read()


def alarm(alias: str) -> str:
    """What to say when a versioned accession was moved, which promises never to be."""
    return f"alarm: {alias} has a version, and now means another sequence than before"
