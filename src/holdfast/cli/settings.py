"""``holdfast settings``: every setting, its value and its meaning."""

from typing import Annotated

import typer
from pydantic import BaseModel

from holdfast.cli.output import show, table
from holdfast.settings import Settings

commands = typer.Typer()


@commands.callback(invoke_without_command=True)
def settings(
    as_json: Annotated[bool, typer.Option("--json", help="Answer as JSON.")] = False,
) -> None:
    """Show every setting, its value and its meaning.

    Example:

        holdfast settings

    A setting is changed in `holdfast.toml` in the home folder, or by an environment variable:
    `HOLDFAST_TRANSFERS=4` sets `transfers`. The environment wins.
    """
    read = Settings.read()
    rows = [
        (name, _shown(getattr(read, name)), field.description)
        for name, field in Settings.model_fields.items()
    ]
    show(
        read.model_dump(mode="json"),
        table(("setting", "value", "meaning"), rows),
        as_json=as_json,
    )


def _shown(value: object) -> object:
    """Words as the environment takes them; of a table what is not as it was; all else as it is."""
    if isinstance(value, BaseModel):
        said = value.model_dump(mode="json", exclude_defaults=True)
        return " ".join(f"{key}={each}" for key, each in said.items())
    return " ".join(value) if isinstance(value, tuple) else value
