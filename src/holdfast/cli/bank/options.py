"""What several commands about banks take and say."""

from typing import Annotated

import typer

Bank = Annotated[str, typer.Argument(help="The bank's name.")]
AsJson = Annotated[bool, typer.Option("--json", help="Answer as JSON.")]


def files(count: int) -> str:
    return f"{count:,} file{'' if count == 1 else 's'}"
