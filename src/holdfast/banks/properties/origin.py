"""
Origin: where a property file says the files are, which are wanted, and what a release is named.

The answers are the tables ``[remote]`` and ``[release]`` of a recipe, as plain values.
"""

from pathlib import PurePosixPath
from typing import Any
from urllib.parse import quote, urlencode

from holdfast import plugins
from holdfast.banks.lacks import NOT_YET as LACKING
from holdfast.banks.patterns import compiled, problem_with_pattern
from holdfast.banks.properties.layers import Layers
from holdfast.banks.sources import RELEASE
from holdfast.plugins import Group

LISTED = ("ftp", "ftps", "http", "https", "sftp", "rsync", "local")
DIRECT = ("directftp", "directftps", "directhttp", "directhttps")
OTHERS = ("irods", "multi", "none")
UNPADDED = "%Y-%-m-%-d"  #: how BioMAJ writes a date: 2024-3-7
SAFE = "/{}~:@!$&'()*+,;="  #: what stands in a path as it is; braces hold the release's place
#: numbers of groups in http.parse.*, and what a recipe calls them
GROUPS = {
    "http.group.file.name": "name",
    "http.group.file.date": "date",
    "http.group.file.size": "size",
    "http.group.dir.name": "folder_name",
}
OF_RELEASE = "release."
WHERE = ("protocol", "server", "remote.dir", "credentials")


def remote_of(layers: Layers, *, honour_excluded: bool) -> dict[str, Any]:
    """The table ``[remote]``; empty where `layers` do not say enough, which is told."""
    url = _url(layers, "")
    if not url:
        return {}
    if layers.text("protocol").lower() in DIRECT:
        return {"url": url, "name": _name(layers)}
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
    page = _page(layers)
    return remote | ({"page": page} if page else {})


def release_of(layers: Layers) -> dict[str, Any]:
    """The table ``[release]``."""
    release: dict[str, Any] = {"control": layers.is_true("release.control")}
    file, expression = layers.text("release.file"), layers.text("release.regexp")
    if layers.text("ref.release"):
        return {**release, "from": "bank", "bank": layers.text("ref.release")}
    if file:
        release |= _named_by_file(layers, file, expression)
        elsewhere = any(layers.text(f"{OF_RELEASE}{key}") for key in WHERE)
        if elsewhere or RELEASE in layers.text("remote.dir"):
            # While BioMAJ looks for the release, there is nothing where its name will stand.
            release["url"] = _url(layers, OF_RELEASE).replace(RELEASE, "")
        return release
    if expression:
        layers.warning(
            "release.regexp",
            "without release.file it says nothing: releases are named after the newest file's date",
        )
    return {**release, "from": "date", "format": layers.text("release.format") or UNPADDED}


def _named_by_file(layers: Layers, file: str, expression: str) -> dict[str, Any]:
    if _either(layers, OF_RELEASE, "protocol").lower() in DIRECT:  # then there is no listing
        if not expression:
            layers.error("release.regexp", "it is missing; one file is looked into for the release")
        return {
            "from": "content",
            "file": PurePosixPath(file).name,
            "pattern": expression,
            "url": _url(layers, OF_RELEASE),
        }
    if expression:
        return {"from": "content", "match": file, "pattern": expression}
    if problem_with_pattern(file) is None and compiled(file).groups == 0:
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
    if protocol == "local":
        return "file://" + quote(_folder(layers, part))
    server = _server(layers, part)
    if not server:
        return ""
    if protocol in DIRECT:
        return _one_file(layers, part, protocol, server)
    path = quote(_folder(layers, part), safe=SAFE)
    return f"{protocol}://{_login(layers, part)}{server}{path}"


def _server(layers: Layers, part: str) -> str:
    server = _either(layers, part, "server")
    if not server:
        layers.error(f"{part}server", "it is missing; write the host the files are on")
    if "://" in server:
        layers.warning(f"{part}server", f"{server!r} has a protocol, which is left out")
        server = server.partition("://")[2]
    return server.rstrip("/")


def _one_file(layers: Layers, part: str, protocol: str, server: str) -> str:
    """The URL of a direct protocol, whose ``remote.dir`` is the path of one file."""
    path = "/" + _either(layers, part, "remote.dir").lstrip("/")
    names = layers.listed("url.params") if not part else ()
    for name in names:
        if not layers.has(f"{name.lower()}.value"):
            layers.error("url.params", f"{name} has no value; write {name}.value=…")
    query = urlencode({name: layers.text(f"{name.lower()}.value") for name in names})
    method = _either(layers, part, "url.method") or "GET"
    if method.upper() != "GET":
        layers.error(f"{part}url.method", f"{LACKING}: requests with {method}")
    scheme = protocol.replace("direct", "direct+")
    place = f"{_login(layers, part)}{server}{quote(path, safe=SAFE)}"
    return f"{scheme}://{place}{'?' if query else ''}{query}"


def _name(layers: Layers) -> str:
    """What the one file of a direct protocol is called here."""
    called = layers.text("target.name")
    if called:
        return called
    name = layers.text("remote.dir").rpartition("/")[2]
    if not name:
        layers.error("target.name", "it is missing, and remote.dir has no file's name at its end")
    layers.remark("remote.dir", f"the file is called {name}; target.name can say else")
    return name


def _page(layers: Layers) -> dict[str, Any]:
    """How pages are read, where the bank's own file says: those of most servers are known."""
    own = {entry.key for entry in layers.own()}
    if "http.parse.file.line" not in own:
        if "http.parse.dir.line" in own:
            layers.warning("http.parse.dir.line", "without http.parse.file.line it is passed over")
        return {}
    page: dict[str, Any] = {"file": layers.text("http.parse.file.line")}
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
    return page


def _is_possible(layers: Layers, part: str, protocol: str) -> bool:
    key = f"{part}protocol" if layers.text(f"{part}protocol") else "protocol"
    if not protocol:
        layers.error(key, f"it is missing; write one of {', '.join(LISTED)}")
        return False
    if protocol in OTHERS:
        layers.error(key, f"{LACKING}: the protocol {protocol}")
        return False
    if protocol not in (*LISTED, *DIRECT):
        known = ", ".join((*LISTED, *DIRECT, *OTHERS))
        layers.error(key, f"{protocol!r} is no protocol; there are {known}")
        return False
    scheme = protocol.replace("direct", "direct+")
    if protocol != "local" and scheme not in plugins.names(Group.REMOTES):
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
