"""
Genomes as people name them: a file, a URL, a release of a bank, a collection of the store, or one
sequence of it.

A name is looked up in that order, and the first that has it wins; a name nobody has, or one that
means several files, is answered with a sentence that says what to write instead. What a URL names
is brought here through the remotes, and kept only while its plot is made.
"""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from enum import Enum
from glob import escape
from pathlib import Path
from secrets import token_hex
from typing import Any, BinaryIO

from holdfast.app.container import Container
from holdfast.app.plots.examples import EXAMPLE, example_file
from holdfast.app.plots.folders import plot_name
from holdfast.app.plots.uploads import is_upload, whole_upload
from holdfast.app.sequences.inputs import INCOMING, STANDARD_INPUT, fetched, is_url
from holdfast.base.digests import file_sha256
from holdfast.base.files import TEMPORARY, atomic_file
from holdfast.base.progress import Listener, ignore
from holdfast.dotplots.genome import genome_name
from holdfast.errors import (
    AliasAmbiguous,
    AliasNotFound,
    BankError,
    BankNotFound,
    CollectionNotFound,
    SequenceNotFound,
    StoreError,
    UsageError,
)
from holdfast.formats.compression import BZIP2, GZIP, XZ, ZSTD

FETCHED = "fetched-"  #: begins the names of folders for what came from URLs
LINE = 60  #: residues of a line
PIECE = 100_000 * LINE  #: residues of one sequence that are read at a time
WAIT = 3600.0  #: seconds for which another process that fetches the same URL is waited for
#: Plain bytes for each byte of a file that begins so, rather too many: nucleotides hold two bits.
PACKED = {GZIP: 4.0, ZSTD: 4.5, BZIP2: 4.5, XZ: 4.8}


class Kind(Enum):
    """What a genome was named by."""

    FILE = "file"
    URL = "url"
    UPLOAD = "upload"
    EXAMPLE = "example"
    RELEASE = "release"
    COLLECTION = "collection"
    SEQUENCE = "sequence"  #: by a name of it, of the store
    INDEX = "index"  #: of names and lengths: an alignment that was made elsewhere
    ALIGNMENT = "alignment"  #: by nothing but the alignment itself


@dataclass(frozen=True, slots=True)
class GenomeSource:
    """Where the residues of a genome are, and where they come from."""

    given: str  #: as the person wrote it
    kind: Kind
    name: str  #: what the genome is called
    file: Path | None  #: None for a collection
    provenance: dict[str, Any]  #: digests, release and URL, as far as they are known
    bases: int = 0  #: about how many it has, rather too many; 0 where nobody knows

    def fasta(self, container: Container, folder: Path, side: str) -> Path:
        """A FASTA file of the genome.

        A collection's is written into `folder` as ``<side>.fa``; what came from a URL goes there,
        and what was uploaded is there too, by the name its sender gave it.
        """
        if self.kind is Kind.UPLOAD and self.file is not None:
            own = folder / f"{FETCHED}{side}"
            own.mkdir(exist_ok=True)
            return _linked(self.file, own / plot_name(self.given))
        if self.kind is Kind.URL and self.file is not None:
            own, beside = folder / f"{FETCHED}{side}", folder / f"{TEMPORARY}{side}"
            own.mkdir(exist_ok=True)
            shutil.move(self.file, beside)  # perhaps to another disk: that may end halfway
            return beside.replace(own / self.file.name)
        if self.file is not None:
            return self.file
        written = folder / f"{side}.fa"
        if not written.exists():
            with atomic_file(written) as file:
                if self.kind is Kind.SEQUENCE:
                    _write_sequence(container, self, file)
                else:
                    container.store.write_fasta(self.provenance["collection_digest"], file)
        return written

    @property
    def content(self) -> str | None:
        """The digest of what it is: of the file's bytes, or of the collection or sequence."""
        known = self.provenance
        if self.file is not None:
            return known.get("sha256")
        return known.get("collection_digest") or known.get("sequence_digest")

    def side(self) -> dict[str, Any]:
        """What a plot's question says about the genome."""
        return {
            "name": self.name,
            "given": self.given,
            "kind": self.kind.value,
            "provenance": self.provenance,
        }


