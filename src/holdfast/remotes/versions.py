"""Versions: what tells one state of a remote file from another."""

from dataclasses import dataclass
from datetime import datetime

from holdfast.remotes.interface import RemoteFile, same_time


@dataclass(frozen=True, slots=True)
class Version:
    """What tells one version of a remote file from another. None is unknown."""

    size: int | None = None
    modified: datetime | None = None
    etag: str | None = None

    def contradicts(self, other: "Version") -> str:
        """What shows that `other` is another version, in words; empty when nothing does."""
        if self.size is not None and other.size is not None and self.size != other.size:
            return f"size {self.size} became {other.size}"
        if not same_time(self.modified, other.modified):
            return f"modification time {self.modified} became {other.modified}"
        if self.etag and other.etag and _plain_tag(self.etag) != _plain_tag(other.etag):
            return f"ETag {self.etag} became {other.etag}"
        return ""

    @property
    def condition(self) -> str:
        """The text for ``If-Range`` (RFC 9110, 13.1.5): a strong tag, or a date; may be empty."""
        if self.etag and not self.etag.startswith("W/"):
            return self.etag
        if self.modified is None:
            return ""
        return self.modified.strftime("%a, %d %b %Y %H:%M:%S GMT")


def _plain_tag(etag: str) -> str:
    """An ETag without the marks that servers add to it on the way."""
    return etag.removeprefix("W/").strip('"').removesuffix("-gzip").removesuffix("-br")


def listed_version(file: RemoteFile) -> Version:
    """The version a listing told of."""
    return Version(file.size, file.modified, file.etag)
