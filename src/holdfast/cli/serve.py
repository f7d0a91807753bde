"""``holdfast serve``: the finished plots and the sequences, in a browser and for programs."""

from enum import StrEnum
from typing import TYPE_CHECKING, Annotated

import typer

from holdfast.cli.output import remarks

if TYPE_CHECKING:
    from holdfast.web.server import Shown

commands = typer.Typer()


class Only(StrEnum):
    """What may be served alone."""

    SEQUENCES = "sequences"


@commands.callback(invoke_without_command=True)
def serve(
    only: Annotated[
        Only | None, typer.Option(help="Serve this and nothing else (default: everything).")
    ] = None,
    host: Annotated[
        str, typer.Option(help="The address to serve on; the default is this machine only.")
    ] = "127.0.0.1",
    port: Annotated[int, typer.Option(min=0, max=65535, help="0 takes any free port.")] = 8765,
    workers: Annotated[
        int, typer.Option(min=1, max=64, help="Processes that answer side by side.")
    ] = 1,
) -> None:
    """Serve the finished plots and the sequences until control-C.

    Example:

        holdfast serve --only sequences --workers 2

    It shows a gallery of the plots in the home folder, and answers GA4GH refget, sequence
    collections and SeqRepo's interface from its store, on loopback unless you say otherwise; there
    are no accounts, so choose another address only in a network you trust, or serve the sequences
    alone. Exit codes: 0 stopped, 1 the address cannot be had or there is no store to serve.
    """
    from holdfast.web.server import Shown, address_of, listen
    from holdfast.web.server import serve as answer

    shown = Shown.SEQUENCES if only is Only.SEQUENCES else Shown.EVERYTHING
    check(shown)
    _mind_closed_connections()
    with listen(host, port) as listening:
        remarks.print(f"{_what(shown)} at {address_of(listening)} until control-C.")
        try:
            answer(shown, listening, workers)
        except KeyboardInterrupt:
            remarks.print("stopped")


def check(shown: "Shown") -> None:
    """Raise a StoreError if what is to be shown alone is not there."""
    from holdfast.app.container import Container
    from holdfast.web.server import Shown

    if shown is Shown.SEQUENCES:
        with Container.read() as container:
            container.reading.collections()


def _what(shown: "Shown") -> str:
    from holdfast.settings import Settings
    from holdfast.web.server import Shown

    settings = Settings.read()
    if shown is Shown.SEQUENCES:
        return f"The sequences of {settings.store} are"
    return f"The plots of {settings.plots} and the sequences of {settings.store} are"


def _mind_closed_connections() -> None:
    """A client that goes away ends its connection, and not, as a closed pipe may, the program."""
    import signal

    signal.signal(signal.SIGPIPE, signal.SIG_IGN)
