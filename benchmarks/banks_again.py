"""
Updates of what is held already: nothing new, and one file in a hundred changed.

Beside them `lftp mirror` and `wget -N` bring folders of theirs up to date, in which what was there
before is overwritten; Holdfast makes a second release and keeps the first.
"""

import os
from collections.abc import Iterator
from pathlib import Path

from benchmarks import banks_ground as ground
from benchmarks.banks_ground import LATER, Server, Use
from benchmarks.report import Row

STILL, STILL_SIZE, STILL_FOLDERS = 100_000, 100, 100
FILES, SIZE, CHANGED = 10_000, 20_000, 100


def still(work: Path, scale: int, runs: int) -> Iterator[Row]:
    """Figures of updates that find nothing new."""
    count = STILL // scale
    site, home = work / "still", work / "still-home"
    ground.make_site(site, count, STILL_SIZE, STILL_FOLDERS)
    with ground.nginx(site) as server:
        ground.mirror_home(home, server.url)
        first = ground.update(home)
        theirs = {
            "lftp mirror": work / "still-lftp",
            "wget -N": work / "still-wget",
        }
        ground.lftp(server.url, theirs["lftp mirror"])
        ground.wget(server.url, theirs["wget -N"])
        before = server.moved()
        ours = _quickest(ground.update(home) for _ in range(runs))
        asked = _since(server, before, runs)
        dry = _quickest(ground.update(home, "--dry-run") for _ in range(runs))
        found = {
            "lftp mirror": ground.lftp(server.url, theirs["lftp mirror"]),
            "wget -N": ground.wget(server.url, theirs["wget -N"]),
        }
    more = f"{ours.seconds / count * 1e6:.1f} µs a file; {asked}"
    yield ours.row(f"no change, {count:,} files in {STILL_FOLDERS} folders, HTTP", found, more)
    yield dry.row("  the same as --dry-run")
    for name, use in found.items():
        yield use.row(f"  {name}")
    yield first.row("  (the first mirror of them)")


def changed(work: Path, scale: int, _runs: int) -> Iterator[Row]:
    """Figures of a second release in which one file in :data:`CHANGED` is another."""
    count = FILES // scale
    site, home = work / "changed", work / "changed-home"
    ground.make_site(site, count, SIZE)
    with ground.nginx(site) as server:
        ground.mirror_home(home, server.url)
        ground.update(home)
        ground.lftp(server.url, work / "changed-lftp")
        ground.wget(server.url, work / "changed-wget")
        for file in sorted(site.iterdir())[::CHANGED]:
            ground.write(file, SIZE + 1, LATER)
        os.sync()
        before, held = server.moved(), ground.disk(home)
        ours = ground.update(home)
        moved, added = _since(server, before, 1), ground.disk(home) - held
        before = server.moved()
        lftp = ground.lftp(server.url, work / "changed-lftp")
        lftp_moved, before = _since(server, before, 1), server.moved()
        wget = ground.wget(server.url, work / "changed-wget")
        wget_moved = _since(server, before, 1)
    releases = len(list(home.glob("banks/bank/*/flat")))
    if releases < 2:
        raise SystemExit(f"there are {releases} releases, not two")
    wanted = len(range(0, count, CHANGED)) * (SIZE + 1)
    more = f"{moved}; {added / 1e6:.2f} MB of disk for {wanted / 1e6:.2f} MB of changed files"
    name = f"1 % of {count:,} files of {SIZE // 1000} kB changed, HTTP"
    yield ours.row(name, {"lftp mirror": lftp, "wget -N": wget}, more)
    yield lftp.row("  lftp mirror, overwriting", more=lftp_moved)
    yield wget.row("  wget -N, overwriting", more=wget_moved)


def _quickest(uses: Iterator[Use]) -> Use:
    return min(uses, key=lambda use: use.seconds)


def _since(server: Server, before: tuple[int, int], runs: int) -> str:
    """What the server sent since, a run."""
    answers, sent = (now - then for now, then in zip(server.moved(), before, strict=True))
    return f"{answers // runs:,} answers of {sent / runs / 1e6:.2f} MB"
