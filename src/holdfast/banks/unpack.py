"""
Unpacking: archives of a release replaced by what is in them.

Formats are told by suffix and checked by their first bytes: gzip and bgzip, bzip2, xz, zstd, zip,
and tar plain or inside any of these. A file whose name says archive but whose content arrived
unpacked is left as it is. Archives are hostile: what comes out is bounded, every name is checked,
links and devices are refused. An archive is unpacked beside, whole, hashed on the way, and only
then renamed into place and noted; so a kill in the middle costs that archive's work and no more.
"""

import bz2
import lzma
import os
import shutil
import stat
import tarfile
import zipfile
import zlib
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor, as_completed
from contextlib import contextmanager
from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path, PurePosixPath
from threading import Lock
from typing import IO, Any, BinaryIO, cast

from isal import igzip, isal_zlib

from holdfast.banks.fetch import READ_ONLY
from holdfast.banks.making import Making, Unpacked, all_unpacked, note_unpacked, unpacking_journal
from holdfast.banks.releases import Entry, Product
from holdfast.banks.steps import Step
from holdfast.base.files import safe_name
from holdfast.base.progress import Listener, Progress, ignore
from holdfast.errors import FormatError, UnsafeName
from holdfast.formats.compression import open_zstd

CHUNK = 1024 * 1024
MEMBERS = 10_000_000  #: files one archive may hold at most

_BROKEN: Any = (  # isal is not typed, and what it calls error is a class
    EOFError,
    OSError,
    ValueError,
    zlib.error,
    lzma.LZMAError,
    tarfile.TarError,
    zipfile.BadZipFile,
    NotImplementedError,
    RuntimeError,  # what zipfile says of encrypted members
    isal_zlib.error,
)


def _open_gzip(path: Path) -> IO[bytes]:
    return cast("IO[bytes]", igzip.IGzipFile(path, "rb"))


def _open_bzip2(path: Path) -> IO[bytes]:
    return bz2.open(path, "rb")


def _open_xz(path: Path) -> IO[bytes]:
    return lzma.open(path, "rb")


def _open_zstd(path: Path) -> IO[bytes]:
    return open_zstd(path.open("rb"))


@dataclass(frozen=True, slots=True)
class Compression:
    """One way to make a file smaller: its suffixes, first bytes, and how to read through it."""

    suffixes: tuple[str, ...]
    magic: bytes
    open: Callable[[Path], IO[bytes]]


COMPRESSIONS = (
    Compression((".gz", ".bgz", ".tgz"), b"\x1f\x8b", _open_gzip),
    Compression((".bz2", ".tbz2", ".tbz"), b"BZh", _open_bzip2),
    Compression((".xz", ".txz"), b"\xfd7zXZ\x00", _open_xz),
    Compression((".zst", ".tzst"), b"\x28\xb5\x2f\xfd", _open_zstd),
)
TAR_SHORT = (".tgz", ".tbz2", ".tbz", ".txz", ".tzst")
ZIP_MAGICS = (b"PK\x03\x04", b"PK\x05\x06")


def is_archive(path: Path) -> bool:
    """Whether the file at `path` is an archive by name and by content."""
    with path.open("rb") as file:
        first = file.read(512)
    name = path.name.lower()
    if name.endswith(".zip"):
        return first.startswith(ZIP_MAGICS)
    if name.endswith(".tar"):
        return first[257:262] == b"ustar" or (len(first) == 512 and not any(first))
    compression = _compression(name)
    # An empty file is a cut-off archive, not content that arrived unpacked.
    return compression is not None and (not first or first.startswith(compression.magic))


