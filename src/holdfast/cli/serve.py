"""``holdfast serve``: everything of a home folder, in a browser and for programs."""

from contextlib import contextmanager
from enum import StrEnum
from typing import TYPE_CHECKING, Annotated

import typer

from holdfast.cli.output import remarks

if TYPE_CHECKING:
    from collections.abc import Iterator
    from socket import socket

    from holdfast.web.server import Shown

commands = typer.Typer()


class Only(StrEnum):
    """What may be served alone."""

    SEQUENCES = "sequences"
    FTP = "ftp"


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
    ftp: Annotated[
        int | None,
        typer.Option(min=0, max=65535, help="Serve the banks by FTP too, on this port."),
    ] = None,
) -> None:
    """Show everything in a browser, and answer programs, until control-C.

    Examples:

        holdfast serve

        holdfast serve --host 0.0.0.0 --workers 4 --ftp 2121

        holdfast serve --only sequences --workers 2

    There are pages for banks, sequences, comparisons, plots and jobs; the API at /api/v1, the
    banks' files at /db/, and GA4GH refget, sequence collections and SeqRepo's interface. On
    loopback it is open to whoever uses this machine; on another address everybody is a guest, who
    sees what is public and changes nothing, until accounts are switched on: see `holdfast user`.
    Exit codes: 0 stopped, 1 the address cannot be had or there is no store to serve.
    """
    from holdfast.web.server import Shown, address_of, listen
    from holdfast.web.server import serve as answer

    if only is Only.FTP:
        _serve_ftp_alone(host, port, ftp)
        return
    shown = Shown.SEQUENCES if only is Only.SEQUENCES else Shown.EVERYTHING
    check(shown)
    _mind_closed_connections()
    with listen(host, port) as listening, _ftp_beside(host, ftp):
        remarks.print(f"{_what(shown)} at {address_of(listening)} until control-C.")
        if shown is Shown.EVERYTHING:
            _say_access(listening.getsockname()[0])
        try:
            answer(shown, listening, workers)
        except KeyboardInterrupt:
            remarks.print("stopped")


def _say_access(host: str) -> None:
    """Say who may come in, where that is not just the person at this machine."""
    from holdfast.app.accounts.users import are_users
    from holdfast.app.container import Container
    from holdfast.web.access.access import Access

    with Container.read() as container:
        access = Access(container, host)
        if access.has_accounts and not (container.settings.ldap.url or are_users(container)):
            remarks.print("Nobody has an account: holdfast user add NAME --administrator")
        elif access.has_accounts and not access.on_loopback and not access.is_https:
            remarks.print(
                "Passwords travel unprotected: put a proxy that speaks https before it, and say "
                "its address as public_url."
            )
        elif not access.has_accounts and not access.on_loopback:
            remarks.print(
                "It has no accounts, and others reach it: everybody is a guest, who sees what is "
                'public and changes nothing. For accounts, set access = "accounts".'
            )


def _serve_ftp_alone(host: str, port: int, ftp: int | None) -> None:
    """Serve the banks by FTP and nothing else, on either port that was said."""
    from holdfast.web.ftp.server import serve_until_told
    from holdfast.web.server import listen

    _check_ftp()
    _mind_closed_connections()
    with listen(host, port if ftp is None else ftp) as listening:
        _say_ftp(listening)
        serve_until_told(listening)
    remarks.print("stopped")


@contextmanager
def _ftp_beside(host: str, port: int | None) -> "Iterator[None]":
    """A process that serves FTP while the block lasts, if a port was said."""
    if port is None:
        yield
        return
    from holdfast.web.ftp.server import ftp_beside
    from holdfast.web.server import listen

    _check_ftp()
    with listen(host, port) as listening:
        _say_ftp(listening)
        with ftp_beside(listening):
            yield


def _check_ftp() -> None:
    """Raise a SettingsError if FTP cannot be served as the settings say."""
    from holdfast.app.container import Container
    from holdfast.web.ftp.server import check_ftp

    with Container.read() as container:
        check_ftp(container)


def _say_ftp(listening: "socket") -> None:
    host, port = listening.getsockname()[:2]
    shown = f"[{host}]" if ":" in host else host
    remarks.print(f"The banks are at ftp://{shown}:{port}/ until control-C.")


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
    return f"What {settings.home} holds is"


def _mind_closed_connections() -> None:
    """A client that goes away ends its connection, and not, as a closed pipe may, the program."""
    import signal

    signal.signal(signal.SIGPIPE, signal.SIG_IGN)
