r"""
Checksums: what a databank says its files are, in the many ways in which databanks say it.

A manifest is a small text beside the files. One line is one promise, in one of these forms::

    d41d8cd98f00b204e9800998ecf8427e              a bare digest: of the file it is named after
    d41d8cd98f00b204e9800998ecf8427e  sub/name    md5sum, sha256sum …; "*name" means binary
    MD5 (name) = d41d8cd98f00b204e9800998ecf8427e BSD; OpenSSL writes MD5(name)= …
    name<tab>d41d8cd98f00b204e9800998ecf8427e     tables
    12345 678 name                                sum(1): BSD checksum and blocks of 1,024 bytes

A digest's kind is told by its length: 32 digits are MD5, 40 SHA-1, 64 SHA-256, 128 SHA-512. A
backslash before a line means, as in GNU's tools, that ``\n`` and ``\\`` in the name are escaped.
Metalink documents (RFC 5854 and its draft 3, which UniProt writes) are manifests too. Nothing here
opens a file of the bank: names come back as they were written, and whoever uses them decides.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from enum import Enum
from io import BytesIO
from xml.etree import ElementTree

from holdfast.errors import FormatError, printable

LINE_LIMIT = 64 * 1024  #: bytes one line may have
DEPTH_LIMIT = 64  #: elements within elements of a metalink document


class Kind(Enum):
    """How a checksum was computed; the later ones tell more."""

    SUM = "sum"  #: the rotating 16-bit checksum of BSD's sum(1), and the number of 1 KiB blocks
    MD5 = "md5"
    SHA1 = "sha1"
    SHA256 = "sha256"
    SHA512 = "sha512"

    @property
    def strength(self) -> int:
        """The greater, the more a checksum of this kind tells."""
        return list(Kind).index(self)


@dataclass(frozen=True, slots=True)
class Promise:
    """What a manifest says one file is."""

    name: str  #: as it is written there; empty: the file that the manifest is named after
    kind: Kind
    value: str  #: lower-case hexadecimal digits, or of sum(1) "12345 678"

    def __str__(self) -> str:
        return f"{self.kind.value}:{self.value}"


KIND_BY_LENGTH = {32: Kind.MD5, 40: Kind.SHA1, 64: Kind.SHA256, 128: Kind.SHA512}
KIND_BY_WORD = {
    "md5": Kind.MD5,
    "sha1": Kind.SHA1,
    "sha-1": Kind.SHA1,
    "sha256": Kind.SHA256,
    "sha-256": Kind.SHA256,
    "sha2-256": Kind.SHA256,
    "sha512": Kind.SHA512,
    "sha-512": Kind.SHA512,
    "sha2-512": Kind.SHA512,
}
SUFFIXES = (
    ".md5",
    ".sha1",
    ".sha256",
    ".sha512",
    ".md5sum",
    ".sha1sum",
    ".sha256sum",
    ".sha512sum",
)
_LISTS = re.compile(
    r"(.*[._-])?(md5|sha1|sha256|sha512|check|md5check)[_-]?sums?(\.txt)?|md5(\.txt)?|.*\.metalink|.*\.meta4"
)

_HEX = r"([0-9A-Fa-f]{128}|[0-9A-Fa-f]{64}|[0-9A-Fa-f]{40}|[0-9A-Fa-f]{32})"
_PLAIN = re.compile(rf"{_HEX}(?:[ \t]+\*?|[ \t]*$)(.*)")
_BSD = re.compile(rf"([A-Za-z0-9-]+) ?\((.+)\) ?= ?{_HEX}")
_TABLE = re.compile(rf"([^\t]+)\t+{_HEX}")
_SUM = re.compile(r"([0-9]{1,5})[ \t]+([0-9]{1,15})[ \t]+(.+)")


def is_manifest(name: str) -> bool:
    """Whether a file of this name may be expected to hold checksums of others.

    >>> [is_manifest(n) for n in ("a/x.gz.md5", "MD5SUMS", "CHECKSUMS", "md5checksums.txt", "x.gz")]
    [True, True, True, True, False]
    """
    last = name.rpartition("/")[2].lower()
    return last.endswith(SUFFIXES) or _LISTS.fullmatch(last) is not None


def named_after(name: str) -> str | None:
    """The file that the manifest `name` is about by its name alone, if it is about one.

    >>> named_after("a/x.gz.md5"), named_after("a/MD5SUMS")
    ('a/x.gz', None)
    """
    stem, dot, suffix = name.rpartition(".")
    about_one = dot + suffix.lower() in SUFFIXES and stem and not stem.endswith("/")
    return stem if about_one else None


def read_promises(content: bytes, manifest: str) -> Iterator[Promise]:
    """The promises in `content`, one after another; `manifest` is what errors call it.

    Raises
    ------
    FormatError
        It is no manifest, or a line of it cannot be understood.
    """
    if content.lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"<"):
        yield from _read_metalink(content, manifest)
        return
    for number, raw in enumerate(content.splitlines(), 1):
        if len(raw) > LINE_LIMIT:
            raise FormatError(manifest, number, "it is no line of checksums: it is too long")
        line = raw.removeprefix(b"\xef\xbb\xbf").decode("utf-8", "surrogateescape").strip(" \t\r\0")
        if line and not line.startswith(("#", ";")):
            yield _promise(line, manifest, number)


def best(promises: Iterable[Promise]) -> Promise | None:
    """The promise that tells most; of equals the first."""
    return max(promises, key=lambda each: each.kind.strength, default=None)


def _promise(line: str, manifest: str, number: int) -> Promise:
    escaped = line.startswith("\\")
    found = _read_line(line[1:] if escaped else line)
    if found is None:
        shown = printable(line.encode("utf-8", "backslashreplace").decode()[:60])
        raise FormatError(
            manifest,
            number,
            f"{shown!r} is no checksum that is known (MD5, SHA-1, SHA-256, SHA-512, or of sum(1))",
        )
    return Promise(_unescaped(found.name), found.kind, found.value) if escaped else found


def _read_line(line: str) -> Promise | None:
    """The promise in `line`, whose form may be any."""
    if match := _BSD.fullmatch(line):
        kind = KIND_BY_LENGTH[len(match[3])]
        # What the line calls the digest must be what it is: SHA3-256 has as many digits as SHA-256.
        known = KIND_BY_WORD.get(match[1].lower()) is kind
        return Promise(match[2], kind, match[3].lower()) if known else None
    if match := _PLAIN.fullmatch(line):
        return Promise(match[2], KIND_BY_LENGTH[len(match[1])], match[1].lower())
    if match := _TABLE.fullmatch(line):
        return Promise(match[1].strip(), KIND_BY_LENGTH[len(match[2])], match[2].lower())
    if (match := _SUM.fullmatch(line)) and int(match[1]) < 1 << 16:
        return Promise(match[3], Kind.SUM, sum_value(int(match[1]), int(match[2])))
    return None


def sum_value(checksum: int, blocks: int) -> str:
    """A checksum of sum(1) as text.

    >>> sum_value(42, 7)
    '00042 7'
    """
    return f"{checksum:05d} {blocks}"


def bsd_sum(chunks: Iterable[bytes]) -> str:
    """What sum(1) says of these bytes, as :func:`sum_value`: slow, for where the program lacks.

    The algorithm of BSD's sum: before each byte is added, the 16 bits are rotated to the right.

    >>> bsd_sum([b"hello\\n"])
    '36979 1'
    """
    checksum = size = 0
    for chunk in chunks:
        size += len(chunk)
        for byte in chunk:
            checksum = ((checksum >> 1) + ((checksum & 1) << 15) + byte) & 0xFFFF
    return sum_value(checksum, -(-size // 1024))


def _unescaped(name: str) -> str:
    letters = {"\\\\": "\\", "\\n": "\n", "\\r": "\r"}
    return re.sub(r"\\[\\nr]", lambda match: letters[match[0]], name)


def _read_metalink(content: bytes, manifest: str) -> Iterator[Promise]:
    """The promises of a metalink document. It is read without entities and outside things."""
    if b"<!DOCTYPE" in content or b"<!ENTITY" in content:
        raise FormatError(manifest, None, "a document with a DOCTYPE is no list of checksums")
    try:
        yield from _metalink_promises(BytesIO(content), manifest)
    except (ElementTree.ParseError, ValueError, LookupError) as error:
        raise FormatError(manifest, None, f"it is no metalink document: {error}") from error


def _metalink_promises(document: BytesIO, manifest: str) -> Iterator[Promise]:
    name, depth, root = "", 0, ""
    # Without a DOCTYPE there are no entities, and expat itself bounds what they could expand to.
    for event, element in ElementTree.iterparse(document, ("start", "end")):  # noqa: S314 - see above
        tag = element.tag.rpartition("}")[2]
        depth += 1 if event == "start" else -1
        root = root or tag
        if depth > DEPTH_LIMIT or root != "metalink":
            raise FormatError(manifest, None, "it is no metalink document")
        if event == "start" and tag == "file":
            name = element.get("name", "")
        elif event == "end" and tag == "hash" and name:
            yield from _metalink_hash(name, element)
        elif event == "end" and tag == "file":
            element.clear()  # a document may tell of very many


def _metalink_hash(name: str, element: ElementTree.Element) -> Iterator[Promise]:
    kind = KIND_BY_WORD.get(element.get("type", "").lower())
    value = (element.text or "").strip().lower()
    if (
        kind is not None
        and re.fullmatch("[0-9a-f]+", value)
        and KIND_BY_LENGTH.get(len(value)) is kind
    ):
        yield Promise(name, kind, value)
