"""
Releases: immutable, named states of a bank on disk, and the manifest of what each is made of.

::

    banks/<bank>/<bank>_<release>/  (or called otherwise, if it was adopted)
        release.json      what the release is; written last, so its presence means: complete
        files.json        the manifest: each remote file and the products it became
        made.json         what the steps said that they made (holdfast.banks.releases.metadata)
        flat/…            the products
        <folder>/…        what the steps made

All documents are written once and never changed. A product is a file under ``flat/``: a remote
file itself, or what it unpacked to. Paths are POSIX paths, sizes bytes, times UTC.
"""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from holdfast.banks.recipes.place import SEPARATOR
from holdfast.base.files import safe_path, write_atomic
from holdfast.errors import BankError
from holdfast.remotes.interface import Listing, RemoteFile

RELEASE_FILE = "release.json"
MANIFEST_FILE = "files.json"
FLAT = "flat"
VERSION = 1


@dataclass(frozen=True, slots=True)
class Product:
    """One file of a release."""

    path: str  #: under ``flat/``
    size: int
    sha256: str


@dataclass(frozen=True, slots=True)
class Verified:
    """One thing that a file was found to agree with when it arrived, besides its size."""

    what: str  #: "md5:…", "sum:12345 678" …; or "archive": it was read to its end
    source: str  #: the manifest that says so, "listing", or the kind of the archive


@dataclass(frozen=True, slots=True)
class Entry:
    """One remote file as it arrived, and the products it became."""

    file: RemoteFile  #: as it was listed, completed by what the transfer said
    sha256: str  #: of the bytes received; empty: not known, of a file that was adopted unpacked
    products: tuple[Product, ...]
    verified: tuple[Verified, ...] = ()

    @property
    def is_as_received(self) -> bool:
        """Whether the file itself is the only product: it was not unpacked."""
        return [product.path for product in self.products] == [self.file.name]


@dataclass(frozen=True, slots=True)
class Release:
    """What a complete release is. Its manifest is read with :meth:`entries`."""

    bank: str
    name: str
    remote_release: str  #: what the remote calls it; `name` may have ``__1`` behind it
    number: int  #: counts the releases of the bank: the newest has the greatest
    created: datetime
    url: str  #: where the files came from
    recipe: str  #: a digest of the recipe it was made by
    unpacking: str  #: a digest of the steps that say which products a file becomes
    files: int  #: number of products
    size: int  #: bytes of all products
    added: int  #: bytes of the products that no earlier release had
    steps: tuple[str, ...]  #: the steps done
    folder: Path
    verified: int = 0  #: remote files that agreed with a checksum or were whole archives
    depends: tuple[tuple[str, str], ...] = ()  #: the banks it is made from, and which release

    @property
    def flat(self) -> Path:
        """The folder of the products."""
        return self.folder / FLAT

    def entries(self) -> tuple[Entry, ...]:
        """The manifest, sorted by the names of the remote files.

        Raises
        ------
        BankError
            It is not there or not what was written.
        """
        document = _read(self.folder / MANIFEST_FILE)
        try:
            return tuple(decode_entry(each) for each in document["files"])
        except (KeyError, TypeError, ValueError) as error:
            raise _damaged(self.folder / MANIFEST_FILE, error) from error

    def listing(self) -> Listing:
        """What the remote said when the release was made, as far as it is known."""
        return Listing(self.url, tuple(entry.file for entry in self.entries()))


def folder_name(bank: str, release: str, separator: str = SEPARATOR) -> str:
    """The name of the folder of a release that is made here; one that was adopted keeps its own."""
    return f"{bank}{separator}{release}"


def is_complete(folder: Path) -> bool:
    """Whether `folder` holds a complete release."""
    return (folder / RELEASE_FILE).is_file()


def write_manifest(folder: Path, entries: Iterable[Entry]) -> None:
    """Put the manifest of a release in its `folder`, durably."""
    files = [encode_entry(entry) for entry in entries]
    write_atomic(folder / MANIFEST_FILE, _document({"files": files}))


