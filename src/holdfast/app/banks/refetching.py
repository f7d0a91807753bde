"""
Refetching: the contents that damaged files of a release had, brought again from its remote.

The remote must still have the very same files: one that changed there is of no use, and is told.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

from holdfast.app.container import Container
from holdfast.app.tasks.makings import limits_of
from holdfast.banks.mending import Damage, contents
from holdfast.banks.recipe import Recipe
from holdfast.banks.releases import Entry, Release
from holdfast.base.progress import Listener
from holdfast.errors import BankError, FormatError, RemoteError, UsageError
from holdfast.remotes.interface import Arrived, Remote, open_remote, scheme

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
        """The files of `entries` that are here now, as they were."""
        arrived: list[Arrived] = []
        problem = "the remote no longer has it as it was"
        folder = self.work / FETCHED
        folder.mkdir(parents=True, exist_ok=True)
        try:
            files = [entry.file for entry in entries]
            self._remote().fetch(files, folder, self.listener, arrived.append)
        except (RemoteError, UsageError, BankError) as error:
            problem = str(error)
        expected = {entry.file.name: entry.sha256 for entry in entries}
        here = {
            each.file.name: each
            for each in sorted(arrived, key=lambda each: each.file.name)
            if expected[each.file.name] in {each.sha256, ""}  # of what was adopted, none is known
        }
        changed = {each.file.name for each in arrived}
        for name in expected.keys() - here.keys():
            self._why[name] = "the remote has other content now" if name in changed else problem
        return here

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


def _root(recipe: Recipe, release: Release) -> str:
    """The URL of the release's files; a manifest has no passwords, so they are the recipe's."""
    url = recipe.remote.of_release(release.remote_release).url
    if scheme(url) != scheme(release.url) or scheme(url) == "file":
        return url if scheme(url) != "file" else release.url
    known, then = urlsplit(url), urlsplit(release.url)
    user, at, _ = known.netloc.rpartition("@")
    if known.hostname != then.hostname or not at:
        return release.url
    return urlunsplit(then._replace(netloc=f"{user}@{then.netloc}"))
