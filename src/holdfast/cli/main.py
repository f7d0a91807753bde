"""
The ``holdfast`` command: mounts the nouns, and turns errors into exit codes.

This is the one place where an error becomes a sentence on standard error and a number for the
shell; commands let theirs rise.
"""

import gc
import logging
import os
import signal
import sys
from collections.abc import Sequence
from importlib import import_module
from pathlib import Path
from typing import Annotated

import typer
from rich.text import Text

from holdfast.cli.output import remarks
from holdfast.errors import ExitCode, HoldfastError, UsageError, exit_code, printable

NOUNS = {
    "bank": "Mirror databanks: add, update, publish, check.",
    "seq": "Keep sequences: load, get, aliases, snapshots.",
    "plot": "Compare genomes: align, draw, look.",
    "job": "Watch runs and their jobs, stop, retry.",
    "schedule": "See what is done by itself, and when.",
    "notify": "See whether notices arrive, and which wait.",
    "worker": "Do what is scheduled, and what was left unfinished.",
    "import": "Take over what other programs kept: a BioMAJ site.",
    "user": "The people who may sign in to the pages.",
    "key": "What programs show instead of a password.",
    "audit": "See who did what.",
    "serve": "Serve plots to a browser, and sequences to programs.",
    "settings": "Show every setting, its value and its meaning.",
    "task": "One piece of a plan; the engine calls these.",
}
HIDDEN = {"task"}
MODULES = {"import": "importing"}  #: of nouns that Python has another use for
GARBAGE = 100_000  #: new objects after which garbage is sought

HELP = """Mirror databanks, keep sequences, compare genomes.

Example:

    holdfast bank add yeast.toml
    holdfast bank update yeast
    holdfast seq get yeast:chrI --slice 100-150
    holdfast plot run yeast:current:S288C.fa SK1.fa.gz

Everything is kept in one folder, HOLDFAST_HOME (see: holdfast settings). Exit codes: 0 it was done,
1 it could not be done, 2 the question was wrong.
"""


def run() -> None:
    """The ``holdfast`` script: answer and exit."""
    # A reader that closes the pipe (head, less) ends us quietly, as it does other Unix tools.
    signal.signal(signal.SIGPIPE, signal.SIG_DFL)
    # What is imported stays: seeking garbage in it at the usual pace takes a seventh of the start.
    gc.set_threshold(GARBAGE)
    sys.exit(main(sys.argv[1:]))


def main(arguments: Sequence[str]) -> int:
    """Answer `arguments` as the command line would and return the exit code."""
    logging.basicConfig(level=logging.WARNING, format="%(levelname)s: %(message)s")
    try:
        _check_text(arguments)
        application(*_asked(arguments))(args=list(arguments), prog_name="holdfast")
    except SystemExit as end:
        return end.code if isinstance(end.code, int) else int(bool(end.code))
    except (HoldfastError, OSError, KeyboardInterrupt) as error:
        if os.environ.get("HOLDFAST_TRACEBACK"):
            raise
        remarks.print(Text.assemble(("holdfast:", "bold red"), " ", _sentence(error)))
        return exit_code(error)
    return ExitCode.SUCCESS


def application(noun: str | None, verb: str | None = None) -> typer.Typer:
    """The command line, with only what `noun` and `verb` need imported: it answers at once."""
    app = typer.Typer(
        help=HELP,
        no_args_is_help=True,
        rich_markup_mode="markdown",
        pretty_exceptions_enable=False,
        context_settings={"help_option_names": ["-h", "--help"]},
    )
    app.callback()(options)
    for name, meaning in NOUNS.items():
        if name == noun:
            mount(app, name, verb)
        else:
            app.add_typer(_unopened(), name=name, help=meaning, hidden=name in HIDDEN)
    return app


def commands_of(noun: str, verb: str | None = None) -> typer.Typer:
    """The commands of `noun`, imported; where it can, it leaves out what `verb` does not need."""
    opened = import_module(f"holdfast.cli.{MODULES.get(noun, noun)}")
    commands: typer.Typer = (
        opened.commands_for(verb) if hasattr(opened, "commands_for") else opened.commands
    )
    return commands


def mount(app: typer.Typer, noun: str, verb: str | None = None) -> None:
    """Add a noun and its commands to `app`."""
    commands = commands_of(noun, verb)
    if commands.registered_callback:  # it has no verbs: it answers itself, and has its own help
        app.add_typer(commands, name=noun, subcommand_metavar="")
    else:
        app.add_typer(commands, name=noun, help=NOUNS[noun], hidden=noun in HIDDEN)


def say_version(wanted: bool) -> None:
    """Say the version and end, if that is wanted."""
    if wanted:
        from holdfast import __version__

        typer.echo(f"holdfast {__version__}")
        raise typer.Exit


def options(
    home: Annotated[
        Path | None,
        typer.Option(help="The folder that holds everything (default: HOLDFAST_HOME)."),
    ] = None,
    _version: Annotated[
        bool,
        typer.Option(
            "--version", help="Say the version and end.", is_eager=True, callback=say_version
        ),
    ] = False,
) -> None:
    """What may stand before the noun."""
    if home is not None:
        os.environ["HOLDFAST_HOME"] = str(home.expanduser().absolute())


def _check_text(arguments: Sequence[str]) -> None:
    """Raise a UsageError for a word that is no text: neither ledger nor journal could keep it."""
    for word in arguments:
        if not word.isascii() and any("\ud800" <= letter <= "\udfff" for letter in word):
            raise UsageError(f"{printable(word)} is not UTF-8 text; rename what it names")


def _asked(arguments: Sequence[str]) -> tuple[str | None, str | None]:
    """The noun of a command line, and the word behind it."""
    place = next((place for place, word in enumerate(arguments) if word in NOUNS), None)
    if place is None:
        return None, None
    return arguments[place], next(iter(arguments[place + 1 :]), None)


def _unopened() -> typer.Typer:
    """Stands for a noun nobody asked for: it is listed, and never called."""
    closed = typer.Typer()
    closed.callback()(lambda: None)
    return closed


def _sentence(error: BaseException) -> str:
    """What `error` says; what names from outside hold of control characters is written out."""
    if isinstance(error, KeyboardInterrupt):
        return "stopped, as you asked; the same command goes on where it stopped"
    said = str(error)
    if isinstance(error, OSError) and not isinstance(error, HoldfastError) and error.strerror:
        if error.filename:
            said = f"{printable(error.filename)}: {error.strerror}"
        else:  # a full disk, for one, names no file
            said = f"the system says: {error.strerror}; see to it and give the same command again"
    return "\n".join(map(printable, said.split("\n")))
