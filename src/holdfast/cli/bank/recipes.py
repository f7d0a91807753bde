"""``holdfast bank add``, ``check`` and ``convert``: recipes, and what was made by them."""

from pathlib import Path
from typing import Annotated

import typer
from rich.console import RenderableType

from holdfast.app.banks.add import Added, Choices, add_chosen, add_recipe_file
from holdfast.app.banks.check import BankCheck, check_banks, raise_problems
from holdfast.app.banks.recipes import convert as convert_recipe
from holdfast.app.container import Container
from holdfast.banks.recipes.sources import ReleaseFrom
from holdfast.cli.bank.options import AsJson
from holdfast.cli.output import Bar, remarks, show, table
from holdfast.errors import UsageError

commands = typer.Typer()


@commands.command()
def add(  # noqa: PLR0913, PLR0917 - each option of the command is an argument here
    recipe: Annotated[
        str, typer.Argument(help="A recipe file, or with --url the new bank's name.")
    ],
    url: Annotated[
        str, typer.Option(help="Where the files are: http, https, ftp or file; writes a recipe.")
    ] = "",
    files: Annotated[
        list[str] | None, typer.Option(help="Glob of wanted files, as in '*.fa.gz'; repeatable.")
    ] = None,
    release_from: Annotated[
        ReleaseFrom, typer.Option(help="What a release is named after.")
    ] = ReleaseFrom.DATE,
    pattern: Annotated[
        str, typer.Option(help="Regular expression whose group is the release's name.")
    ] = "",
    release_file: Annotated[
        str, typer.Option(help="The small file to look into, with --release-from content.")
    ] = "",
    unpack: Annotated[bool, typer.Option("--unpack", help="Unpack archives.")] = False,
    load: Annotated[
        str, typer.Option(help="Load FASTA files into the store under this namespace.")
    ] = "",
    replace: Annotated[bool, typer.Option("--replace", help="Replace an existing recipe.")] = False,
    as_json: AsJson = False,
) -> None:
    """Add a bank: keep its recipe.

    Examples:

        holdfast bank add yeast.toml

        holdfast bank add yeast --url https://example.org/yeast/ --files '*.fa.gz' --unpack

    The first keeps a recipe you wrote; the second writes one for you, which you may edit. Nothing
    is fetched yet. Exit codes: 0 added, 2 the recipe is wrong or the bank exists.
    """
    container = Container.read()
    if url:
        chosen = Choices(
            recipe,
            url,
            tuple(files or ()),
            release_from,
            pattern,
            release_file,
            unpack=unpack,
            load=load,
        )
        added = add_chosen(container, chosen, replace=replace)
    else:
        added = _add_file(container, Path(recipe), replace=replace)
    show(
        added,
        f"{added.bank} is added; its recipe is {added.recipe}",
        f"mirror it with: holdfast bank update {added.bank}",
        as_json=as_json,
    )
    if added.remark:
        remarks.print(f"remark: {added.remark}")


@commands.command()
def check(
    banks: Annotated[
        list[str] | None,
        typer.Argument(help="The banks, or files of recipes; all banks when left out."),
    ] = None,
    deep: Annotated[
        bool, typer.Option("--deep", help="Read every file and compare its digest.")
    ] = False,
    strict: Annotated[
        bool, typer.Option("--strict", help="Warnings about recipes are problems.")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Check recipes, and releases on disk.

    Examples:

        holdfast bank check --deep yeast

        holdfast bank check --strict alu.properties

    Whatever is odd about a recipe, TOML or a property file of BioMAJ, is told with its line and
    key. Every file of every release must be there with its size, and with --deep with its digest.
    Exit codes: 0 no problem, 1 problems, which are listed.
    """
    with Container.read() as container, Bar(silent=as_json) as bar:
        checks = check_banks(container, banks or (), deep=deep, strict=strict, listener=bar)
    remarks = [remark for each in checks for remark in each.remarks]
    show(checks, _check_table(checks), *remarks, as_json=as_json)
    raise_problems(checks)


@commands.command()
def convert(
    file: Annotated[Path, typer.Argument(help="The property file.")],
    to: Annotated[
        Path | None,
        typer.Option("--output", "-o", help="The TOML file to write; left out: print it."),
    ] = None,
    replace: Annotated[bool, typer.Option("--replace", help="Replace what is there.")] = False,
    as_json: AsJson = False,
) -> None:
    """Turn a property file of BioMAJ into a recipe in TOML.

    Example:

        holdfast bank convert alu.properties -o alu.toml

    Comments at the top say what changed. The property file may also stay as it is: in the folder of
    recipes it is one. Exit codes: 0 converted, 2 it cannot be, and why.
    """
    with Container.read() as container:
        converted = convert_recipe(container, file, to, replace=replace)
    told = f"{file} is {to} now" if to is not None else converted.recipe.rstrip()
    show(converted, told, as_json=as_json)


def _add_file(container: Container, file: Path, *, replace: bool) -> Added:
    if not file.is_file():
        raise UsageError(
            f"there is no recipe file {file}; to have one written, say --url and the bank's name"
        )
    return add_recipe_file(container, file, replace=replace)


def _check_table(checks: tuple[BankCheck, ...]) -> RenderableType:
    rows = [(each.bank, each.releases, each.files, len(each.problems) or "none") for each in checks]
    return table(("bank", "releases", "files", "problems"), rows)
