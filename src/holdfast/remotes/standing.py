"""
What holds for every exchange with one server, as libcurl is told it. Pure questions.

Who we say we are and how we prove it, whom we believe, by which proxy we go, and how patient we
are: of the policy and of the rule for the server.
"""

import ssl
from pathlib import Path
from urllib.parse import urlsplit
from urllib.request import getproxies, proxy_bypass

import pycurl

from holdfast.remotes.access import Credentials, Rule
from holdfast.remotes.connection import FtpMethod
from holdfast.remotes.interface import TransferPolicy

RECEIVE_BUFFER = 256 * 1024
REDIRECTS = 5
SLOWEST = 100  #: bytes a second; whoever dribbles less over the policy's timeout only keeps us busy
HEADERS = ("Accept-Encoding: identity",)
#: where systems keep the certificates they trust, should Python not know
CERTIFICATES = (
    "/etc/ssl/certs/ca-certificates.crt",
    "/etc/pki/tls/certs/ca-bundle.crt",
    "/etc/ssl/ca-bundle.pem",
    "/etc/ssl/cert.pem",
)
FTP_METHODS = {
    FtpMethod.MULTICWD: pycurl.FTPMETHOD_MULTICWD,
    FtpMethod.NOCWD: pycurl.FTPMETHOD_NOCWD,
    FtpMethod.SINGLECWD: pycurl.FTPMETHOD_SINGLECWD,
}


def standing_options(
    policy: TransferPolicy, rule: Rule, who: Credentials, proxy: str
) -> list[tuple[int, object]]:
    """What holds for every exchange with one server. A pure question."""
    web = pycurl.PROTO_HTTP | pycurl.PROTO_HTTPS | pycurl.PROTO_FTP | pycurl.PROTO_FTPS
    stays = rule.certificate or rule.insecure or not policy.redirects
    options: list[tuple[int, object]] = [
        (pycurl.NOSIGNAL, 1),
        (pycurl.USERAGENT, "holdfast"),
        (pycurl.HTTPHEADER, list(HEADERS)),
        (pycurl.PROTOCOLS, web | pycurl.PROTO_SFTP),
        (pycurl.REDIR_PROTOCOLS, web),
        (pycurl.FOLLOWLOCATION, 0 if stays else 1),
        (pycurl.MAXREDIRS, REDIRECTS),
        (pycurl.OPT_FILETIME, 1),
        (pycurl.BUFFERSIZE, RECEIVE_BUFFER),
        (pycurl.CONNECTTIMEOUT_MS, max(1, int(policy.connect_timeout * 1000))),
        (pycurl.LOW_SPEED_LIMIT, SLOWEST),
        (pycurl.LOW_SPEED_TIME, max(1, round(policy.timeout))),
        (pycurl.FTP_RESPONSE_TIMEOUT, max(1, round(policy.timeout))),
        (pycurl.PROXY, proxy),  # an empty one keeps libcurl from asking the environment itself
        *_manner(policy),
        *_identity(rule, who),
        *_trust(rule),
    ]
    return options


def _manner(policy: TransferPolicy) -> list[tuple[int, object]]:
    """What only some banks ask for."""
    options: list[tuple[int, object]] = []
    if policy.time_limit:
        options.append((pycurl.TIMEOUT_MS, max(1, int(policy.time_limit * 1000))))
    if policy.keepalive:
        options += [(pycurl.TCP_KEEPALIVE, 1), (pycurl.TCP_KEEPIDLE, policy.keepalive)]
    if policy.ftp_method is not None:
        options.append((pycurl.FTP_FILEMETHOD, FTP_METHODS[policy.ftp_method]))
    return options


def _identity(rule: Rule, who: Credentials) -> list[tuple[int, object]]:
    """Who we say we are, and how we prove it."""
    options: list[tuple[int, object]] = []
    if who.user:
        options += [(pycurl.USERNAME, who.user), (pycurl.PASSWORD, who.password)]
    if rule.certificate:
        options.append((pycurl.SSLCERT, rule.certificate))
        options.append((pycurl.SSLKEY, rule.certificate_key or rule.certificate))
    if rule.key:
        options.append((pycurl.SSH_PRIVATE_KEYFILE, rule.key))
    return options


def _trust(rule: Rule) -> list[tuple[int, object]]:
    """Whom we believe to be who they say: the rule's authorities, or those Python trusts."""
    if rule.insecure:
        return [(pycurl.SSL_VERIFYPEER, 0), (pycurl.SSL_VERIFYHOST, 0)]
    options: list[tuple[int, object]] = [
        (pycurl.SSL_VERIFYPEER, 1),
        (pycurl.SSL_VERIFYHOST, 2),
        # Without a file of known hosts libssh2 would believe anybody.
        (pycurl.SSH_KNOWNHOSTS, rule.known_hosts or str(Path("~/.ssh/known_hosts").expanduser())),
    ]
    if rule.ca_file:
        return [*options, (pycurl.CAINFO, rule.ca_file)]
    file, folder = _authorities()
    options += [(pycurl.CAINFO, file)] if file else []
    return options + ([(pycurl.CAPATH, folder)] if folder else [])


def _authorities() -> tuple[str, str]:
    """The file and folder of certificates Python trusts, which ``SSL_CERT_FILE`` may name."""
    known = ssl.get_default_verify_paths()
    file = known.cafile or next((name for name in CERTIFICATES if Path(name).is_file()), "")
    return file, known.capath or ""


def proxy_for(url: str, rule: Rule) -> str:
    """The proxy to go by: the rule's, or that of the environment, or none."""
    if rule.proxy:
        return "" if rule.proxy == "none" else rule.proxy
    parts = urlsplit(url)
    if proxy_bypass(parts.hostname or ""):
        return ""
    proxies = getproxies()
    return proxies.get(parts.scheme) or proxies.get("all") or ""
