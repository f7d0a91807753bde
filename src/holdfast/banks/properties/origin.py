"""
Origin: where a property file says the files are, which are wanted, and what a release is named.

The answers are the tables ``[remote]`` and ``[release]`` of a recipe, as plain values.
"""

from collections.abc import Iterator
from pathlib import PurePosixPath
from urllib.parse import quote

from holdfast.banks.choosing.patterns import compiled, problem_with_pattern
from holdfast.banks.properties.addressing import (
    DIRECT,
    OF_RELEASE,
    OTHERS,
    Addresses,
    Table,
    arguments,
    plugged,
)
from holdfast.banks.properties.layers import Layers
from holdfast.banks.properties.parts import parts_of
from holdfast.banks.properties.reaching import connection_of, skips_archives
from holdfast.banks.recipes.sources import NO_ARCHIVES, RELEASE

UNPADDED = "%Y-%-m-%-d"  #: how BioMAJ writes a date: 2024-3-7
#: numbers of groups in http.parse.*, and what a recipe calls them
GROUPS = {
    "http.group.file.name": "name",
    "http.group.file.date": "date",
    "http.group.file.size": "size",
    "http.group.dir.name": "folder_name",
}
WHERE = ("protocol", "server", "remote.dir", "credentials")


def remote_of(layers: Layers, *, honour_excluded: bool) -> Table:
    """The table ``[remote]``; empty where `layers` do not say enough, which is told."""
    remote = _asked(layers, honour_excluded=honour_excluded)
    connection = connection_of(layers)
    if not remote:
        return {}
    if connection:
        remote["connection"] = connection
    if skips_archives(layers):
        remote["verify"] = NO_ARCHIVES
    if layers.is_true("copy.skip"):
        remote["reuse"] = False
    return remote | _fetched_by(layers)


def _asked(layers: Layers, *, honour_excluded: bool) -> Table:
    """Where the files are and which of them are wanted."""
    protocol = layers.text("protocol").lower()
    if layers.text("remote.plugin"):
        return plugged(layers, "remote.plugin")
    if protocol in OTHERS:
        parts = parts_of(layers) if protocol == "multi" else []
        found = {"url": f"{protocol}://"} | ({"parts": parts} if parts else {})
        return found if parts or protocol == "none" else {}
    remote = Addresses(layers).place()
    if not remote:
        return {}
    if protocol in DIRECT:
        return {**remote, "name": _name(layers, protocol)}
    if layers.text("remote.list"):
        return _named_by_list(layers, remote)
    return {**remote, **_selected(layers, honour_excluded=honour_excluded), **_page(layers)}


def _named_by_list(layers: Layers, remote: Table) -> Table:
    """What a list of this machine names, below the folder that would be listed else."""
    file = layers.text("remote.list")
    if not file.startswith("/"):
        layers.error("remote.list", f"{file!r} is not the whole path of a file; begin it with /")
    if "credentials" in remote:
        layers.warning(
            "remote.list",
            "user and password are not told to the servers it names; put them into the settings, "
            "[servers], or into a netrc file",
        )
    return {"url": "list+file://" + quote(file), "base": remote["url"]}


def _selected(layers: Layers, *, honour_excluded: bool) -> Table:
    match = layers.patterns("remote.files")
    if not layers.has("remote.files"):
        layers.error("remote.files", "it is missing; write remote.files=**/* for all files")
    elif not match:
        layers.warning("remote.files", "it is empty; all files of the folder itself are taken")
    selected: Table = {"match": list(match or (".*",))}
    excluded = layers.patterns("remote.excluded.files")
    if excluded and honour_excluded:
        selected["exclude_match"] = list(excluded)
    elif excluded:
        layers.warning(
            "remote.excluded.files",
            "BioMAJ 3 ignores it, so these files are fetched too; to exclude them, name it in the "
            "setting biomaj_honour",
        )
    return selected


def _fetched_by(layers: Layers) -> Table:
    """The plug-in that brings the files, where it is another than what lists them."""
    name = layers.text("download.plugin")
    if not name or name == layers.text("remote.plugin"):
        return {}
    said = plugged(layers, "download.plugin")
    if not said:
        return {}
    told = {**arguments(layers, "remote.plugin_args"), **said["arguments"]}
    return {"fetcher": name.lower()} | ({"arguments": told} if told else {})


