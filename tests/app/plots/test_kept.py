"""What is kept comes back as it was or not at all, and never grows beyond what it may."""

import io
import os
import time
from collections.abc import Mapping
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from holdfast.app.plots.kept import KeptAlignments

KEY = {"target": [["a", "SQ.x"]], "preset": "asm5"}


@pytest.fixture
def kept(tmp_path: Path) -> KeptAlignments:
    return KeptAlignments(tmp_path / ".kept", 1 << 20)


def put(kept: KeptAlignments, members: Mapping[str, bytes], key: object = KEY) -> Path:
    """Keep `members`; the file they are in."""
    before = set(kept.folder.glob("*/*"))
    with kept.shelf(key) as shelf:
        shelf.keep({name: [lines] for name, lines in members.items()}, {"name": "none"})
    (new,) = set(kept.folder.glob("*/*")) - before
    return new


def got(kept: KeptAlignments, *names: str, key: object = KEY) -> dict[str, bytes]:
    with kept.shelf(key) as shelf:
        found = shelf.find(names)
        outputs = {name: io.BytesIO() for name in found}
        for name, lines in found.items():
            lines.copy_to(outputs[name])
        return {name: output.getvalue() for name, output in outputs.items()}


def test_what_is_kept_is_found_by_its_name_on_its_shelf(kept: KeptAlignments) -> None:
    put(kept, {"x": b"line 1\n", "y": b""})
    put(kept, {"z": b"line 3\n" * 100_000})
    assert got(kept, "x", "y", "z", "w") == {"x": b"line 1\n", "y": b"", "z": b"line 3\n" * 100_000}
    assert got(kept, "x", key={**KEY, "preset": "asm10"}) == {}


def test_the_newest_lines_count(kept: KeptAlignments) -> None:
    os.utime(put(kept, {"x": b"old\n", "y": b"old\n"}), (1, 1))
    put(kept, {"x": b"new\n"})
    assert got(kept, "x", "y") == {"x": b"new\n", "y": b"old\n"}


def test_no_byte_can_change_unnoticed(kept: KeptAlignments) -> None:
    members = {"x": b"some lines\n" * 50, "y": b"others\n"}
    whole = put(kept, members).read_bytes()
    shelf = next(kept.folder.iterdir())
    for place in range(len(whole)):
        file = shelf / "damaged.kept"
        for other in shelf.iterdir():
            other.unlink()
        file.write_bytes(whole[:place] + bytes([whole[place] ^ 0x10]) + whole[place + 1 :])
        found = got(kept, *members)
        assert found == {name: members[name] for name in found}
        assert not file.exists()


@given(cut=st.integers(0, 300), junk=st.binary(max_size=200))
def test_a_file_that_is_cut_or_foreign_is_removed(
    tmp_path_factory: pytest.TempPathFactory, cut: int, junk: bytes
) -> None:
    kept = KeptAlignments(tmp_path_factory.mktemp("kept"), 1 << 20)
    file = put(kept, {"x": b"some lines\n"})
    whole = file.read_bytes()
    for content in (whole[: max(0, len(whole) - 1 - cut)], junk):
        file.write_bytes(content)
        assert got(kept, "x") == {}
        assert not file.exists()


def test_what_was_not_used_for_longest_makes_room(tmp_path: Path) -> None:
    kept = KeptAlignments(tmp_path / ".kept", 3_000)
    files = []
    for number in range(4):
        file = put(kept, {str(number): os.urandom(900)}, key=number % 2)
        os.utime(file, (1_000 + number,) * 2)
        files.append(file)
    assert got(kept, "0", key=0)  # used now
    kept.make_room()
    assert [file.exists() for file in files] == [True, False, False, True]
    KeptAlignments(kept.folder, 0).make_room()
    assert list(kept.folder.glob("*/*")) == []


def test_what_kills_left_goes_after_a_day_and_so_do_empty_shelves(kept: KeptAlignments) -> None:
    file = put(kept, {"x": b"line\n"})
    shelf = file.parent
    fresh, old = shelf / ".tmp-fresh", shelf / ".tmp-old"
    empty = kept.folder / "empty"
    empty.mkdir()
    for each in (fresh, old):
        each.touch()
    kept.make_room()
    assert empty.exists()
    long_ago = time.time() - 100_000
    for each in (old, empty):
        os.utime(each, (long_ago, long_ago))
    kept.make_room()
    assert {each.name for each in shelf.iterdir()} == {".tmp-fresh", file.name}
    assert not empty.exists()


def test_what_somebody_else_kept_is_read(
    kept: KeptAlignments, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise PermissionError(1, "Operation not permitted")

    file = put(kept, {"x": b"line\n"})
    monkeypatch.setattr("os.utime", refuse)
    monkeypatch.setattr(Path, "unlink", refuse)
    assert got(kept, "x") == {"x": b"line\n"}
    KeptAlignments(kept.folder, 0).make_room()
    file.write_bytes(b"damaged")
    assert got(kept, "x") == {}


def test_what_is_open_stays_readable_when_another_process_makes_room(
    kept: KeptAlignments,
) -> None:
    put(kept, {"x": b"line\n"})
    with kept.shelf(KEY) as shelf:
        found = shelf.find(["x"])
        KeptAlignments(kept.folder, 0).make_room()
        output = io.BytesIO()
        found["x"].copy_to(output)
    assert output.getvalue() == b"line\n"
