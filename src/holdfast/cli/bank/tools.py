"""``holdfast bank tools``: what steps of recipes can use."""

import typer

from holdfast.app.banks.tools import KnownTool, known_tools
from holdfast.cli.bank.options import AsJson
from holdfast.cli.output import show, table

commands = typer.Typer()


@commands.command("tools")
def tools(as_json: AsJson = False) -> None:
    """List the tools that a recipe's step can use, and what this machine lacks for them.

    Examples:

        holdfast bank tools

    Exit codes: 0 they are listed.
    """
    found = known_tools()
    rows = [(each.use, each.makes, ", ".join(each.keys), _lack(each)) for each in found]
    show(found, table(("use", "makes", "keys", "install"), rows), as_json=as_json)


def _lack(each: KnownTool) -> str:
    return ", ".join(dict.fromkeys(program.package for program in each.missing))
