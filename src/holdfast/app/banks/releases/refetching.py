"""
Refetching: the contents that damaged files of a release had, brought again from its remote.

The remote must still have the very same files: one that changed there is of no use, and is told.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

from holdfast.app.banks.updating.asking import ask, upstreams_of
from holdfast.app.container import Container
from holdfast.app.tasks.makings import limits_of
from holdfast.banks.recipes.recipe import Recipe
from holdfast.banks.releases.mending import Damage, contents
from holdfast.banks.releases.release import Entry, Release
from holdfast.base.progress import Listener
from holdfast.errors import BankError, FormatError, HoldfastError, RemoteError, UsageError
from holdfast.remotes.interface import Arrived, Remote, RemoteFile, open_remote, scheme

FETCHED = "fetched"


@dataclass(slots=True)
class Refetching:
    """What the remote still has of `release`, brought into the folder `work`."""

    container: Container
    release: Release
    work: Path
    listener: Listener
    _why: dict[str, str] = field(default_factory=dict)  #: what went wrong, by remote file

    def sources(self, damages: Sequence[Damage]) -> Iterator[tuple[Damage, Path, str]]:
        """Where the content of each of `damages` is now, if it could be had, and how it was."""
        by_name: dict[str, list[Damage]] = {}
        for damage in damages:
            by_name.setdefault(damage.entry.file.name, []).append(damage)
        for name, arrived in self._fetch([own[0].entry for own in by_name.values()]).items():
            own = by_name[name]
            found = self._contents(arrived, {each.product.sha256 for each in own})
            for each in own:
                digest = each.product.sha256
                if digest == arrived.sha256:
                    yield each, arrived.path, "fetched again"
                elif digest in found:
                    yield each, found[digest], f"fetched and unpacked again, from {name}"

    def why(self, damage: Damage) -> str:
        """Why there is no content for `damage`."""
        name = damage.entry.file.name
        why = self._why.get(name, f"what the remote has as {name} does not hold it")
        bank = self.release.bank
        return f"{why}; to have a whole release: holdfast bank update {bank} --from-scratch"

    def _fetch(self, entries: Sequence[Entry]) -> dict[str, Arrived]:
        """The files of `entries` that are here now, as they were, by name."""
        known = [entry.file for entry in entries if entry.file.url]
        arrived = self._bring(self._remote, known)
        left = {entry.file.name: entry for entry in entries if not _is_here(entry, arrived)}
        if left:
            arrived |= self._bring_as_now(left)
        gone = {name for name, entry in left.items() if not _is_here(entry, arrived)}
        self._why |= dict.fromkeys(gone & arrived.keys(), "the remote has other content now")
        return {name: arrived[name] for name in sorted(arrived) if name not in gone}

    def _bring_as_now(self, left: Mapping[str, Entry]) -> dict[str, Arrived]:
        """Bring what the remote lists by the names of `left` now.

        What was adopted has no URL, and a file may have moved since it was fetched.
        """
        for name in left:
            self._why.setdefault(name, "the remote has no such file any more")
        try:
            recipe = self.container.catalogue.recipe(self.release.bank)
            found = ask(self.container, recipe, upstreams_of(self.container, recipe))
        except HoldfastError as error:
            self._why |= dict.fromkeys(left, str(error))
            return {}
        files = [
            file
            for file in found.listing.files
            if file.name in left and _may_be(file, left[file.name].file)
        ]
        options = recipe.remote.options
        return self._bring(lambda: open_remote(found.url, self.container.policy, options), files)

    def _bring(self, opened: Callable[[], Remote], files: list[RemoteFile]) -> dict[str, Arrived]:
        """Bring `files`; those that arrived, by name. Why others did not is remembered."""
        arrived: list[Arrived] = []
        folder = self.work / FETCHED
        folder.mkdir(parents=True, exist_ok=True)
        try:
            if files:
                opened().fetch(files, folder, self.listener, arrived.append)
        except (RemoteError, UsageError, BankError) as error:
            self._why |= {file.name: str(error) for file in files}
        return {each.file.name: each for each in arrived}

    def _contents(self, arrived: Arrived, wanted: set[str]) -> dict[str, Path]:
        """What of the contents `wanted` is in the archive that arrived."""
        if wanted == {arrived.sha256}:
            return {}
        limits = limits_of(self.container.settings)
        folder = self.work / "unpacked" / arrived.file.name
        try:
            return contents(arrived.file.name, arrived.path, folder, limits, wanted)
        except (FormatError, OSError) as error:
            self._why[arrived.file.name] = str(error)
            return {}

    def _remote(self) -> Remote:
        """The remote the release came from, with what the recipe says of how it is asked."""
        container, release = self.container, self.release
        if release.bank not in container.catalogue.banks():
            return open_remote(release.url, container.policy)
        recipe = container.catalogue.recipe(release.bank)
        return open_remote(_root(recipe, release), container.policy, recipe.remote.options)


def _is_here(entry: Entry, arrived: Mapping[str, Arrived]) -> bool:
    """Whether what arrived is what `entry` was; of some that were adopted nobody knows."""
    here = arrived.get(entry.file.name)
    return here is not None and entry.sha256 in {here.sha256, ""}


def _may_be(file: RemoteFile, had: RemoteFile) -> bool:
    """Whether `file` may be what `had` was, and is not just what was asked for in vain."""
    same_size = None in {file.size, had.size} or file.size == had.size
    return same_size and file.url != had.url


def _root(recipe: Recipe, release: Release) -> str:
    """The URL of the release's files; a manifest has no passwords, so they are the recipe's."""
    url = recipe.remote.of_release(release.remote_release).url
    if not release.url:
        return url
    if scheme(url) != scheme(release.url) or scheme(url) == "file":
        return url if scheme(url) != "file" else release.url
    known, then = urlsplit(url), urlsplit(release.url)
    user, at, _ = known.netloc.rpartition("@")
    if known.hostname != then.hostname or not at:
        return release.url
    return urlunsplit(then._replace(netloc=f"{user}@{then.netloc}"))
