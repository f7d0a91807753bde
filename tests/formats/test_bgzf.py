import gzip
import io
import subprocess
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from random import Random

import pysam
import pytest
from hypothesis import given
from hypothesis import strategies as st

from holdfast.errors import FormatError
from holdfast.formats.bgzf import END, FILE_BLOCK, TEXT_BLOCK, BgzfReader, BgzfWriter

RANDOM = Random(5)
TEXT = b"".join(b"%d %x\n" % (n, RANDOM.getrandbits(64)) for n in range(200_000))  # 90 blocks


def packed(text: bytes, threads: int = 2, step: int = 1 << 20) -> tuple[bytes, bytes]:
    """`text` as BGZF, written `step` bytes at a time, and its index."""
    file = io.BytesIO()
    with BgzfWriter(file, threads) as writer:
        for at in range(0, len(text), step):
            writer.write(text[at : at + step])
    return file.getvalue(), writer.gzi()


@pytest.fixture(scope="module")
def file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """TEXT, packed, with its index beside."""
    path = tmp_path_factory.mktemp("bgzf") / "text.bgz"
    content, gzi = packed(TEXT)
    path.write_bytes(content)
    path.with_suffix(".bgz.gzi").write_bytes(gzi)
    return path


def index_of(path: Path) -> Path:
    return path.with_suffix(".bgz.gzi")


@pytest.mark.parametrize("threads", [1, 4])
@pytest.mark.parametrize("step", [777, TEXT_BLOCK, 1 << 22])
def test_what_is_written_is_what_gzip_reads(threads: int, step: int) -> None:
    content, _ = packed(TEXT, threads, step)
    assert gzip.decompress(content) == TEXT
    assert content.endswith(END)


def test_the_same_text_gives_the_same_bytes_however_it_is_written() -> None:
    assert packed(TEXT, 1, 1000) == packed(TEXT, 3, 1 << 22)


