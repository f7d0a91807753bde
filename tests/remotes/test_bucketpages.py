"""Documents of buckets: read whatever is in them, asked for to the end."""

from collections.abc import Iterator
from urllib.parse import parse_qs, quote, urlsplit
from xml.sax.saxutils import escape

import pytest
from hypothesis import given
from hypothesis import strategies as st

from holdfast.errors import ListingFailed
from holdfast.remotes.bucketpages import bucket_root, is_bucket_page, question, read_bucket_page
from holdfast.remotes.interface import Everything, open_remote
from holdfast.remotes.rows import Kind
from holdfast.testing.remotes import HASTE, Only
from servers.scripted import Document, Handler, ScriptedServer


def document(
    keys: list[str], folders: list[str] | None = None, *, token: str = "", decode: bool = True
) -> bytes:
    """A bucket's answer."""
    write = quote if decode else escape
    contents = "".join(
        f"<Contents><Key>{write(key)}</Key><LastModified>2026-01-02T12:00:34.987Z</LastModified>"
        f'<ETag>"{number}"</ETag><Size>{number}</Size></Contents>'
        for number, key in enumerate(keys)
    )
    common = "".join(
        f"<CommonPrefixes><Prefix>{write(folder)}</Prefix></CommonPrefixes>"
        for folder in folders or ()
    )
    more = f"<NextContinuationToken>{token}</NextContinuationToken>" if token else ""
    encoding = "<EncodingType>url</EncodingType>" if decode else ""
    return (
        '<?xml version="1.0" encoding="UTF-8"?>\n'
        '<ListBucketResult xmlns="http://s3.amazonaws.com/doc/2006-03-01/">'
        f"<Name>b</Name>{encoding}<IsTruncated>{str(bool(token)).lower()}</IsTruncated>"
        f"{more}{contents}{common}</ListBucketResult>"
    ).encode()


def test_keys_tell_exact_sizes_times_and_tags() -> None:
    page = read_bucket_page(document(["v1/", "v1/a.fa", "v1/b c.fa"], ["v1/sub/"]), "v1/")
    facts = [(row.name, row.kind, row.size, str(row.modified), row.etag) for row in page.rows]
    assert facts == [
        ("a.fa", Kind.FILE, 1, "2026-01-02 12:00:34+00:00", '"1"'),
        ("b c.fa", Kind.FILE, 2, "2026-01-02 12:00:34+00:00", '"2"'),
        ("sub", Kind.FOLDER, None, "None", None),
    ]


@pytest.mark.parametrize(
    ("url", "root"),
    [
        ("https://b.s3.eu-west-1.amazonaws.com/v1/", "https://b.s3.eu-west-1.amazonaws.com/"),
        ("https://b.s3-eu-west-1.amazonaws.com/", "https://b.s3-eu-west-1.amazonaws.com/"),
        ("https://s3.amazonaws.com/b/v1/", "https://s3.amazonaws.com/b/"),
        ("https://s3.amazonaws.com/", ""),
        ("https://storage.googleapis.com/b/v1/", "https://storage.googleapis.com/b/"),
        ("https://b.storage.googleapis.com/v1/", "https://b.storage.googleapis.com/"),
        ("https://amazonaws.com.example.org/b/", ""),
        ("https://ftp.ncbi.nlm.nih.gov/genomes/", ""),
    ],
)
def test_hosts_of_buckets_are_known(url: str, root: str) -> None:
    assert bucket_root(url) == root


@pytest.mark.parametrize(
    "key", ["v1/../x", "v1//x", "other/x", "v1/a\nb", "v1/%FF", "v1/..", "v1/a\\b"]
)
def test_keys_that_could_leave_their_folder_are_no_rows(key: str) -> None:
    page = document([key], decode=False).replace(
        b"<Name>", b"<EncodingType>url</EncodingType><Name>"
    )
    assert read_bucket_page(page, "v1/").rows == []


