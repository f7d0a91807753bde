"""
First mirrors: many small files and one large one, over HTTP and FTP, beside programs that fetch.

Holdfast lists, computes digests of what arrives, verifies, flushes to the disk, writes a manifest
and publishes; the peers leave all but the first to others. `aria2c` is told the names. The large
file is also fetched by `curl` with a flush after it.
"""

from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path

from benchmarks import banks_ground as ground
from benchmarks.banks_ground import Server, Use
from benchmarks.report import Row

FILES, SIZE = 10_000, 1000
BIG = 2 * 10**9


def rows(work: Path, scale: int, runs: int) -> Iterator[Row]:
    """All figures of this part; `scale` divides the sizes."""
    many, big = work / "many", work / "big"
    ground.make_site(many, FILES // scale, SIZE)
    ground.make_site(big, 1, BIG // scale)
    for serving, scheme in ((ground.nginx, "HTTP"), (ground.vsftpd, "FTP")):
        with serving(many) as server:
            yield from _many(work, many, server, scheme, runs)
        with serving(big) as server:
            yield from _big(work, server, scheme, runs)


def _many(work: Path, site: Path, server: Server, scheme: str, runs: int) -> Iterator[Row]:
    count = sum(1 for _ in site.iterdir())
    acts: dict[str, Callable[[Path], Use]] = {
        "holdfast": partial(_mirror, server.url),
        "lftp mirror -P": partial(ground.lftp, server.url),
        "wget -r": partial(ground.wget, server.url),
        "aria2c -j": partial(ground.aria2c, server.url, site),
    }
    found = ground.best(work, runs, acts, count)
    ours = found.pop("holdfast")
    yield ours.row(f"first mirror of {count:,} files of 1 kB, {scheme}", found)
    for name, use in found.items():
        yield use.row(f"  {name}")


def _big(work: Path, server: Server, scheme: str, runs: int) -> Iterator[Row]:
    url = f"{server.url}file-000000.dat"
    acts: dict[str, Callable[[Path], Use]] = {
        "holdfast": partial(_mirror, server.url),
        "curl": partial(_curl, 'mkdir "$1" && curl -sf -o "$1/one.dat" "$2"', url),
        "curl and sync": partial(
            _curl, 'mkdir "$1" && curl -sf -o "$1/one.dat" "$2" && sync "$1/one.dat"', url
        ),
    }
    found = ground.best(work, runs, acts, 1)
    size = (work / "big" / "file-000000.dat").stat().st_size
    ours = found.pop("holdfast")
    more = f"{size / ours.seconds / 1e6:.0f} MB/s"
    yield ours.row(f"first mirror of one file of {size / 1e9:g} GB, {scheme}", found, more)
    for name, use in found.items():
        yield use.row(f"  {name}")


def _mirror(url: str, home: Path) -> Use:
    ground.mirror_home(home, url)
    return ground.update(home)


def _curl(script: str, url: str, folder: Path) -> Use:
    return ground.used(["sh", "-c", script, "sh", str(folder), url])
