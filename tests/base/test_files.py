"""Files that are there whole or not at all, and names that cannot leave their folder."""

import os
import signal
import subprocess
import sys
import threading
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from holdfast.base.files import (
    TEMPORARY,
    atomic_file,
    point_symlink,
    remove_leftovers,
    safe_name,
    write_atomic,
)
from holdfast.errors import UnsafeName


def test_a_failed_write_leaves_the_old_file_and_nothing_else(tmp_path: Path) -> None:
    path = tmp_path / "kept"
    write_atomic(path, b"old")
    with pytest.raises(TypeError), atomic_file(path) as file:
        file.writelines([b"half of the new", None])  # type: ignore[list-item] # fails in the middle
    assert path.read_bytes() == b"old"
    assert list(tmp_path.iterdir()) == [path]


def test_a_killed_write_leaves_the_old_file_and_a_leftover_that_can_be_removed(
    tmp_path: Path,
) -> None:
    path = tmp_path / "kept"
    write_atomic(path, b"old")
    program = (
        "import os, signal, sys; from pathlib import Path\n"
        "from holdfast.base.files import atomic_file\n"
        "with atomic_file(Path(sys.argv[1])) as file:\n"
        "    file.write(b'new'); file.flush(); os.kill(os.getpid(), signal.SIGKILL)"
    )
    killed = subprocess.run([sys.executable, "-c", program, str(path)], check=False)
    assert killed.returncode == -signal.SIGKILL
    assert path.read_bytes() == b"old"
    assert [each.name.startswith(TEMPORARY) for each in tmp_path.iterdir() if each != path] == [
        True
    ]
    remove_leftovers(tmp_path)
    assert list(tmp_path.iterdir()) == [path]


def test_a_link_moves_without_a_moment_in_which_it_is_missing(tmp_path: Path) -> None:
    link = tmp_path / "current"
    for name in ("a", "b"):
        (tmp_path / name).mkdir()
    point_symlink(link, "a")
    seen: set[str] = set()
    moved = threading.Event()

    def watch() -> None:
        while not moved.is_set():
            seen.add(str(link.readlink()))

    watcher = threading.Thread(target=watch)
    watcher.start()
    for turn in range(200):
        point_symlink(link, "ab"[turn % 2])
    moved.set()
    watcher.join()
    assert seen <= {"a", "b"}


@pytest.mark.parametrize(
    "name",
    ["", "/etc/passwd", "..", "a/../../b", "a\\b", "a\nb", "a\x00b", "a\x1b[31m"],
)
def test_a_name_that_is_not_plain_is_refused(name: str) -> None:
    with pytest.raises(UnsafeName):
        safe_name(name)


@given(st.text())
def test_a_name_that_is_accepted_stays_in_its_folder(name: str) -> None:
    try:
        path = safe_name(name)
    except UnsafeName:
        return
    folder = Path("/srv/folder")
    assert os.path.normpath(folder / path).startswith(f"{folder}/")
