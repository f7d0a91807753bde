"""
What a hostile or careless remote shows and sends: names, circles of folders, listings without end,
archives that are bombs.
"""

import bz2
import gzip
import io
import lzma
import os
import re
import resource
import subprocess
import sys
import tarfile
import zipfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
import zstandard

from acceptance.mirrored import NEW, UNPACKED, Mirror
from app.banks.bank_world import QuickContainer, contents
from holdfast.app.banks.check import check_banks
from holdfast.app.banks.updating.report import UpdateState
from holdfast.app.banks.updating.update import update_bank
from servers.depots import rsync_daemon
from servers.scripted import NOON, Document, ScriptedServer
from servers.served import OldFtp, ftp_server, nginx_server, python_server
from thoroughness import thorough

MIB = 1024**2


@contextmanager
def shown(kind: str, folder: Path) -> Iterator[str]:
    """The URL of `folder` on a server of some kind."""
    if kind == "local":
        yield f"file://{folder}/"
    elif kind == "http":
        with python_server(folder) as url:
            yield url
    elif kind == "nginx":
        with nginx_server(folder) as url:
            yield url
    elif kind == "rsync":
        with rsync_daemon(folder) as url:
            yield url
    elif kind == "old ftp":
        with ftp_server(folder, OldFtp) as url:
            yield url
    else:
        with ftp_server(folder) as url:
            yield url


RSYNC = pytest.param("rsync", marks=pytest.mark.service("rsync"))
SLOW_RSYNC = pytest.param("rsync", marks=[pytest.mark.service("rsync"), thorough])
KINDS = [
    "local",
    "http",
    "ftp",
    pytest.param("old ftp", marks=thorough),
    pytest.param("nginx", marks=pytest.mark.service("nginx")),
    RSYNC,
]
GOOD = ("a b.fa", "é☃.fa", "q'u\"o.fa", "100%25.fa", "a&amp;b.fa", "x#1?.fa", "-n.fa", "$(id);.fa",
        "sub folder/[1]{2}*.fa", "..a.fa", "...")  # fmt: skip
BAD = ("back\\slash.fa", "bell\x07.fa", "new\nline.fa", "return\r.fa")


def made_in(folder: Path, kind: str) -> dict[str, bytes]:
    """Files with odd names; those of them that a server of this kind can show, and we take."""
    # MLSD shows two lines for a name with a line's end, of which one looks like a file's.
    for name in (*GOOD, *(name for name in BAD if kind != "ftp" or name.isprintable())):
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(name)
        os.utime(folder / name, (NOON.timestamp(),) * 2)
    hidden = kind == "nginx"  # which never shows names that begin with a dot
    return {name: name.encode() for name in GOOD if not (hidden and name.startswith("."))}


def recipe(container: QuickContainer, url: str, more: str = "") -> None:
    """The bank ``x`` of all that is at `url`."""
    text = f'name = "x"\n[remote]\nurl = "{url}"\n{more}\n[release]\nfrom = "date"\n'
    (container.settings.recipes / "x.toml").write_text(text)


def flat(container: QuickContainer, release: str | None) -> dict[str, bytes]:
    return contents(container.settings.banks / "x" / f"x_{release}" / "flat")


@pytest.mark.parametrize("kind", KINDS)
def test_odd_names_are_mirrored_and_dangerous_ones_stay_out(
    container: QuickContainer, tmp_path: Path, kind: str
) -> None:
    folder = tmp_path / "remote"
    wanted = made_in(folder, kind)
    with shown(kind, folder) as url:
        recipe(container, url)
        release = update_bank(container, "x").release
        assert flat(container, release) == wanted
        assert update_bank(container, "x").state is UpdateState.UP_TO_DATE
    (found,) = check_banks(container, deep=True)
    assert (found.problems, found.remarks) == ((), ())


@pytest.mark.parametrize("kind", [*KINDS[:-1], SLOW_RSYNC])
def test_folders_in_a_circle_are_left_in_bounded_time(
    container: QuickContainer, tmp_path: Path, kind: str
) -> None:
    folder = tmp_path / "remote"
    (folder / "sub").mkdir(parents=True)
    (folder / "a.fa").write_text(">a\nACGT\n")
    (folder / "sub" / "b.fa").write_text(">b\nACGT\n")
    for link, target in (("round", "."), ("sub/up", ".."), ("sub/self", ".")):
        (folder / link).symlink_to(target)
    with shown(kind, folder) as url:
        recipe(container, url, 'files = ["a.fa", "sub/*.fa"]')
        release = update_bank(container, "x").release
        assert set(flat(container, release)) == {"a.fa", "sub/b.fa"}
        recipe(container, url, 'files = ["**/a.fa", "**/b.fa"]')
        release = update_bank(container, "x").release
        assert {"a.fa", "sub/b.fa"} <= set(flat(container, release))
        assert len(flat(container, release)) < 200
    assert check_banks(container, deep=True)[0].problems == ()


# -- archives that are bombs -----------------------------------------------------------------------

ZEROS = bytes(30 * MIB)