def write_release(release: Release) -> None:
    """Declare `release` complete: everything it is made of must be durable before."""
    facts = {name: value for name, value in _fields(release).items() if name != "folder"}
    facts["created"] = release.created.isoformat()
    write_atomic(release.folder / RELEASE_FILE, _document(facts, indent=2))


def read_release(folder: Path) -> Release:
    """The complete release in `folder`.

    Raises
    ------
    BankError
        ``release.json`` cannot be read.
    """
    document = _read(folder / RELEASE_FILE)
    try:
        document.setdefault("verified", 0)  # releases made before this was counted
        document.setdefault("depends", ())
        facts = {name: document[name] for name in Release.__dataclass_fields__ if name != "folder"}
        facts["created"] = datetime.fromisoformat(facts["created"])
        facts["steps"] = tuple(facts["steps"])
        facts["depends"] = tuple((str(bank), str(name)) for bank, name in facts["depends"])
        return Release(**facts, folder=folder)
    except (KeyError, TypeError, ValueError) as error:
        raise _damaged(folder / RELEASE_FILE, error) from error


def encode_file(file: RemoteFile) -> dict[str, Any]:
    """`file` as JSON knows it."""
    # Written out, for asdict copies deeply, and a bank may have a million files.
    return {
        "name": file.name,
        "url": file.url,
        "size": file.size,
        "modified": file.modified.isoformat() if file.modified else None,
        "etag": file.etag,
        "digest": file.digest,
    }


def decode_file(document: Mapping[str, Any]) -> RemoteFile:
    """The remote file that :func:`encode_file` wrote; a ValueError if it is none."""
    modified = document["modified"]
    return RemoteFile(
        name=safe_path(document["name"]),
        url=document["url"],
        size=document["size"],
        modified=datetime.fromisoformat(modified) if modified else None,
        etag=document["etag"],
        digest=document["digest"],
    )


def encode_entry(entry: Entry) -> dict[str, Any]:
    """`entry` as JSON knows it."""
    products = [[product.path, product.size, product.sha256] for product in entry.products]
    facts = {**encode_file(entry.file), "sha256": entry.sha256, "products": products}
    return facts | encode_verified(entry.verified)


def decode_entry(document: Mapping[str, Any]) -> Entry:
    """The entry that :func:`encode_entry` wrote."""
    products = tuple(
        Product(safe_path(path), size, sha256) for path, size, sha256 in document["products"]
    )
    return Entry(decode_file(document), document["sha256"], products, decode_verified(document))


def encode_verified(verified: Iterable[Verified]) -> dict[str, Any]:
    """What was `verified` as JSON knows it; nothing where nothing was."""
    pairs = [[each.what, each.source] for each in verified]
    return {"verified": pairs} if pairs else {}


def decode_verified(document: Mapping[str, Any]) -> tuple[Verified, ...]:
    """What :func:`encode_verified` wrote."""
    return tuple(Verified(str(what), str(source)) for what, source in document.get("verified", ()))


def _fields(release: Release) -> dict[str, Any]:
    return {name: getattr(release, name) for name in Release.__dataclass_fields__}


def _document(content: Mapping[str, Any], indent: int | None = None) -> bytes:
    text = json.dumps({"version": VERSION, **content}, indent=indent, ensure_ascii=False)
    return text.encode() + b"\n"


def _read(file: Path) -> dict[str, Any]:
    try:
        document = json.loads(file.read_bytes())
    except (OSError, ValueError) as error:
        raise _damaged(file, error) from error
    if not isinstance(document, dict) or document.get("version") != VERSION:
        raise _damaged(file, f"it is not a document of version {VERSION}")
    return document


def _damaged(file: Path, why: object) -> BankError:
    return BankError(f"{file}: cannot be read ({why}); remove this release and update the bank")
