"""
Genomes as people name them: a file, a release of a bank, a collection of the store.

A name is looked up in that order, and the first that has it wins; a name nobody has, or one that
means several files, is answered with a sentence that says what to write instead.
"""

from dataclasses import dataclass
from enum import Enum
from pathlib import Path
from typing import Any

from holdfast.app.container import Container
from holdfast.base.digests import file_sha256
from holdfast.base.files import atomic_file
from holdfast.dotplots.genome import genome_name
from holdfast.errors import BankError, BankNotFound, CollectionNotFound, StoreError, UsageError


class Kind(Enum):
    """What a genome was named by."""

    FILE = "file"
    RELEASE = "release"
    COLLECTION = "collection"


@dataclass(frozen=True, slots=True)
class GenomeSource:
    """Where the residues of a genome are, and where they come from."""

    given: str  #: as the person wrote it
    kind: Kind
    name: str  #: what the genome is called
    file: Path | None  #: None for a collection
    provenance: dict[str, Any]  #: digests, release and URL, as far as they are known

    def fasta(self, container: Container, folder: Path, side: str) -> Path:
        """A FASTA file of the genome; a collection's is written into `folder` as ``<side>.fa``."""
        if self.file is not None:
            return self.file
        written = folder / f"{side}.fa"
        if not written.exists():
            with atomic_file(written) as file:
                container.store.write_fasta(self.provenance["collection_digest"], file)
        return written

    def side(self) -> dict[str, Any]:
        """What a plot's question says about the genome."""
        return {
            "name": self.name,
            "given": self.given,
            "kind": self.kind.value,
            "provenance": self.provenance,
        }


def find_genome(container: Container, given: str) -> GenomeSource:
    """The genome that a person calls `given`.

    Raises
    ------
    UsageError
        There is none, or there are several.
    """
    path = Path(given)
    if path.is_dir():
        raise UsageError(f"{given} is a folder; name one FASTA file in it")
    if path.is_file():
        provenance = {"file": path.name, "path": str(path.absolute()), "sha256": file_sha256(path)}
        return GenomeSource(given, Kind.FILE, genome_name(path), path.absolute(), provenance)
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
    return GenomeSource(given, Kind.RELEASE, genome_name(file), file, provenance)


def _in_store(container: Container, given: str) -> GenomeSource | None:
    """The collection called `given`, or None."""
    try:
        collection = container.store.collection(given)
    except (CollectionNotFound, FileNotFoundError):
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
    return GenomeSource(given, Kind.COLLECTION, name, None, kept)
