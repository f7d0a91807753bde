"""
Reaching: how a property file says its servers are reached.

Proxies, the options of downloads (``options.names``), how many files at once and how long: the
table ``connection`` of a recipe, as plain values.
"""

from typing import Any

from holdfast.banks.properties.layers import Layers
from holdfast.banks.properties.patience import attempts, first_wait
from holdfast.errors import suggestion
from holdfast.remotes.connection import FtpMethod, NewHosts

Table = dict[str, Any]

OPTIONS = (
    "stop_condition",
    "wait_policy",
    "skip_check_uncompress",
    "ssl_verifyhost",
    "ssl_verifypeer",
    "ssl_server_cert",
    "tcp_keepalive",
    "ftp_method",
    "ssh_hosts_file",
    "ssh_new_host",
    "allow_redirections",
)
#: options that have a default of the whole site, under their own names
OF_SITE = ("stop_condition", "wait_policy", "ssh_hosts_file", "ssh_new_host")
OF_RELEASE = "release."
MOST_TRANSFERS = 64


def connection_of(layers: Layers, part: str = "") -> Table:
    """The table ``connection`` of what the keys that begin with `part` are about."""
    connection = _proxy(layers, part)
    if part == OF_RELEASE:
        return connection
    connection |= _options(layers, part)
    return connection if part else connection | _measures(layers)


def skips_archives(layers: Layers, part: str = "") -> bool:
    """Whether archives are taken without a look into them."""
    return _is_true(_said(layers, part, "skip_check_uncompress"))


def _measures(layers: Layers) -> Table:
    measures: Table = {}
    at_once, limit = layers.number("files.num.threads"), layers.number("timeout.download")
    if at_once:
        measures["transfers"] = min(at_once, MOST_TRANSFERS)
    if limit:
        measures["time_limit"] = limit
    return measures


def _proxy(layers: Layers, part: str) -> Table:
    proxy, login = layers.text(f"{part}proxy"), layers.text(f"{part}proxy_auth")
    if part not in ("", OF_RELEASE):
        return {}
    if not proxy:
        if login:
            layers.warning(f"{part}proxy_auth", "without a proxy it says nothing")
        return {}
    found: Table = {"proxy": proxy if "://" in proxy else f"http://{proxy}"}
    if login:
        layers.remark(
            f"{part}proxy_auth",
            "it is read from here whenever it is needed; what is written of the recipe is without "
            'it: there, put it into the settings, as the proxy of [servers."*"]',
        )
        found["proxy_credentials"] = login
    return found


def _options(layers: Layers, part: str) -> Table:
    for name in layers.listed(f"{part}options.names"):
        if name not in OPTIONS:
            hint = suggestion(name, OPTIONS) or f"; there are {', '.join(OPTIONS)}"
            layers.warning(f"{part}options.names", f"there is no option {name!r}{hint}")
    return {
        **_patience(layers, part),
        **_trust(layers, part),
        **_chosen(layers, part, "ftp_method", "ftp_method", [each.value for each in FtpMethod]),
        **_chosen(layers, part, "ssh_new_host", "new_hosts", [each.value for each in NewHosts]),
        **_manner(layers, part),
    }


def _patience(layers: Layers, part: str) -> Table:
    found: Table = {}
    stop, wait = _said(layers, part, "stop_condition"), _said(layers, part, "wait_policy")
    try:
        times = attempts(stop) if stop else None
    except ValueError as error:
        layers.error(_key(layers, part, "stop_condition"), f"{stop!r} is no condition: {error}")
        return found
    if times is not None:
        found["retries"] = times - 1
    elif stop:
        key = _key(layers, part, "stop_condition")
        layers.warning(key, "attempts end by their number here: the setting retries")
    try:
        found |= {"backoff": first_wait(wait)} if wait else {}
    except ValueError as error:
        layers.error(_key(layers, part, "wait_policy"), f"{wait!r} is no policy: {error}")
    return found


def _trust(layers: Layers, part: str) -> Table:
    found: Table = {}
    checks = [_said(layers, part, name) for name in ("ssl_verifyhost", "ssl_verifypeer")]
    if any(said and not _is_true(said) for said in checks):
        layers.warning(
            f"{part}options.names",
            "certificates are taken unchecked, as its options say; anybody on the way may change "
            "what comes",
        )
        found["insecure"] = True
    authorities = _said(layers, part, "ssl_server_cert")
    known_hosts = _said(layers, part, "ssh_hosts_file")
    found |= {"ca_file": authorities} if authorities else {}
    return found | ({"known_hosts": known_hosts} if known_hosts else {})


def _chosen(layers: Layers, part: str, option: str, key: str, known: list[str]) -> Table:
    said = _said(layers, part, option).lower()
    if said in ("", "default"):
        return {}
    if said not in known:
        sentence = f"{option} is {said!r}; there are {', '.join(known)}"
        layers.error(_key(layers, part, option), sentence)
        return {}
    return {key: said}


def _manner(layers: Layers, part: str) -> Table:
    found: Table = {}
    idle, follows = _said(layers, part, "tcp_keepalive"), _said(layers, part, "allow_redirections")
    if idle.isdecimal() and int(idle):
        found["keepalive"] = int(idle)
    elif idle and idle != "0":
        layers.error(_key(layers, part, "tcp_keepalive"), f"{idle!r} is not a number of seconds")
    if follows and not _is_true(follows):
        found["redirects"] = False
    return found


def _said(layers: Layers, part: str, option: str) -> str:
    """What is said of `option`: where it is among the names, else for the site."""
    key = _key(layers, part, option)
    return layers.text(key).strip() if key else ""


def _key(layers: Layers, part: str, option: str) -> str:
    if option in layers.listed(f"{part}options.names"):
        return f"{part}options.{option}"
    return option if option in OF_SITE and not part else ""


def _is_true(said: str) -> bool:
    return said.lower() in {"true", "1"}
