"""
Finishing: see that everything is there as it should be, then declare the release complete.

The order is the promise: products are verified, made durable, the manifest is written, and last
``release.json``, whose presence means complete. A product is read again where its content could
have changed since it was hashed: when the making was interrupted once, or the file was touched.
"""

import ctypes
import os
import stat
from collections.abc import Container, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

from holdfast.banks.releases.release import (
    FLAT,
    Entry,
    Product,
    Release,
    is_complete,
    read_release,
    write_manifest,
    write_release,
)
from holdfast.banks.updating.arrivals import all_unpacked, arrivals
from holdfast.banks.updating.entries import entries_as_fetched, entries_as_unpacked
from holdfast.banks.updating.fetch import previous_entries
from holdfast.banks.updating.making import Making, recipe_digest, unpacking_digest
from holdfast.base.digests import file_sha256
from holdfast.base.files import fsync_directory, remove_leftovers
from holdfast.base.progress import Listener, Progress, ignore
from holdfast.errors import BankError

ONE_BY_ONE = 200  #: files that are flushed one by one, not with all of the file system


def finish(making: Making, threads: int = 1, listener: Listener = ignore) -> Release:
    """Verify what was made, make it durable, and declare the release complete.

    Raises
    ------
    BankError
        A product is missing, or is not what arrived; or there is a file that nobody brought.
    """
    if is_complete(making.release_folder):
        return read_release(making.release_folder)  # killed just after: nothing is left to do
    remove_leftovers(making.release_folder)  # of documents, when it was killed a little before
    previous = previous_entries(making)
    arrived = arrivals(making.folder)
    fetched = entries_as_fetched(making, arrived, previous)
    unpacked = all_unpacked(making)
    entries = entries_as_unpacked(fetched, unpacked)
    products = _products(making, entries)
    new = _verify_presence(making, products)
    stamps = {name: arrival.stamp for name, arrival in arrived.items()}
    unsure = [each for each in new if making.attempts > 1 or _touched(making, each, stamps)]
    _verify_digests(making, unsure, threads, listener)
    # What arrived, and what was released before, is durable already.
    fresh = {product.path for each in unpacked.values() for product in each.products}
    make_durable(making.release_folder, {f"{FLAT}/{name}" for name in products.keys() - fresh})
    write_manifest(making.release_folder, entries)
    release = _release(making, products, new, sum(1 for each in entries if each.verified))
    write_release(release)
    return release


def make_durable(folder: Path, durable: Container[str] = ()) -> None:
    """Everything below `folder` is on the disk when this returns; files in `durable` were before.

    Few files are flushed one by one; for many, one flush of the file system costs less, though it
    waits for what others have written too.
    """
    files = [f"{folder}/{name}" for name in files_below(folder) if name not in durable]
    if len(files) > ONE_BY_ONE:
        _flush_file_system(folder)
        return
    for file in files:
        if stat.S_ISREG(os.lstat(file).st_mode):
            _flush(file)
    for parent, _, _ in os.walk(folder, topdown=False):
        fsync_directory(Path(parent))
    fsync_directory(folder.parent)


def _flush(file: str) -> None:
    descriptor = os.open(file, os.O_RDONLY | os.O_NOFOLLOW)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _flush_file_system(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        libc = ctypes.CDLL(None, use_errno=True)
        if libc.syncfs(descriptor) != 0:
            number = ctypes.get_errno()
            raise OSError(number, os.strerror(number), str(folder))
    finally:
        os.close(descriptor)


def public(url: str) -> str:
    """`url` without user name and password, which have no place in a manifest.

    >>> public("ftp://me:secret@example.org/pub/")
    'ftp://example.org/pub/'
    """
    parts = urlsplit(url)
    return urlunsplit(parts._replace(netloc=parts.netloc.rpartition("@")[2]))


def verify_digest(path: Path, product: Product) -> str | None:
    """What is wrong with the content at `path`, or None."""
    if file_sha256(path) == product.sha256:
        return None
    return f"{path} is not what it was: its content has another digest"


def _products(making: Making, entries: Iterable[Entry]) -> dict[str, Product]:
    products: dict[str, Product] = {}
    for entry in entries:
        for product in entry.products:
            if product.path in products:
                raise BankError(
                    f"{making.bank}: two files of the remote become {product.path}; "
                    "exclude one of them in the recipe"
                )
            products[product.path] = product
    return products


def _verify_presence(making: Making, products: dict[str, Product]) -> list[Product]:
    """See that `products`, and nothing else, is there; give those the previous release lacks."""
    for name in files_below(making.flat):
        if name not in products:
            raise BankError(
                f"{making.flat / name}: no file of the remote became this; "
                "a step must write into its own folder"
            )
    new = []
    for product in products.values():
        path = f"{making.flat}/{product.path}"
        try:
            facts = os.lstat(path)
        except OSError as error:
            raise BankError(f"{path} is missing: {error.strerror}; {_anew(making)}") from error
        if facts.st_size != product.size:
            raise BankError(
                f"{path} has {facts.st_size:,} bytes instead of {product.size:,}; "
                f"a step must not change the files of the release; {_anew(making)}"
            )
        if not _is_linked(making, product, facts):
            new.append(product)
    return new


def _is_linked(making: Making, product: Product, facts: os.stat_result) -> bool:
    """Whether `product` is a link to the same file of the previous release."""
    if making.previous_folder is None or facts.st_nlink == 1:
        return False
    try:
        had = os.lstat(f"{making.previous_folder}/{FLAT}/{product.path}")
    except OSError:
        return False
    return (had.st_ino, had.st_dev) == (facts.st_ino, facts.st_dev)


def _touched(making: Making, product: Product, stamps: dict[str, int]) -> bool:
    """Whether `product` may differ from what was hashed when it arrived.

    What was unpacked was hashed as it was written, under names only this making uses.
    """
    stamp = stamps.get(product.path)
    if stamp is None:
        return False
    return os.lstat(f"{making.flat}/{product.path}").st_mtime_ns != stamp


def _verify_digests(
    making: Making, products: Sequence[Product], threads: int, listener: Listener
) -> None:
    flat = making.flat
    with ThreadPoolExecutor(max_workers=max(1, threads)) as pool:
        problems = pool.map(lambda each: verify_digest(flat / each.path, each), products)
        for count, problem in enumerate(problems, 1):
            if problem is not None:
                raise BankError(
                    f"{problem}; a step must not change the files of the release; {_anew(making)}"
                )
            listener(Progress("verifying", count, len(products), "files"))


def _anew(making: Making) -> str:
    return f"to fetch everything again: holdfast bank update {making.bank} --from-scratch"


def files_below(folder: Path) -> Iterable[str]:
    """The POSIX paths of all that is no folder below `folder`."""
    for parent, _, names in os.walk(folder):
        inside = os.path.relpath(parent, folder)
        for name in names:
            yield name if inside == "." else f"{inside}/{name}"


def _release(
    making: Making, products: dict[str, Product], new: Iterable[Product], verified: int
) -> Release:
    return Release(
        bank=making.bank,
        name=making.release,
        remote_release=making.remote_release,
        number=making.number,
        created=datetime.now(UTC).replace(microsecond=0),
        url=public(making.listing.url),
        recipe=recipe_digest(making.recipe),
        unpacking=unpacking_digest(making.recipe),
        files=len(products),
        size=sum(product.size for product in products.values()),
        added=sum(product.size for product in new),
        steps=tuple(step.name for step in making.recipe.steps),
        folder=making.release_folder,
        verified=verified,
        depends=tuple((each.bank, each.release) for each in making.depends),
    )