def release_of(layers: Layers) -> Table:
    """The table ``[release]``."""
    release: Table = {"control": layers.is_true("release.control")}
    if layers.text("ref.release"):
        return {**release, "from": "bank", "bank": layers.text("ref.release")}
    if layers.text("release.plugin"):
        return {**release, "from": "remote", **plugged(layers, "release.plugin")}
    file, expression = layers.text("release.file"), layers.text("release.regexp")
    if file:
        return release | dict(_named_by_file(layers, file, expression))
    if layers.text("protocol").lower() == "none":
        layers.error(
            "protocol",
            "without files, the release must be named by ref.release, release.file or a plug-in",
        )
    if expression:
        layers.warning(
            "release.regexp",
            "without release.file it says nothing: releases are named after the newest file's date",
        )
    return {**release, "from": "date", "format": layers.text("release.format") or UNPADDED}


def _named_by_file(layers: Layers, file: str, expression: str) -> Iterator[tuple[str, object]]:
    """What the keys of ``release.file`` say, one after another."""
    at = Addresses(layers, OF_RELEASE)
    direct = at.either("protocol").lower() in DIRECT
    yield from _found_in(layers, file, expression, direct=direct).items()
    elsewhere = any(layers.text(f"{OF_RELEASE}{key}") for key in (*WHERE, "proxy"))
    protocol = layers.text("protocol").lower()
    if direct or elsewhere or _lists_no_folder(layers, protocol) or _says_release(layers):
        place = at.place()
        # While BioMAJ looks for the release, there is nothing where its name will stand.
        yield from {**place, "url": place.get("url", "").replace(RELEASE, "")}.items()
        connection = connection_of(layers, OF_RELEASE)
        if connection:
            yield "connection", connection


def _lists_no_folder(layers: Layers, protocol: str) -> bool:
    """Whether what lists the files has no folder in which to look for the release."""
    named = layers.text("remote.list") or layers.text("remote.plugin")
    return bool(named) or protocol in ("multi", "none", *DIRECT)


def _says_release(layers: Layers) -> bool:
    return any(word in layers.text("remote.dir") for word in (RELEASE, "{localrelease}"))


def _found_in(layers: Layers, file: str, expression: str, *, direct: bool) -> Table:
    """By what the release is named: a file's name, or its content."""
    if direct:  # then there is no listing
        if not expression:
            layers.error("release.regexp", "it is missing; one file is looked into for the release")
        return {"from": "content", "file": PurePosixPath(file).name, "pattern": expression}
    if expression:
        return {"from": "content", "match": file, "pattern": expression}
    if problem_with_pattern(file) is None and compiled(file).groups == 0:
        layers.error(
            "release.file",
            f"{file!r} has no group, so no part of a file's name is the release; put one in "
            "parentheses, or say release.regexp for what is in the file",
        )
    return {"from": "file name", "match": file, "pattern": file, "newest": "date"}


def _name(layers: Layers, protocol: str) -> str:
    """What the one file of a direct protocol is called here."""
    called = layers.text("target.name")
    if called:
        return called
    path = layers.text("remote.dir").strip("/") if "http" in protocol else ""
    name = path or layers.text("remote.dir").rpartition("/")[2]
    if not name or layers.text("remote.dir").endswith("/"):
        layers.error("target.name", "it is missing, and remote.dir has no file's name at its end")
    layers.remark("remote.dir", f"the file is called {name}; target.name can say else")
    return name


def _page(layers: Layers) -> Table:
    """How pages are read, where the bank's own file says: those of most servers are known."""
    own = {entry.key for entry in layers.own()}
    if "http.parse.file.line" not in own:
        if "http.parse.dir.line" in own:
            layers.warning("http.parse.dir.line", "without http.parse.file.line it is passed over")
        return {}
    page: Table = {"file": layers.text("http.parse.file.line")}
    if layers.text("http.parse.dir.line"):
        page["folder"] = layers.text("http.parse.dir.line")
    for key, name in GROUPS.items():
        if layers.has(key) and layers.text(key) != "-1":
            number = layers.number(key)
            page |= {name: number} if number is not None else {}
        elif layers.has(key):
            page[name] = 0
    if layers.text("http.group.file.date_format"):
        page["date_format"] = layers.text("http.group.file.date_format")
    return {"page": page}