def unpack_step(
    making: Making,
    step: Step,
    entries: tuple[Entry, ...],
    limit: int,
    threads: int = 1,
    listener: Listener = ignore,
) -> tuple[Unpacked, ...]:
    """Unpack the archives among the products of `entries` that `step` is about.

    Raises
    ------
    FormatError
        An archive is cut off or broken, unpacks to more than `limit` bytes, holds a link or a
        device, or something that another file of the release is called.
    """
    work = _Work(making, step, limit, _claims(making, entries))
    archives = [path for path in work.claims if _is_for(step, making.flat, path)]
    done = []
    with ThreadPoolExecutor(max_workers=max(1, threads)) as pool:
        futures = [pool.submit(work.unpack, archive) for archive in archives]
        try:
            for count, future in enumerate(as_completed(futures), 1):
                done.append(future.result())
                listener(Progress("unpacking", count, len(archives), "files"))
        except BaseException:
            pool.shutdown(cancel_futures=True)
            raise
    shutil.rmtree(work.folder, ignore_errors=True)
    return tuple(done)


@dataclass(slots=True)
class _Work:
    """One unpack step at work; its threads share the claims on names."""

    making: Making
    step: Step
    limit: int
    claims: dict[str, str]  #: product path -> the file it comes from
    lock: Lock = field(default_factory=Lock)

    @property
    def folder(self) -> Path:
        """Where archives are unpacked before they are put in place."""
        return self.making.folder / f"unpacking-{self.step.name}"

    def unpack(self, archive: str) -> Unpacked:
        """Unpack the product `archive` and put what is in it in its place."""
        path = self.making.flat / archive
        beside = self.folder / archive
        shutil.rmtree(beside, ignore_errors=True)
        beside.mkdir(parents=True)
        with _as_format_errors(path):
            members = tuple(_extract(path, beside, self.limit))
        parent = PurePosixPath(archive).parent
        made = [(name, Product(str(parent / name), size, sha)) for name, size, sha in members]
        self._claim(archive, [product.path for _, product in made])
        for name, product in made:
            _put(beside / name, self.making.flat / product.path)
        return self._note(archive, tuple(product for _, product in made))

    def _note(self, archive: str, products: tuple[Product, ...]) -> Unpacked:
        path = self.making.flat / archive
        if self.step.keep_archives:
            with path.open("rb") as file:
                digest = sha256()
                while chunk := file.read(CHUNK):
                    digest.update(chunk)
            products = (*products, Product(archive, path.stat().st_size, digest.hexdigest()))
        unpacked = Unpacked(archive, products)
        with self.lock:
            note_unpacked(unpacking_journal(self.making, self.step.name), unpacked)
        if not self.step.keep_archives:
            path.unlink()
        return unpacked

    def _claim(self, archive: str, paths: list[str]) -> None:
        """See that nothing else of the release is called as what came out of `archive`."""
        with self.lock:
            for path in paths:
                owner = self.claims.setdefault(path, archive)
                if owner != archive or path == archive:
                    raise FormatError(
                        self.making.flat / archive,
                        None,
                        f"it holds {path}, which {owner} is called or holds too; "
                        "exclude one of them in the recipe",
                    )


def _claims(making: Making, entries: tuple[Entry, ...]) -> dict[str, str]:
    """Which file of the release each path belongs to, what was unpacked before included."""
    claims = {product.path: product.path for entry in entries for product in entry.products}
    for unpacked in all_unpacked(making).values():
        claims.update({product.path: unpacked.source for product in unpacked.products})
        # Noted, but killed before the archive was removed.
        if unpacked.source not in {product.path for product in unpacked.products}:
            claims.pop(unpacked.source, None)
            (making.flat / unpacked.source).unlink(missing_ok=True)
    return claims


def _is_for(step: Step, flat: Path, path: str) -> bool:
    return step.selection.file(path) and (flat / path).is_file() and is_archive(flat / path)


# -- extraction ------------------------------------------------------------------------------------

Member = tuple[str, int, str]  #: path in the archive's folder, size, sha256


def _extract(path: Path, folder: Path, limit: int) -> Iterator[Member]:
    """Put what is in the archive at `path` into `folder`."""
    budget = _Budget(path, limit)
    name = path.name.lower()
    if name.endswith(".zip"):
        yield from _extract_zip(path, folder, budget)
        return
    compression = _compression(name)
    if compression is None:
        with path.open("rb") as stream:
            yield from _extract_tar(path, stream, folder, budget)
        return
    if not path.stat().st_size:
        raise EOFError("it is empty")
    with compression.open(path) as stream:
        if name.endswith(TAR_SHORT) or PurePosixPath(name).stem.endswith(".tar"):
            yield from _extract_tar(path, stream, folder, budget)
            _drain(stream, budget)
        else:
            yield _written(stream, folder, PurePosixPath(path.name).stem, budget)


