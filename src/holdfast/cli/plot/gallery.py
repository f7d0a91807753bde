"""``holdfast plot gallery``: the plots that are shown first."""

from pathlib import Path
from typing import Annotated

import typer

from holdfast.cli.output import show, table
from holdfast.cli.plot.options import AsJson

commands = typer.Typer(no_args_is_help=True, help="The plots that are shown first, and kept.")

Names = Annotated[list[str], typer.Argument(help="The plots.")]


@commands.command("add")
def gallery_add(
    name: Annotated[str, typer.Argument(help="The plot.")],
    title: Annotated[
        str | None, typer.Option(help="What stands under its picture (default: its title).")
    ] = None,
    picture: Annotated[
        Path | None, typer.Option(help="A PNG, JPEG or WebP (default: the plot itself).")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Put a plot into the gallery, or give it another title or picture there.

    Example:

        holdfast plot gallery add S288C-against-SK1 --title "Two yeasts"

    `holdfast serve` shows the gallery before all other plots, and `holdfast plot remove
    --older-than` leaves it alone. Exit codes: 0 it is in the gallery, 2 there is no such plot or
    the picture is none.
    """
    from holdfast.app.container import Container
    from holdfast.app.plots.gallery import add_exhibit

    with Container.read() as container:
        exhibit = add_exhibit(container, name, title, picture)
    show(exhibit, f"{exhibit.plot} is in the gallery: {exhibit.title}", as_json=as_json)


@commands.command("remove")
def gallery_remove(names: Names, as_json: AsJson = False) -> None:
    """Take plots out of the gallery; the plots themselves stay.

    Example:

        holdfast plot gallery remove S288C-against-SK1

    Exit codes: 0 they are out, 2 one was not in it.
    """
    from holdfast.app.container import Container
    from holdfast.app.plots.gallery import remove_exhibits

    with Container.read() as container:
        remove_exhibits(container, tuple(names))
    told = [f"{name} is in the gallery no longer" for name in dict.fromkeys(names)]
    show(names, *told, as_json=as_json)


@commands.command("list")
def gallery_list(as_json: AsJson = False) -> None:
    """List what is in the gallery, in the order in which it is shown.

    Example:

        holdfast plot gallery list

    Exit codes: 0 always, 1 when the list is damaged.
    """
    from holdfast.app.container import Container
    from holdfast.app.plots.gallery import exhibits, picture_of

    with Container.read() as container:
        found = exhibits(container)
    rows = [(each.plot, each.title, picture_of(each)) for each in found]
    answer = table(("plot", "title", "picture"), rows)
    empty = "The gallery is empty; put a plot into it: holdfast plot gallery add NAME"
    show(found, answer if rows else empty, as_json=as_json)
