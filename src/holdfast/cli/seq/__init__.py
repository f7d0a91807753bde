"""``holdfast seq``: keep sequences, each once, and find them by any of their names.

One file per group of commands; this one puts them in the order in which help shows them.
"""

import typer

from holdfast.cli.seq import (
    alias,
    care,
    collection,
    export,
    get,
    load,
    log,
    namespaces,
    seqrepo,
    shell,
    snapshot,
    sync,
)

commands = typer.Typer(no_args_is_help=True)
for group in (load, get, export, log, care, sync, seqrepo, namespaces, shell):
    commands.registered_commands += group.commands.registered_commands
commands.add_typer(alias.commands, name="alias")
commands.add_typer(collection.commands, name="collection")
commands.add_typer(snapshot.commands, name="snapshot")
