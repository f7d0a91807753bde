"""
What buckets of S3, and what speaks like them, answer when asked what they hold.

Documents are XML (ListObjectsV2 of the S3 API, and the older ListObjects): keys with exact sizes,
times in UTC and tags; names of what is below; and, when there is more, how to ask for the rest. A
document may be anything; reading it never fails, and one that defines entities is not read.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from io import BytesIO
from urllib.parse import quote, unquote, urlencode, urlsplit
from xml.etree.ElementTree import Element, ParseError, iterparse  # entities are refused below

from holdfast.remotes.rows import Kind, Row, plain_segment

BEGINNING = 1000  #: bytes in which a document shows what it is
VIRTUAL = (".s3.", ".s3-")  #: in host names that begin with the bucket's name
BY_PATH = ("s3.", "s3-")  #: begins of host names under which the bucket is the first folder


@dataclass(frozen=True, slots=True)
class BucketPage:
    """One answer."""

    rows: list[Row]
    rest: str  #: the part of a query that asks for the rest; "" when this was all


def is_bucket_page(page: bytes) -> bool:
    """Whether `page` is such a document."""
    beginning = page[:BEGINNING].lstrip(b"\xef\xbb\xbf \t\r\n")
    return beginning.startswith((b"<?xml", b"<ListBucketResult")) and (
        b"<ListBucketResult" in beginning
    )


def bucket_root(url: str) -> str:
    """Where the bucket of `url` begins, when the host is known for buckets; "" when not.

    >>> bucket_root("https://genomes.s3.amazonaws.com/v1/"), bucket_root("https://example.org/a/")
    ('https://genomes.s3.amazonaws.com/', '')
    >>> bucket_root("https://s3.eu-west-1.amazonaws.com/genomes/v1/")
    'https://s3.eu-west-1.amazonaws.com/genomes/'
    """
    parts = urlsplit(url)
    host, root = parts.hostname or "", f"{parts.scheme}://{parts.netloc}/"
    first = parts.path.split("/")[1] if parts.path.count("/") > 1 else ""
    if host == "storage.googleapis.com" or (
        host.endswith(".amazonaws.com") and host.startswith(BY_PATH)
    ):
        return f"{root}{first}/" if first else ""
    if host.endswith(".storage.googleapis.com") or (
        host.endswith(".amazonaws.com") and any(mark in host for mark in VIRTUAL)
    ):
        return root
    return ""


def question(root: str, folder: str, rest: str) -> str:
    """The URL that asks the bucket at `root` for what is in `folder` (a URL below it).

    >>> question("http://h/b/", "http://h/b/two%20words/", "")
    'http://h/b/?list-type=2&delimiter=%2F&encoding-type=url&prefix=two%20words%2F'
    """
    asked = {"list-type": "2", "delimiter": "/", "encoding-type": "url"}
    asked["prefix"] = unquote(folder[len(root) :])
    return f"{root}?{urlencode(asked, quote_via=quote, safe='')}{rest}"


def read_bucket_page(page: bytes, prefix: str) -> BucketPage:
    """The rows directly below `prefix`, and how to ask for the rest."""
    if b"<!DOCTYPE" in page or b"<!ENTITY" in page:
        return BucketPage([], "")
    rows: dict[str, Row] = {}
    facts: dict[str, str] = {}
    for element in _elements(page):
        kind = _local(element)
        if kind in ("Contents", "CommonPrefixes"):
            decode = facts.get("EncodingType") == "url"
            row = _row(kind, {_local(child): child.text or "" for child in element}, prefix, decode)
            if row is not None:
                rows.setdefault(row.name, row)
        else:
            facts[kind] = element.text or ""
    return BucketPage(list(rows.values()), _rest(facts, rows))


def _elements(page: bytes) -> Iterator[Element]:
    """The children of the document's root, complete, up to where it can be read."""
    depth = 0
    try:
        for event, element in iterparse(BytesIO(page), ("start", "end")):  # noqa: S314 - no entities
            depth += 1 if event == "start" else -1
            if event == "end" and depth == 1:
                yield element
                element.clear()
    except (ParseError, ValueError, LookupError):
        return


def _local(element: Element) -> str:
    return str(element.tag).rpartition("}")[2]


def _row(kind: str, facts: dict[str, str], prefix: str, decode: bool) -> Row | None:
    key = facts.get("Key" if kind == "Contents" else "Prefix", "")
    key = unquote(key, errors="replace") if decode else key
    name = key.removeprefix(prefix)
    if not key.startswith(prefix) or "\ufffd" in key:
        return None
    if kind == "CommonPrefixes":
        name = name.removesuffix("/")
        return Row(name, Kind.FOLDER, href=quote(name)) if plain_segment(name) else None
    if not plain_segment(name):  # the folder itself may be an object: its name ends in a slash
        return None
    size = facts.get("Size", "")
    exact = int(size) if size.isascii() and size.isdigit() and len(size) < 20 else None
    etag = facts.get("ETag", "")
    tag = etag if etag and etag.isprintable() else None
    return Row(name, Kind.FILE, exact, _time(facts.get("LastModified", "")), quote(name), tag)


def _time(text: str) -> datetime | None:
    try:
        said = datetime.fromisoformat(text)
    except ValueError:
        return None
    return said.replace(microsecond=0).astimezone(UTC) if said.tzinfo else None


def _rest(facts: dict[str, str], rows: dict[str, Row]) -> str:
    if facts.get("IsTruncated", "").strip().lower() != "true":
        return ""
    token = facts.get("NextContinuationToken", "")
    if token:
        return f"&continuation-token={quote(token, safe='')}"
    marker = facts.get("NextMarker", "")
    if facts.get("EncodingType") == "url":
        marker = unquote(marker)
    return f"&marker={quote(marker, safe='')}" if marker else ""
