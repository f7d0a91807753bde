"""What several commands of ``holdfast job`` ask for in the same words."""

from datetime import UTC, datetime, timedelta
from typing import Annotated

import typer

from holdfast.errors import UsageError

AsJson = Annotated[bool, typer.Option("--json", help="Answer as JSON.")]
Run = Annotated[int, typer.Argument(help="The number of the run, as `holdfast job list` shows it.")]


def seconds(option: str, text: str) -> float:
    """The seconds that a span such as ``90d`` means; a bare number is refused as unclear.

    Raises
    ------
    UsageError
        It is no span.
    """
    from holdfast.settings.values import span

    try:
        if text.strip().replace(".", "", 1).isdigit():
            raise ValueError(f"{text!r} has no unit; write for example {text.strip()}d")
        return float(str(span(text)))
    except ValueError as error:
        raise UsageError(f"{option}: {error}") from error


def ago(option: str, text: str) -> datetime:
    """The moment so long before now.

    Raises
    ------
    UsageError
        It is no span, or one that leads out of the calendar.
    """
    try:
        return datetime.now(UTC) - timedelta(seconds=seconds(option, text))
    except OverflowError as error:
        raise UsageError(f"{option}: {text} is longer ago than the calendar knows") from error


def moment(option: str, text: str) -> datetime:
    """A moment: so long ago (``3d``), or a date, perhaps with a time, on the clock on the wall.

    Raises
    ------
    UsageError
        It is neither.
    """
    try:
        return datetime.fromisoformat(text.strip()).astimezone(UTC)
    except (ValueError, OverflowError):
        pass
    try:
        return ago(option, text)
    except UsageError as error:
        raise UsageError(
            f"{option}: {text!r} is no moment; write for example 3d, 2026-11-20 or 2026-11-20T14:30"
        ) from error
