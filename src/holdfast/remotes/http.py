"""
Remotes behind HTTP and HTTPS: any server that shows its folders as pages of links.

Apache, nginx and Python's server are known and need no configuration. nginx's pages tell exact
sizes and times to the minute, so they are enough; Apache rounds sizes and Python tells neither, so
each wanted file is asked for its head. No earlier listing is used to save these questions: an
unchanged row of a page does not prove an unchanged file.
"""

from holdfast.remotes import pages
from holdfast.remotes.answers import Ask
from holdfast.remotes.rows import Row
from holdfast.remotes.server import ServerRemote
from holdfast.remotes.survey import Dialect


class Page(Dialect):
    """A folder shown as a page of links."""

    def ask(self) -> Ask:
        """A plain GET."""
        return Ask()

    def rows(self, page: bytes, url: str) -> list[Row]:
        """The links directly below the page."""
        return pages.read_page(page, url)


class HttpRemote(ServerRemote):
    """A folder behind HTTP or HTTPS."""

    dialect = Page
