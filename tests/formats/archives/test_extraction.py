"""What comes out of archives is what went in, or one sentence; never anything else."""

import bz2
import errno
import gzip
import io
import lzma
import subprocess
import tarfile
import tracemalloc
import zipfile
from collections.abc import Iterator
from hashlib import sha256
from pathlib import Path

import pytest
import zstandard
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from formats.archives.packing import (
    PACKS,
    UNCHECKED,
    compress,
    link,
    sevenzipped,
    tar_with,
    tarred,
    zip_link,
    zipped,
)
from holdfast.errors import FormatError
from holdfast.formats.archives import limits as limits_module
from holdfast.formats.archives.extraction import Extracted, examine, extract
from holdfast.formats.archives.kinds import kind_by_name
from holdfast.formats.archives.limits import Limits

TEXT = b">chrI\n" + b"ACGTTGCA" * 3000 + b"\n"
NOISE = bytes(i * i % 251 for i in range(5000))
MIB = 1024**2
FEW = Limits(size=10**7)


def put(tmp_path: Path, name: str, content: bytes) -> Path:
    path = tmp_path / name
    path.write_bytes(content)
    return path


def out_of(path: Path, limits: Limits = FEW) -> tuple[dict[str, bytes], list[Extracted]]:
    """What is in the archive at `path`: as files, and as told."""
    folder = path.parent / "out"
    folder.mkdir(exist_ok=True)
    kind = kind_by_name(path.name)
    assert kind is not None
    told = list(extract(path, kind, folder, limits))
    files = (each for each in sorted(folder.rglob("*")) if each.is_file())
    return {each.relative_to(folder).as_posix(): each.read_bytes() for each in files}, told


def refusal(path: Path, limits: Limits = FEW) -> str:
    """The sentence with which `path` is refused, to be unpacked and to be read alike."""
    kind = kind_by_name(path.name)
    assert kind is not None
    with pytest.raises(FormatError) as caught:
        out_of(path, limits)
    assert str(caught.value).startswith(f"{path}: ")
    assert str(caught.value).isprintable()
    return caught.value.problem


@pytest.mark.parametrize("content", [b"", b"x", TEXT, NOISE * 300])
@pytest.mark.parametrize("name", PACKS)
def test_what_went_in_comes_out(tmp_path: Path, name: str, content: bytes) -> None:
    path = put(tmp_path, name, PACKS[name](content))
    told = Extracted("a.fa", len(content), sha256(content).hexdigest())
    assert out_of(path) == ({"a.fa": content}, [told])
    kind = kind_by_name(name)
    assert kind is not None
    assert examine(path, kind, FEW)


@pytest.mark.service("7zz")
def test_what_went_into_a_7z_comes_out(tmp_path: Path) -> None:
    members = {"a.fa": TEXT, "sub/é b": NOISE, "empty": b"", "sub/deep/*?.x": b"x"}
    for options in ([], ["-ms=off"], ["-m0=bzip2"], ["-mhc=off"]):
        path = put(tmp_path, "a.7z", sevenzipped(members, *options))
        (tmp_path / "out").mkdir()
        assert out_of(path)[0] == members
        subprocess.run(["rm", "-rf", str(tmp_path / "out")], check=True)


@pytest.mark.parametrize("name", [name for name in PACKS if name not in UNCHECKED])
@pytest.mark.parametrize("kept", [0, 1, 6, 0.3, 0.5, 0.95, -1])
def test_an_archive_that_is_cut_off_is_one_sentence(tmp_path: Path, name: str, kept: float) -> None:
    whole = PACKS[name](NOISE)
    end = int(len(whole) * kept) if isinstance(kept, float) else kept
    if name == "a.tar" and kept in {0.95, -1}:
        end = 5632  # what is missing at a tar's very end is padding
    refusal(put(tmp_path, name, whole[:end]))


@pytest.mark.service("7zz")
@pytest.mark.parametrize("kept", [0, 6, 0.5, -1])
def test_a_7z_that_is_cut_off_is_one_sentence(tmp_path: Path, kept: float) -> None:
    whole = sevenzipped({"a": NOISE})
    refusal(put(tmp_path, "a.7z", whole[: int(len(whole) * kept) if kept == 0.5 else int(kept)]))


