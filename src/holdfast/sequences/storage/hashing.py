"""
Hashing and encoding at once: many short sequences in one go, a long one in several threads.

hashlib and NumPy let other threads run while they work on large buffers. Short ones are hashed in
one tight loop (:func:`~holdfast.base.digests.digest_columns`), for starting a thread for each would
cost more than the hash.
"""

import hashlib
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from itertools import chain

import numpy as np

from holdfast.base.compiled import MD5, SHA1, SHA512T
from holdfast.base.digests import SHA512T_BYTES, Digest, digest_column
from holdfast.errors import StoreDamaged
from holdfast.formats.residues import Joined
from holdfast.sequences.storage.codecs import (
    BlocksEncoder,
    Encoding,
    Record,
    TwoBitsEncoder,
    TwoBitsRecord,
    long_encoder,
)
from holdfast.sequences.storage.packs import Mark, PackWriter

LARGE = 1 << 16  # residues from which a thread of its own pays
PIECE = 1 << 22  # residues read at once to be hashed
AHEAD = 2  # pieces a thread may be behind the reader: bounds the memory


def sequence_digests(residues: Sequence[bytes], pool: ThreadPoolExecutor) -> list[bytes]:
    """The 24 bytes of the GA4GH digest of each sequence."""
    joined, sha512 = Joined.of(residues), hashlib.sha512
    if joined.longest < LARGE:
        column = digest_column(SHA512T, joined.whole, joined.lengths)
        return [column[at : at + SHA512T_BYTES] for at in range(0, len(column), SHA512T_BYTES)]
    large = {
        place: pool.submit(sha512, residues[place])
        for place in np.flatnonzero(joined.lengths >= LARGE).tolist()
    }
    return [
        (large[place].result() if place in large else sha512(each)).digest()[:SHA512T_BYTES]
        for place, each in enumerate(residues)
    ]


def other_digests(residues: Sequence[bytes], pool: ThreadPoolExecutor) -> tuple[bytes, bytes]:
    """MD5 and SHA-1 of each sequence, each joined into one run of bytes."""
    joined = Joined.of(residues)
    if joined.longest >= LARGE:
        pairs = list(pool.map(_md5_and_sha1, residues))
        return b"".join(pair[0] for pair in pairs), b"".join(pair[1] for pair in pairs)
    md5, sha1 = (digest_column(each, joined.whole, joined.lengths) for each in (MD5, SHA1))
    return md5, sha1


def _md5_and_sha1(residues: bytes) -> tuple[bytes, bytes]:
    return (
        hashlib.md5(residues, usedforsecurity=False).digest(),
        hashlib.sha1(residues, usedforsecurity=False).digest(),
    )


def check_residues(record: Record, digest: Digest) -> None:
    """Read a whole record, and hash it a piece at a time.

    Raises
    ------
    StoreDamaged
        Its residues have not this digest.
    """
    hasher = hashlib.sha512()
    for start in range(0, record.length, PIECE):
        hasher.update(record.residues(start, min(start + PIECE, record.length)))
    if hasher.digest()[:SHA512T_BYTES] != digest.raw:
        raise StoreDamaged(f"the residues of {digest} are damaged; run: holdfast seq check")


@dataclass(frozen=True, slots=True)
class LongSequence:
    """What was found out about a long sequence while it was appended to a pack."""

    digest: bytes
    md5: bytes
    sha1: bytes
    length: int
    letters: int
    offset: int
    size: int
    encoding: Encoding


def append_long(pieces: Iterator[tuple[bytes, int]], pack: PackWriter) -> LongSequence:
    """Hash and encode a sequence that comes in pieces, and append its record to `pack`.

    Each of the three hashes and the encoder has a thread of its own, and takes the pieces in their
    order.
    """
    first, letters = next(pieces, (b"", 0))
    encoder, mark = long_encoder(first, letters), pack.mark()
    hashers = (
        hashlib.sha512(),
        hashlib.md5(usedforsecurity=False),
        hashlib.sha1(usedforsecurity=False),
    )
    length, offset = 0, pack.size

    def write(piece: bytes) -> None:
        nonlocal encoder
        pack.append(encoder.update(piece))
        if isinstance(encoder, TwoBitsEncoder) and encoder.outgrown():
            encoder = _in_blocks(encoder, pack, mark)

    with _Lanes([*(hasher.update for hasher in hashers), write]) as lanes:
        for piece, its_letters in chain([(first, letters)], pieces):
            lanes.put(piece)
            length += len(piece)
            letters |= its_letters
    pack.append(encoder.finish())
    digest, md5, sha1 = (hasher.digest() for hasher in hashers)
    size = pack.size - offset
    return LongSequence(
        digest[:SHA512T_BYTES], md5, sha1, length, letters, offset, size, encoder.encoding
    )


def _in_blocks(outgrown: TwoBitsEncoder, pack: PackWriter, mark: Mark) -> BlocksEncoder:
    """Write in blocks what was appended to `pack` since `mark`, which began like DNA."""
    record = pack.take_back(mark) + outgrown.finish()
    reading, encoder = TwoBitsRecord(memoryview(record), outgrown.length), BlocksEncoder()
    for start in range(0, reading.length, PIECE):
        end = min(start + PIECE, reading.length)
        pack.append(encoder.update(reading.residues(start, end)))
    return encoder


class _Lanes:
    """Threads that each do one thing to every piece, in order, at most AHEAD pieces behind."""

    def __init__(self, tasks: Sequence[Callable[[bytes], None]]) -> None:
        self._lanes = [(ThreadPoolExecutor(1), task) for task in tasks]
        self._under_way: deque[list[Future[None]]] = deque()

    def __enter__(self) -> "_Lanes":
        return self

    def put(self, piece: bytes) -> None:
        """Give `piece` to every lane; waits while they are too far behind."""
        self._under_way.append([lane.submit(task, piece) for lane, task in self._lanes])
        while len(self._under_way) > AHEAD:
            self._wait()

    def __exit__(self, *_: object) -> None:
        try:
            while self._under_way:
                self._wait()
        finally:
            for lane, _task in self._lanes:
                lane.shutdown()

    def _wait(self) -> None:
        for future in self._under_way.popleft():
            future.result()