def test_entities_are_not_expanded() -> None:
    bomb = b'<!DOCTYPE x [<!ENTITY a "aaaa">]>' + document(["a"])
    assert read_bucket_page(bomb, "").rows == []


@given(st.binary(max_size=300))
def test_whatever_comes_reading_does_not_fail(noise: bytes) -> None:
    whole = document(["a", "b"], token="t")
    is_bucket_page(noise)
    read_bucket_page(noise, "")
    read_bucket_page(whole[:250] + noise + whole[250:], "")


@given(st.lists(st.text(st.characters(exclude_categories=("Cs", "Cc")), min_size=1), unique=True))
def test_what_is_written_is_read(names: list[str]) -> None:
    keys = [f"p/{name}" for name in names if "/" not in name and name not in (".", "..")]
    rows = read_bucket_page(document(keys), "p/").rows
    assert {f"p/{row.name}" for row in rows} <= set(keys)
    plain = [key for key in keys if key[2:].isalnum()]
    assert set(plain) <= {f"p/{row.name}" for row in rows}


class BucketServer(ScriptedServer):
    """A bucket of 25 objects, ten names at a time."""

    rest = "next"
    keys = tuple(f"v1/{number:02}.fa" for number in range(25))


class BucketHandler(Handler):
    def do_GET(self) -> None:  # noqa: N802 - as the standard library has it
        server = self.server
        assert isinstance(server, BucketServer)
        asked = parse_qs(urlsplit(self.path).query)
        if self.path.startswith("/b/?list-type=2"):
            page = self._page(server, asked)
        elif self.path == "/b/":
            page = document([*server.keys], decode=False)
        else:
            return super().do_GET()
        return self.say(200, {"Content-Length": str(len(page))}, page)

    def _page(self, server: BucketServer, asked: dict[str, list[str]]) -> bytes:
        prefix = asked.get("prefix", [""])[0]
        if not prefix:
            return document([], ["v1/", "v2/"])
        if prefix != "v1/":
            return document([])
        start = int(asked.get("continuation-token", ["0"])[0].removeprefix(server.rest) or 0)
        more = f"{server.rest}{start + 10}" if start + 10 < len(server.keys) else ""
        return document([*server.keys[start : start + 10]], token=more)


@pytest.fixture
def bucket() -> Iterator[BucketServer]:
    """A server of one bucket."""
    server = BucketServer()
    server.RequestHandlerClass = BucketHandler
    with server:
        yield server


def test_a_bucket_is_listed_to_its_end_without_being_called_one(bucket: BucketServer) -> None:
    files = open_remote(f"{bucket.url}b/", HASTE).list(Everything()).files
    assert tuple(file.name for file in files) == bucket.keys
    assert (files[3].size, files[3].etag) == (3, '"3"')
    assert open_remote(f"{bucket.url}b/", HASTE).folders() == ("v1", "v2")
    bucket.documents["/b/v1/03.fa"] = Document(b"abc")
    assert files[3].url == f"{bucket.url}b/v1/03.fa"


def test_folders_of_a_bucket_that_nobody_wants_are_not_asked_for(bucket: BucketServer) -> None:
    assert len(open_remote(f"{bucket.url}b/", HASTE).list(Only("v1/07.fa")).files) == 1
    assert len(bucket.requests) == 0  # its own handler keeps no list


def test_a_bucket_that_never_comes_to_an_end_is_refused(bucket: BucketServer) -> None:
    class Endless(BucketHandler):
        def _page(self, server: BucketServer, asked: dict[str, list[str]]) -> bytes:
            return document(["v1/00.fa"] if "prefix" in asked else [], ["v1/"], token="same")

    bucket.RequestHandlerClass = Endless
    with pytest.raises(ListingFailed, match="a rest that never comes"):
        open_remote(f"{bucket.url}b/", HASTE).list(Everything())


def test_a_question_names_the_folder() -> None:
    assert question("http://h/b/", "http://h/b/a%2Bb/", "&marker=x").endswith(
        "&prefix=a%2Bb%2F&marker=x"
    )
