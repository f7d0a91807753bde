"""Answers that may go into a file: a table for people, tab-separated text or JSON for programs."""

import json
import sys
from pathlib import Path
from typing import Annotated

import typer

from holdfast.base.files import write_atomic
from holdfast.cli.output import plain, remarks

PlotName = Annotated[str, typer.Argument(help="The plot's name.")]
Output = Annotated[
    Path | None,
    typer.Option(
        "--output",
        "-o",
        help="Write tab-separated text into this file, or JSON if it ends with .json; - is "
        "standard output.",
    ),
]


def deliver(output: Path, text: str, value: object, *, as_json: bool) -> None:
    """Write `text`, or `value` if JSON is wanted, into the file `output` in one step."""
    if as_json or output.suffix.lower() == ".json":
        text = json.dumps(plain(value), indent=2, ensure_ascii=False) + "\n"
    if str(output) == "-":
        sys.stdout.write(text)
        return
    write_atomic(output, text.encode())
    remarks.print(f"Written: {output}")


def deliver_picture(output: Path, picture: bytes) -> None:
    """Put `picture` into the file `output` in one step."""
    write_atomic(output, picture)
    remarks.print(f"Written: {output}")
