"""``holdfast job``: what runs and what ran, how it went, what it said; stop it, do it again.

One file per group of commands; this one puts them in the order in which help shows them.
"""

import typer

from holdfast.cli.job import acting, keeping, logs, looking, watching

commands = typer.Typer(no_args_is_help=True)
for group in (looking, logs, watching, acting, keeping):
    commands.registered_commands += group.commands.registered_commands
