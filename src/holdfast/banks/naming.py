"""
Naming: what the release a remote has now is called.

A recipe says where the name comes from (:class:`~holdfast.banks.recipe.ReleaseFrom`). What comes
from outside is checked before it becomes the name of a folder: :func:`checked_name`. Of several
candidates the newest is the greatest in :func:`version_order`, which reads numbers as numbers and
never fails.
"""

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from urllib.parse import quote

from holdfast.banks.patterns import EVERYTHING, Patterns, compiled
from holdfast.banks.recipe import Recipe
from holdfast.banks.sources import RELEASE_NAME, Newest, ReleaseFrom, ReleasePart
from holdfast.base.digests import joined_sha256
from holdfast.base.files import safe_name
from holdfast.errors import ListingFailed
from holdfast.remotes.interface import Listing, Remote, RemoteFile

CONTENT_LIMIT = 4 * 1024**2  #: bytes of a file that holds a release's name
RESERVED = frozenset({"current"})
_BEFORE_THE_END = ("dev", "alpha", "beta", "pre", "preview", "rc")

OpenRemote = Callable[[str], Remote]
Rank = tuple[int, int, str]


@dataclass(frozen=True, slots=True)
class Found:
    """What the remote has now: the name of its release, its root and its files."""

    release: str
    url: str  #: the root of the files, with credentials if the recipe has some
    listing: Listing


def find_release(recipe: Recipe, open_remote: OpenRemote) -> Found:
    """What the remote of `recipe` has now.

    Raises
    ------
    ListingFailed
        It does not say, has no file that the recipe wants, or gives no usable release name.
    """
    if recipe.release.source is ReleaseFrom.FOLDER:
        return _in_folder(recipe, open_remote)
    if recipe.release.is_elsewhere:
        return _named_elsewhere(recipe, open_remote)
    remote = open_remote(recipe.remote.url)
    listing = _listed(remote, recipe)
    return Found(_name(recipe, remote, listing), recipe.remote.url, listing)


def version_order(name: str) -> tuple[Rank, ...]:
    """A key that sorts names of versions: numbers as numbers, pre-releases before releases.

    >>> sorted(["1.10", "1.9", "1.10rc1", "2024-03-07", "2024-11-01"], key=version_order)
    ['1.9', '1.10rc1', '1.10', '2024-03-07', '2024-11-01']
    """
    ranks = []
    for number, word in re.findall(r"(\d+)|([^\W\d_]+)", name):
        if number:
            ranks.append((2, int(number), ""))
        else:
            ranks.append((-1 if word.lower() in _BEFORE_THE_END else 1, 0, word.lower()))
    return (*ranks, (0, 0, name))


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


def _named_elsewhere(recipe: Recipe, open_remote: OpenRemote) -> Found:
    """The release is named first, by other files than its own, and may stand in what is asked."""
    part = recipe.release
    remote = open_remote(part.url or recipe.remote.url)
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
    release = _name_elsewhere(part, remote, Listing(answer.url, tuple(files)))
    asked = recipe.model_copy(update={"remote": recipe.remote.of_release(release)})
    return Found(release, asked.remote.url, _listed(open_remote(asked.remote.url), asked))


def _folders_as_files(remote: Remote, wanted: Patterns, url: str) -> list[RemoteFile]:
    """The folders that are meant: BioMAJ lists a link to a folder as a file, and NCBI has those."""
    folders = [folder for folder in remote.folders() if wanted.file(folder)]
    return [RemoteFile(folder, url + quote(folder), None, None) for folder in folders]


def _name_elsewhere(part: ReleasePart, remote: Remote, listing: Listing) -> str:
    url, names = listing.url, [file.name for file in listing.files]
    match part.source:
        case ReleaseFrom.CONTENT:
            file = part.file or _only(names, url, part.match)
            text = remote.read(file, CONTENT_LIMIT).decode(errors="replace")
            return _newest(part, [text], url + file, "the text")
        case ReleaseFrom.FILE_NAME if part.newest is Newest.DATE:
            oldest = datetime.min.replace(tzinfo=UTC)
            hits = [file for file in listing.files if compiled(part.pattern).search(file.name)]
            newest = sorted(hits, key=lambda file: file.modified or oldest)[-1:]
            return _newest(part, [file.name for file in newest], url, "the name of a file")
        case ReleaseFrom.FILE_NAME:
            return _newest(part, names, url, "the name of a file")
        case ReleaseFrom.LISTING:
            return listing_digest(listing)
        case ReleaseFrom.REMOTE:
            return _said(remote, url)
        case _:
            return _date(listing, part.format)


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


def _in_folder(recipe: Recipe, open_remote: OpenRemote) -> Found:
    """The release is the newest sub-folder of the recipe's URL."""
    part, url = recipe.release, recipe.remote.url
    candidates = {
        folder: found
        for folder in open_remote(url).folders()
        if (found := _whole_or_group(part, folder)) is not None
    }
    if not candidates:
        raise ListingFailed(
            f"{url}: no folder matches {part.pattern or 'anything'!r}; "
            "look at the pattern under [release] in the recipe"
        )
    folder = max(candidates, key=lambda each: (version_order(candidates[each]), each))
    root = f"{url}{quote(folder)}/"
    return Found(checked_name(candidates[folder], url), root, _listed(open_remote(root), recipe))


def _whole_or_group(part: ReleasePart, folder: str) -> str | None:
    """The release that `folder` is, or None when it is none."""
    if not part.pattern:
        return folder
    match = compiled(part.pattern).fullmatch(folder)
    return match[match.re.groups] if match else None


def _listed(remote: Remote, recipe: Recipe) -> Listing:
    selection = recipe.remote.selection
    answer = remote.list(selection)
    # What a remote adds beyond the question is none of ours.
    files = tuple(file for file in answer.files if selection.file(file.name))
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
        case ReleaseFrom.REMOTE:
            return _said(remote, listing.url)
        case _:
            return _date(listing, recipe.release.format)


def _newest(part: ReleasePart, texts: Iterable[str], url: str, where: str) -> str:
    """The greatest of what the pattern finds in `texts`."""
    hits = [
        match[match.re.groups] or ""
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
    dates = [file.modified for file in listing.files if file.modified is not None]
    if not dates:
        raise ListingFailed(
            f"{listing.url}: no file has a date to name the release after; "
            'write from = "listing" under [release] in the recipe'
        )
    return f"{max(dates).astimezone(UTC):{form}}"


def same_listing(one: Listing, other: Listing) -> bool:
    """Whether two listings say the same of the same files (where they are may differ)."""
    return [_facts(file) for file in one.files] == [_facts(file) for file in other.files]


def _facts(file: RemoteFile) -> tuple[object, ...]:
    return file.name, file.size, file.modified, file.etag, file.digest