@contextmanager
def genome_found(
    container: Container, given: str, listener: Listener = ignore
) -> Iterator[GenomeSource]:
    """The genome that a person calls `given`, which may be a URL: it is here within the block.

    Raises
    ------
    UsageError
        As for :func:`find_genome`; or nobody knows this kind of URL.
    FetchFailed, StoreBusy
        As for :func:`~holdfast.app.sequences.inputs.fetched`.
    """
    from holdfast.remotes.interface import scheme

    if not is_url(given) or scheme(given) == "file":
        yield find_genome(container, given)
        return
    # What nobody removes after a kill is, by its name, a fetch that was given up: it is tidied.
    own = container.settings.home / INCOMING / token_hex(12)
    try:
        with fetched(container, given, listener, WAIT) as file:
            own.mkdir()
            path = file.path.rename(own / file.path.name)
        # Others may fetch the same now: two plots that want two URLs do not wait for each other.
        provenance = {"file": file.name, "url": file.url, "sha256": file_sha256(path)}
        name, bases = genome_name(Path(file.name)), estimated_bases(path)
        yield GenomeSource(file.url, Kind.URL, name, path, provenance, bases)
    finally:
        shutil.rmtree(own, ignore_errors=True)


def find_genome(container: Container, given: str) -> GenomeSource:
    """The genome that a person calls `given`, which is here.

    Raises
    ------
    UsageError
        There is none, or there are several.
    """
    if is_upload(given):
        return _uploaded(container, given)
    if given.startswith(EXAMPLE):
        return _example(container, given)
    if given == STANDARD_INPUT:
        raise UsageError(
            "a genome cannot come from standard input, because it is read twice; "
            "save it in a file and name that"
        )
    path = _path(given)
    if path.is_dir():
        raise UsageError(f"{given} is a folder; name one FASTA file in it")
    if path.is_file():
        return _in_file(given, path)
    problem: BankError | None = None
    try:
        found = _in_release(container, given)
    except BankError as error:
        found, problem = None, error
    # The store still has what was loaded from a release that is no longer kept.
    found = found or _in_store(container, given)
    if found is not None:
        return found
    raise UsageError(str(problem) if problem is not None else _nobody(given)) from problem


def remove_fetched(place: Path) -> None:
    """Remove what came from URLs for a plot at `place` that was not made, or not yet."""
    for folder in place.parent.glob(f"{TEMPORARY}plot-{escape(place.name)}-*/{FETCHED}*"):
        shutil.rmtree(folder, ignore_errors=True)


def estimated_bases(file: Path) -> int:
    """About how many bases a FASTA file holds, rather too many, without reading it.

    A compressed one is taken for one that is compressed as well as nucleotides can be.
    """
    with file.open("rb") as opened:
        head = opened.read(6)
    factor = next((each for magic, each in PACKED.items() if head.startswith(magic)), 1.0)
    return int(file.stat().st_size * factor)


def _path(given: str) -> Path:
    """The path that `given` is, which may be a URL of this machine's files."""
    if not is_url(given):
        return Path(given)
    from holdfast.remotes.interface import scheme
    from holdfast.remotes.local import path_of

    return path_of(given) if scheme(given) == "file" else Path(given)


def _in_file(given: str, path: Path) -> GenomeSource:
    provenance = {"file": path.name, "path": str(path.absolute()), "sha256": file_sha256(path)}
    bases = estimated_bases(path)
    return GenomeSource(given, Kind.FILE, genome_name(path), path.absolute(), provenance, bases)


def held_genome(container: Container, given: str) -> GenomeSource | None:
    """The release's file or the collection called `given`, or None; files are not looked at.

    Raises
    ------
    BankError
        The bank has no such release or file, or several, and the store has no such collection.
    """
    try:
        found = _in_release(container, given)
    except BankError:
        found = _in_store(container, given)
        if found is None:
            raise
    return found or _in_store(container, given)


