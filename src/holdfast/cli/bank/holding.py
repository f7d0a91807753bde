"""``holdfast bank search``: what is held, found by words and marks."""

from typing import Annotated

import typer

from holdfast.app.banks.held.search import FILES_SHOWN, Hit, Query, search
from holdfast.app.container import Container
from holdfast.cli.bank.options import AsJson
from holdfast.cli.output import counted, show, table

commands = typer.Typer()
IN_TABLE = 3  #: names of files in a cell, at most


@commands.command("search")
def search_(  # noqa: PLR0913, PLR0917 - each option of the command is an argument here
    words: Annotated[list[str] | None, typer.Argument(help="Words that must all be found.")] = None,
    formats: Annotated[
        list[str] | None, typer.Option("--format", help="One of these formats; stars may be used.")
    ] = None,
    types: Annotated[
        list[str] | None, typer.Option("--type", help="One of these types; stars may be used.")
    ] = None,
    tags: Annotated[
        list[str] | None, typer.Option("--tag", help="All of these tags: name:value, or name.")
    ] = None,
    banks: Annotated[
        list[str] | None, typer.Option("--bank", help="One of these banks; stars may be used.")
    ] = None,
    releases: Annotated[
        list[str] | None,
        typer.Option("--release", help="One of these releases; current is the published one."),
    ] = None,
    files: Annotated[
        list[str] | None, typer.Option("--file", help="Words in the name of one file.")
    ] = None,
    limit: Annotated[
        int, typer.Option(min=1, help="Files told of one release, at most.")
    ] = FILES_SHOWN,
    as_json: AsJson = False,
) -> None:
    """Search what is held.

    Examples:

        holdfast bank search yeast chromosome

        holdfast bank search --format blast --type nucleic --release current

        holdfast bank search --file chr1.fa

    A word is found where it begins a word of the bank's name, its description, the release, a
    format, a type, a tag, or the name of a file, small letters or capitals. What is told is on disk
    now. Exit codes: 0 also when nothing is found, 2 nothing to search for was said.
    """
    query = Query(
        words=tuple(words or ()),
        formats=tuple(formats or ()),
        types=tuple(types or ()),
        tags=tuple(tags or ()),
        banks=tuple(banks or ()),
        releases=tuple(releases or ()),
        files=tuple(files or ()),
        limit=limit,
    )
    with Container.read() as container:
        hits = search(container, query)
    rows = [
        (
            hit.bank,
            hit.release or "no release",
            "current" if hit.published else "",
            ", ".join(hit.formats),
            ", ".join(hit.types),
            _files(hit),
        )
        for hit in hits
    ]
    columns = ("bank", "release", "published", "formats", "types", "files")
    show(hits, table(columns, rows) if rows else "nothing is found", as_json=as_json)


def _files(hit: Hit) -> str:
    lines = list(hit.files[:IN_TABLE])
    beyond = len(hit.files) - len(lines)
    if beyond:
        more = "more than " if hit.more_files else ""
        lines.append(f"and {more}{counted(beyond, 'other')}")
    return "\n".join(lines)
