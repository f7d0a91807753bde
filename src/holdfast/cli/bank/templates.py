"""``holdfast bank templates`` and ``import``: recipes to begin with, ours and others'."""

from typing import Annotated

import typer
from rich.console import RenderableType

from holdfast.app.container import Container
from holdfast.cli.bank.options import AsJson
from holdfast.cli.output import show, table
from holdfast.errors import UsageError, printable

commands = typer.Typer()

SHOW = "show"
Source = Annotated[
    str,
    typer.Option("--from", help="A folder, a git repository or a URL of recipes, not ours."),
]


@commands.command()
def templates(
    words: Annotated[
        list[str] | None,
        typer.Argument(help="Words to look for; or `show` and the name of one."),
    ] = None,
    source: Source = "",
    as_json: AsJson = False,
) -> None:
    """List recipes for public databanks, or show one.

    Examples:

        holdfast bank templates proteins

        holdfast bank templates show swissprot

        holdfast bank templates --from https://example.org/recipes.git

    A template becomes a bank of yours with `holdfast bank import`. Exit codes: 0 shown, 1 the
    source cannot be reached, 2 there is no such template.
    """
    from holdfast.app.banks.templates import list_templates, show_template

    chosen = tuple(words or ())
    with Container.read() as container:
        if chosen[:1] == (SHOW,):
            if len(chosen) != 2:
                raise UsageError("say the name of one: holdfast bank templates show NAME")
            found = show_template(container, chosen[1], source)
            lines_of_it = found.text.rstrip().expandtabs(4).split("\n")
            show(found, "\n".join(map(printable, lines_of_it)), as_json=as_json)
            return
        lines = list_templates(container, chosen, source)
    rows = [
        (each.name, each.description, _first(each.size, ","), _first(each.licence, ";"))
        for each in lines
    ]
    shown: RenderableType = table(("template", "what", "size", "licence"), rows)
    show(lines, shown if rows else "no template has these words", as_json=as_json)


@commands.command("import")
def import_(
    source: Annotated[
        str,
        typer.Argument(help="A template; or a folder, a file, a git repository or a URL."),
    ],
    names: Annotated[
        list[str] | None, typer.Argument(help="Which recipes of the folder or repository.")
    ] = None,
    called: Annotated[str, typer.Option("--as", help="The new bank's name.")] = "",
    replace: Annotated[bool, typer.Option("--replace", help="Replace an existing recipe.")] = False,
    as_json: AsJson = False,
) -> None:
    """Make a bank of a template, or of somebody's recipe.

    Examples:

        holdfast bank import swissprot --as sprot

        holdfast bank import https://example.org/recipes.git pdb pfam

        holdfast bank import https://example.org/recipes/pdb.toml

    The recipe becomes a file in the folder of recipes, which you may edit; a property file of
    BioMAJ becomes TOML. Nothing is fetched yet. A recipe may run commands: the answer lists them,
    and a stranger's should be read before the first update. Exit codes: 0 taken over, 1 the source
    cannot be reached, 2 there is no such recipe, it is wrong, or the bank exists.
    """
    from holdfast.app.banks.templates import import_templates

    with Container.read() as container:
        taken = import_templates(
            container, source, tuple(names or ()), called=called, replace=replace
        )
    lines = []
    for each in taken:
        lines.append(f"{each.bank} is added; its recipe is {each.recipe}")
        if each.commands:
            lines.append(f"it runs, with each release: {'; '.join(each.commands)}")
        if each.folder:
            lines.append(f"its files go into {each.folder}")
    lines.append(f"mirror it with: holdfast bank update {taken[0].bank}")
    show(taken, *lines, as_json=as_json)


def _first(said: str, mark: str) -> str:
    """What is said before the `mark`; `show` tells the rest."""
    return said.partition(mark)[0].partition(";")[0]
