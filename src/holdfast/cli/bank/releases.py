"""``holdfast bank publish``, ``freeze``, ``remove`` and their like: what becomes of releases."""

from typing import Annotated

import typer
from rich.console import RenderableType

from holdfast.app.banks.releases.freeze import Freezing, freeze_releases, unfreeze_releases
from holdfast.app.banks.releases.publish import publish_release, unpublish_bank
from holdfast.app.banks.releases.remove import Removal, raise_stayed, remove_bank, remove_releases
from holdfast.app.container import Container
from holdfast.cli.bank.options import AsJson, Bank
from holdfast.cli.output import counted, show, size, table
from holdfast.errors import UsageError

commands = typer.Typer()

Releases = Annotated[list[str], typer.Argument(help="The releases.")]


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

    `current` moves by one rename: whoever reads it sees the one or the other, never none. Then
    RELEASE.txt beside it says which it is. Exit codes: 0 published, 1 it could not be, 2 there is
    no such release.
    """
    with Container.read() as container:
        published = publish_release(container, bank, release)
    before = f" (before: {published.before})" if published.before else ""
    show(
        published,
        f"{published.bank}:{published.release} is current{before}",
        as_json=as_json,
    )


@commands.command()
def unpublish(bank: Bank, as_json: AsJson = False) -> None:
    """Have no current release of a bank; its releases stay.

    Example:

        holdfast bank unpublish yeast

    `current` and RELEASE.txt go. The next new release is published as the recipe says.
    """
    with Container.read() as container:
        unpublished = unpublish_bank(container, bank)
    before = unpublished.before
    told = f"{bank}:{before} is no longer current" if before else f"{bank} has no current release"
    show(unpublished, told, as_json=as_json)


@commands.command()
def freeze(bank: Bank, releases: Releases, as_json: AsJson = False) -> None:
    """Freeze releases: they are never removed, whatever else is.

    Example:

        holdfast bank freeze yeast 2018-08-22

    A frozen release stays beside those that `keep` in the recipe counts, and `holdfast bank remove`
    refuses it. Exit codes: 0 frozen, 2 there is no such release.
    """
    with Container.read() as container:
        freezing = freeze_releases(container, bank, releases)
    show(freezing, *_freezing_shown(freezing, "frozen"), as_json=as_json)


@commands.command()
def unfreeze(bank: Bank, releases: Releases, as_json: AsJson = False) -> None:
    """Let frozen releases go: they are removed when their time comes.

    Example:

        holdfast bank unfreeze yeast 2018-08-22

    Exit codes: 0 done, 2 there is no such release.
    """
    with Container.read() as container:
        freezing = unfreeze_releases(container, bank, releases)
    show(freezing, *_freezing_shown(freezing, "no longer frozen"), as_json=as_json)


@commands.command()
def remove(
    bank: Bank,
    releases: Annotated[list[str] | None, typer.Argument(help="The releases.")] = None,
    everything: Annotated[
        bool, typer.Option("--all", help="All of the bank: releases, and what is unfinished.")
    ] = False,
    force: Annotated[
        bool, typer.Option("--force", help="With --all: frozen releases too.")
    ] = False,
    with_recipe: Annotated[
        bool, typer.Option("--with-recipe", help="With --all: the recipe too.")
    ] = False,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Show what would go; remove nothing.")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Remove releases, or all of a bank.

    Examples:

        holdfast bank remove yeast 2018-08-22 2018-11-02

        holdfast bank remove yeast --all --dry-run

    What the recipe has done before a removal is done first; a release for which it fails stays. The
    published release and frozen ones are refused; --all takes the published one with the others.
    "freed" counts what no release that stays shares. Exit codes: 0 removed, 1 refused or something
    had to stay, 2 there is no such release.
    """
    _check_choice(releases, force or with_recipe, everything=everything)
    with Container.read() as container:
        if everything:
            removal = remove_bank(
                container, bank, force=force, with_recipe=with_recipe, dry_run=dry_run
            )
        else:
            removal = remove_releases(container, bank, releases or (), dry_run=dry_run)
    show(removal, *_removal_shown(removal), as_json=as_json)
    raise_stayed(removal)


def _check_choice(releases: list[str] | None, of_all: bool, *, everything: bool) -> None:
    if everything == bool(releases):
        raise UsageError("say which releases to remove, or --all; and not both")
    if of_all and not everything:
        raise UsageError("--force and --with-recipe are for --all")


def _freezing_shown(freezing: Freezing, now: str) -> list[RenderableType]:
    changed = ", ".join(freezing.changed)
    frozen = ", ".join(freezing.frozen) or "none"
    first = f"{freezing.bank}: {changed} {now}" if changed else f"{freezing.bank}: nothing changed"
    return [first, f"frozen releases: {frozen}"]


def _removal_shown(removal: Removal) -> list[RenderableType]:
    would = removal.dry_run
    rows = [(each.release, each.files, size(each.size), each.folder) for each in removal.releases]
    shown: list[RenderableType] = []
    if rows:
        columns = ("would be removed" if would else "removed", "files", "size", "folder")
        shown.append(table(columns, rows))
    elif not removal.stayed:
        shown.append(f"{removal.bank} has no release")
    if removal.unfinished:
        shown.append(f"unfinished, and given up: {', '.join(removal.unfinished)}")
    if removal.recipe is not None:
        shown.append(f"recipe: {removal.recipe}")
    count = counted(len(removal.releases), "release")
    shown.append(f"{count}, {size(removal.freed)} {'would be freed' if would else 'freed'}")
    if removal.left:
        shown.append(f"not Holdfast's, and left: {', '.join(map(str, removal.left))}")
    return shown
