"""``holdfast bank``: mirror databanks as immutable releases.

One file per group of commands; this one puts them in the order in which help shows them.
"""

import typer

from holdfast.cli.bank import holding, looking, recipes, releases, updating

commands = typer.Typer(no_args_is_help=True)
for group in (recipes, updating, looking, holding, releases):
    commands.registered_commands += group.commands.registered_commands
