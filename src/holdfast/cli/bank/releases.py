"""``holdfast bank publish``: what becomes of releases."""

from typing import Annotated

import typer

from holdfast.app.banks.publish import publish_release
from holdfast.app.container import Container
from holdfast.cli.bank.options import AsJson, Bank
from holdfast.cli.output import show

commands = typer.Typer()


@commands.command()
def publish(
    bank: Bank,
    release: Annotated[
        str | None, typer.Argument(help="The release; the newest when left out.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Make a release the current one.

    Example:

        holdfast bank publish yeast 2018-08-22

    `current` moves by one rename: whoever reads it sees the one or the other, never none.
    """
    published = publish_release(Container.read(), bank, release)
    before = f" (before: {published.before})" if published.before else ""
    show(
        published,
        f"{published.bank}:{published.release} is current{before}",
        as_json=as_json,
    )