def _extract_tar(
    path: Path, stream: IO[bytes], folder: Path, budget: "_Budget"
) -> Iterator[Member]:
    with tarfile.open(fileobj=cast("BinaryIO", stream), mode="r|") as archive:
        for member in archive:
            if member.isdir():
                continue
            if not member.isreg():
                raise FormatError(path, None, f"it holds {member.name!r}, a link or a device")
            source = archive.extractfile(member)
            assert source is not None, "regular members have content"
            yield _written(source, folder, _member_name(path, member.name), budget)


def _extract_zip(path: Path, folder: Path, budget: "_Budget") -> Iterator[Member]:
    with zipfile.ZipFile(path) as archive:
        for member in archive.infolist():
            if member.is_dir():
                continue
            mode = member.external_attr >> 16
            if mode and stat.S_IFMT(mode) not in {0, stat.S_IFREG}:
                raise FormatError(path, None, f"it holds {member.filename!r}, a link or a device")
            with archive.open(member) as source:
                yield _written(source, folder, _member_name(path, member.filename), budget)


def _written(source: IO[bytes], folder: Path, name: str, budget: "_Budget") -> Member:
    """Write `source` to ``folder/name`` within the budget, hashed on the way."""
    target = folder / name
    target.parent.mkdir(parents=True, exist_ok=True)
    digest, size = sha256(), 0
    budget.spend_member()
    with target.open("xb") as file:
        while chunk := source.read(CHUNK):
            budget.spend(len(chunk))
            digest.update(chunk)
            file.write(chunk)
            size += len(chunk)
    target.chmod(READ_ONLY)
    return name, size, digest.hexdigest()


@dataclass(slots=True)
class _Budget:
    """What one archive may still unpack to."""

    path: Path
    limit: int
    members: int = 0
    spent: int = 0

    def spend(self, count: int) -> None:
        self.spent += count
        if self.spent > self.limit:
            raise FormatError(
                self.path,
                None,
                f"it unpacks to more than {self.limit:,} bytes; raise the setting unpack_limit if"
                " that is right",
            )

    def spend_member(self) -> None:
        self.members += 1
        if self.members > MEMBERS:
            raise FormatError(self.path, None, f"it holds more than {MEMBERS:,} files")


def _drain(stream: IO[bytes], budget: _Budget) -> None:
    """Read on to the end: what follows a tar's own end shows whether the compression is whole."""
    while chunk := stream.read(CHUNK):
        budget.spend(len(chunk))


def _member_name(archive: Path, name: str) -> str:
    try:
        return str(safe_name(name))
    except UnsafeName as error:
        raise FormatError(archive, None, f"it holds an unsafe name: {error}") from error


def _compression(name: str) -> Compression | None:
    return next((each for each in COMPRESSIONS if name.endswith(each.suffixes)), None)


def _put(source: Path, target: Path) -> None:
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        os.replace(source, target)  # noqa: PTH105 - the rename is the point
    except (NotADirectoryError, FileExistsError, IsADirectoryError) as error:
        raise FormatError(
            target, None, "a file and a folder of the release have one name; exclude one of them"
        ) from error


@contextmanager
def _as_format_errors(path: Path) -> Iterator[None]:
    """What the libraries say of a broken archive, as one sentence."""
    try:
        yield
    except FileExistsError as error:
        raise FormatError(path, None, f"it holds {error.filename} twice") from error
    except _BROKEN as error:
        if isinstance(error, OSError) and error.errno is not None:
            raise  # the disk, not the archive
        raise FormatError(
            path, None, f"it is cut off or broken ({error}); fetch it again or tell its makers"
        ) from error
