"""Chosen: what a recipe wants of what a remote has, and what that is called here."""

from dataclasses import replace
from urllib.parse import urlsplit

from holdfast import plugins
from holdfast.banks.choosing.patterns import Patterns
from holdfast.banks.recipes.recipe import Recipe
from holdfast.base.files import safe_name
from holdfast.errors import ListingFailed, NothingNew
from holdfast.plugins import Group
from holdfast.remotes.interface import Everything, Listing, Remote, RemoteFile


def listed(remote: Remote, recipe: Recipe) -> Listing:
    """What `remote` has of what `recipe` wants, under the names it has here.

    Raises
    ------
    NothingNew
        It says that there is nothing new.
    ListingFailed
        It does not say, has nothing that is wanted, or two files would be called the same.
    """
    selection = recipe.remote.selection
    answer = remote.list(selection)
    # What a remote adds beyond the question is none of ours.
    files = tuple(file for file in answer.files if selection.file(file.name))
    if not files and _says_nothing_is_new(recipe.remote.url, remote):
        raise NothingNew(f"{answer.url}: it has no file, so nothing is new")
    if not files and not recipe.remote.url.startswith("none:"):
        wanted = recipe.remote.match or recipe.remote.files
        keys = "match and exclude_match" if recipe.remote.match else "files and exclude"
        raise ListingFailed(
            f"{answer.url}: no file matches {', '.join(wanted)}; "
            f"look at {keys} under [remote] in the recipe"
        )
    if isinstance(selection, Patterns):
        files = _called_as_saved(files, selection, answer.url)
    return Listing(answer.url, files)


def _says_nothing_is_new(url: str, remote: Remote) -> bool:
    """Whether it is an empty list, or a stranger's kind of remote that is: that is their way.

    A folder that is empty is no such answer: it had files, and something went wrong there.
    """
    scheme = urlsplit(url).scheme
    may = scheme.startswith("list+") or plugins.is_strange(Group.REMOTES, scheme)
    return may and not remote.list(Everything()).files


def _called_as_saved(
    files: tuple[RemoteFile, ...], patterns: Patterns, url: str
) -> tuple[RemoteFile, ...]:
    """`files` under the names that the groups of `patterns` give them, sorted by those."""
    called: dict[str, RemoteFile] = {}
    for file in files:
        name = str(safe_name(patterns.saved_as(file.name)))
        other = called.setdefault(name, replace(file, name=name))
        if other.url != file.url:
            raise ListingFailed(
                f"{url}: {other.url} and {file.url} are both called {name} by the groups of match;"
                " write a group around what tells them apart"
            )
    return tuple(called[name] for name in sorted(called))
