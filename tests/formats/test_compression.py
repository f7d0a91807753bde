import gzip
import io
import subprocess
import threading
from pathlib import Path

import pytest
import zstandard

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
}


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


@pytest.mark.parametrize("form", ["gzip", "many members", "zstd", "zstd frames"])
@pytest.mark.parametrize("cut", [1, 5, 12])
def test_a_cut_stream_is_refused(form: str, cut: int) -> None:
    with (
        pytest.raises(FormatError, match="cut short"),
        open_content(io.BytesIO(FORMS[form][:-cut]), "x.fa") as content,
    ):
        content.read(1 << 30)


@pytest.mark.parametrize("form", ["gzip", "zstd"])
def test_what_stands_behind_the_end_is_refused(form: str) -> None:
    with (
        pytest.raises(FormatError, match="damaged"),
        open_content(io.BytesIO(FORMS[form] + b"garbage behind"), "x.fa") as content,
    ):
        content.read(1 << 30)


@pytest.mark.parametrize("form", ["gzip", "zstd"])
def test_a_damaged_stream_is_refused(form: str) -> None:
    content = bytearray(zstandard.ZstdCompressor(write_checksum=True).compress(TEXT))
    if form == "gzip":
        content = bytearray(gzip.compress(TEXT))
    content[-3] ^= 0x10
    with (
        pytest.raises(FormatError, match=r"x\.fa: .*damaged"),
        open_content(io.BytesIO(bytes(content)), "x.fa") as opened,
    ):
        opened.read(1 << 30)


@pytest.mark.parametrize(
    ("magic", "kind"),
    [(b"BZh91AY", "bzip2"), (b"\xfd7zXZ\x00\x00", "xz"), (b"PK\x03\x04..", "zip")],
)
def test_foreign_compressions_are_named(magic: bytes, kind: str) -> None:
    with pytest.raises(FormatError, match=kind), open_content(io.BytesIO(magic), "x"):
        pass


def test_a_missing_file_is_a_sentence(tmp_path: Path) -> None:
    with pytest.raises(FormatError, match="cannot be opened"), open_content(tmp_path / "none.fa"):
        pass


def test_a_file_the_disk_does_not_give_is_named() -> None:
    memory = Path("/proc/self/mem")  # opens well; its first byte cannot be read
    with pytest.raises(FormatError, match="/proc/self/mem: cannot be read"), open_content(memory):
        pass
