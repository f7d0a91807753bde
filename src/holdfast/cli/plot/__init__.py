"""``holdfast plot``: compare genomes, and find the plots again.

One file per group of commands; this one puts them in the order in which help shows them.
"""

import typer

from holdfast.cli.plot import (
    aligners,
    associations,
    batch,
    care,
    coverage,
    export,
    fasta,
    gallery,
    importing,
    looking,
    run,
    structure,
    summary,
)

commands = typer.Typer(no_args_is_help=True)
for group in (
    run,
    batch,
    importing,
    aligners,
    looking,
    export,
    summary,
    associations,
    coverage,
    structure,
    fasta,
    care,
):
    commands.registered_commands += group.commands.registered_commands
commands.add_typer(gallery.commands, name="gallery")
