"""
Genomes and alignments as people of the web name them: what was uploaded, a URL, an example, a file
of a release they may see, a collection of the store. A path of the server names nothing.

What a person wrote becomes a name that means the same later, whatever is renamed or published
meanwhile, and that no file can be mistaken for.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from ipaddress import ip_address
from pathlib import Path
from urllib.parse import unquote, urlsplit

from holdfast.app.banks.visibility import may_see, refuse_unseen
from holdfast.app.container import Container
from holdfast.app.plots.examples import EXAMPLE, example_file, examples
from holdfast.app.plots.genomes import estimated_bases
from holdfast.app.plots.uploads import is_upload, upload, uploads, whole_upload
from holdfast.app.sequences.inputs import is_url
from holdfast.app.sequences.shown import has_store, shown, shown_collection, shown_collections
from holdfast.banks.releases.bankfolder import CURRENT
from holdfast.dotplots.genome import genome_name
from holdfast.errors import (
    AliasAmbiguous,
    AliasNotFound,
    BankNotFound,
    CollectionNotFound,
    HoldfastError,
    SequenceNotFound,
    UsageError,
)
from holdfast.remotes.reach import Reach, networks_of

SCHEMES = ("http", "https", "ftp", "ftps")
FASTA = (".fa", ".fasta", ".fna", ".fsa", ".fas", ".ffn")
PACKED = (".gz", ".bgz", ".zst", ".bz2", ".xz")
OLD_EXAMPLE = "example://"  #: as batch files of D-Genies have it
LONGEST = 2000  #: letters of a name or URL


@dataclass(frozen=True, slots=True)
class Named:
    """A genome or an alignment that a person of the web named."""

    given: str  #: what it is called from now on
    label: str  #: what a person calls it
    bases: int | None = None  #: about how many it has; None: nobody knows yet


@dataclass(frozen=True, slots=True)
class Suggestion:
    """Something that may be named."""

    given: str
    kind: str  #: in a word: upload, example, collection, release
    detail: str = ""


def genome_named(container: Container, given: str) -> Named:
    """The genome that a person of the web calls `given`.

    Raises
    ------
    UsageError, BankNotFound, CollectionNotFound, ReleaseNotFound
        There is none that they may see; the message says what may be named.
    """
    given = _tidied(given)
    if is_upload(given):
        return _sent(container, given)
    if given.startswith((OLD_EXAMPLE, EXAMPLE)):
        name = given.removeprefix(OLD_EXAMPLE).removeprefix(EXAMPLE)
        bases = estimated_bases(example_file(container, name))
        return Named(f"{EXAMPLE}{name}", name, bases)
    if is_url(given):
        return _at_url(container, given)
    return _held(container, given)


def alignment_named(container: Container, given: str) -> Named:
    """The alignment that a person of the web calls `given`: an upload, or a URL.

    Raises
    ------
    UsageError
        It is neither.
    """
    given = _tidied(given)
    if is_upload(given):
        return _sent(container, given)
    if is_url(given):
        return _at_url(container, given)
    raise UsageError(f"{given!r} is neither an upload nor a URL; upload the alignment")


def label_of(container: Container, given: str) -> str:
    """What a person calls something that has been named."""
    if is_upload(given):
        try:
            return upload(container, given).name
        except UsageError:
            return "an upload"
    if given.startswith(EXAMPLE):
        return given.removeprefix(EXAMPLE)
    if is_url(given):
        return unquote(urlsplit(given).path).rstrip("/").rpartition("/")[2] or given
    try:
        return shown_collection(container, given).name
    except HoldfastError:
        return given


def title_of(label: str) -> str:
    """The name of the genome that is in a file called `label`."""
    last = label.rpartition(":")[2].rpartition("/")[2]
    return genome_name(Path(last)) if last else label


def suggestions(container: Container, words: str, limit: int = 20) -> list[Suggestion]:
    """What may be named that has every one of `words` in its name."""
    wanted = words.casefold().split()
    found: list[Suggestion] = []
    for each in _everything(container, wanted, words.strip()):
        text = f"{each.given} {each.detail}".casefold()
        if all(word in text for word in wanted):
            found.append(each)
            if len(found) >= limit:
                break
    return found


def _everything(container: Container, wanted: list[str], words: str) -> Iterator[Suggestion]:
    for sent in uploads(container):
        if sent.is_whole:
            yield Suggestion(sent.given, "upload", sent.name)
    for name in examples(container):
        yield Suggestion(f"{EXAMPLE}{name}", "example")
    if has_store(container):
        for record in shown_collections(container):
            yield Suggestion(record.name, "collection", record.origin.release or "")
        if len(wanted) == 1 and words and _sequence_or_none(container, words):
            yield Suggestion(words, "sequence")
    if wanted:
        yield from _files_of_banks(container, wanted)


def _files_of_banks(container: Container, wanted: list[str]) -> Iterator[Suggestion]:
    from holdfast.app.banks.held.search import Query, search

    parts = [part for word in wanted for part in word.split(":")]
    sought = tuple(part for part in parts if not CURRENT.startswith(part))[:5]
    for hit in search(container, Query(words=sought, files=("f",))):
        if hit.release is None or not _may_see(container, hit.bank):
            continue
        for file in hit.files:
            plain = file.removesuffix(next((end for end in PACKED if file.endswith(end)), ""))
            if plain.endswith(FASTA):
                release = CURRENT if hit.published else hit.release
                path = file.removeprefix("flat/")
                yield Suggestion(f"{hit.bank}:{release}:{path}", "release", hit.release)


def _may_see(container: Container, bank: str) -> bool:
    try:
        return may_see(container, bank)
    except BankNotFound:
        return False


def _tidied(given: str) -> str:
    given = given.strip()
    if not given:
        raise UsageError("it is empty; upload a file, or name a URL or something that is held here")
    if len(given) > LONGEST or not given.isprintable():
        raise UsageError("it is no name of anything: too long, or with unprintable letters")
    return given


def _sent(container: Container, given: str) -> Named:
    found = whole_upload(container, given)
    return Named(found.given, found.name, estimated_bases(found.file))


def _at_url(container: Container, given: str) -> Named:
    try:
        parts = urlsplit(given)
        host = parts.hostname or ""
    except ValueError as error:
        raise UsageError(f"{given!r} is no URL: {error}") from error
    if parts.scheme.lower() not in SCHEMES or not host:
        raise UsageError(f"{given!r} cannot be fetched; name a URL of http, https, ftp or ftps")
    if parts.username or parts.password:
        raise UsageError(
            "a URL with a user name or password is not taken; fetch the file, and upload it"
        )
    _refuse_private(container, host)
    return Named(given, label_of(container, given))


def _refuse_private(container: Container, host: str) -> None:
    """Refuse at once what is plainly no public address; of names each connection is looked at."""
    reach = Reach(networks_of(container.settings.private_networks))
    name = host.rstrip(".").lower()
    is_here = name == "localhost" or name.endswith(".localhost")
    try:
        address = str(ip_address(host))
    except ValueError:
        address = "127.0.0.1" if is_here else ""
    if address and not reach.allows(address):
        raise UsageError(f"{host} is no public address; the server fetches from public ones only")


def _held(container: Container, given: str) -> Named:
    """A file of a release, or a collection."""
    bank = given.partition(":")[0]
    problem: HoldfastError | None = None
    if ":" in given:
        try:
            return _in_release(container, bank, given)
        except HoldfastError as error:
            problem = error
    if has_store(container):
        try:
            record = shown_collection(container, given)
        except CollectionNotFound:
            pass
        else:
            return Named(record.digest, record.name, None)
        named = _sequence(container, given)
        if named is not None:
            return named
    known = problem is not None and not isinstance(problem, BankNotFound)
    if known and problem is not None:
        raise problem
    raise UsageError(
        f"{given!r} is nothing that is known here: no upload, no URL, no bank:release:file, no "
        "collection and no sequence of the store"
    )


def _sequence(container: Container, given: str) -> Named | None:
    """One sequence, by an alias or a digest; by its digest where the alias could be a path."""
    try:
        info = shown(container).info(given)
    except (AliasNotFound, SequenceNotFound):
        return None
    except AliasAmbiguous as error:
        raise UsageError(str(error)) from error
    is_alias = ":" in given and not given.startswith(("/", "."))
    return Named(given if is_alias else str(info.digest), given, info.length)


def _sequence_or_none(container: Container, given: str) -> Named | None:
    try:
        return _sequence(container, given)
    except HoldfastError:
        return None


def _in_release(container: Container, bank: str, given: str) -> Named:
    refuse_unseen(container, bank)
    file = container.catalogue.file(given)
    release, part = container.catalogue.release_and_file(given)
    whole = ":".join(filter(None, (release.bank, release.name, part)))
    return Named(whole, given, estimated_bases(file))
