"""``holdfast worker``: does what is scheduled, and goes on with what was left unfinished."""

import json
import sys
from typing import TYPE_CHECKING, Annotated

import typer

from holdfast.cli.output import plain, remarks

if TYPE_CHECKING:
    from holdfast.app.worker import News

commands = typer.Typer()


@commands.callback(invoke_without_command=True)
def worker(
    once: Annotated[
        bool, typer.Option("--once", help="Do what is due now, wait for it, and end.")
    ] = False,
    as_json: Annotated[
        bool, typer.Option("--json", help="Tell what happens as lines of JSON.")
    ] = False,
) -> None:
    """Do what is scheduled, and go on with what was left unfinished, until stopped.

    Example:

        holdfast worker

    It tells on standard error what it does. Any number of workers may share a home; each thing is
    done once. It forgets runs that ended more than `history_days` ago. SIGTERM or control-C ends
    it while its jobs go on, and the next worker finds them; control-C again within three seconds
    cancels them. Exit codes: 0 it was stopped; 1 the ledger cannot be used or, with --once, a run
    failed; 2 a setting is wrong.
    """
    from holdfast.app.container import Container
    from holdfast.app.worker import Worker

    with Container.read() as container:
        failed = Worker(container, _tell_json if as_json else _tell).work(once=once)
    if once and failed:
        raise typer.Exit(1)


def _tell(news: "News") -> None:
    run = "" if news.run is None or f"run {news.run}" in news.sentence else f" (run {news.run})"
    remarks.print(
        f"{news.at.astimezone():%Y-%m-%d %H:%M:%S} {news.what.value}: {news.sentence}{run}"
    )


def _tell_json(news: "News") -> None:
    sys.stdout.write(json.dumps(plain(news), ensure_ascii=False) + "\n")
    sys.stdout.flush()
