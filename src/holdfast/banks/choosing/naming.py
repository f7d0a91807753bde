"""
Naming: what the release a remote has now is called.

A recipe says where the name comes from (:class:`~holdfast.banks.recipes.sources.ReleaseFrom`).
What comes from outside is checked before it becomes the name of a folder: :func:`checked_name`. Of
several candidates the newest is the greatest in
:func:`~holdfast.banks.choosing.versions.version_order`, which reads numbers as numbers and never
fails.
"""

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from urllib.parse import quote

from holdfast.banks.choosing.chosen import listed
from holdfast.banks.choosing.patterns import EVERYTHING, Patterns, compiled
from holdfast.banks.choosing.versions import version_order
from holdfast.banks.recipes.recipe import Recipe
from holdfast.banks.recipes.sources import RELEASE_NAME, Newest, ReleaseFrom, ReleasePart
from holdfast.base.digests import joined_sha256
from holdfast.errors import ListingFailed
from holdfast.remotes.interface import Listing, Remote, RemoteFile

CONTENT_LIMIT = 4 * 1024**2  #: bytes of a file that holds a release's name
RESERVED = frozenset({"current"})
#: URLs of what may say no date at all, and is not asked more often than each day then
UNDATED = ("direct+", "list+", "multi:")

OpenRemote = Callable[[str], Remote]


@dataclass(frozen=True, slots=True)
class Found:
    """What the remote has now: the name of its release, its root and its files."""

    release: str
    url: str  #: the root of the files
    listing: Listing
    undated: bool = False  #: the name is that of the day it was asked, for no file has a date
    nothing_new: bool = False  #: the remote said so; this is what is here already


def find_release(
    recipe: Recipe,
    open_remote: OpenRemote,
    wanted: str = "",
    open_release: OpenRemote | None = None,
) -> Found:
    """What the remote of `recipe` has now; or what it has as the release `wanted`.

    `open_release` opens the remote that says what the release is called, where the recipe says that
    this is another one; without it `open_remote` does.

    Raises
    ------
    NothingNew
        It says that there is nothing new.
    ListingFailed
        It does not say, has no file that the recipe wants, gives no usable release name, or does
        not have the one that is wanted.
    """
    if wanted and recipe.release.is_elsewhere and recipe.remote.says_release:
        return listed_as(recipe, checked_name(wanted, recipe.remote.url), open_remote)
    found = _find(recipe, open_remote, open_release or open_remote, wanted)
    if wanted and found.release != wanted:
        raise ListingFailed(
            f"{found.listing.url}: the remote has release {found.release!r} now, not {wanted!r}"
        )
    return found


def listed_as(recipe: Recipe, release: str, open_remote: OpenRemote) -> Found:
    """What the remote of `recipe` has for `release`, whose name is known.

    Raises
    ------
    ListingFailed
        It does not say, or has no file that the recipe wants.
    """
    asked = recipe.model_copy(update={"remote": recipe.remote.of_release(release)})
    return Found(release, asked.remote.url, listed(open_remote(asked.remote.url), asked))


def _find(recipe: Recipe, open_remote: OpenRemote, open_release: OpenRemote, wanted: str) -> Found:
    part, url = recipe.release, recipe.remote.url
    if part.source is ReleaseFrom.FOLDER:
        return _in_folder(recipe, open_remote, wanted)
    if part.source is ReleaseFrom.REMOTE:
        release = _said(open_release(part.url) if part.url else open_remote(url), part.url or url)
        return listed_as(recipe, release, open_remote)
    if part.is_elsewhere:
        release = _named_elsewhere(part, open_release(part.url) if part.url else open_remote(url))
        return listed_as(recipe, release, open_remote)
    remote = open_remote(url)
    listing = listed(remote, recipe)
    if part.source is ReleaseFrom.DATE and url.startswith(UNDATED) and not _dates(listing):
        return Found(f"{datetime.now(UTC):{part.format}}", url, listing, undated=True)
    return Found(_name(recipe, remote, listing), url, listing)


def checked_name(name: str, url: str) -> str:
    """`name`, which came from `url`, if it can be the name of a release.

    Raises
    ------
    ListingFailed
        It cannot be the name of one folder, or means something else to Holdfast.
    """
    if re.fullmatch(RELEASE_NAME, name) is None or name in RESERVED:
        raise ListingFailed(
            f"{url}: {name!r} cannot be the name of a release (letters, digits and . _ + = ~ -);"
            " choose another pattern under [release] in the recipe"
        )
    return name


def listing_digest(listing: Listing) -> str:
    """Twelve letters that change when anything in `listing` does."""
    facts = (
        f"{file.name}\0{file.size}\0{file.modified}\0{file.etag}\0{file.digest}\n".encode()
        for file in listing.files
    )
    return joined_sha256(facts)[:12]


def _named_elsewhere(part: ReleasePart, remote: Remote) -> str:
    """The release that other files than its own name; it may stand in what is asked then."""
    wanted = Patterns([part.match] if part.match else [EVERYTHING])
    answer = remote.list(wanted)
    files = [file for file in answer.files if wanted.file(file.name)]
    if not files and part.source is ReleaseFrom.FILE_NAME:
        files = _folders_as_files(remote, wanted, answer.url)
    if not files:
        raise ListingFailed(
            f"{answer.url}: no file matches {part.match!r}; "
            "look at match under [release] in the recipe"
        )
    return _name_elsewhere(part, remote, Listing(answer.url, tuple(files)))


