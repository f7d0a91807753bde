"""Locks that the kernel lets go of when their holder dies."""

import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest

from holdfast.base.locks import Held, exclusive, is_held

HOLD = (
    "import sys, time; from pathlib import Path\n"
    "from holdfast.base.locks import exclusive\n"
    "with exclusive(Path(sys.argv[1])):\n"
    "    print('held', flush=True); time.sleep(60)"
)


def test_a_second_process_is_told_who_holds_the_lock(tmp_path: Path) -> None:
    path = tmp_path / "lock"
    with subprocess.Popen(
        [sys.executable, "-c", HOLD, str(path)], stdout=subprocess.PIPE, text=True
    ) as holder:
        assert holder.stdout is not None
        holder.stdout.readline()
        assert is_held(path)
        with pytest.raises(Held, match=f"process {holder.pid}"), exclusive(path, wait=0.1):
            pass
        holder.kill()


def test_a_lock_dies_with_its_holder(tmp_path: Path) -> None:
    path = tmp_path / "lock"
    with subprocess.Popen(
        [sys.executable, "-c", HOLD, str(path)], stdout=subprocess.PIPE, text=True
    ) as holder:
        assert holder.stdout is not None
        holder.stdout.readline()
        holder.kill()
    with exclusive(path, wait=5):
        assert is_held(path)
    assert not is_held(path)


def test_a_lock_nobody_ever_took_is_free(tmp_path: Path) -> None:
    assert not is_held(tmp_path / "lock")


def test_a_lock_file_that_its_holder_removed_locks_nobody_out_and_lets_no_two_in(
    tmp_path: Path,
) -> None:
    path = tmp_path / "lock"
    inside, most, done = 0, 0, []

    def work() -> None:
        nonlocal inside, most
        for _ in range(60):
            with exclusive(path, wait=30):
                inside += 1
                most = max(most, inside)
                time.sleep(0.0002)
                inside -= 1
                path.unlink()
            done.append(1)

    threads = [threading.Thread(target=work) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert (most, len(done)) == (1, 180)
    assert not path.exists()
