"""
Remotes behind HTTP and HTTPS: any server that shows its folders as pages of links.

Apache, nginx, lighttpd, caddy, IIS, Python's server and buckets of S3 are known and need no
configuration. nginx, caddy and buckets tell exact sizes and times, so their pages are enough;
others round sizes or show local times, so each wanted file is asked for its head. No earlier
listing is used to save these questions: an unchanged row of a page does not prove an unchanged
file. A page of a form of its own can be read by regular expressions of the recipe.
"""

from urllib.parse import unquote

from holdfast.remotes import pages
from holdfast.remotes.answers import Ask
from holdfast.remotes.bucketpages import (
    bucket_root,
    is_bucket_page,
    question,
    read_bucket_page,
)
from holdfast.remotes.options import RemoteOptions
from holdfast.remotes.pagejson import is_json_page, read_json
from holdfast.remotes.pagepatterns import read_by_pattern
from holdfast.remotes.rows import Row
from holdfast.remotes.server import ServerRemote
from holdfast.remotes.survey import Dialect


class Page(Dialect):
    """A folder shown as a page of links, as JSON, or as a bucket's document."""

    def __init__(self, root: str, options: RemoteOptions) -> None:
        self._pattern = options.page
        self._bucket = bucket_root(root)

    @property
    def exact_times(self) -> bool:  # type: ignore[override]  # it is known when the root was seen
        """Only buckets are sure to tell UTC."""
        return bool(self._bucket)

    def ask(self) -> Ask:
        """A plain GET."""
        return Ask()

    def address(self, url: str, rest: str) -> str:
        """Buckets are asked with a query; others have a page at the folder's own URL."""
        return question(self._bucket, url, rest) if self._bucket else url

    def surprised(self, page: bytes, url: str) -> bool:
        """A bucket says so when it is asked for the first time."""
        if self._bucket or not is_bucket_page(page):
            return False
        self._bucket = url
        return True

    def rest(self, page: bytes) -> str:
        """Buckets tell a thousand names at a time."""
        return read_bucket_page(page, "").rest if self._bucket else ""

    def rows(self, page: bytes, url: str) -> list[Row]:
        """What is directly below the page."""
        if self._bucket:
            return read_bucket_page(page, unquote(url[len(self._bucket) :])).rows
        if self._pattern is not None:
            return read_by_pattern(page, self._pattern)
        return read_json(page) if is_json_page(page) else pages.read_page(page, url)


class HttpRemote(ServerRemote):
    """A folder behind HTTP or HTTPS."""

    dialect = Page
