"""
Sources: where the files of a bank come from, and what a release of it is named after.

These are the tables ``[remote]`` and ``[release]`` of a recipe: frozen values, checked when read.
Files are chosen by globs or by patterns. A release whose name is known before its files are asked
for may stand in the URL and in what chooses them, written ``{release}``.
"""

import re
from dataclasses import replace
from datetime import UTC, datetime
from enum import Enum
from typing import Annotated, Literal, Self
from urllib.parse import quote

from pydantic import Field, field_validator, model_validator

from holdfast import plugins
from holdfast.banks.choosing.patterns import EVERYTHING, Patterns, compiled
from holdfast.banks.choosing.selection import Selection
from holdfast.banks.recipes.connecting import AskedPart, PlacePart, checked_url
from holdfast.banks.recipes.steps import checked_globs, checked_patterns
from holdfast.base.files import safe_name
from holdfast.errors import UnsafeName
from holdfast.plugins import Group
from holdfast.remotes.access import server_of
from holdfast.remotes.interface import without_prefix
from holdfast.remotes.options import Portion, RemoteOptions

RELEASE = "{release}"  #: where the release's name goes, in what the remote is asked for
RELEASE_NAME = r"[A-Za-z0-9][A-Za-z0-9._+=~-]{0,149}"

AUTO: Literal["auto"] = "auto"  #: verify by all that the remote offers
NO_ARCHIVES = "manifests"  #: verify by manifests of checksums, and not by looking into archives
NO_CHECK = "none"  #: verify by nothing but sizes

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


class PortionPart(PlacePart):
    """One of several remotes that are taken as one."""

    into: str = ""

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
        return Portion(self.url, self.into, self._options(page=page, name=self.name))


class RemotePart(PlacePart):
    """Where the files are and which are wanted."""

    parts: tuple[PortionPart, ...] = ()
    base: str = ""
    fetcher: str = ""
    files: Words = ("**/*",)
    exclude: tuple[str, ...] = ()
    match: tuple[str, ...] = ()
    exclude_match: tuple[str, ...] = ()
    verify: Literal["auto", "manifests", "none"] | Words = AUTO
    reuse: bool = True

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

    @model_validator(mode="after")
    def _has_parts_where_it_needs_them(self) -> Self:
        if self.url.startswith("multi:") != bool(self.parts):
            raise ValueError("[[remote.parts]] go with the url multi://, and it goes with them")
        return self

    @property
    def holds_password(self) -> bool:
        """See :attr:`AskedPart.holds_password`; the parts too."""
        return super().holds_password or any(each.holds_password for each in self.parts)

    def knowing(self, other: PlacePart) -> Self:
        """See :meth:`PlacePart.knowing`; the parts too."""
        theirs = other.parts if isinstance(other, RemotePart) else ()
        known = {each.url: each for each in theirs}
        parts = tuple(
            each.knowing(known[each.url]) if each.url in known else each for each in self.parts
        )
        return super().knowing(other).model_copy(update={"parts": parts})

    @field_validator("base")
    @classmethod
    def _is_a_base(cls, base: str) -> str:
        return checked_url(base) if base else base

    @model_validator(mode="after")
    def _has_a_base_where_it_can_use_one(self) -> Self:
        if self.base and not self.url.startswith("list+"):
            raise ValueError("base goes with a list: a url that begins with list+")
        if self.fetcher and self.fetcher not in plugins.names(Group.REMOTES):
            raise ValueError(f"fetcher is {self.fetcher!r}, and there is no such kind of remote")
        return self

    @property
    def options(self) -> RemoteOptions:
        """What the remote is told beyond its URL."""
        return self._options(
            page=self.page.pattern if self.page is not None else None,
            name=self.name,
            parts=tuple(each.portion for each in self.parts),
            base=self.base,
            fetcher=self.fetcher,
        )

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
        chosen = (*self.files, *self.exclude, *self.match)
        return any(RELEASE in text for text in (self.url, *chosen))

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


class ReleasePart(AskedPart):
    """What a release is named after, and how that is asked where it is not where the files are."""

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

    @field_validator("url")
    @classmethod
    def _is_a_url(cls, url: str) -> str:
        return checked_url(url) if url else url

    def options(self, remote: RemotePart) -> RemoteOptions:
        """What the remote that names the release is told: where this says nothing, as `remote`."""
        if not self.url:
            return remote.options
        own, files = self._options(name=self.file), remote.options
        same_server = server_of(without_prefix(self.url)) == server_of(without_prefix(remote.url))
        login = own.login if own.login.user or not same_server else files.login
        page, connection = files.page, own.connection.over(files.connection)
        return replace(own, page=page, connection=connection, login=login)

    @property
    def is_elsewhere(self) -> bool:
        """Whether the name is looked for apart from the files of the release."""
        return bool(self.url or self.match)

    @field_validator("pattern")
    @classmethod
    def _is_a_pattern(cls, pattern: str) -> str:
        try:
            compiled(pattern)
        except re.error as error:
            raise ValueError(f"{pattern!r} is not a regular expression: {error}") from error
        return pattern

    @model_validator(mode="after")
    def _has_what_it_needs(self) -> Self:
        groups = compiled(self.pattern).groups
        if groups > 1 and self.source is not ReleaseFrom.FILE_NAME:  # there the first one counts
            raise ValueError(
                f"{self.pattern!r} has {groups} groups; at most one can be the release's name"
                " (write the others as (?:…))"
            )
        needs_pattern = {ReleaseFrom.FILE_NAME, ReleaseFrom.CONTENT}
        if self.source in needs_pattern and not self.pattern:
            raise ValueError(f'from = "{self.source.value}" needs a pattern')
        if self.source is ReleaseFrom.CONTENT and not (self.file or self.match):
            raise ValueError('from = "content" needs a file: the small file to look into')
        if self.source is ReleaseFrom.BANK and not self.bank:
            raise ValueError('from = "bank" needs a bank: the one whose release this is named as')
        return self