@pytest.mark.parametrize("size", [0, 1, TEXT_BLOCK, TEXT_BLOCK + 1, 3 * TEXT_BLOCK])
def test_any_size_is_whole_again(size: int, tmp_path: Path) -> None:
    text = TEXT[:size]
    content, gzi = packed(text)
    assert gzip.decompress(content) == text
    assert len(gzi) == 8 + 16 * max(0, (size - 1) // TEXT_BLOCK)
    path = tmp_path / "x.bgz"
    path.write_bytes(content)
    with BgzfReader(path) as reader:
        assert reader.size == size
        assert reader.read(0, size + 1) == text


def test_what_cannot_be_made_shorter_stays_within_a_block() -> None:
    noise = Random(1).randbytes(300_000)
    content, _ = packed(noise)
    assert gzip.decompress(content) == noise
    assert len(content) < len(noise) + 40 * 6


def test_pysam_reads_what_we_write(file: Path) -> None:
    with pysam.BGZFile(str(file)) as opened:
        assert opened.read(len(TEXT) + 1) == TEXT


@pytest.mark.service("bgzip")
def test_bgzip_takes_our_file_and_makes_the_same_index(file: Path, tmp_path: Path) -> None:
    subprocess.run(["bgzip", "--test", file], check=True)
    made = tmp_path / "made.gzi"
    subprocess.run(["bgzip", "--reindex", "--index-name", made, file], check=True)
    assert made.read_bytes() == index_of(file).read_bytes()
    part = subprocess.run(["bgzip", "-b", "3000000", "-s", "50", file], check=True, stdout=-1)
    assert part.stdout == TEXT[3_000_000:3_000_050]


@pytest.mark.service("bgzip")
@pytest.mark.parametrize("size", [10, TEXT_BLOCK, len(TEXT)])
@pytest.mark.parametrize("indexed", [True, False])
def test_what_bgzip_writes_is_read(size: int, indexed: bool, tmp_path: Path) -> None:
    path = tmp_path / "x"
    path.write_bytes(TEXT[:size])
    subprocess.run(["bgzip", "--index", path], check=True)
    gzi = tmp_path / "x.gz.gzi" if indexed else None
    with BgzfReader(tmp_path / "x.gz", gzi) as reader:
        assert reader.size == size
        assert reader.read(0, size) == TEXT[:size]
        assert reader.read(size - 5, 100) == TEXT[size - 5 : size]


@pytest.mark.parametrize("indexed", [True, False])
@given(st.integers(0, len(TEXT) + 10), st.integers(0, 3 * TEXT_BLOCK))
def test_any_slice_is_that_of_the_text(file: Path, indexed: bool, offset: int, size: int) -> None:
    with BgzfReader(file, index_of(file) if indexed else None) as reader:
        assert reader.read(offset, size) == TEXT[offset : offset + size]


def test_many_threads_read_at_once(file: Path) -> None:
    random = Random(2)
    places = [random.randrange(len(TEXT)) for _ in range(3000)]
    with BgzfReader(file, index_of(file)) as reader, ThreadPoolExecutor(8) as pool:
        found = list(pool.map(lambda at: reader.read(at, 500), places))
    assert found == [TEXT[at : at + 500] for at in places]


def test_empty_blocks_between_are_passed_over(tmp_path: Path) -> None:
    path = tmp_path / "joined.bgz"
    path.write_bytes(packed(b"first")[0] + packed(b"")[0] + packed(b"second")[0])
    with BgzfReader(path) as reader:
        assert reader.read(0, 100) == b"firstsecond"
        assert reader.read(4, 2) == b"ts"


def test_other_extra_fields_are_passed_over(tmp_path: Path) -> None:
    content = packed(b"text")[0]
    block = content[: -len(END)]
    size = len(block) + 9
    extra = b"XY\x05\x00vwxyz" + b"BC\x02\x00" + (size - 1).to_bytes(2, "little")
    path = tmp_path / "x.bgz"
    path.write_bytes(block[:10] + len(extra).to_bytes(2, "little") + extra + block[18:] + END)
    assert gzip.decompress(path.read_bytes()) == b"text"
    with BgzfReader(path) as reader:
        assert reader.read(1, 3) == b"ext"


def test_leaving_by_an_error_leaves_the_file_without_its_end() -> None:
    file = io.BytesIO()

    def broken(writer: BgzfWriter) -> None:
        with writer:
            writer.write(TEXT)
            raise KeyError

    with pytest.raises(KeyError):
        broken(BgzfWriter(file))
    assert not file.getvalue().endswith(END)


@pytest.mark.parametrize(
    ("content", "problem"),
    [
        (b"", "does not end as BGZF does"),
        (gzip.compress(TEXT, mtime=0), "does not end as BGZF does"),
        (packed(TEXT)[0][: -len(END)], "cut short"),
        (packed(TEXT)[0][:-5], "cut short"),
        (b"not compressed" + END, "is no BGZF block"),
        (gzip.compress(b"ab", mtime=0) + END, "is no BGZF block"),
        (packed(TEXT)[0][:100_000] + END, "is "),
    ],
)
def test_what_is_no_bgzf_is_refused(content: bytes, problem: str, tmp_path: Path) -> None:
    path = tmp_path / "x.bgz"
    path.write_bytes(content)
    with pytest.raises(FormatError, match=problem):
        BgzfReader(path)


def test_a_damaged_block_is_refused_and_the_others_are_read(file: Path, tmp_path: Path) -> None:
    content = bytearray(file.read_bytes())
    content[5000] ^= 1
    path = tmp_path / "x.bgz"
    path.write_bytes(content)
    with BgzfReader(path) as reader:
        assert reader.read(TEXT_BLOCK, 9) == TEXT[TEXT_BLOCK : TEXT_BLOCK + 9]
        with pytest.raises(FormatError, match="the block at byte 0 is damaged"):
            reader.read(0, 5)


def test_a_block_that_unpacks_to_more_than_it_may_is_refused(tmp_path: Path) -> None:
    bomb = gzip.compress(b"\0" * 10_000_000)[10:]
    size = 18 + len(bomb)
    path = tmp_path / "x.bgz"
    head = END[:16] + (size - 1).to_bytes(2, "little")
    path.write_bytes(head + bomb[:-4] + (100).to_bytes(4, "little") + END)
    assert size < FILE_BLOCK
    with BgzfReader(path) as reader, pytest.raises(FormatError, match="damaged"):
        reader.read(0, 5)


@pytest.mark.parametrize(
    "gzi", [b"", b"12345678", (5).to_bytes(8, "little"), b"\xff" * 24, b"\1" + b"\0" * 23]
)
def test_a_strange_index_is_refused(file: Path, gzi: bytes, tmp_path: Path) -> None:
    index = tmp_path / "x.gzi"
    index.write_bytes(gzi)
    with pytest.raises(FormatError, match=r"x\.gzi: is no \.gzi index"):
        BgzfReader(file, index)


def test_the_index_of_another_file_is_noticed(file: Path, tmp_path: Path) -> None:
    other = tmp_path / "x.gzi"
    other.write_bytes(packed(TEXT[7:].upper())[1])
    with pytest.raises(FormatError, match=r"block|another file"), BgzfReader(file, other) as reader:
        reader.read(0, len(TEXT))


@given(st.binary(max_size=200), st.integers(0, 27), st.binary(max_size=60))
def test_any_bytes_are_bgzf_or_a_format_error(
    tmp_path_factory: pytest.TempPathFactory, content: bytes, kept: int, gzi: bytes
) -> None:
    folder = tmp_path_factory.getbasetemp()
    path, index = folder / "any.bgz", folder / "any.gzi"
    index.write_bytes((len(gzi) // 16).to_bytes(8, "little") + gzi[: len(gzi) // 16 * 16])
    for text in (content + END, END[:kept] + content + END, packed(content)[0]):
        path.write_bytes(text)
        for beside in (None, index):
            try:
                with BgzfReader(path, beside) as reader:
                    assert len(reader.read(0, 100)) <= 100
            except FormatError:
                continue


@given(st.data())
def test_any_damage_is_noticed(file: Path, tmp_path_factory: pytest.TempPathFactory, data) -> None:  # type: ignore[no-untyped-def]  # hypothesis' data object
    content = bytearray(packed(TEXT[:200_000])[0])
    at = data.draw(st.integers(0, len(content) - 1))
    content[at] ^= 1 << data.draw(st.integers(0, 7))
    path = tmp_path_factory.getbasetemp() / "damaged.bgz"
    path.write_bytes(content)
    try:
        with BgzfReader(path) as reader:
            assert reader.read(0, 300_000) == TEXT[:200_000]  # a byte that says nothing: its time
    except FormatError:
        pass


def test_a_missing_file_is_a_sentence(tmp_path: Path) -> None:
    with pytest.raises(FormatError, match="cannot be opened"):
        BgzfReader(tmp_path / "none.bgz")
