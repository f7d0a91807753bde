"""
Digesting beside the coming work: blocks of sequences go in, and their digests come out in order.
"""

from collections import deque
from collections.abc import Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from holdfast.base.arrays import distinct
from holdfast.base.digests import SHA512T_BYTES, digest_columns
from holdfast.formats.residues import Joined
from holdfast.sequences.storage.hashing import LARGE, other_digests, sequence_digests
from holdfast.sequences.storage.lookup import beginnings

Places = npt.NDArray[np.int64]
WIDTHS = (SHA512T_BYTES, 16, 20)  #: bytes of a sequence's part of each column


@dataclass(frozen=True, slots=True)
class Digested:
    """The digests of a block's sequences, in columns: each joined, 24, 16 and 20 bytes a row."""

    sha512: bytes
    md5: bytes
    sha1: bytes

    def __len__(self) -> int:
        return len(self.sha512) // SHA512T_BYTES

    def raw(self) -> list[bytes]:
        """The 24 bytes of each sequence's digest."""
        joined = self.sha512
        return [joined[at : at + SHA512T_BYTES] for at in range(0, len(joined), SHA512T_BYTES)]

    def once(self) -> tuple[Places, Places]:
        """The places of sequences that are not the same as one before them, and for each sequence
        which of those it is."""
        every = np.arange(len(self))
        if len(distinct(beginnings(self.sha512))) == len(self):
            return every, every
        seen: dict[bytes, int] = {}
        which = np.array([seen.setdefault(each, len(seen)) for each in self.raw()])
        return np.unique(which, return_index=True)[1], which

    def part(self, places: Sequence[int] | Places) -> "Digested":
        """The digests of some of the sequences."""
        columns = zip((self.sha512, self.md5, self.sha1), WIDTHS, strict=True)
        return Digested(
            *(np.frombuffer(joined, f"V{width}")[places].tobytes() for joined, width in columns)
        )


def digests_of(residues: Sequence[bytes], pool: ThreadPoolExecutor) -> Digested:
    """The digests of sequences; `pool` takes those that are worth a thread of their own."""
    joined = Joined.of(residues)
    if joined.longest < LARGE:
        return Digested(*digest_columns(joined.whole, joined.lengths))
    return Digested(b"".join(sequence_digests(joined, pool)), *other_digests(joined, pool))


class Digester:
    """Digests blocks in their order, in threads of its own; `pool` is for long sequences."""

    def __init__(self, pool: ThreadPoolExecutor, threads: int) -> None:
        self._pool, self._ahead = pool, threads
        self._threads = ThreadPoolExecutor(threads)
        self._blocks: deque[Future[Digested]] = deque()

    def __len__(self) -> int:
        """How many blocks are under way."""
        return len(self._blocks)

    def put(self, residues: Joined) -> None:
        """Digest these sequences."""
        self._blocks.append(self._threads.submit(digests_of, residues, self._pool))

    def ready(self) -> bool:
        """Whether the next block is to be taken now, because it is done or enough are under way."""
        return bool(self._blocks) and (self._blocks[0].done() or len(self._blocks) > self._ahead)

    def take(self) -> Digested:
        """The digests of the next block."""
        return self._blocks.popleft().result()

    def close(self) -> None:
        """Forget what is under way."""
        self._blocks.clear()
        self._threads.shutdown(cancel_futures=True)