@pytest.mark.parametrize("name", [name for name in PACKS if name not in {*UNCHECKED, "a.tar"}])
def test_a_flipped_bit_is_found(tmp_path: Path, name: str) -> None:
    if name in {"a.fa.zst", "a.tar.zst"}:  # python-zstandard writes no checksum unless asked
        content = tarred({"a.fa": NOISE}) if "tar" in name else NOISE
        whole = zstandard.ZstdCompressor(write_checksum=True).compress(content)
    else:
        whole = PACKS[name](NOISE)
    broken = bytearray(whole)
    broken[len(broken) // 2] ^= 16
    refusal(put(tmp_path, name, bytes(broken)))


def test_a_tar_that_ends_between_two_members_is_cut_off(tmp_path: Path) -> None:
    whole = tarred({"a": b"1", "b": b"2"})
    assert "the end is missing" in refusal(put(tmp_path, "a.tar", whole[:1024]))
    (tmp_path / "out/a").unlink()
    inside = gzip.compress(whole[:1024])
    assert "the end is missing" in refusal(put(tmp_path, "b.tar.gz", inside))


def test_a_broken_header_is_not_taken_for_the_end(tmp_path: Path) -> None:
    whole = bytearray(tarred({"a": b"1", "b": b"2"}))
    whole[1024 + 150] ^= 1
    assert "bad checksum" in refusal(put(tmp_path, "a.tar", bytes(whole)))


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("a.gz", b"<html><title>404 Not Found</title></html>"),
        ("a.gz", TEXT),
        ("a.gz", zipped({"a": b"1"})),
        ("a.zip", gzip.compress(b"1", mtime=0)),
        ("a.tar", TEXT),
        ("a.tar", b"short"),
        ("a.tar.gz", tarred({"a": b"1"})),
        ("a.Z", b"\x1f\xa0abc"),
        ("a.7z", b"7z is what it says"),
        ("a.xz", b""),
    ],
)
def test_a_file_that_is_not_what_its_name_says_is_one_sentence(
    tmp_path: Path, name: str, content: bytes
) -> None:
    kind = kind_by_name(name)
    assert kind is not None
    path = put(tmp_path, name, content)
    assert f"it is called {kind.word}" in refusal(path)
    with pytest.raises(FormatError, match="it is called"):
        examine(path, kind, FEW)


def test_a_tar_of_before_1988_has_no_mark_and_is_one(tmp_path: Path) -> None:
    header = bytearray(tarred({"a": b"old"}, tarfile.USTAR_FORMAT))
    header[257:265] = bytes(8)
    header[148:156] = b" " * 8
    header[148:156] = f"{sum(header[:512]):06o}\0 ".encode()
    assert out_of(put(tmp_path, "a.tar", bytes(header)))[0] == {"a": b"old"}


LINK = "a link or a device"


def encrypted_zip() -> bytes:
    """A zip that says that what is in it is encrypted."""
    content = bytearray(zipped({"a": b"1"}))
    content[6] |= 1  # the flag, in the file's own header and in the directory
    content[content.index(b"PK\x01\x02") + 8] |= 1
    return bytes(content)


