"""
Many banks with nothing to do: all of a site in one command.

Each bank is a folder of ten files on one server. Beside it one `curl` fetches all the banks' pages,
which is the least that can be asked.
"""

from collections.abc import Iterator
from pathlib import Path

from benchmarks import banks_ground as ground
from benchmarks.report import Row

BANKS, FILES = 200, 10
RECIPE = 'name = "{name}"\n\n[remote]\nurl = "{url}"\nfiles = ["*.dat"]\n'


def rows(work: Path, scale: int, runs: int) -> Iterator[Row]:
    """All figures of this part."""
    count = max(BANKS // scale, 4)
    site, home = work / "site", work / "home"
    names = [f"bank-{number:03}" for number in range(count)]
    for name in names:
        ground.make_site(site / name, FILES, 1000)
    (home / "recipes").mkdir(parents=True)
    with ground.nginx(site) as server:
        for name in names:
            text = RECIPE.format(name=name, url=f"{server.url}{name}/")
            (home / "recipes" / f"{name}.toml").write_text(text)
        every = ground.holdfast("update", "--all")
        first = ground.used(every, home)
        still = {
            at_once: min(
                (ground.used([*every, "--at-once", str(at_once)], home) for _ in range(runs)),
                key=lambda use: use.seconds,
            )
            for at_once in (1, 4, 8)
        }
        pages = [f"{server.url}{name}/" for name in names]
        curl = ground.used(["curl", "-sf", "-o", "/dev/null", *pages])
        status = ground.used(ground.holdfast("status"), home)
    for at_once, use in still.items():
        more = f"{use.seconds / count * 1e3:.1f} ms a bank"
        name = f"{count} banks with nothing to do, {at_once} at once"
        yield use.row(name, {"curl of their pages": curl}, more)
    yield curl.row("  curl of their pages, one after another")
    yield first.row("  (the first mirror of them)")
    yield status.row(f"status of {count} banks")
