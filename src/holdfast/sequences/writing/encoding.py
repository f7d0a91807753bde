"""
Encoding beside the coming work: blocks of sequences go in, and their records come out in order.

One thread takes the blocks one after another, finds out which letters their sequences use, and
encodes them; the compressor, and NumPy, let other threads run meanwhile. While the store has no
dictionary for short sequences, one is trained from the first block that can teach one.
"""

from collections import deque
from collections.abc import Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import zstandard

from holdfast.formats.residues import Joined, letter_sets
from holdfast.sequences.storage import codecs
from holdfast.sequences.storage.codecs import Encoded

FIRST = 1  #: the number of a store's first dictionary


@dataclass(frozen=True, slots=True)
class EncodedBlock:
    """The records of a block and the letter sets of its sequences.

    `trained` is a new dictionary, to be kept before these records, which need it.
    """

    records: Encoded
    letters: npt.NDArray[np.uint32]
    trained: bytes | None = None


class Encoder:
    """Encodes blocks in their order; `dictionary` is the store's newest with its number."""

    def __init__(
        self, dictionary: tuple[int, zstandard.ZstdCompressionDict] | None, threads: int
    ) -> None:
        self._dictionary, self._threads = dictionary, threads
        self._thread = ThreadPoolExecutor(1)
        self._blocks: deque[Future[EncodedBlock]] = deque()

    def __len__(self) -> int:
        """How many blocks are under way."""
        return len(self._blocks)

    def put(self, residues: Sequence[bytes], letters: Sequence[int] | None) -> None:
        """Encode these sequences; `letters` are their letter sets, if they are known already."""
        self._blocks.append(self._thread.submit(self._encode, residues, letters))

    def take(self) -> EncodedBlock:
        """The next encoded block, as soon as there is one."""
        return self._blocks.popleft().result()

    def close(self) -> None:
        """Forget what is under way."""
        self._thread.shutdown(cancel_futures=True)

    # In the thread

    def _encode(self, residues: Sequence[bytes], letters: Sequence[int] | None) -> EncodedBlock:
        joined = Joined.of(residues)
        sets = letter_sets(joined) if letters is None else np.array(letters, np.uint32)
        trained = self._learn(joined, sets) if self._dictionary is None else None
        return EncodedBlock(
            codecs.encode(joined, sets, self._dictionary, self._threads), sets, trained
        )

    def _learn(self, residues: Joined, letters: npt.NDArray[np.uint32]) -> bytes | None:
        """Have a dictionary trained from these sequences, if they are enough."""
        others = letters & ~np.uint32(codecs.NUCLEOTIDES) != 0
        short = np.flatnonzero(others & (residues.lengths <= codecs.BLOCK))
        some = short[:: max(1, len(short) // codecs.SAMPLES_MOST)]
        trained = codecs.train([residues[place] for place in some.tolist()])
        if trained is not None:
            self._dictionary = FIRST, zstandard.ZstdCompressionDict(trained)
        return trained