ENCRYPTED = encrypted_zip()


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (tarred({"../out": b"x"}), "would leave its folder"),
        (tarred({"a/../../out": b"x"}), "would leave its folder"),
        (tarred({"/etc/out": b"x"}), "would leave its folder"),
        (tarred({"a\nb": b"x"}), "unprintable"),
        (tarred({"a\\b": b"x"}), "backslash"),
        (tarred({"caf\udce9": b"x"}), "unprintable"),
        (tar_with(link("l", tarfile.SYMTYPE)), LINK),
        (tar_with(link("l", tarfile.CHRTYPE)), LINK),
        (tar_with(link("l", tarfile.BLKTYPE)), LINK),
        (tar_with(link("l", tarfile.FIFOTYPE)), LINK),
        (tar_with(link("l", b"Q")), LINK),
        (tar_with(link("l", tarfile.LNKTYPE)), "would leave its folder"),
        (tar_with(link("l", tarfile.LNKTYPE, "../../x")), "would leave its folder"),
        (tar_with(link("l", tarfile.LNKTYPE, "later")), "not before it"),
        (tar_with(link("l", tarfile.LNKTYPE, "l")), "not before it"),
        (tarred({"a": b"1", "a/b": b"2"}), "twice, or as file and folder"),
        (tarred({"a": b"1", "a/b/c": b"2"}), "as a file and as a folder"),
        (tarred({"a/b": b"1", "a": b"2"}), "twice, or as file and folder"),
        (tarred({"a": b"1", "./a": b"2"}), "'a' twice"),
    ],
)
def test_a_hostile_tar_is_one_sentence(tmp_path: Path, content: bytes, sentence: str) -> None:
    assert sentence in refusal(put(tmp_path, "a.tar", content))
    assert {path.name for path in tmp_path.iterdir()} == {"a.tar", "out"}


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (zipped({"../out": b"x"}), "would leave its folder"),
        (zipped({"/etc/out": b"x"}), "would leave its folder"),
        (zip_link(), LINK),
    ],
)
def test_a_hostile_zip_is_one_sentence(tmp_path: Path, content: bytes, sentence: str) -> None:
    assert sentence in refusal(put(tmp_path, "a.zip", content))


@pytest.mark.service("7zz")
@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (lambda: sevenzipped({"a": b"1"}, links={"l": "/etc/passwd"}), LINK),
        (lambda: sevenzipped({"a": b"1"}, "-psecret"), "encrypted"),
        (lambda: sevenzipped({"a": b"1"}, "-psecret", "-mhe=on"), "it is encrypted"),
        (lambda: sevenzipped({"a\\b": b"1"}), "backslash"),
        (lambda: sevenzipped({"a": bytes(11 * MIB)}), "unpacks to more than 10,000,000 bytes"),
    ],
)
def test_a_hostile_7z_is_one_sentence(tmp_path: Path, content: object, sentence: str) -> None:
    assert callable(content)
    assert sentence in refusal(put(tmp_path, "a.7z", content()))
    assert {each.name for each in (tmp_path / "out").rglob("*")} <= {"a"}


@pytest.mark.service("7zz")
def test_a_newline_in_the_name_of_a_7z_forges_nothing(tmp_path: Path) -> None:
    forged = "a\nSize = 99999\n\nPath = ..\nSize = 1"
    path = put(tmp_path, "a.7z", sevenzipped({forged: b"x" * 9, "b": b"2"}))
    kind = kind_by_name("a.7z")
    assert kind is not None
    try:
        files, _ = out_of(path)
    except FormatError:
        files = {}
    assert b"x" * 9 in files.values() or not files
    assert {each.name for each in tmp_path.iterdir()} == {"a.7z", "out"}


def test_an_encrypted_zip_is_one_sentence(tmp_path: Path) -> None:
    assert "encrypted" in refusal(put(tmp_path, "a.zip", ENCRYPTED))


def test_a_hard_link_to_an_earlier_member_is_the_same_file(tmp_path: Path) -> None:
    content = tar_with(link("sub/b", tarfile.LNKTYPE, "./a"), before={"a": b"one"})
    files, told = out_of(put(tmp_path, "a.tar", content))
    assert files == {"a": b"one", "sub/b": b"one"}
    assert told[1] == Extracted("sub/b", 3, told[0].sha256)
    assert (tmp_path / "out/a").samefile(tmp_path / "out/sub/b")


def test_names_that_differ_in_case_are_two_names(tmp_path: Path) -> None:
    files, _ = out_of(put(tmp_path, "a.tar", tarred({"README": b"1", "Readme": b"2"})))
    assert files == {"README": b"1", "Readme": b"2"}


def test_an_archive_in_an_archive_is_a_file(tmp_path: Path) -> None:
    inner = gzip.compress(b"1")
    assert out_of(put(tmp_path, "a.tar", tarred({"b.gz": inner})))[0] == {"b.gz": inner}


