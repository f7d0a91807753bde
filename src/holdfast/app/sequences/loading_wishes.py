"""
Loading that is asked for over the web: from uploads and URLs, or from files of a release that is
here.

A URL is one of those that lead to other machines; whether its address may be reached is looked at
when the connection is made. A path of this machine is never taken from a stranger.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from urllib.parse import urlsplit

from holdfast.app.banks.visibility import refuse_unseen, seen_banks
from holdfast.app.container import Container
from holdfast.app.errands import Errand, LoadSequences, ask
from holdfast.app.plots.uploads import is_upload, whole_upload
from holdfast.app.sequences.shown import check_shown
from holdfast.base.progress import Listener, ignore
from holdfast.errors import BankError, ReleaseNotFound, UsageError, printable
from holdfast.sequences import LoadReport, Origin, Source
from holdfast.sequences.naming.alias import check_namespace
from holdfast.sequences.naming.definition import Definitions
from holdfast.sequences.naming.namespaces import AUTO

SCHEMES = ("https", "http", "ftp", "ftps")
URL_MOST = 2000  #: characters
NAME_MOST = 300  #: characters of a collection's name
URLS_MOST = 20  #: in one errand
FILES_MOST = 500  #: of a release, that may be chosen from
ENDINGS = (
    ".fa", ".fna", ".faa", ".ffn", ".frn", ".fas", ".fasta", ".pep", ".gb", ".gbk", ".gbff",
    ".genbank", ".embl", ".2bit", ".dat", ".seq",
)  # fmt: skip
PACKED = (".gz", ".bgz", ".bz2", ".xz", ".zst")


@dataclass(frozen=True, slots=True)
class ReleaseFile:
    """A file of a release that may hold sequences. `size` in bytes."""

    path: str
    size: int


def ask_for_urls(
    container: Container,
    urls: Sequence[str],
    namespace: str,
    *,
    collection: str = "",
    definitions: str = Definitions.BARS.value,
    reassign: bool = False,
) -> Errand:
    """Ask for the files at `urls`, some of which may be uploads (``upload:ID``), to be loaded.

    Raises
    ------
    UsageError
        One is no URL of another machine and no upload that is whole, or the namespace or the
        collection cannot be one.
    """
    wanted = [url.strip() for url in urls if url.strip()]
    if not 0 < len(wanted) <= URLS_MOST:
        raise UsageError(f"give 1 to {URLS_MOST} files or URLs, one a line")
    names = [_checked(container, url) for url in wanted]
    collection = collection.strip()
    if collection and len(wanted) > 1:
        raise UsageError("a name for the collection is that of one file; load the files one by one")
    if len(collection) > NAME_MOST or not collection.isprintable():
        raise UsageError(f"a collection's name has at most {NAME_MOST} printed letters")
    _check(container, namespace, definitions)
    wish = LoadSequences(
        files=tuple(wanted),
        namespace=namespace,
        collection=collection or None,
        definitions=definitions,
        reassign=reassign,
        called=f"Load {', '.join(names)}",
    )
    return ask(container, wish)


def ask_for_release(  # what is loaded, and how
    container: Container,
    bank: str,
    release: str,
    files: Sequence[str],
    namespace: str,
    *,
    definitions: str = Definitions.NONE.value,
    reassign: bool = True,
) -> Errand:
    """Ask for files of a release to be loaded, with where they came from.

    Raises
    ------
    BankNotFound, ReleaseNotFound
        There is no such bank or release, or who asks may not see it.
    UsageError
        A file is none of the release's.
    """
    _sources(container, bank, release, files, namespace, Definitions.NONE)
    _check(container, namespace, definitions)
    wish = LoadSequences(
        files=tuple(files),
        namespace=namespace,
        definitions=definitions,
        reassign=reassign,
        release=f"{bank}:{release}",
        called=f"Load {len(files)} of {bank} {release}" if len(files) > 1 else "",
    )
    return ask(container, wish)


def load_release(
    container: Container,
    release: str,
    files: Sequence[str],
    namespace: str,
    *,
    definitions: str = Definitions.NONE.value,
    reassign: bool = True,
    listener: Listener = ignore,
) -> tuple[LoadReport, ...]:
    """Load files of `release` (``bank:release``) in one commit.

    Raises what :func:`ask_for_release` raises, and what loading raises.
    """
    bank, _, name = release.partition(":")
    sources = _sources(container, bank, name, files, namespace, Definitions(definitions))
    store = container.store_made_if_absent()
    return store.load_together(sources, f"load {release}", reassign=reassign, listener=listener)


def releases_seen(container: Container, limit: int = 200) -> list[tuple[str, str]]:
    """Banks and their complete releases that who asks may see, the newest of each first."""
    found: list[tuple[str, str]] = []
    for bank in seen_banks(container):
        try:
            releases = container.catalogue.folder(bank).releases()
        except BankError:
            continue
        found += [(bank, each.name) for each in reversed(releases)]
    return found[:limit]


def files_of(container: Container, bank: str, release: str) -> list[ReleaseFile]:
    """The files of a release whose names say that they hold sequences.

    Raises
    ------
    BankNotFound, ReleaseNotFound
        There is no such bank or release, or who asks may not see it.
    """
    refuse_unseen(container, bank)
    found = [
        ReleaseFile(product.path, product.size)
        for entry in container.catalogue.folder(bank).release(release).entries()
        for product in entry.products
        if _may_hold_sequences(product.path)
    ]
    return sorted(found, key=lambda each: each.path)[:FILES_MOST]


def _sources(  # what is loaded, and how
    container: Container,
    bank: str,
    release: str,
    files: Sequence[str],
    namespace: str,
    definitions: Definitions,
) -> list[Source]:
    refuse_unseen(container, bank)
    there = container.catalogue.folder(bank).release(release)
    products = {product.path: entry for entry in there.entries() for product in entry.products}
    if not files:
        raise UsageError("choose at least one file of the release")
    unknown = next((file for file in files if file not in products), None)
    if unknown is not None:
        raise ReleaseNotFound(f"{bank} {release} has no file {printable(unknown)[:200]!r}")
    called = f"{bank}:{there.name}"
    return [
        Source(
            there.flat / file,
            namespace,
            f"{called}:{file}",
            Origin(products[file].file.url, file, products[file].sha256, called),
            definitions,
        )
        for file in files
    ]


def _check(container: Container, namespace: str, definitions: str) -> None:
    if namespace != AUTO:
        check_namespace(namespace)
        check_shown(container, namespace)
    if definitions not in [each.value for each in Definitions]:
        raise UsageError(f"{definitions[:50]!r} says nothing of definition lines")


def _checked(container: Container, given: str) -> str:
    """What a person calls the upload or URL that is given; raises as :func:`ask_for_urls`."""
    if is_upload(given):
        return whole_upload(container, given).name
    _check_url(given)
    return given


def _check_url(url: str) -> None:
    try:
        parts = urlsplit(url)
        is_one = parts.scheme.lower() in SCHEMES and bool(parts.hostname)
    except ValueError:
        is_one = False
    if not is_one or len(url) > URL_MOST or not url.isprintable() or " " in url:
        raise UsageError(
            f"{printable(url)[:80]!r} is no URL of a file elsewhere; it begins with "
            + ", ".join(f"{each}://" for each in SCHEMES)
        )
    if parts.username is not None or parts.password is not None:
        raise UsageError("a URL with a password in it would be kept in the journal for ever")


def _may_hold_sequences(path: str) -> bool:
    plain = path.lower()
    for ending in PACKED:
        plain = plain.removesuffix(ending)
    return plain.endswith(ENDINGS)
