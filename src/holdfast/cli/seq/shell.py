"""``holdfast seq shell``: a Python prompt in front of the open store."""

import sys
from importlib import import_module
from typing import TYPE_CHECKING, Any

import typer

from holdfast.cli.seq.options import At, open_container

if TYPE_CHECKING:
    from holdfast.sequences import View

commands = typer.Typer()

WELCOME = """\
store is the sequence store{where}: {sequences:,} sequences.

    store["refseq:NM_000551.4"][10:20]      a sequence behaves as a text
    store.fetch(name, 10, 20)               a slice; store.slices(...) for a million of them
    store.aliases(name), store.info(name)   what it is called, what is known of it
    store.collections()                     what was loaded
    store.sequences_table()                 everything, as an Arrow table

Alias, Digest and numpy (as np) are here too; help(store) says more. Leave with control-D."""


@commands.command()
def shell(at: At = None) -> None:
    """Open a Python prompt in which `store` is the store.

    Example:

        holdfast seq shell

    It is IPython where that is installed. What is piped in is run as a program:

        echo 'print(store.fetch("sgd:chrI", 0, 10))' | holdfast seq shell

    Exit code 1: there is no store, or the program fails.
    """
    from holdfast.app.sequences.get import view_at

    with open_container() as container:
        names = _names(view_at(container, at))
        if sys.stdin is not None and sys.stdin.isatty():
            where = f" as of {at}" if at else f" in {container.settings.store}"
            sequences = container.store.status().sequences
            _prompt(WELCOME.format(where=where, sequences=sequences), names)
        else:
            _run(names)


def _names(view: "View") -> dict[str, Any]:
    """What is there at the prompt."""
    import numpy as np

    from holdfast.base.digests import Digest
    from holdfast.sequences import Alias

    return {"__name__": "__main__", "store": view, "Alias": Alias, "Digest": Digest, "np": np}


def _prompt(welcome: str, names: dict[str, Any]) -> None:
    try:
        embed: Any = import_module("IPython.terminal.embed")
    except ImportError:
        import code

        code.interact(welcome, local=names, exitmsg="")
        return
    embed.InteractiveShellEmbed(banner1=welcome, user_ns=names)()


def _run(names: dict[str, Any]) -> None:
    """Run what is piped in, as Python runs a program."""
    program = sys.stdin.read() if sys.stdin is not None else ""
    exec(compile(program, "<standard input>", "exec"), names)  # noqa: S102 - that is what was asked
