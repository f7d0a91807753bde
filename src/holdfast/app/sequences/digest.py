"""Digest the sequences of any file, without a store: streaming, one record after another."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from hashlib import md5, sha1, sha512

from holdfast.app.container import Container
from holdfast.app.sequences.inputs import opened
from holdfast.base.digests import SHA512T_BYTES, Digest, Digests
from holdfast.base.progress import Listener, Progress, ignore
from holdfast.formats.compression import open_content
from holdfast.formats.fasta import Block, LongRecord
from holdfast.formats.records import open_records
from holdfast.sequences.collections.collection import collection_digest
from holdfast.sequences.storage.hashing import other_digests, sequence_digests


@dataclass(frozen=True, slots=True)
class Digested:
    """A record with the digests of its residues; `length` in residues."""

    name: str
    length: int
    ga4gh: str
    md5: str
    trunc512: str
    sha1: str
    seguid: str
    vmc: str

    @classmethod
    def of(cls, name: str, length: int, found: Digests) -> "Digested":
        """The digests as they are written."""
        written = str(found.ga4gh)
        return cls(
            name,
            length,
            written,
            found.md5.hex(),
            found.ga4gh.trunc512,
            found.sha1.hex(),
            found.seguid,
            f"GS_{written[3:]}",
        )


@dataclass(frozen=True, slots=True)
class DigestedFile:
    """A file with the digest of the collection that its records are."""

    file: str
    format: str
    collection: str
    sequences: int
    residues: int


def digest_file(
    container: Container, given: str, take: Callable[[Digested], None], listener: Listener = ignore
) -> DigestedFile:
    """Give each record of `given` (a path, a URL, or ``-``) to `take`; what the file is.

    Raises
    ------
    FormatError
        There are no sequences in it, or they are damaged; records before were taken.
    """
    with (
        opened(container, given, listener) as source,
        open_content(source.file) as content,
        ThreadPoolExecutor(max(3, container.settings.processors)) as pool,
    ):
        reader = open_records(content)
        digesting = _Digesting(pool, take)
        for item in reader.blocks():
            digesting.take(item)
            listener(Progress(f"digesting {given}", digesting.residues, None, "residues"))
        return DigestedFile(
            given,
            reader.format,
            collection_digest(digesting.names, bytes(digesting.digests)),
            len(digesting.names),
            digesting.residues,
        )


class _Digesting:
    """The records of one file, as they come."""

    def __init__(self, pool: ThreadPoolExecutor, take: Callable[[Digested], None]) -> None:
        self._pool, self._take = pool, take
        self.names: list[str] = []
        self.digests = bytearray()  # 24 bytes each
        self.residues = 0

    def take(self, item: Block | LongRecord) -> None:
        """Digest the next records."""
        if isinstance(item, LongRecord):
            self._note(item.heading.name, *self._long(item))
            return
        digests = sequence_digests(item.residues, self._pool)
        all_md5, all_sha1 = other_digests(item.residues, self._pool)
        for nth, (name, residues) in enumerate(zip(item.names, item.residues, strict=True)):
            others = all_md5[16 * nth : 16 * nth + 16], all_sha1[20 * nth : 20 * nth + 20]
            self._note(name, len(residues), Digests(Digest(digests[nth]), *others))

    def _long(self, record: LongRecord) -> tuple[int, Digests]:
        """The length and the digests of a long record; each is computed in a thread of its own."""
        whole, second, third = (
            sha512(),
            md5(usedforsecurity=False),
            sha1(usedforsecurity=False),
        )
        updates = (whole.update, second.update, third.update)
        length = 0
        for piece, _ in record.pieces:
            for done in [self._pool.submit(update, piece) for update in updates]:
                done.result()
            length += len(piece)
        digest = Digest(whole.digest()[:SHA512T_BYTES])
        return length, Digests(digest, second.digest(), third.digest())

    def _note(self, name: str, length: int, found: Digests) -> None:
        self.names.append(name)
        self.digests += found.ga4gh.raw
        self.residues += length
        self._take(Digested.of(name, length, found))
