"""A real directory of people, OpenLDAP's slapd, on loopback."""

import shutil
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from servers.certificates import loopback_certificate
from servers.served import free_port
from services.databases import program

ROOT, READER = "cn=root,dc=lab,dc=example", "cn=reader,dc=lab,dc=example"
PEOPLE, GROUPS = "ou=people,dc=lab,dc=example", "ou=groups,dc=lab,dc=example"
SECRET = "the reader's secret"
PASSWORDS = {"zoe": "zoe's long password", "yves": "yves's long password", "x*y": "star password"}
PATIENCE = 20.0  #: seconds in which it must answer, or end

CONFIGURATION = """
include /etc/ldap/schema/core.schema
include /etc/ldap/schema/cosine.schema
include /etc/ldap/schema/nis.schema
include /etc/ldap/schema/inetorgperson.schema
modulepath /usr/lib/ldap
moduleload back_mdb
pidfile {folder}/pid
TLSCertificateFile {certificate}
TLSCertificateKeyFile {certificate}
sizelimit 10
database mdb
maxsize 10485760
suffix "dc=lab,dc=example"
rootdn "{root}"
rootpw {secret}
directory {folder}/data
access to attrs=userPassword by anonymous auth by * none
access to * by dn.exact="{reader}" read by self read by * none
"""

ENTRIES = """
dn: dc=lab,dc=example
objectClass: dcObject
objectClass: organization
o: lab
dc: lab

dn: cn=reader,dc=lab,dc=example
objectClass: organizationalRole
objectClass: simpleSecurityObject
cn: reader
userPassword: {secret}

dn: ou=people,dc=lab,dc=example
objectClass: organizationalUnit
ou: people

dn: ou=groups,dc=lab,dc=example
objectClass: organizationalUnit
ou: groups
{people}
dn: cn=genomics,ou=groups,dc=lab,dc=example
objectClass: groupOfNames
cn: genomics
member: uid=zoe,ou=people,dc=lab,dc=example

dn: cn=keepers,ou=groups,dc=lab,dc=example
objectClass: posixGroup
cn: keepers
gidNumber: 500
memberUid: zoe
"""

PERSON = """
dn: uid={name},ou=people,dc=lab,dc=example
objectClass: inetOrgPerson
uid: {name}
cn: {name}
sn: {name}
userPassword: {password}
"""


class Slapd:
    """A directory with three people, and two groups: zoe is in both."""

    def __init__(self) -> None:
        self.folder = Path(tempfile.mkdtemp(prefix="slapd-"))
        self.port, self.tls_port = free_port(), free_port()
        self.certificate = loopback_certificate(self.folder)
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        """Where it answers, unprotected at first."""
        return f"ldap://127.0.0.1:{self.port}"

    @property
    def tls_url(self) -> str:
        """Where it answers with TLS from the first byte on."""
        return f"ldaps://127.0.0.1:{self.tls_port}"

    def make(self) -> None:
        """Make its data."""
        (self.folder / "data").mkdir()
        self._configuration.write_text(
            CONFIGURATION.format(
                folder=self.folder,
                certificate=self.certificate,
                root=ROOT,
                secret='"root\'s secret"',
                reader=READER,
            )
        )
        people = "".join(
            PERSON.format(name=name, password=password) for name, password in PASSWORDS.items()
        )
        command = [program("slapadd"), "-f", str(self._configuration)]
        entries = ENTRIES.format(secret=SECRET, people=people).strip()
        subprocess.run(command, input=entries.encode(), check=True, capture_output=True)
        (self.folder / "secret").write_text(f"{SECRET}\n")

    def start(self) -> None:
        """Start it, and wait until it answers."""
        command = [program("slapd"), "-f", str(self._configuration), "-d", "0"]
        command = ["setpriv", "--pdeathsig", "KILL", *command, "-h", f"{self.url} {self.tls_url}"]
        self._process = subprocess.Popen(command, stdin=subprocess.DEVNULL)
        deadline = time.monotonic() + PATIENCE
        while not self._answers():
            assert self._process.poll() is None, "slapd ended"
            assert time.monotonic() < deadline, "slapd does not answer"
            time.sleep(0.02)

    def stop(self) -> None:
        """End it, and wait until it is gone."""
        if self._process is not None:
            self._process.kill()
            self._process.wait(PATIENCE)
            self._process = None

    def end(self) -> None:
        """End it, and remove what it had."""
        self.stop()
        shutil.rmtree(self.folder, ignore_errors=True)

    def _answers(self) -> bool:
        try:
            socket.create_connection(("127.0.0.1", self.tls_port), 1).close()
        except OSError:
            return False
        return True

    @property
    def _configuration(self) -> Path:
        return self.folder / "slapd.conf"


@pytest.fixture(scope="session")
def slapd() -> Iterator[Slapd]:
    """A directory at work."""
    server = Slapd()
    try:
        server.make()
        server.start()
        yield server
    finally:
        server.end()
