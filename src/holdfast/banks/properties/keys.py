"""
Keys: every key that BioMAJ's files have, and what becomes of it here.

Two tables: keys that say something of a bank and are read (:data:`READ`), and keys that BioMAJ
itself no longer reads, or that are about its services (:data:`ELSEWHERE`, with what to do instead).
A key of neither is a process, a block, a variable of the bank's own, or a slip of the pen.
"""

import re

READ = frozenset(
    """
    copy.skip
    auto_publish blocks cache.dir conf.dir data.dir db.formats db.fullname db.name db.post.process
    db.pre.process db.remove.process db.source db.type depends dir.version keep.old.version
    local.files lock.dir log.dir mail.admin no.extract offline.dir.name process.dir
    protocol ref.release release.control release.credentials release.file release.format
    release.protocol release.regexp release.remote.dir release.separator release.server
    release.url.method
    release.plugin release.proxy release.proxy_auth release.url.params
    remote.dir remote.excluded.files remote.files remote.list remote.plugin root.dir server
    server.credentials ssh_hosts_file ssh_new_host stop_condition target.name timeout.download
    url.method url.params visibility.default wait_policy
    download.plugin files.num.threads options.names proxy proxy_auth
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
    "schedule.auto": "give the bank a [schedule] in a TOML recipe, or one in the settings",
    "schedule.delay": "give the bank a [schedule] in a TOML recipe, or one in the settings",
    "schedule.execute": "give the bank a [schedule] in a TOML recipe, or one in the settings",
    "use_hardlinks": "unchanged files are always hard links",
}

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
    return key in READ or key in ELSEWHERE or _FAMILIES.fullmatch(key) is not None


def known_keys() -> frozenset[str]:
    """The keys BioMAJ's files have, those with free parts in them left out."""
    return READ | ELSEWHERE.keys()


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
