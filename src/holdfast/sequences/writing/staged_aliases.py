"""
The aliases of one namespace that a batch gives.

A load gives them by the block and hardly ever one twice, so blocks stay as they come, each in one
run of bytes, and only the hash of each text is looked for among those before. Whatever is out of
the ordinary (a text that may have been given before, one that is taken back, a few at a time) turns
all into a dictionary, which can answer anything.
"""

from array import array
from collections.abc import Sequence

import numpy as np

from holdfast.base.sorted_runs import Keys, SortedKeys
from holdfast.base.texts import TextsBuilder

BLOCK_LEAST = 1 << 6  #: aliases that are worth being kept as a block


class StagedAliases:
    """Texts, each with the number of its sequence."""

    def __init__(self) -> None:
        self._owners: dict[str, int] = {}
        self._texts, self._numbers, self._hashes = TextsBuilder(), array("q"), SortedKeys()
        self._next, self._next_numbers = TextsBuilder(), array("q")

    def __len__(self) -> int:
        return len(self._owners) + len(self._texts)

    def __contains__(self, text: str) -> bool:
        return bool(self.owners([text]))

    def owners(self, texts: Sequence[str]) -> dict[str, int]:
        """Those of `texts` that are here, with their sequences."""
        if len(self._texts) and self._hashes.has_any(_hashes(texts)):
            self._unfold()
        owners = self._owners
        if not owners or owners.keys().isdisjoint(texts):
            return {}
        return {text: owners[text] for text in owners.keys() & set(texts)}

    def give(self, text: str, number: int) -> None:
        """Give one, whoever had it before."""
        self._unfold()
        self._owners[text] = number

    def give_new(self, texts: Sequence[str], numbers: Sequence[int]) -> bool:
        """Give these, unless one of them is here or is there twice; then nothing is changed."""
        in_block = not self._owners and (len(texts) >= BLOCK_LEAST or len(self._texts) > 0)
        if not in_block:
            self._unfold()
            new = dict(zip(texts, numbers, strict=True))
            if len(new) < len(texts) or not self._owners.keys().isdisjoint(new):
                return False
            self._owners.update(new)
            return True
        hashes = _hashes(texts)
        if (hashes[1:] == hashes[:-1]).any() or self._hashes.has_any(hashes):
            return False
        column = array("q", np.asarray(numbers, np.int64).tobytes())
        for builder, its_numbers in (
            (self._texts, self._numbers),
            (self._next, self._next_numbers),
        ):
            builder.extend(texts)
            its_numbers.extend(column)
        self._hashes.add(hashes)
        return True

    def take_back(self, text: str) -> None:
        """Give it no more, if it was given."""
        self._unfold()
        self._owners.pop(text, None)

    def next_ones(self) -> tuple[Sequence[str], Sequence[int]]:
        """What was given since this was last asked: a part of `columns`, behind the last one.

        Nothing while all is in a dictionary: it may be given to somebody else yet.
        """
        found = self._next.finish(), self._next_numbers
        self._next, self._next_numbers = TextsBuilder(), array("q")
        return found

    def columns(self) -> tuple[Sequence[str], Sequence[int]]:
        """All texts, and their sequences."""
        if self._owners:
            return list(self._owners), list(self._owners.values())
        return self._texts.finish(), self._numbers

    def _unfold(self) -> None:
        if len(self._texts):
            self._owners = dict(zip(self._texts.finish(), self._numbers, strict=True))
            self._texts, self._numbers, self._hashes = TextsBuilder(), array("q"), SortedKeys()
            self._next, self._next_numbers = TextsBuilder(), array("q")


def _hashes(texts: Sequence[str]) -> Keys:
    """The hashes of texts, in order."""
    return np.sort(np.fromiter(map(hash, texts), np.int64, len(texts)).view(np.uint64))
