"""Each end has its cause and a sentence."""

from pathlib import Path
from typing import Any

import pytest

from holdfast.jobs.executors.attendance import endings

MIB = 2**20


def spec(folder: Path, memory: int | None = None) -> dict[str, Any]:
    return {
        "ticket": "t",
        "log": str(folder / "log"),
        "directory": str(folder),
        "memory": memory,
    }


def ended(
    folder: Path, code: int, *, words: str = "", memory: int | None = None, peak: int = 0
) -> tuple[str, str]:
    (folder / "log").write_text(f"{words}\n")
    usage = {"memory": peak}
    made = endings.document(
        spec(folder, memory), code=code, stopped=None, log_offset=0, usage=usage
    )
    return made["cause"], made["reason"]


@pytest.mark.parametrize(
    ("code", "words", "memory", "peak", "cause"),
    [
        (0, "out of memory", MIB, MIB, "well"),  # what ended well did
        (1, "", None, 9 * MIB, "exit"),  # no limit was met where there is none
        (1, "MemoryError", None, 0, "exit"),
        (1, "", 10 * MIB, 8 * MIB, "exit"),  # far from its limit
        (1, "", 10 * MIB, 9 * MIB, "memory"),  # near it
        (-9, "", 10 * MIB, 11 * MIB, "memory"),  # the system was quicker than we
        (1, "MemoryError", 10 * MIB, 0, "memory"),  # one allocation too large, refused
        (134, "terminate called after throwing 'std::bad_alloc'", 10 * MIB, 0, "memory"),
        (2, "sort: Cannot allocate memory", 10 * MIB, 0, "memory"),
        (1, "java.lang.OutOfMemoryError: Java heap space", 10 * MIB, 0, "memory"),
        (1, "no such file", 10 * MIB, 0, "exit"),
    ],
)
def test_the_cause_is_found(
    tmp_path: Path, code: int, words: str, memory: int | None, peak: int, cause: str
) -> None:
    assert ended(tmp_path, code, words=words, memory=memory, peak=peak)[0] == cause


def test_sentences_say_what_happened(tmp_path: Path) -> None:
    log = tmp_path / "log"
    assert ended(tmp_path, 0) == ("well", "")
    assert ended(tmp_path, 3, words="oh")[1] == f"the job ended with exit code 3: oh; see {log}"
    assert ended(tmp_path, -9)[1] == (
        "the job was ended by signal 9 (SIGKILL); perhaps the machine was short of memory; "
        f"see {log}"
    )
    assert "signal 99 (an unnamed one)" in ended(tmp_path, -99)[1]
    assert ended(tmp_path, 1, memory=16 * MIB, peak=16 * MIB)[1] == (
        f"it wanted more memory than its limit of 16 MiB, and ended with exit code 1; see {log}"
    )


def test_what_made_it_end_comes_before_how_it_did(tmp_path: Path) -> None:
    made = endings.document(
        spec(tmp_path), code=0, stopped=("time", endings.too_long(2.5)), log_offset=0, usage={}
    )
    assert (made["cause"], made["exit_code"]) == ("time", 0)
    assert made["reason"].startswith("it ran longer than its limit of 2.5 seconds; see ")


def test_a_full_disk_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(endings, "FULL", 2**80)
    assert f"; the disk of {tmp_path} is full; see" in ended(tmp_path, 1)[1]
