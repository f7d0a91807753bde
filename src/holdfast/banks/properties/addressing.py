"""
Addressing: the URLs that a property file's keys make, and who we are there.

What begins with ``release.`` is about where the release is named; where such a key is missing, that
without it holds. Passwords never stand in a URL made here: they are values of their own.
"""

from dataclasses import dataclass
from typing import Any
from urllib.parse import quote, urlencode

from holdfast import plugins
from holdfast.banks.properties.layers import Layers
from holdfast.banks.recipes.sources import RELEASE
from holdfast.plugins import Group

Table = dict[str, Any]

LISTED = ("ftp", "ftps", "http", "https", "sftp", "rsync", "local", "irods")
DIRECT = ("directftp", "directftps", "directhttp", "directhttps")
OTHERS = ("multi", "none")
SAFE = "/{}~:@!$&'()*+,;="  #: what stands in a path as it is; braces hold the release's place
OF_RELEASE = "release."
IRODS_PORT = "1247"
#: plug-ins of BioMAJ that people have, and what does their work here
OLD_PLUGINS = {
    "github": 'in a TOML recipe, [release] from = "content" with the url '
    "direct+https://api.github.com/repos/OWNER/NAME/releases/latest and the pattern "
    '"tag_name": *"([^"]+)", and a [remote] url direct+https://github.com/… with {release} in it',
    "uniclust": "in a TOML recipe, the [remote] url of Uniclust's folder, and [release] "
    'from = "file name" with a pattern for the release in the names of its files',
}
KEEP_APART = (
    "it is read from here whenever it is needed; what is written of the recipe is without it: for "
    "that, put it into the settings, [servers.{server!r}], or into a netrc file"
)


@dataclass(frozen=True, slots=True)
class Addresses:
    """The URLs of one property file."""

    layers: Layers
    part: str = ""  #: what its keys begin with: "", or ``release.``

    def place(self) -> Table:
        """The keys ``url``, ``credentials`` and those of a request; empty where one is missing."""
        protocol = self.protocol()
        if not protocol:
            return {}
        if protocol == "local":
            return {"url": "file://" + quote(self.folder())}
        server = self._server()
        if not server:
            return {}
        who, credentials = self._login(server)
        if protocol in DIRECT:
            return {**self._one_file(protocol, f"{who}{server}"), **credentials}
        path = quote(self.folder(), safe=SAFE)
        if protocol == "irods":
            return self._irods(server, path)
        return {"url": f"{_scheme_and_host(protocol, who, server)}{path}", **credentials}

    def either(self, key: str) -> str:
        """What `key` says for this part, else for the bank."""
        return (self.layers.text(f"{self.part}{key}") if self.part else "") or self.layers.text(key)

    def protocol(self) -> str:
        """The protocol, in small letters; empty, and a problem, where it is none."""
        protocol = self.either("protocol").lower()
        key = f"{self.part}protocol" if self.layers.text(f"{self.part}protocol") else "protocol"
        if not protocol:
            self.layers.error(key, f"it is missing; write one of {', '.join(LISTED)}")
        elif protocol in OTHERS and self.part:
            self.layers.error(
                f"{self.part}protocol",
                f"it is missing: {protocol} says nothing of where the release is named",
            )
        elif protocol not in (*LISTED, *DIRECT, *OTHERS):
            known = ", ".join((*LISTED, *DIRECT, *OTHERS))
            self.layers.error(key, f"{protocol!r} is no protocol; there are {known}")
        else:
            return protocol
        return ""

    def folder(self) -> str:
        """The folder, with slashes around it."""
        folder, layers = self.either("remote.dir"), self.layers
        key = f"{self.part}remote.dir" if layers.has(f"{self.part}remote.dir") else "remote.dir"
        if not layers.has(key):
            layers.error(
                key, "it is missing; write the folder the files are in, or / for the topmost"
            )
        if "{localrelease}" in folder:
            layers.warning(key, "%(localrelease)s is taken for %(remoterelease)s")
            folder = folder.replace("{localrelease}", RELEASE)
        if folder and not folder.startswith("/"):
            layers.warning(key, f"{folder!r} has no slash at its beginning; one is set before it")
            folder = "/" + folder
        return folder if folder.endswith("/") else folder + "/"

    def _server(self) -> str:
        server = self.either("server")
        if not server:
            self.layers.error(
                f"{self.part}server", "it is missing; write the host the files are on"
            )
        if "://" in server:
            self.layers.warning(
                f"{self.part}server", f"{server!r} has a protocol, which is left out"
            )
            server = server.partition("://")[2]
        return server.rstrip("/")

    def _login(self, server: str) -> tuple[str, Table]:
        """What stands before the host, and the credentials, where there are some."""
        layers = self.layers
        key = "server.credentials"
        if self.part and layers.text(f"{self.part}credentials"):
            key = f"{self.part}credentials"
        said = layers.text(key)
        if not said:
            return "", {}
        if self.part and key == "server.credentials" and server != layers.text("server"):
            layers.warning(
                key, f"it is not told to {server}; write release.credentials if it may be"
            )
            return "", {}
        user, colon, _ = said.partition(":")
        if not colon:
            return f"{quote(user, safe='')}@", {}
        layers.remark(key, KEEP_APART.format(server=server))
        return "", {"credentials": said}

    def _one_file(self, protocol: str, place: str) -> Table:
        """The request for a direct protocol, whose ``remote.dir`` is the path of one file."""
        path = quote("/" + self.either("remote.dir").lstrip("/"), safe=SAFE)
        form = self._form()
        url = f"{protocol.replace('direct', 'direct+')}://{place}{path}"
        if (self.either("url.method") or "GET").upper() == "POST":
            return {"url": url, "method": "POST", "form": form}
        return {"url": f"{url}{'?' if form else ''}{urlencode(form)}"}

    def _form(self) -> dict[str, str]:
        key = f"{self.part}url.params"
        names = self.layers.listed(key)
        for name in names:
            if not self.layers.has(f"{name.lower()}.value"):
                self.layers.error(key, f"{name} has no value; write {name}.value=…")
        return {name: self.layers.text(f"{name.lower()}.value") for name in names}

    def _irods(self, server: str, path: str) -> Table:
        """iRODS has keys of its own for who we are. The first part of the path is the zone."""
        layers = self.layers
        user, password = layers.text("irods.user"), layers.text("irods.password")
        zone, port = layers.text("irods.zone"), layers.text("irods.port") or IRODS_PORT
        if not user or not password:
            missing = "irods.password" if user else "irods.user"
            layers.error(missing, "it is missing; the protocol irods needs it")
            return {}
        who = f"{user}#{zone}" if zone and zone != path.strip("/").partition("/")[0] else user
        layers.remark("irods.password", KEEP_APART.format(server=server))
        host = server if ":" in server else f"{server}:{port}"
        return {"url": f"irods://{host}{path}", "credentials": f"{who}:{password}"}


