"""Space on a disk is reserved as long as who reserved it lives."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from holdfast.base.reservations import NoRoom, look, reserved

HOLDER = """
import sys
from pathlib import Path
from holdfast.base.reservations import reserved
with reserved(Path(sys.argv[1]), Path(sys.argv[1]), int(sys.argv[2])):
    print("held", flush=True)
    sys.stdin.read()
"""


def test_what_is_reserved_is_not_to_be_had_by_others(tmp_path: Path) -> None:
    held, free = tmp_path / "held", look(tmp_path, tmp_path).free
    with reserved(held, tmp_path, free // 2) as mine:
        assert look(held, tmp_path).reserved == free // 2
        with pytest.raises(NoRoom) as short, reserved(held, tmp_path, free // 2 + 2**30):
            pass
        assert short.value.disk.reserved == free // 2
        mine.shrink(10)
        assert look(held, tmp_path).reserved == 10
        with reserved(held, tmp_path, free // 2):
            assert look(held, tmp_path).reserved == free // 2 + 10
    assert look(held, tmp_path).reserved == 0
    assert [path.name for path in held.iterdir()] == ["turn"]


def test_what_is_to_stay_free_is_left(tmp_path: Path) -> None:
    free = look(tmp_path, tmp_path).free
    with pytest.raises(NoRoom), reserved(tmp_path / "held", tmp_path, 1, leave=free * 2):
        pass


def test_what_a_killed_process_reserved_is_free_again(tmp_path: Path) -> None:
    held = tmp_path / "held"
    words = [sys.executable, "-c", HOLDER, str(held), "12345"]
    held.mkdir()
    with subprocess.Popen(words, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as holder:
        assert holder.stdout is not None
        assert holder.stdout.readline() == b"held\n"
        assert look(held, tmp_path).reserved == 12345
        os.kill(holder.pid, signal.SIGKILL)
    assert look(held, tmp_path).reserved == 0
    assert [path.name for path in held.iterdir()] == ["turn"]


@pytest.mark.parametrize("text", [b"", b"{", b"[]", b'{"device": 1}', b"\xff"])
def test_what_makes_no_sense_reserves_nothing(tmp_path: Path, text: bytes) -> None:
    held = tmp_path / "held"
    with reserved(held, tmp_path, 5):
        (file,) = held.glob("*-*")
        file.write_bytes(text)
        assert look(held, tmp_path).reserved == 0
