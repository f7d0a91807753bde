import io
from contextlib import suppress
from pathlib import PurePath

import pytest

from holdfast.errors import FormatError, UsageError
from holdfast.formats.compressing import Compression, compressed, compression
from holdfast.formats.compression import open_content

TEXT = b">a\nACGTTGCA\n" * 50_000
PACKED = [kind for kind in Compression if kind is not Compression.PLAIN]


def packed(kind: Compression, threads: int = 1) -> bytes:
    file = io.BytesIO()
    with compressed(file, kind, threads) as sink:
        for at in range(0, len(TEXT), 10_000):
            sink.write(TEXT[at : at + 10_000])
    return file.getvalue()


@pytest.mark.parametrize("threads", [1, 3])
@pytest.mark.parametrize("kind", Compression)
def test_what_is_compressed_is_read_again(kind: Compression, threads: int) -> None:
    content = packed(kind, threads)
    with open_content(io.BytesIO(content)) as opened:
        assert opened.read(len(TEXT) + 1) == TEXT
    assert packed(kind, threads) == content


@pytest.mark.parametrize("kind", PACKED)
def test_an_error_leaves_a_file_that_is_seen_to_be_cut(kind: Compression) -> None:
    file = io.BytesIO()
    with suppress(KeyError), compressed(file, kind) as sink:
        for _ in range(8):
            sink.write(TEXT)
        raise KeyError
    content = file.getvalue()
    if kind is Compression.BGZIP:
        assert not content.endswith(packed(kind)[-28:])
    elif content:
        with pytest.raises(FormatError, match="cut short"), open_content(io.BytesIO(content)) as o:
            o.read(1 << 30)


@pytest.mark.parametrize(
    ("word", "name", "expected"),
    [
        (None, "x.fa", Compression.PLAIN),
        (None, "x.fa.gz", Compression.GZIP),
        (None, "x.fa.BGZ", Compression.BGZIP),
        (None, "x.zst", Compression.ZSTD),
        (None, "x.xz", Compression.XZ),
        (None, "x.bz2", Compression.BZIP2),
        ("none", "x.gz", Compression.PLAIN),
        ("bgzip", "x.fa.gz", Compression.BGZIP),
    ],
)
def test_the_kind_is_what_is_said_or_what_the_name_tells(
    word: str | None, name: str, expected: Compression
) -> None:
    assert compression(word, PurePath(name)) is expected
    assert compression(word, None) is (expected if word else Compression.PLAIN)


def test_an_unknown_kind_is_refused_with_the_nearest() -> None:
    with pytest.raises(UsageError, match=r"'gzib' is not a compression .*did you mean"):
        compression("gzib", None)
