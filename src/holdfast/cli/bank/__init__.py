"""``holdfast bank``: mirror databanks as immutable releases.

One file per group of commands; this one puts them in the order in which help shows them, and opens
only the file of the command that is asked for, for each needs much that the others do not.
"""

from importlib import import_module

import typer

GROUPS = {
    "recipes": ("add", "check", "convert"),
    "templates": ("templates", "import"),
    "tools": ("tools",),
    "updating": ("update",),
    "looking": ("status", "list", "releases", "show"),
    "holding": ("search",),
    "happening": ("history", "stats", "whatsup"),
    "releases": ("publish", "unpublish", "freeze", "unfreeze", "remove"),
    "keeping": ("maintenance", "owner", "visibility", "rename", "move"),
    "mending": ("pending", "repair"),
}


def commands_for(verb: str | None) -> typer.Typer:
    """The commands of the file that has `verb`; all of them, if none has."""
    commands = typer.Typer(no_args_is_help=True)
    for group in [name for name, verbs in GROUPS.items() if verb in verbs] or GROUPS:
        opened = import_module(f"{__name__}.{group}").commands
        commands.registered_commands += opened.registered_commands
    return commands
