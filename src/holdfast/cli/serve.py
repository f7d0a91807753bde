"""``holdfast serve``: the finished plots in a browser."""

from typing import Annotated

import typer

from holdfast.cli.output import remarks

commands = typer.Typer()


@commands.callback(invoke_without_command=True)
def serve(
    host: Annotated[
        str, typer.Option(help="The address to serve on; the default is this machine only.")
    ] = "127.0.0.1",
    port: Annotated[int, typer.Option(min=0, max=65535, help="0 takes any free port.")] = 8765,
) -> None:
    """Serve the finished plots to a browser until control-C.

    Example:

        holdfast serve

    It shows a gallery of the plots in the home folder, on loopback unless you say otherwise; there
    are no accounts, so choose another address only in a network you trust. Exit codes: 0 stopped,
    1 the address cannot be had.
    """
    from holdfast.app.container import Container
    from holdfast.app.plots import list_plots
    from holdfast.web.gallery import gallery_server

    container = Container.read()
    folder = container.settings.plots
    with gallery_server(folder, lambda: list_plots(container), host, port) as server:
        address = f"http://{host}:{server.server_address[1]}/"
        remarks.print(f"The plots of {folder} are at {address} until control-C.")
        try:
            server.serve_forever()
        except KeyboardInterrupt:
            remarks.print("stopped")
