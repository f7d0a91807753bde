"""
Origin: where a property file says the files are, which are wanted, and what a release is named.

The answers are the tables ``[remote]`` and ``[release]`` of a recipe, as plain values.
"""

import re
from typing import Any
from urllib.parse import quote

from holdfast import plugins
from holdfast.banks.lacks import NOT_YET as LACKING
from holdfast.banks.patterns import problem_with_pattern
from holdfast.banks.properties.layers import Layers
from holdfast.plugins import Group

LISTED = ("ftp", "ftps", "http", "https", "sftp", "rsync", "local")
DIRECT = ("directftp", "directftps", "directhttp", "directhttps")
OTHERS = ("irods", "multi", "none")
UNPADDED = "%Y-%-m-%-d"  #: how BioMAJ writes a date: 2024-3-7
UNUSED_RELEASE = "release."


def remote_of(layers: Layers, *, honour_excluded: bool) -> dict[str, Any]:
    """The table ``[remote]``; empty where `layers` do not say enough, which is told."""
    url = _url(layers, "")
    if not url:
        return {}
    match = layers.patterns("remote.files")
    if not layers.has("remote.files"):
        layers.error("remote.files", "it is missing; write remote.files=**/* for all files")
    elif not match:
        layers.warning("remote.files", "it is empty; all files of the folder itself are taken")
    remote: dict[str, Any] = {"url": url, "match": list(match or (".*",))}
    excluded = layers.patterns("remote.excluded.files")
    if excluded and honour_excluded:
        remote["exclude_match"] = list(excluded)
    elif excluded:
        layers.warning(
            "remote.excluded.files",
            "BioMAJ 3 ignores it, so these files are fetched too; to exclude them, name it in the "
            "setting biomaj_honour",
        )
    return remote


def release_of(layers: Layers) -> dict[str, Any]:
    """The table ``[release]``."""
    release: dict[str, Any] = {"control": layers.is_true("release.control")}
    file, expression = layers.text("release.file"), layers.text("release.regexp")
    if layers.text("ref.release"):
        return {**release, "from": "bank", "bank": layers.text("ref.release")}
    if file:
        release |= _named_by_file(layers, file, expression)
        if any(layers.text(f"release.{key}") for key in ("protocol", "server", "remote.dir")):
            release["url"] = _url(layers, UNUSED_RELEASE)
        return release
    if expression:
        layers.warning(
            "release.regexp",
            "without release.file it says nothing: releases are named after the newest file's date",
        )
    return {**release, "from": "date", "format": layers.text("release.format") or UNPADDED}


def _named_by_file(layers: Layers, file: str, expression: str) -> dict[str, Any]:
    if expression:
        return {"from": "content", "match": file, "pattern": expression}
    if problem_with_pattern(file) is None and re.compile(file).groups == 0:
        layers.error(
            "release.file",
            f"{file!r} has no group, so no part of a file's name is the release; put one in "
            "parentheses, or say release.regexp for what is in the file",
        )
    return {"from": "file name", "match": file, "pattern": file, "newest": "date"}


def _url(layers: Layers, part: str) -> str:
    """The URL that the keys beginning with `part` make, or nothing where one is missing."""
    protocol = _either(layers, part, "protocol").lower()
    if not _is_possible(layers, part, protocol):
        return ""
    folder = _folder(layers, part)
    if protocol == "local":
        return "file://" + quote(folder)
    server = _either(layers, part, "server")
    if not server:
        layers.error(f"{part}server", "it is missing; write the host the files are on")
        return ""
    if "://" in server:
        layers.warning(f"{part}server", f"{server!r} has a protocol, which is left out")
        server = server.partition("://")[2]
    # The placeholder of the release stays what it is.
    path = quote(folder, safe="/{}~:@!$&'()*+,;=")
    return f"{protocol}://{_login(layers, part)}{server.rstrip('/')}{path}"


def _is_possible(layers: Layers, part: str, protocol: str) -> bool:
    key = f"{part}protocol" if layers.text(f"{part}protocol") else "protocol"
    if not protocol:
        layers.error(key, f"it is missing; write one of {', '.join(LISTED)}")
        return False
    if protocol in DIRECT or protocol in OTHERS:
        layers.error(key, f"{LACKING}: the protocol {protocol}")
        return False
    if protocol not in LISTED:
        known = ", ".join((*LISTED, *DIRECT, *OTHERS))
        layers.error(key, f"{protocol!r} is no protocol; there are {known}")
        return False
    if protocol != "local" and protocol not in plugins.names(Group.REMOTES):
        layers.error(key, f"{LACKING}: the protocol {protocol}")
        return False
    return True


def _folder(layers: Layers, part: str) -> str:
    folder = _either(layers, part, "remote.dir")
    key = f"{part}remote.dir" if layers.has(f"{part}remote.dir") else "remote.dir"
    if not layers.has(key):
        layers.error(key, "it is missing; write the folder the files are in, or / for the topmost")
    if "{localrelease}" in folder:
        layers.error(key, f"{LACKING}: %(localrelease)s in it; write %(remoterelease)s")
    if folder and not folder.startswith("/"):
        layers.warning(key, f"{folder!r} has no slash at its beginning; one is set before it")
        folder = "/" + folder
    return folder if folder.endswith("/") else folder + "/"


def _login(layers: Layers, part: str) -> str:
    user, colon, password = _either(layers, part, "server.credentials", "credentials").partition(
        ":"
    )
    if not user:
        return ""
    key = "release.credentials" if layers.has(f"{part}credentials") and part else None
    layers.remark(
        key or "server.credentials",
        "it stands in the recipe's URL now; only those who may see the password should read it",
    )
    return f"{quote(user, safe='')}{colon}{quote(password, safe='')}@"


def _either(layers: Layers, part: str, key: str, own: str = "") -> str:
    """What `key` says for this part, else for the bank."""
    return (layers.text(f"{part}{own or key}") if part else "") or layers.text(key)
