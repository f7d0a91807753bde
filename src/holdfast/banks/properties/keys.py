"""
Keys: every key that BioMAJ's files have, and what becomes of it here.

Three tables: keys that say something of a bank and are read (:data:`READ`); keys that BioMAJ itself
no longer reads, or that are about its services (:data:`ELSEWHERE`, with what to do instead); and
keys whose work Holdfast does not do yet (:data:`NOT_YET`). A key of none of them is a process, a
block, a variable of the bank's own, or a slip of the pen.
"""

import re

READ = frozenset(
    """
    auto_publish blocks cache.dir conf.dir data.dir db.formats db.fullname db.name db.post.process
    db.pre.process db.remove.process db.source db.type depends dir.version keep.old.version
    local.files lock.dir log.dir mail.admin no.extract offline.dir.name process.dir
    protocol ref.release release.control release.credentials release.file release.format
    release.protocol release.regexp release.remote.dir release.separator release.server
    release.url.method
    remote.dir remote.excluded.files remote.files root.dir server server.credentials target.name
    url.method url.params visibility.default
    """.split()
)

_IGNORED = "BioMAJ does not read it any more, and nor does Holdfast"
_SERVICE = "it is about BioMAJ's own services, which Holdfast does without"

ELSEWHERE = {
    **dict.fromkeys(
        """
        celery.broker celery.queue do.link.copy extract.threads file.md5.check frequency.update
        ftp.active.mode ftp.automatic.reconnect ftp.timeout gunzip.bin http.parse.file.date.format
        ischedule.auto list.file.available local.files.excluded log.files online.dir.name password
        port production.directory.chmod proxyhost proxypassword proxyport proxyuser
        release.file.compressed remote.files.list url.encoding use_drmaa username
        """.split(),
        _IGNORED,
    ),
    **dict.fromkeys(
        """
        admin data.stats db.url docker.sudo elastic_index elastic_nodes expose
        historic.logfile.level influxdb.db influxdb.host influxdb.password influxdb.port
        influxdb.user keep.old.sessions ldap.dn ldap.host ldap.port plugins_dir
        redis.db redis.host redis.port redis.prefix releaseonly test use_elastic
        use_ldap zipkin_span_id zipkin_trace_id
        """.split(),
        _SERVICE,
    ),
    **dict.fromkeys(
        """
        mail.body.attach mail.body.tail mail.from mail.password mail.smtp.host mail.smtp.port
        mail.template.body mail.template.subject mail.tls mail.user
        """.split(),
        "mail goes as it says, unless the settings name a mail server; a TOML recipe does not hold "
        "it: write it below [notify] in the settings",
    ),
    "bank.num.threads": "steps run side by side as far as there are cores; see the setting cores",
    "copy.skip": "what did not change is linked after it was verified; see update --from-scratch",
    "files.num.threads": "files fetched at once are the setting transfers",
    "schedule.auto": "give the bank a [schedule] in a TOML recipe, or one in the settings",
    "schedule.delay": "give the bank a [schedule] in a TOML recipe, or one in the settings",
    "schedule.execute": "give the bank a [schedule] in a TOML recipe, or one in the settings",
    "timeout.download": "how long a silent remote is waited for is the setting timeout",
    "use_hardlinks": "unchanged files are always hard links",
}

NOT_YET = {
    "download.plugin": "BioMAJ's plug-ins; a remote plug-in of Holdfast can take its place",
    "release.plugin": "BioMAJ's plug-ins; a remote plug-in of Holdfast can take its place",
    "remote.plugin": "BioMAJ's plug-ins; a remote plug-in of Holdfast can take its place",
    "remote.list": "a list of files given as JSON",
}  #: an update without it would give something else, so the bank is refused

NOT_YET_HONOURED = {
    "options.names": "BioMAJ's options of downloads; the settings retries, backoff, timeout hold",
    "proxy": "a proxy given by a bank",
    "proxy_auth": "a proxy given by a bank",
    "release.proxy": "a proxy given by a bank",
    "release.proxy_auth": "a proxy given by a bank",
}  #: the bank is used without it

PROCESS_KEYS = frozenset(
    "name exe args desc type expand cluster native docker format types tags files".split()
)

_FAMILIES = re.compile(
    r"http\.(parse|group)\..+|options\..+|micro\.biomaj\..+|irods\..+|remote\.file\.\d+\..+"
    r"|(loggers|handlers|formatters)(\..+)?|(download|remote|release)\.plugin_args"
    r"|[^.]+\.value|remote\.files\.\d+\.path"
)
_SECRET = re.compile(r"pass|secret|credential|token|api_?key|proxy_auth|(^|\.)db\.url$")


def is_known(key: str) -> bool:
    """Whether BioMAJ's files have such a key."""
    return (
        key in READ
        or key in ELSEWHERE
        or key in NOT_YET
        or key in NOT_YET_HONOURED
        or _FAMILIES.fullmatch(key) is not None
    )


def known_keys() -> frozenset[str]:
    """The keys BioMAJ's files have, those with free parts in them left out."""
    return READ | ELSEWHERE.keys() | NOT_YET.keys() | NOT_YET_HONOURED.keys()


def is_secret(key: str) -> bool:
    """Whether what `key` says must not reach a process.

    >>> is_secret("mail.password"), is_secret("server.credentials"), is_secret("mail.admin")
    (True, True, False)
    """
    return _SECRET.search(key) is not None


def process_of(key: str) -> tuple[str, str] | None:
    """The process that `key` is about and what of it, or None.

    >>> process_of("makeblast.exe"), process_of("db.name")
    (('makeblast', 'exe'), None)
    """
    process, _, what = key.rpartition(".")
    if not process or what not in PROCESS_KEYS or is_known(key):
        return None
    return process, what