def test_folders_and_their_modes_are_passed_over(tmp_path: Path) -> None:
    folder = tarfile.TarInfo("sub")
    folder.type, folder.mode = tarfile.DIRTYPE, 0
    content = tar_with(folder, before={"sub/a": b"1"})
    assert out_of(put(tmp_path, "a.tar", content))[0] == {"sub/a": b"1"}
    mode = (tmp_path / "out/sub/a").stat().st_mode
    assert mode & 0o7777 == 0o444


def test_no_member_is_ever_set_uid(tmp_path: Path) -> None:
    made = io.BytesIO()
    with tarfile.open(fileobj=made, mode="w") as archive:
        facts = tarfile.TarInfo("a")
        facts.mode, facts.uid = 0o6777, 0
        archive.addfile(facts)
    out_of(put(tmp_path, "a.tar", made.getvalue()))
    assert (tmp_path / "out/a").stat().st_mode & 0o7777 == 0o444


# -- bombs -----------------------------------------------------------------------------------------


def sparse_tar(size: int) -> bytes:
    """A tar whose one member announces `size` bytes and has none: all is a hole."""
    header = tarfile.TarInfo("hole")
    header.pax_headers = {
        "GNU.sparse.major": "0",
        "GNU.sparse.minor": "1",
        "GNU.sparse.name": "hole",
        "GNU.sparse.size": str(size),
        "GNU.sparse.map": f"{size},0",
    }
    made = io.BytesIO()
    with tarfile.open(fileobj=made, mode="w", format=tarfile.PAX_FORMAT) as archive:
        archive.addfile(header)
    return made.getvalue()


BIG = bytes(11 * MIB)
BOMBS = {
    "a.gz": lambda: gzip.compress(BIG),
    "a.bz2": lambda: bz2.compress(BIG),
    "a.xz": lambda: lzma.compress(BIG),
    "a.zst": lambda: zstandard.compress(BIG),
    "a.Z": lambda: compress(BIG[: 2 * MIB]),  # each of our blocks costs a reader a table
    "a.zip": lambda: zipped({"a": bytes(6 * MIB), "b": bytes(6 * MIB)}),
    "a.tar": lambda: tarred({"a": BIG}),
    "b.tar": lambda: sparse_tar(10**15),
    "a.tar.gz": lambda: gzip.compress(tarred({"a": bytes(6 * MIB), "b": bytes(6 * MIB)})),
    "a.tar.xz": lambda: lzma.compress(tarred({"a": BIG})),
    "a.tar.zst": lambda: zstandard.compress(tarred({"a": BIG})),
    "a.tar.bz2": lambda: bz2.compress(tarred({"a": BIG})),
}


@pytest.mark.parametrize("name", BOMBS)
def test_a_bomb_is_refused_when_it_has_come_to_the_limit(tmp_path: Path, name: str) -> None:
    limit = Limits(size=10**6) if name == "a.Z" else FEW
    assert "raise the setting unpack_limit" in refusal(put(tmp_path, name, BOMBS[name]()), limit)
    written = sum(each.stat().st_size for each in (tmp_path / "out").rglob("*"))
    assert written <= limit.size


@pytest.mark.parametrize("name", [name for name in BOMBS if name != "b.tar"])
def test_a_bomb_takes_no_memory(tmp_path: Path, name: str) -> None:
    path = put(tmp_path, name, BOMBS[name]())
    tracemalloc.start()
    try:
        refusal(path, Limits(size=10**6) if name == "a.Z" else FEW)
        assert tracemalloc.get_traced_memory()[1] < 16 * MIB  # xz's own window is 8
    finally:
        tracemalloc.stop()


def test_a_member_that_announces_too_much_is_not_begun(tmp_path: Path) -> None:
    refusal(put(tmp_path, "a.tar", sparse_tar(10**15)))
    assert not any((tmp_path / "out").iterdir())


