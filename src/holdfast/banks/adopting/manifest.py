"""
Manifest: what a release that BioMAJ made is made of, as far as that can still be known.

BioMAJ kept what a remote had listed, to the day, in ``cache.dir/files_<session>``; and it gave each
file it fetched the day of the listing, at midnight, as its time. So a file that is in the release
as it was fetched is known by name, size and day, and is not fetched again while the remote says the
same. An archive that was unpacked is gone: what came out of ``x.gz`` is known to be ``x``; what
came out of others is not known to be of any, and such an archive is fetched again when a release is
next made. The rules are for what is certain: a change is rather fetched twice than missed.
"""

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from holdfast.banks.choosing.patterns import begins
from holdfast.banks.recipes.recipe import Recipe
from holdfast.banks.releases.release import Entry, Product
from holdfast.base.files import safe_name
from holdfast.errors import BankError, UnsafeName
from holdfast.remotes.interface import RemoteFile

RECORDS_LIMIT = 1024**3  #: bytes of one list of BioMAJ's
PACKED = ".gz"  #: what unpacks to one file, called as the archive without this


@dataclass(frozen=True, slots=True)
class Kept:
    """A file that is in a release."""

    product: Product
    modified: int  #: nanoseconds since 1970


def read_records(cache: Path, session: float) -> tuple[RemoteFile, ...] | None:
    """What a remote had listed in `session`; None where BioMAJ did not keep it.

    Raises
    ------
    BankError
        What it kept is no list of files.
    """
    names = dict.fromkeys((f"files_{session}", f"files_{session:.0f}"))
    file = next((cache / name for name in names if (cache / name).is_file()), None)
    if file is None:
        return None
    try:
        with file.open("rb") as content:
            text = content.read(RECORDS_LIMIT + 1)
        if len(text) > RECORDS_LIMIT:
            raise ValueError(f"it has more than {RECORDS_LIMIT:,} bytes")
        said = json.loads(text)
        if not isinstance(said, list):
            raise ValueError("it is no list")
        return tuple(_records(said))
    except (OSError, ValueError, RecursionError) as error:
        raise BankError(f"{file}: cannot be read: {error}; move it away to do without") from error


def entries(
    kept: Mapping[str, Kept], records: Iterable[RemoteFile], recipe: Recipe | None
) -> tuple[Entry, ...]:
    """The manifest of a release whose files are `kept`, by path, sorted by name.

    `records` is what the remote had listed. Every file is in one entry; a record is an entry only
    if it is known what became of it.
    """
    unpacks = recipe is not None and any(step.use == "unpack" for step in recipe.steps)
    left = dict(kept)
    made = {}
    for record in records:
        entry = _entry(record, left, recipe, unpacks=unpacks)
        if entry is not None and record.name not in made:
            made[record.name] = entry
            for product in entry.products:
                del left[product.path]
    for path, each in left.items():
        # Under the name of a record it is another file than the remote's: its own facts say so.
        made[path] = Entry(_as_kept(each), each.product.sha256, (each.product,))
    return tuple(made[name] for name in sorted(made))


def day_of(nanoseconds: int) -> datetime:
    """When a file that has this modification time was listed: midnight here stands for a day.

    Other times were kept to the second, as those of files copied on this machine.
    """
    seconds, rest = divmod(nanoseconds, 10**9)
    here = datetime.fromtimestamp(seconds).astimezone()
    if rest or here.hour or here.minute or here.second:
        return datetime.fromtimestamp(seconds, UTC)
    return datetime(here.year, here.month, here.day, tzinfo=UTC)


def _entry(
    record: RemoteFile, left: Mapping[str, Kept], recipe: Recipe | None, *, unpacks: bool
) -> Entry | None:
    """What is known to have become of a file that the remote had."""
    there = left.get(record.name)
    if there is not None:
        product = there.product
        if record.size not in {None, product.size}:
            return None
        return Entry(record, product.sha256, (product,))
    packed = record.name.endswith(PACKED)
    inside = record.name.removesuffix(PACKED) if unpacks and packed else record.name
    if inside in left and inside != record.name:
        return Entry(record, "", (left[inside].product,))
    if _is_left_out(inside, recipe) and not (unpacks and _is_archive(inside)):
        return Entry(record, "", ())
    return None


def _is_left_out(path: str, recipe: Recipe | None) -> bool:
    """Whether the recipe takes such a file out of the release."""
    steps = [step for step in recipe.steps if step.use == "select"] if recipe is not None else []
    return any(
        not (begins(step.match, path) if step.match else step.selection.file(path))
        for step in steps
    )


def _is_archive(name: str) -> bool:
    return name.endswith((".tar", ".tgz", ".zip", ".bz2", ".tbz2", PACKED))


def _as_kept(kept: Kept) -> RemoteFile:
    product = kept.product
    return RemoteFile(product.path, "", product.size, day_of(kept.modified))


def _records(said: Iterable[Any]) -> Iterator[RemoteFile]:
    for document in said:
        if not isinstance(document, Mapping):
            raise ValueError(f"{str(document)[:40]!r} is no file")
        name = _text(document, "save_as") or _text(document, "name")
        try:
            safe = str(safe_name(name.lstrip("/")))
        except UnsafeName:
            continue  # BioMAJ may have fetched it; what it became has a name of its own
        yield RemoteFile(safe, _url(document), _size(document), _date(document))


def _url(document: Mapping[str, Any]) -> str:
    url = _text(document, "url")
    return url if "://" in url and "@" not in url else ""


def _size(document: Mapping[str, Any]) -> int | None:
    size = document.get("size")
    if isinstance(size, str) and size.isascii() and size.isdigit() and len(size) < 19:
        size = int(size)
    return size if isinstance(size, int) and 0 < size < 2**63 else None


def _date(document: Mapping[str, Any]) -> datetime | None:
    parts = [document.get(key) for key in ("year", "month", "day")]
    try:
        year, month, day = (int(part) for part in parts if isinstance(part, int | str))
        return datetime(year, month, day, tzinfo=UTC)
    except (ValueError, OverflowError):
        return None


def _text(document: Mapping[str, Any], key: str) -> str:
    value = document.get(key)
    return value if isinstance(value, str) else ""