def _uploaded(container: Container, given: str) -> GenomeSource:
    found = whole_upload(container, given)
    provenance = {"file": found.name, "sha256": found.sha256}
    name, bases = genome_name(Path(found.name)), estimated_bases(found.file)
    return GenomeSource(found.name, Kind.UPLOAD, name, found.file, provenance, bases)


def _example(container: Container, given: str) -> GenomeSource:
    file = example_file(container, given.removeprefix(EXAMPLE))
    provenance = {"file": file.name, "example": given, "sha256": file_sha256(file)}
    bases = estimated_bases(file)
    return GenomeSource(given, Kind.EXAMPLE, genome_name(file), file, provenance, bases)


def _linked(file: Path, place: Path) -> Path:
    """`place`, where the content of `file` now is too, whatever becomes of `file`."""
    place.unlink(missing_ok=True)
    try:
        place.hardlink_to(file)
    except OSError:  # another file system, perhaps
        shutil.copyfile(file, place)
    return place


def _nobody(given: str) -> str:
    return (
        f"{given!r} is not a file, not a bank:release:file and not a collection of the store; "
        "see: holdfast bank status, holdfast seq status"
    )


def _in_release(container: Container, given: str) -> GenomeSource | None:
    """The file of a release, or None if `given` names no bank.

    Raises
    ------
    BankError
        The bank has no such release or file, or several; the message says how to choose.
    """
    if ":" not in given:
        return None
    try:
        file = container.catalogue.file(given)
        release, _ = container.catalogue.release_and_file(given)
    except BankNotFound:
        return None
    products = {
        release.flat / product.path: entry
        for entry in release.entries()
        for product in entry.products
    }
    provenance: dict[str, Any] = {
        "file": file.name,
        "path": str(file),
        "sha256": file_sha256(file),
        "release": f"{release.bank}:{release.name}",
    }
    if file in products:
        provenance["url"] = products[file].file.url
        provenance["remote_sha256"] = products[file].sha256
    bases = estimated_bases(file)
    return GenomeSource(given, Kind.RELEASE, genome_name(file), file, provenance, bases)


def _in_store(container: Container, given: str) -> GenomeSource | None:
    """The collection called `given`, or None."""
    try:
        collection = container.store.collection(given)
    except CollectionNotFound:
        return _sequence(container, given)
    except FileNotFoundError:
        return None
    except StoreError:
        if (container.settings.store / "store.toml").exists():
            raise
        return None  # there is no store, so no collection either
    origin = collection.origin
    provenance = {
        "collection": collection.name,
        "collection_digest": collection.digest,
        "release": origin.release,
        "url": origin.url,
        "file": origin.file,
        "remote_sha256": origin.sha256,
    }
    kept = {key: value for key, value in provenance.items() if value}
    name = genome_name(Path(collection.name.rpartition(":")[2] or collection.name))
    bases = sum(member.length for member in collection.members)
    return GenomeSource(given, Kind.COLLECTION, name, None, kept, bases)


def _sequence(container: Container, given: str) -> GenomeSource | None:
    """The one sequence called `given`, or None."""
    try:
        info = container.store.info(given)
    except (AliasNotFound, SequenceNotFound):
        return None
    except AliasAmbiguous as error:
        raise UsageError(str(error)) from error
    name = given.partition(":")[2] or given
    provenance = {"sequence": given, "sequence_digest": str(info.digest)}
    return GenomeSource(given, Kind.SEQUENCE, name, None, provenance, info.length)


def _write_sequence(container: Container, source: GenomeSource, file: BinaryIO) -> None:
    """Write the one sequence of a genome as FASTA."""
    digest = source.provenance["sequence_digest"]
    file.write(b">" + source.name.encode() + b"\n")
    for start in range(0, source.bases, PIECE):
        residues = container.store.residues(digest, start, min(start + PIECE, source.bases))
        lines = (residues[at : at + LINE] for at in range(0, len(residues), LINE))
        file.write(b"\n".join(lines) + b"\n")