def _folders_as_files(remote: Remote, wanted: Patterns, url: str) -> list[RemoteFile]:
    """The folders that are meant: BioMAJ lists a link to a folder as a file, and NCBI has those."""
    return [
        RemoteFile(folder, url + quote(folder), None, shown)
        for folder, shown in remote.dated_folders().items()
        if wanted.file(folder)
    ]


def _name_elsewhere(part: ReleasePart, remote: Remote, listing: Listing) -> str:
    url, names = listing.url, [file.name for file in listing.files]
    match part.source:
        case ReleaseFrom.CONTENT:
            file = part.file or _only(names, url, part.match)
            text = remote.read(file, CONTENT_LIMIT).decode(errors="replace")
            return _newest(part, [text], url + file, "the text")
        case ReleaseFrom.FILE_NAME if part.newest is Newest.DATE:
            newest = [file.name for file in _newest_files(part, listing.files)]
            return _newest(part, newest, url, "the name of a file")
        case ReleaseFrom.FILE_NAME:
            return _newest(part, names, url, "the name of a file")
        case ReleaseFrom.LISTING:
            return listing_digest(listing)
        case _:
            return _date(listing, part.format)


def _newest_files(part: ReleasePart, files: Iterable[RemoteFile]) -> list[RemoteFile]:
    """Those of `files` that the pattern means and none is newer than."""
    hits = [file for file in files if compiled(part.pattern).search(file.name)]
    dates = [file.modified for file in hits if file.modified is not None]
    return [file for file in hits if file.modified == max(dates)] if dates else hits


def _said(remote: Remote, url: str) -> str:
    """The release that the remote itself says it has."""
    said = remote.release()
    if not said:
        raise ListingFailed(
            f"{url}: this kind of remote does not say its release; "
            "write another from under [release] in the recipe"
        )
    return checked_name(said, url)


def _only(names: list[str], url: str, pattern: str) -> str:
    if len(names) == 1:
        return names[0]
    raise ListingFailed(
        f"{url}: {len(names)} files match {pattern!r} ({', '.join(names[:3])} …), where one must; "
        "look at match under [release] in the recipe"
    )


def _in_folder(recipe: Recipe, open_remote: OpenRemote, wanted: str) -> Found:
    """The release is the newest sub-folder of the recipe's URL, or the one that is `wanted`."""
    part, url = recipe.release, recipe.remote.url
    candidates = {
        folder: found
        for folder in open_remote(url).folders()
        if (found := _whole_or_group(part, folder)) is not None
    }
    if wanted and candidates:
        known = ", ".join(sorted(set(candidates.values()), key=version_order)[-5:])
        candidates = {folder: name for folder, name in candidates.items() if name == wanted}
        if not candidates:
            raise ListingFailed(f"{url}: no folder is release {wanted!r}; the newest are {known}")
    if not candidates:
        raise ListingFailed(
            f"{url}: no folder matches {part.pattern or 'anything'!r}; "
            "look at the pattern under [release] in the recipe"
        )
    folder = max(candidates, key=lambda each: (version_order(candidates[each]), each))
    root = f"{url}{quote(folder)}/"
    return Found(checked_name(candidates[folder], url), root, listed(open_remote(root), recipe))


def _whole_or_group(part: ReleasePart, folder: str) -> str | None:
    """The release that `folder` is, or None when it is none."""
    if not part.pattern:
        return folder
    match = compiled(part.pattern).fullmatch(folder)
    return match[match.re.groups] if match else None


def _name(recipe: Recipe, remote: Remote, listing: Listing) -> str:
    match recipe.release.source:
        case ReleaseFrom.FILE_NAME:
            names = [file.name.rpartition("/")[2] for file in listing.files]
            return _newest(recipe.release, names, listing.url, "the name of a file")
        case ReleaseFrom.CONTENT:
            text = remote.read(recipe.release.file, CONTENT_LIMIT).decode(errors="replace")
            return _newest(recipe.release, [text], listing.url + recipe.release.file, "the text")
        case ReleaseFrom.LISTING:
            return listing_digest(listing)
        case _:
            return _date(listing, recipe.release.format)


def _newest(part: ReleasePart, texts: Iterable[str], url: str, where: str) -> str:
    """The greatest of what the pattern finds in `texts`."""
    hits = [
        match[min(1, match.re.groups)] or ""
        for text in texts
        for match in compiled(part.pattern).finditer(text)
    ]
    if not hits:
        raise ListingFailed(
            f"{url}: {part.pattern!r} is nowhere in {where}; "
            "look at the pattern under [release] in the recipe"
        )
    return checked_name(max(hits, key=version_order), url)


def _date(listing: Listing, form: str) -> str:
    dates = _dates(listing)
    if not dates:
        raise ListingFailed(
            f"{listing.url}: no file has a date to name the release after; "
            'write from = "listing" under [release] in the recipe'
        )
    return f"{max(dates).astimezone(UTC):{form}}"


def _dates(listing: Listing) -> list[datetime]:
    return [file.modified for file in listing.files if file.modified is not None]


def same_listing(one: Listing, other: Listing) -> bool:
    """Whether two listings say the same of the same files (where they are may differ)."""
    return [_facts(file) for file in one.files] == [_facts(file) for file in other.files]


def _facts(file: RemoteFile) -> tuple[object, ...]:
    return file.name, file.size, file.modified, file.etag, file.digest
