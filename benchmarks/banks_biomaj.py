"""
The same bank through BioMAJ and through Holdfast, by the same property file, over FTP.

BioMAJ is installed from its packages into a virtual environment made here; mongomock, a database in
its process's memory, stands for MongoDB, so no time goes to a server. Both run as whole commands.
`BIOMAJ_PYTHON` names a Python that has both already.
"""

import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

from benchmarks import banks_ground as ground
from benchmarks.banks_ground import LATER, Server, Use
from benchmarks.report import Row

FILES, SIZE, CHANGED = 1000, 20_000, 100
PACKAGES = ("biomaj", "mongomock")
PROGRAM = Path(__file__).with_name("banks_beside.py")
SITE = """[GENERAL]
root.dir={folder}
conf.dir=%(root.dir)s/conf
log.dir=%(root.dir)s/log
process.dir=%(root.dir)s/process
cache.dir=%(root.dir)s/cache
lock.dir=%(root.dir)s/lock
data.dir=%(root.dir)s/data
db.url=mongodb://localhost
db.name=biomaj
use_ldap=0
use_elastic=0
use_drmaa=0
mail.smtp.host=
mail.admin=
mail.from=

[loggers]
keys=root
[handlers]
keys=console
[formatters]
keys=plain
[logger_root]
level=INFO
handlers=console
[handler_console]
class=StreamHandler
args=(sys.stderr,)
level=ERROR
formatter=plain
[formatter_plain]
format=%(asctime)s %(levelname)s %(message)s
"""
BANK = """[GENERAL]
db.fullname=files
db.name=bank
db.type=test
protocol=ftp
server={server}
remote.dir=/
remote.files=^file.*\\.dat$
local.files=^file.*\\.dat$
dir.version=bank
offline.dir.name=offline/bank
files.num.threads={at_once}
frequency.update=0
no.extract=true
release.file=
release.regexp=
keep.old.version=1
auto_publish=1
"""


def rows(work: Path, scale: int, _runs: int) -> Iterator[Row]:
    """All figures of this part."""
    count = FILES // min(scale, 5)
    site = work / "site"
    ground.make_site(site, count, SIZE)
    python = os.environ.get("BIOMAJ_PYTHON") or _installed(work / "biomaj")
    with ground.vsftpd(site) as server:
        biomaj = _biomaj(work / "theirs", server, python)
        holdfast = _holdfast(work / "ours", server)
        disks = (work / "ours", work / "theirs")
        for file in sorted(site.iterdir())[:1]:
            os.utime(file, (LATER, LATER))  # so that each release has a name of its own
        yield from _both(f"first mirror of {count:,} files", holdfast, biomaj, server, disks)
        yield from _both("no change", holdfast, biomaj, server, disks)
        for file in sorted(site.iterdir())[::CHANGED]:
            ground.write(file, SIZE + 1, LATER + 86_400)
        yield from _both("1 % changed", holdfast, biomaj, server, disks)


def _both(
    what: str,
    holdfast: Callable[[], Use],
    biomaj: Callable[[], Use],
    server: Server,
    disks: tuple[Path, Path],
) -> Iterator[Row]:
    os.sync()
    ours, said = _told(holdfast, server, disks[0])
    os.sync()
    theirs, of_theirs = _told(biomaj, server, disks[1])
    yield ours.row(f"{what}, FTP", {"BioMAJ": theirs}, said)
    yield theirs.row("  BioMAJ", more=of_theirs)


def _told(act: Callable[[], Use], server: Server, folder: Path) -> tuple[Use, str]:
    """What an update used, and in words what it moved and added."""
    (files, moved), held = server.moved(), ground.disk(folder)
    use = act()
    more_files, more_moved = server.moved()
    added = (ground.disk(folder) - held) / 1e6
    megabytes = (more_moved - moved) / 1e6
    return use, f"{more_files - files:,} files of {megabytes:.2f} MB moved, {added:.2f} MB of disk"


def _biomaj(folder: Path, server: Server, python: str) -> Callable[[], Use]:
    (folder / "conf").mkdir(parents=True)
    configuration = folder / "global.properties"
    configuration.write_text(SITE.format(folder=folder))
    (folder / "conf" / "bank.properties").write_text(_bank(server))
    words = [python, str(PROGRAM), str(configuration), str(folder / "state")]
    return lambda: ground.used(words)


def _holdfast(home: Path, server: Server) -> Callable[[], Use]:
    (home / "recipes").mkdir(parents=True)
    (home / "recipes" / "bank.properties").write_text(_bank(server))
    return lambda: ground.update(home)


def _bank(server: Server) -> str:
    address = server.url.removeprefix("ftp://").strip("/")
    return BANK.format(server=address, at_once=ground.AT_ONCE)


def _installed(folder: Path) -> str:
    """The Python of a new virtual environment with BioMAJ in it."""
    python = str(folder / "bin" / "python")
    subprocess.run([sys.executable, "-m", "venv", str(folder)], check=True)
    subprocess.run([python, "-m", "pip", "install", "-q", *PACKAGES], check=True)
    return python
