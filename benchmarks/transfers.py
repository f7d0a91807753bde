"""
Remotes: bringing ten thousand small files and one large one from a server on this machine.

nginx (Debian's) serves them on loopback. ``wget -r`` and ``curl --parallel`` bring the same from
the same server in the same run, each into a new folder. They leave the bytes in the page cache;
we also compute SHA-256, see that nothing changed meanwhile, and flush to the disk before a file is
reported, so for the large file curl with a flush after it stands beside curl alone.
"""

import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from benchmarks import report

from holdfast.remotes import TransferPolicy, open_remote
from holdfast.remotes.interface import Everything

sys.path.append(str(Path(__file__).parent.parent / "tests"))

FILES = 10_000
SMALL = 1000  # bytes
MEGABYTES = 1000
RUNS = 3
QUICK = 50  #: what --quick divides the sizes by


def main() -> int:
    """Measure and show."""
    parser = report.arguments(__doc__)
    parser.add_argument("--data", help="not used: the files are made")
    parser.add_argument("--quick", action="store_true", help="a fiftieth of the sizes, one run")
    asked = parser.parse_args()
    scale, runs = (QUICK, 1) if asked.quick else (1, RUNS)
    missing = [name for name in ("nginx", "wget", "curl") if _program(name) is None]
    if missing:
        print(f"left out: {', '.join(missing)} not installed")
        return 0
    from servers.served import nginx_server  # noqa: PLC0415 - the tests' servers, once found

    with tempfile.TemporaryDirectory(prefix="transfers-") as place:
        root = Path(place)
        root.chmod(0o755)
        make_files(root, FILES // scale, MEGABYTES // scale)
        with nginx_server(root) as url:
            small = small_files(f"{url}many/", root, FILES // scale, runs)
            large = large_file(f"{url}large/", root, runs)
    files, megabytes = FILES // scale, MEGABYTES // scale
    report.show(f"{files:,} files of {SMALL:,} bytes from nginx on loopback", small, asked.json)
    report.show(f"one file of {megabytes:,} MB from nginx on loopback", large, asked.json)
    return 0


def make_files(root: Path, count: int, megabytes: int) -> None:
    """What is served: bytes that do not compress."""
    (root / "many").mkdir()
    for number in range(count):
        (root / "many" / f"{number:05}").write_bytes(os.urandom(SMALL))
    (root / "large").mkdir()
    with (root / "large" / "one").open("wb") as file:
        for _ in range(megabytes):
            file.write(os.urandom(10**6))


def small_files(url: str, root: Path, count: int, runs: int) -> list[report.Row]:
    """Listing and first mirror of many small files, beside wget and curl."""
    remote = open_remote(url, TransferPolicy())
    listing = remote.list(Everything())
    globbed = f"{url}[00000-{count - 1:05}]"
    wget = ["wget", "-q", "-r", "-np", "-nH", url]
    curl = ["curl", "-s", "--parallel", "--remote-name-all", globbed]
    listed, ours, theirs, parallel = best(
        root,
        runs,
        lambda _: remote.list(Everything()),
        lambda folder: remote.fetch(listing.files, folder),
        lambda folder: run(wget, folder),
        lambda folder: run(curl, folder),
    )
    in_place = root / "in-place"
    remote.fetch(listing.files, in_place)
    (again,) = best(root, runs, lambda _: remote.fetch(listing.files, in_place))
    return [
        report.Row("listing", listed, "s"),
        report.Row("holdfast, fetch", ours, "s"),
        report.Row(
            "holdfast, list and fetch", listed + ours, "s", f"{(listed + ours) / theirs:.2f} x wget"
        ),
        report.Row("wget -r", theirs, "s"),
        report.Row("curl --parallel", parallel, "s", f"holdfast {ours / parallel:.2f} x of it"),
        report.Row("holdfast, all in place", again, "s", "digests of all files read again"),
    ]


def large_file(url: str, root: Path, runs: int) -> list[report.Row]:
    """One large file, beside curl."""
    remote = open_remote(url, TransferPolicy())
    listing = remote.list(Everything())
    curl = ["curl", "-s", "-o", "one", f"{url}one"]
    flushed = ["sh", "-c", 'curl -s -o one "$1" && sync one', "sh", f"{url}one"]
    plain, ours, durable = best(
        root,
        runs,
        lambda folder: run(curl, folder),
        lambda folder: remote.fetch(listing.files, folder),
        lambda folder: run(flushed, folder),
    )
    return [
        report.Row("holdfast", ours, "s", f"{ours / plain:.2f} x curl, flushed and digested"),
        report.Row("curl", plain, "s", "not flushed"),
        report.Row("curl, then sync", durable, "s", f"holdfast {ours / durable:.2f} x of it"),
    ]


def best(root: Path, runs: int, *acts: Callable[[Path], object]) -> list[float]:
    """The seconds of the best run of each of `acts`: they take turns, each in a new folder."""
    seconds: list[list[float]] = [[] for _ in acts]
    folders = []
    for _ in range(runs):
        for act, taken in zip(acts, seconds, strict=True):
            folders.append(Path(tempfile.mkdtemp(dir=root.parent, prefix="transfers-to-")))
            began = time.perf_counter()
            act(folders[-1])
            taken.append(time.perf_counter() - began)
    for folder in folders:
        shutil.rmtree(folder)
    # ext4 avoids inodes freed within the last five seconds, one by one: let the next not pay.
    os.sync()
    time.sleep(6)
    return [min(taken) for taken in seconds]


def run(command: list[str], folder: Path) -> None:
    """Run `command` in `folder`, silently."""
    subprocess.run(
        command, cwd=folder, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )


def _program(name: str) -> str | None:
    return shutil.which(name, path=f"{os.environ.get('PATH', '')}:/usr/sbin")


if __name__ == "__main__":
    sys.exit(main())
