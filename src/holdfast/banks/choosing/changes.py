"""
Changes: what separates a listing from the newest release. A pure question.

A remote file is the file we have when all that both sides know agrees: size, modification time to
the coarser of the two resolutions, entity tag, digest. Something beyond the size must be known on
both sides, or the file is fetched: a change is never missed for want of evidence. Where both know
a digest of the same kind, it alone decides.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from holdfast.banks.releases.release import Entry
from holdfast.remotes.interface import Listing, RemoteFile


@dataclass(frozen=True, slots=True)
class Changes:
    """What must be fetched, what is reused, and what the remote no longer has."""

    fetch: tuple[RemoteFile, ...] = ()
    reuse: tuple[Entry, ...] = ()
    drop: tuple[Entry, ...] = ()

    def __bool__(self) -> bool:
        """Whether anything changed."""
        return bool(self.fetch or self.drop)

    @property
    def fetch_bytes(self) -> int:
        """Bytes to fetch, as far as the listing says."""
        return sum(file.size or 0 for file in self.fetch)


def compare(listing: Listing, entries: Iterable[Entry]) -> Changes:
    """What brings a release made of `entries` up to `listing`; without entries, everything."""
    had = {entry.file.name: entry for entry in entries}
    listed = {file.name for file in listing.files}
    reuse = tuple(had[file.name] for file in listing.files if _has(had, file))
    reused = {entry.file.name for entry in reuse}
    return Changes(
        fetch=tuple(file for file in listing.files if file.name not in reused),
        reuse=reuse,
        drop=tuple(entry for name, entry in had.items() if name not in listed),
    )


def is_same(listed: RemoteFile, entry: Entry) -> bool:
    """Whether the file listed now is the one that `entry` holds."""
    had = entry.file
    by_digest = _same_digest(listed.digest, entry)
    if by_digest is not None:
        return by_digest
    if listed.size is not None and had.size is not None and listed.size != had.size:
        return False
    evidence = [
        _same_time(listed.modified, had.modified) if listed.modified and had.modified else None,
        _tag(listed.etag) == _tag(had.etag) if listed.etag and had.etag else None,
    ]
    known = [answer for answer in evidence if answer is not None]
    return bool(known) and all(known)


def _has(had: Mapping[str, Entry], file: RemoteFile) -> bool:
    return file.name in had and is_same(file, had[file.name])


def _same_digest(listed: str | None, entry: Entry) -> bool | None:
    """Whether the digests agree; None where there are not two of one kind."""
    if listed is None:
        return None
    kind, _, value = listed.partition(":")
    had = {"sha256": entry.sha256}
    if entry.file.digest is not None:
        other, _, text = entry.file.digest.partition(":")
        had.setdefault(other, text)
    return value.lower() == had[kind].lower() if kind in had else None


def _tag(etag: str) -> str:
    """An entity tag without the mark of a weak one."""
    return etag.removeprefix("W/")


def _same_time(one: datetime, other: datetime) -> bool:
    """Whether two times are one, to the coarser of their resolutions."""
    resolution = max(_resolution(one), _resolution(other))
    return _floor(one, resolution) == _floor(other, resolution)


def _resolution(time: datetime) -> timedelta:
    """What a time seems to be known to: listings cut seconds off, and hours of old files."""
    if time.second:
        return timedelta(seconds=1)
    return timedelta(minutes=1) if time.hour or time.minute else timedelta(days=1)


def _floor(time: datetime, resolution: timedelta) -> datetime:
    cut = time.replace(microsecond=0)
    if resolution >= timedelta(minutes=1):
        cut = cut.replace(second=0)
    return cut.replace(hour=0, minute=0) if resolution >= timedelta(days=1) else cut
