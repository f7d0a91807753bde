"""
Sources: where the files of a bank come from, and what a release of it is named after.

These are the tables ``[remote]`` and ``[release]`` of a recipe: frozen values, checked when read.
Files are chosen by globs or by patterns. A release whose name is known before its files are asked
for may stand in the URL and in what chooses them, written ``{release}``.
"""

import re
from collections.abc import Mapping
from datetime import UTC, datetime
from enum import Enum
from typing import Annotated, Literal, Self
from urllib.parse import quote, urlsplit

from pydantic import Field, field_validator, model_validator

from holdfast import plugins
from holdfast.banks.patterns import EVERYTHING, Patterns, compiled
from holdfast.banks.selection import Selection
from holdfast.banks.steps import Part, checked_expression, checked_globs, checked_patterns
from holdfast.base.files import safe_name
from holdfast.errors import UnsafeName
from holdfast.plugins import Group
from holdfast.remotes.options import PagePattern, Portion, RemoteOptions
from holdfast.remotes.rows import plain_segment

RELEASE = "{release}"  #: where the release's name goes, in what the remote is asked for
RELEASE_NAME = r"[A-Za-z0-9][A-Za-z0-9._+=~-]{0,149}"

AUTO: Literal["auto"] = "auto"  #: verify by all that the remote offers
NO_CHECK = "none"  #: verify by nothing but sizes

HOSTLESS = frozenset({"file", "list+file", "multi", "none"})  #: schemes of URLs without a host
ONE_FILE = ("direct+", "list+")  #: how the scheme of a URL begins that is no folder's

Words = Annotated[tuple[str, ...], Field(min_length=1)]


class ReleaseFrom(Enum):
    """What gives a release its name."""

    FOLDER = "folder"  #: the newest sub-folder of the URL whose name matches the pattern
    FILE_NAME = "file name"  #: the pattern's group in the names of the files
    CONTENT = "content"  #: the pattern's group in the content of one small file
    DATE = "date"  #: the date of the newest file
    LISTING = "listing"  #: a digest of the whole listing
    REMOTE = "remote"  #: what the remote itself says, as a plug-in's may
    BANK = "bank"  #: the release of a bank this one depends on


class Newest(Enum):
    """Which of several names is the newest release."""

    NAME = "name"  #: the greatest, numbers read as numbers
    DATE = "date"  #: that of the file with the newest date


class PagePart(Part):
    """How a folder's page is read, where its form is one that nobody knows.

    Numbers are those of groups, from 1; 0 is what the page does not tell.
    """

    file: str
    folder: str = ""
    name: int = Field(1, ge=1)
    date: int = Field(2, ge=0)
    size: int = Field(3, ge=0)
    folder_name: int = Field(1, ge=1)
    date_format: str = ""

    _are_expressions = field_validator("file", "folder")(checked_expression)

    @property
    def pattern(self) -> PagePattern:
        """This, as remotes have it."""
        return PagePattern(
            file=compiled(self.file),
            folder=compiled(self.folder) if self.folder else None,
            name=self.name,
            date=self.date,
            size=self.size,
            folder_name=self.folder_name,
            date_format=self.date_format,
        )


class PortionPart(Part):
    """One of several remotes that are taken as one."""

    url: str
    into: str = ""
    name: str = ""
    page: PagePart | None = None

    @field_validator("url")
    @classmethod
    def _is_a_url(cls, url: str) -> str:
        return checked_url(url)

    @field_validator("into")
    @classmethod
    def _is_a_folder(cls, into: str) -> str:
        try:
            return str(safe_name(into)) if into else into
        except UnsafeName as error:
            raise ValueError(str(error)) from error

    @property
    def portion(self) -> Portion:
        """This, as remotes have it."""
        page = self.page.pattern if self.page is not None else None
        return Portion(self.url, self.into, RemoteOptions(page=page, name=self.name))


def checked_url(url: str) -> str:
    """`url`, with a slash at its end where it is a folder's; ValueError if no remote has it."""
    parts = urlsplit(url)
    if not parts.scheme:
        raise ValueError(f"{url!r} is not a URL; write it with its scheme, as in https://…")
    known = plugins.names(Group.REMOTES)
    if parts.scheme not in known:
        raise ValueError(
            f"{url!r}: there is no remote for {parts.scheme}; there are {', '.join(known)}"
        )
    if parts.scheme not in HOSTLESS and not parts.hostname:
        raise ValueError(f"{url!r} names no host")
    if url.endswith("/") or url.startswith(ONE_FILE):
        return url
    return url + "/"