def tarred(names: list[str], content: bytes = b"", link: str = "") -> bytes:
    """A packed tar of files that all have `content`, or are links."""
    made = io.BytesIO()
    with tarfile.open(fileobj=made, mode="w:gz", compresslevel=1) as archive:
        for name in names:
            facts = tarfile.TarInfo(name)
            facts.size = len(content)
            if link:
                facts.type, facts.linkname = tarfile.SYMTYPE, link
            archive.addfile(facts, io.BytesIO(content))
    return made.getvalue()


def zipped(names: list[str], content: bytes = b"") -> bytes:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive:
        for name in names:
            archive.writestr(name, content)
    return made.getvalue()


@pytest.mark.parametrize(
    ("name", "make", "words"),
    [
        ("a.fa.gz", lambda: gzip.compress(ZEROS, 1), "unpack_limit"),
        pytest.param("a.fa.bz2", lambda: bz2.compress(ZEROS, 1), "unpack_limit", marks=thorough),
        pytest.param(
            "a.fa.xz", lambda: lzma.compress(ZEROS, preset=0), "unpack_limit", marks=thorough
        ),
        ("a.fa.zst", lambda: zstandard.compress(ZEROS), "unpack_limit"),
        ("a.tar.gz", lambda: tarred(["a.fa"], ZEROS), "unpack_limit"),
        ("a.tgz", lambda: tarred([f"f{n}" for n in range(60)]), "unpack_files"),
        ("a.zip", lambda: zipped(["a.fa"], ZEROS), "unpack_limit"),
        pytest.param(
            "a.zip", lambda: zipped([f"f{n}" for n in range(60)]), "unpack_files", marks=thorough
        ),
        ("a.tar.gz", lambda: tarred(["../../out"], b"x"), "out"),
        pytest.param("a.tar.gz", lambda: tarred(["/tmp/out"], b"x"), "out", marks=thorough),
        ("a.tar.gz", lambda: tarred(["l"], link="/etc/passwd"), "l"),
        ("a.zip", lambda: zipped(["../../out"], b"x"), "out"),
        ("a.zip", lambda: zipped(["new\nline"], b"x"), "line"),
    ],
)
def test_an_archive_that_does_harm_is_told_and_leaves_no_trace(
    mirror: Mirror,
    monkeypatch: pytest.MonkeyPatch,
    name: str,
    make: Callable[[], bytes],
    words: str,
) -> None:
    monkeypatch.setenv("HOLDFAST_UNPACK_LIMIT", str(MIB))
    monkeypatch.setenv("HOLDFAST_UNPACK_FILES", "50")
    mirror.show("2", {**NEW, name: make()})
    sentence = mirror.refused()
    assert words in sentence
    assert "\n" not in sentence
    held = sum(path.stat().st_size for path in mirror.folder.rglob("*") if path.is_file())
    assert held < 10 * MIB
    assert not list(mirror.folder.rglob("*out"))
    assert not list(mirror.folder.parent.parent.rglob("out"))
    monkeypatch.setenv("HOLDFAST_UNPACK_LIMIT", str(100 * MIB))
    mirror.show("2", NEW)
    mirror.assert_finishes(UNPACKED)


# -- listings without end --------------------------------------------------------------------------


ROW = '<a href="{0}">{0}</a>  02-Jan-2026 12:00  77\n'
#: The program, which ends by telling its own most memory: what the kernel tells of an ended process
#: includes that of the process it was forked from, which here is all the tests'.
TELLING = """
import atexit, pathlib, runpy, sys
status = pathlib.Path("/proc/self/status")
atexit.register(lambda: print(status.read_text(), file=sys.stderr))
runpy.run_module("holdfast", run_name="__main__", alter_sys=True)
"""
UPDATE = (sys.executable, "-c", TELLING, "bank", "update", "x", "--dry-run")


@pytest.mark.parametrize(
    ("count", "seconds", "mebibytes"),
    [(100_000, 20, 600), pytest.param(1_000_000, 100, 2500, marks=thorough)],
)
def test_a_long_listing_takes_bounded_time_and_memory(
    container: QuickContainer, server: ScriptedServer, count: int, seconds: float, mebibytes: int
) -> None:
    rows = "".join(ROW.format(f"file{number:07}.fa") for number in range(count))
    server.pages["/"] = f"<pre>{rows}</pre>".encode()
    server.documents["/file0000100.fa"] = Document(b"x" * 77)
    recipe(container, server.url, 'files = ["file0000100.fa"]')
    limit = f'ulimit -v {4 * mebibytes * 1024}; exec "$@"'  # of addresses, most of them not in use
    before = resource.getrusage(resource.RUSAGE_CHILDREN).ru_utime
    update = subprocess.run(["sh", "-c", limit, "sh", *UPDATE], capture_output=True, check=True)
    assert b"would become 2026-01-02: fetch 1 file (77 B)" in update.stdout
    assert resource.getrusage(resource.RUSAGE_CHILDREN).ru_utime - before < seconds
    most = re.search(rb"^VmHWM:\s+(\d+) kB$", update.stderr, re.MULTILINE)
    assert most is not None
    assert int(most[1]) < mebibytes * 1024, most
