import bz2
import gzip
import io
import lzma
import subprocess
import threading
import zlib
from contextlib import suppress
from pathlib import Path

import pytest
import zstandard
from hypothesis import example, given
from hypothesis import strategies as st

from holdfast.errors import FormatError
from holdfast.formats.compression import open_content

TEXT = b">a\nACGT\n" * 5000


def bgzipped(content: bytes) -> bytes:
    """Members of 65,280 bytes each, then the empty one, as bgzip writes."""
    parts = [content[at : at + 65280] for at in range(0, len(content), 65280)]
    return b"".join(gzip.compress(part) for part in [*parts, b""])


FORMS = {
    "plain": TEXT,
    "gzip": gzip.compress(TEXT),
    "many members": bgzipped(TEXT),
    "zstd": zstandard.compress(TEXT),
    "zstd frames": zstandard.compress(TEXT[:99]) + zstandard.compress(TEXT[99:]),
    "bzip2": bz2.compress(TEXT),
    "bzip2 streams": bz2.compress(TEXT[:99]) + bz2.compress(b"") + bz2.compress(TEXT[99:]),
    "xz": lzma.compress(TEXT),
    "xz streams": lzma.compress(TEXT[:99]) + bytes(8) + lzma.compress(TEXT[99:]) + bytes(4),
}
CUT = ["gzip", "many members", "zstd", "zstd frames", "bzip2", "bzip2 streams", "xz"]


@pytest.mark.parametrize("form", FORMS)
def test_compression_is_recognised_by_the_first_bytes(form: str, tmp_path: Path) -> None:
    path = tmp_path / "name.that.tells.nothing"
    path.write_bytes(FORMS[form])
    with open_content(path) as content:
        assert content.read(len(TEXT) + 1) == TEXT
    with open_content(io.BytesIO(FORMS[form])) as content:
        assert b"".join(iter(lambda: content.read(1000), b"")) == TEXT


def test_a_pipe_that_gives_little_at_a_time_is_read_whole() -> None:
    child = subprocess.Popen(["cat"], stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    assert child.stdin is not None
    assert child.stdout is not None
    feeding = threading.Thread(
        target=lambda: (child.stdin.write(FORMS["gzip"]), child.stdin.close())
    )
    feeding.start()
    with child.stdout, open_content(child.stdout) as content:
        assert content.read(1 << 30) == TEXT
    feeding.join()
    child.wait()


@pytest.mark.parametrize("form", CUT)
@pytest.mark.parametrize("cut", [1, 5, 12])
def test_a_cut_stream_is_refused(form: str, cut: int) -> None:
    with (
        pytest.raises(FormatError, match="cut short"),
        open_content(io.BytesIO(FORMS[form][:-cut]), "x.fa") as content,
    ):
        content.read(1 << 30)


@pytest.mark.parametrize("form", ["gzip", "zstd", "bzip2", "xz"])
def test_what_stands_behind_the_end_is_refused(form: str) -> None:
    with (
        pytest.raises(FormatError, match="damaged"),
        open_content(io.BytesIO(FORMS[form] + b"garbage behind"), "x.fa") as content,
    ):
        content.read(1 << 30)


@pytest.mark.parametrize("form", ["gzip", "zstd", "bzip2", "xz"])
def test_a_damaged_stream_is_refused(form: str) -> None:
    content = bytearray(FORMS[form])
    if form == "zstd":
        content = bytearray(zstandard.ZstdCompressor(write_checksum=True).compress(TEXT))
    content[-3] ^= 0x10
    with (
        pytest.raises(FormatError, match=r"x\.fa: .*damaged"),
        open_content(io.BytesIO(bytes(content)), "x.fa") as opened,
    ):
        opened.read(1 << 30)


@pytest.mark.parametrize(
    ("magic", "kind"),
    [(b"PK\x03\x04..", "zip"), (b"7z\xbc\xaf\x27", "7z"), (b"\x1f\x9d\x90", "compress")],
)
def test_foreign_compressions_are_named(magic: bytes, kind: str) -> None:
    with pytest.raises(FormatError, match=kind), open_content(io.BytesIO(magic), "x"):
        pass


@pytest.mark.parametrize("form", FORMS)
def test_what_was_looked_at_is_read_again(form: str) -> None:
    with open_content(io.BytesIO(FORMS[form])) as content:
        assert content.peek(5) == TEXT[:5]
        assert content.peek(9000) == TEXT[:9000]
        assert content.peek(3) == TEXT[:3]
        assert content.read(20) == TEXT[:20]
        assert content.peek(1 << 30) == TEXT[20:]
        assert content.read(1 << 30) == TEXT[20:]
        assert content.peek(1) == b""


@pytest.mark.parametrize("form", CUT)
def test_a_break_met_while_looking_is_told_to_who_reads(form: str) -> None:
    with open_content(io.BytesIO(FORMS[form][:-12])) as content:
        seen = content.peek(1 << 30)
        assert TEXT.startswith(seen)
        assert content.read(len(seen)) == seen
        for _ in range(2):
            with pytest.raises(FormatError, match="cut short"):
                content.read(1)


def test_an_xz_that_wants_all_memory_is_refused() -> None:
    filters = [{"id": lzma.FILTER_LZMA2, "preset": 0, "dict_size": 1 << 20}]
    content = bytearray(lzma.compress(TEXT, filters=filters))
    content[16] = 40  # the dictionary's size in the block's header: 4 GiB
    content[20:24] = zlib.crc32(bytes(content[12:20])).to_bytes(4, "little")
    with (
        pytest.raises(FormatError, match=r"xz data are damaged.*[Mm]emory"),
        open_content(io.BytesIO(bytes(content)), "x.fa") as opened,
    ):
        opened.read(1)


@given(st.binary(max_size=300))
@example(b"")
def test_any_compressed_bytes_are_read_or_refused(content: bytes) -> None:
    for magic in (b"\x1f\x8b\x08\0", b"\x28\xb5\x2f\xfd", b"BZh9", b"\xfd7zXZ\0"):
        with suppress(FormatError), open_content(io.BytesIO(magic + content)) as opened:
            opened.read(1 << 20)


def test_a_missing_file_is_a_sentence(tmp_path: Path) -> None:
    with pytest.raises(FormatError, match="cannot be opened"), open_content(tmp_path / "none.fa"):
        pass


def test_a_file_the_disk_does_not_give_is_named() -> None:
    memory = Path("/proc/self/mem")  # opens well; its first byte cannot be read
    with pytest.raises(FormatError, match="/proc/self/mem: cannot be read"), open_content(memory):
        pass
