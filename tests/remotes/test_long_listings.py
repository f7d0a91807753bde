"""A listing four times as long takes about four times as long, and not sixteen times."""

import time
from collections.abc import Callable

import pytest

from holdfast.remotes.bucketpages import read_bucket_page
from holdfast.remotes.ftplines import read_list, read_mlsd
from holdfast.remotes.manifests import read_manifest
from holdfast.remotes.pagejson import read_json
from holdfast.remotes.pages import read_page
from holdfast.remotes.rsynclines import read_rsync

READERS: dict[str, tuple[Callable[[bytes], object], str, str, str]] = {
    "page": (
        lambda page: read_page(page, "http://h/"),
        "<pre>", '<a href="{0}">{0}</a>  02-Jan-2026 12:00  77\n', "</pre>",
    ),
    "json": (read_json, "[", '{{"name":"{0}","type":"file","size":7}},\n', '{"name":"z"}]'),
    "mlsd": (read_mlsd, "", "type=file;size=7;modify=20260102120034; {0}\r\n", ""),
    "list": (read_list, "", "-rw-r--r--   1 ftp ftp   7 Jan  2 12:00 {0}\r\n", ""),
    "bucket": (
        lambda page: read_bucket_page(page, "").rows,
        "<ListBucketResult>", "<Contents><Key>{0}</Key><Size>7</Size></Contents>",
        "</ListBucketResult>",
    ),
    "rsync": (read_rsync, "", "-rw-r--r--  7 2026/01/02 12:00:34 {0}\n", ""),
    "list of files": (
        lambda text: read_manifest(text.decode(), "l", "http://h/"), "name\tsize\n", "{0}\t7\n", "",
    ),
}  # fmt: skip


@pytest.mark.parametrize("kind", READERS)
def test_the_time_grows_with_the_length_alone(kind: str) -> None:
    read, begin, line, end = READERS[kind]

    def seconds(count: int) -> float:
        lines = "".join(line.format(f"file{number:07}.fa") for number in range(count))
        text = f"{begin}{lines}{end}".encode()
        began = time.process_time()
        rows = read(text)
        assert isinstance(rows, list | tuple)
        assert len(rows) >= count
        return time.process_time() - began

    seconds(100)  # what is done once is done
    assert min(map(seconds, [12_000] * 2)) < 12 * max(seconds(3000), 0.005)


@pytest.mark.parametrize("noise", [b"<", b"<a ", b"&", b"<a href=x>", b"[", b"<!--", b"<a href='"])
def test_noise_without_end_is_read_in_bounded_time(noise: bytes) -> None:
    def seconds(count: int) -> float:
        page = noise * (count // len(noise))
        began = time.process_time()
        read_page(page, "http://h/")
        read_list(page)
        read_mlsd(page)
        read_rsync(page)
        read_bucket_page(page, "")
        read_json(page)
        return time.process_time() - began

    seconds(100)
    assert min(map(seconds, [200_000] * 2)) < 12 * max(seconds(50_000), 0.01)