def test_what_is_bound_by_its_ratio_says_so(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = put(tmp_path, "a.xz", lzma.compress(bytes(4 * MIB)))
    assert out_of(path, Limits(ratio=100))[1][0].size == 4 * MIB  # small enough for any ratio
    (tmp_path / "out/a").unlink()
    monkeypatch.setattr(limits_module, "ALWAYS", MIB)
    assert "raise the setting unpack_ratio" in refusal(path, Limits(ratio=100))


@pytest.mark.parametrize("name", ["a.tar", "a.zip"])
def test_too_many_files_are_refused(tmp_path: Path, name: str) -> None:
    members = {f"f{number}": b"" for number in range(101)}
    pack = tarred if name == "a.tar" else zipped
    sentence = refusal(put(tmp_path, name, pack(members)), Limits(files=100))
    assert "more than 100 files" in sentence
    assert "unpack_files" in sentence


@pytest.mark.parametrize("kind", [tarfile.GNUTYPE_LONGNAME, tarfile.XHDTYPE, tarfile.XGLTYPE])
def test_a_tar_of_endless_headers_is_refused_in_little_memory(tmp_path: Path, kind: bytes) -> None:
    header = tarfile.TarInfo("long")
    header.type, header.size = kind, 40 * MIB
    path = tmp_path / "a.tar.gz"
    with gzip.open(path, "wb", 1) as file:
        file.write(header.tobuf(tarfile.GNU_FORMAT))
        for _ in range(40):
            file.write(b"\0" * MIB)
    tracemalloc.start()
    try:
        assert "headers are too large" in refusal(path, Limits())
        assert tracemalloc.get_traced_memory()[1] < 30 * MIB
    finally:
        tracemalloc.stop()


def test_very_many_members_take_no_memory(tmp_path: Path) -> None:
    path = put(tmp_path, "a.tar.gz", gzip.compress(tarred({f"d{n}": b"" for n in range(5_000)})))
    kind = kind_by_name(path.name)
    assert kind is not None
    tracemalloc.start()
    try:
        examine(path, kind, FEW)
        assert tracemalloc.get_traced_memory()[1] < 2 * MIB
    finally:
        tracemalloc.stop()


# -- the disk --------------------------------------------------------------------------------------


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A file system of 1 MiB."""
    folder = tmp_path / "disk"
    folder.mkdir()
    command = ["mount", "-t", "tmpfs", "-o", "size=1m", "tmpfs", str(folder)]
    subprocess.run(command, check=True)
    yield folder
    subprocess.run(["umount", "--lazy", str(folder)], check=True)


@pytest.mark.root
@pytest.mark.parametrize("name", ["a.fa.gz", "a.tar.gz", "a.zip", "a.fa.Z"])
def test_a_full_disk_is_the_disks_fault(tmp_path: Path, small_disk: Path, name: str) -> None:
    path = put(tmp_path, name, PACKS[name](NOISE * 420))
    kind = kind_by_name(name)
    assert kind is not None
    (small_disk / "ballast").write_bytes(bytes(MIB - 64 * 1024))
    if "tar" in name or "zip" in name:  # it says before how much there is
        with pytest.raises(FormatError, match="does not fit"):
            list(extract(path, kind, small_disk, Limits()))
        assert {each.name for each in small_disk.iterdir()} == {"ballast"}
    else:
        with pytest.raises(OSError, match="No space") as caught:
            list(extract(path, kind, small_disk, Limits()))
        assert caught.value.errno == errno.ENOSPC


@pytest.mark.root
def test_a_reserve_of_the_disk_stays_free(
    tmp_path: Path, small_disk: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(limits_module, "LOOK_EVERY", 0)
    path = put(tmp_path, "a.fa.gz", gzip.compress(bytes(MIB - 4096)))
    kind = kind_by_name(path.name)
    assert kind is not None
    (small_disk / "ballast").write_bytes(bytes(300 * 1024))
    with pytest.raises(FormatError, match="disk_reserve"):
        list(extract(path, kind, small_disk, Limits(reserve=800 * 1024)))


def test_an_archive_that_cannot_be_read_is_the_disks_fault(tmp_path: Path) -> None:
    kind = kind_by_name("a.gz")
    assert kind is not None
    with pytest.raises(FileNotFoundError):
        examine(tmp_path / "a.gz", kind, FEW)


# -- anything --------------------------------------------------------------------------------------

HEADS = {
    "gz": b"\x1f\x8b\x08\0\0\0\0\0\0\xff",
    "bz2": b"BZh9",
    "xz": b"\xfd7zXZ\x00",
    "zst": b"\x28\xb5\x2f\xfd",
    "Z": b"\x1f\x9d\x90",
    "zip": b"PK\x03\x04",
    "tar": b"",
    "tgz": gzip.compress(b""),
}


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.binary(max_size=1500), st.sampled_from(sorted(HEADS)))
def test_any_bytes_are_an_archive_or_one_sentence(
    tmp_path: Path, content: bytes, suffix: str
) -> None:
    kind = kind_by_name(f"any.{suffix}")
    assert kind is not None
    for found in (content, HEADS[suffix] + content):
        path = put(tmp_path, f"any.{suffix}", found)
        try:
            examine(path, kind, FEW)
        except FormatError:
            continue


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.sampled_from(sorted(set(PACKS) - set(UNCHECKED))), st.data())
def test_a_changed_byte_gives_the_same_files_or_one_sentence(
    tmp_path: Path, name: str, data: st.DataObject
) -> None:
    whole = bytearray(PACKS[name](TEXT))
    place = data.draw(st.integers(0, len(whole) - 1))
    whole[place] ^= data.draw(st.integers(1, 255))
    path, kind = put(tmp_path, name, bytes(whole)), kind_by_name(name)
    assert kind is not None
    out = tmp_path / "out"
    subprocess.run(["rm", "-rf", str(out)], check=True)
    out.mkdir()
    try:
        told = list(extract(path, kind, out, FEW))
    except FormatError:
        return
    for each in told:
        written = (out / each.name).read_bytes()
        assert (len(written), sha256(written).hexdigest()) == (each.size, each.sha256)
    assert not any(each.is_symlink() for each in out.rglob("*"))


def test_a_zip_whose_members_overlap_is_refused_or_bounded(tmp_path: Path) -> None:
    """Fifield's bomb: many directory entries that share one body."""
    whole = zipped({"a": bytes(10**6)})
    with zipfile.ZipFile(io.BytesIO(whole)) as archive:
        start = archive.start_dir
    entry = whole[start : whole.index(b"PK\x05\x06")]
    entries = b"".join(entry[:46] + f"{n:x}"[-1:].encode() + entry[47:] for n in range(15))
    end = bytearray(whole[whole.index(b"PK\x05\x06") :])
    end[8:12] = (15).to_bytes(2, "little") * 2
    end[12:16] = len(entries).to_bytes(4, "little")
    refusal(put(tmp_path, "a.zip", whole[:start] + entries + bytes(end)))
    assert sum(each.stat().st_size for each in (tmp_path / "out").iterdir()) <= 10**7


@pytest.mark.parametrize(
    ("name", "content", "whole"),
    [
        ("a.tar", tar_with(link("l", tarfile.SYMTYPE), before={"a": b"1"}), True),
        ("a.tar", tarred({"../a": b"1"}), True),
        ("a.tar", tarred({"a": bytes(11 * MIB)}), False),
        ("a.zip", zip_link(), True),
        ("a.zip", ENCRYPTED, False),
    ],
)
def test_what_nobody_unpacks_need_only_be_whole(
    tmp_path: Path, name: str, content: bytes, whole: bool
) -> None:
    kind = kind_by_name(name)
    assert kind is not None
    assert examine(put(tmp_path, name, content), kind, FEW) is whole


def test_without_its_program_a_7z_is_not_known_to_be_whole(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", "")
    path = put(tmp_path, "a.7z", b"7z\xbc\xaf\x27\x1c rest")
    kind = kind_by_name(path.name)
    assert kind is not None
    assert not examine(path, kind, FEW)
    assert "install it (Debian's package 7zip)" in refusal(path)
