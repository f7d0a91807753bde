"""``holdfast bank``: mirror databanks as immutable releases.

One file per group of commands; this one puts them in the order in which help shows them.
"""

import typer

from holdfast.cli.bank import (
    happening,
    holding,
    keeping,
    looking,
    mending,
    recipes,
    releases,
    templates,
    tools,
    updating,
)

commands = typer.Typer(no_args_is_help=True)
for group in (
    recipes,
    templates,
    tools,
    updating,
    looking,
    holding,
    happening,
    releases,
    keeping,
    mending,
):
    commands.registered_commands += group.commands.registered_commands