def plugged(layers: Layers, key: str) -> Table:
    """The keys ``url`` and ``arguments`` for the plug-in that `key` names, if there is one."""
    name = layers.text(key)
    if not name:
        return {}
    known = plugins.names(Group.REMOTES)
    if name.lower() not in known:
        advice = OLD_PLUGINS.get(name.lower())
        layers.error(
            key,
            f"{name} is a plug-in of BioMAJ, which only BioMAJ can use; its work does, {advice}"
            if advice
            else f"there is no plug-in {name!r}; install the package that has it among its entry "
            "points holdfast.remotes (BioMAJ's own plug-ins need to be made into one: see the page "
            "on remotes)",
        )
        return {}
    server, folder = layers.text("server"), layers.text("remote.dir")
    path = quote(f"/{folder.strip('/')}/" if folder.strip("/") else "/", safe=SAFE)
    return {
        "url": f"{name.lower()}://{server.rstrip('/')}{path}",
        "arguments": arguments(layers, f"{key}_args"),
    }


def arguments(layers: Layers, key: str) -> dict[str, str]:
    """What `key` tells a plug-in: ``name=value`` between commas."""
    found = {}
    for word in layers.listed(key):
        name, sign, value = word.partition("=")
        if not sign:
            layers.error(key, f"{word!r} is not written as name=value")
        found[name.strip()] = value.strip()
    return found


def _scheme_and_host(protocol: str, who: str, server: str) -> str:
    """What a URL begins with. ``rsync`` goes by SSH, but for ``host::module``, a daemon's."""
    if protocol != "rsync":
        return f"{protocol}://{who}{server}"
    host, colons, module = server.partition("::")
    if colons:
        return f"rsync://{who}{host}{'/' if module else ''}{module.strip('/')}"
    return f"rsync+ssh://{who}{server.rstrip(':')}"