class RemotePart(Part):
    """Where the files are and which are wanted."""

    url: str
    parts: tuple[PortionPart, ...] = ()
    arguments: Mapping[str, str] = {}
    files: Words = ("**/*",)
    exclude: tuple[str, ...] = ()
    match: tuple[str, ...] = ()
    exclude_match: tuple[str, ...] = ()
    name: str = ""
    page: PagePart | None = None
    verify: Literal["auto", "none"] | Words = AUTO

    @field_validator("verify")
    @classmethod
    def _are_names(cls, verify: str | tuple[str, ...]) -> str | tuple[str, ...]:
        for name in verify if isinstance(verify, tuple) else ():
            try:
                safe_name(name)
            except UnsafeName as error:
                raise ValueError(f"a manifest below the url is meant: {error}") from error
        return verify

    @field_validator("match", "exclude_match")
    @classmethod
    def _are_patterns(cls, patterns: tuple[str, ...]) -> tuple[str, ...]:
        return checked_patterns(patterns)

    @model_validator(mode="after")
    def _chooses_in_one_way(self) -> Self:
        by_glob = bool(self.model_fields_set & {"files", "exclude"})
        by_pattern = bool(self.match or self.exclude_match)
        if by_glob and by_pattern and (self.files != ("**/*",) or self.exclude):
            raise ValueError(
                "files are chosen by globs (files, exclude) or by regular expressions"
                " (match, exclude_match), not by both"
            )
        return self

    @field_validator("url")
    @classmethod
    def _is_a_url(cls, url: str) -> str:
        return checked_url(url)

    @model_validator(mode="after")
    def _has_parts_where_it_needs_them(self) -> Self:
        if self.url.startswith("multi:") != bool(self.parts):
            raise ValueError("[[remote.parts]] go with the url multi://, and it goes with them")
        return self

    @field_validator("name")
    @classmethod
    def _is_one_name(cls, name: str) -> str:
        if name and not plain_segment(name):
            raise ValueError(f"{name!r} is not the name of one file")
        return name

    @property
    def options(self) -> RemoteOptions:
        """What the remote is told beyond its URL."""
        page = self.page.pattern if self.page is not None else None
        parts = tuple(each.portion for each in self.parts)
        return RemoteOptions(page, self.name, parts, self.arguments)

    @field_validator("files", "exclude")
    @classmethod
    def _are_globs(cls, globs: tuple[str, ...]) -> tuple[str, ...]:
        return checked_globs(globs)

    @property
    def selection(self) -> Selection | Patterns:
        """The files wanted of the remote."""
        if self.match or self.exclude_match:
            return Patterns(self.match or (EVERYTHING,), self.exclude_match)
        return Selection(self.files, self.exclude)

    @property
    def says_release(self) -> bool:
        """Whether something here has the release's name in it, written ``{release}``."""
        return any(RELEASE in text for text in (self.url, *self.files, *self.exclude, *self.match))

    def of_release(self, release: str) -> "RemotePart":
        """This, with `release` where ``{release}`` is written."""
        if not self.says_release:
            return self
        return self.model_copy(
            update={
                "url": self.url.replace(RELEASE, quote(release)),
                "files": tuple(each.replace(RELEASE, release) for each in self.files),
                "exclude": tuple(each.replace(RELEASE, release) for each in self.exclude),
                "match": tuple(each.replace(RELEASE, re.escape(release)) for each in self.match),
            }
        )


class ReleasePart(Part):
    """What a release is named after."""

    source: ReleaseFrom = Field(ReleaseFrom.DATE, alias="from")
    pattern: str = ""
    file: str = ""
    url: str = ""
    match: str = ""
    newest: Newest = Newest.NAME
    format: str = "%Y-%m-%d"
    control: bool = True
    bank: str = ""

    @field_validator("match")
    @classmethod
    def _is_a_path_pattern(cls, match: str) -> str:
        return checked_patterns((match,))[0] if match else match

    @field_validator("format")
    @classmethod
    def _names_a_folder(cls, form: str) -> str:
        example = f"{datetime(2024, 3, 7, tzinfo=UTC):{form}}" if form else ""
        if re.fullmatch(RELEASE_NAME, example) is None:
            raise ValueError(
                f"{form!r} makes {example!r} of a date, which cannot be the name of a release"
            )
        return form

    @property
    def is_elsewhere(self) -> bool:
        """Whether the name is looked for apart from the files of the release."""
        return bool(self.url or self.match)

    @field_validator("pattern")
    @classmethod
    def _is_a_pattern(cls, pattern: str) -> str:
        try:
            groups = compiled(pattern).groups
        except re.error as error:
            raise ValueError(f"{pattern!r} is not a regular expression: {error}") from error
        if groups > 1:
            raise ValueError(
                f"{pattern!r} has {groups} groups; at most one can be the release's name"
                " (write the others as (?:…))"
            )
        return pattern

    @model_validator(mode="after")
    def _has_what_it_needs(self) -> Self:
        needs_pattern = {ReleaseFrom.FILE_NAME, ReleaseFrom.CONTENT}
        if self.source in needs_pattern and not self.pattern:
            raise ValueError(f'from = "{self.source.value}" needs a pattern')
        if self.source is ReleaseFrom.CONTENT and not (self.file or self.match):
            raise ValueError('from = "content" needs a file: the small file to look into')
        if self.source is ReleaseFrom.BANK and not self.bank:
            raise ValueError('from = "bank" needs a bank: the one whose release this is named as')
        return self
