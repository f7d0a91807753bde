"""Staged aliases answer as a dictionary would, whether they are kept as blocks or as one."""

from collections.abc import Sequence

import pytest
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from holdfast.sequences.writing import staged_aliases
from holdfast.sequences.writing.staged_aliases import StagedAliases

TEXTS = st.lists(st.sampled_from([f"t{nth}" for nth in range(40)]), max_size=6)


class AsADictionary(RuleBasedStateMachine):
    """Whatever is given, taken back and asked for."""

    @initialize(least=st.sampled_from([1, 3, 100]))
    def begin(self, least: int) -> None:
        self.patch = pytest.MonkeyPatch()
        self.patch.setattr(staged_aliases, "BLOCK_LEAST", least)
        self.staged, self.known, self.given = StagedAliases(), dict[str, int](), 0

    def teardown(self) -> None:
        self.patch.undo()

    def numbers(self, texts: Sequence[str]) -> list[int]:
        self.given += len(texts)
        return list(range(self.given - len(texts), self.given))

    @rule(texts=TEXTS)
    def give_new(self, texts: list[str]) -> None:
        numbers = self.numbers(texts)
        new = len(set(texts)) == len(texts) and self.known.keys().isdisjoint(texts)
        assert self.staged.give_new(texts, numbers) == new
        if new:
            self.known.update(zip(texts, numbers, strict=True))

    @rule(nth=st.integers(0, 10**6))
    def give_others(self, nth: int) -> None:
        """A block of texts that nobody asked for yet, so that blocks stay."""
        texts = [f"u{nth}.{self.given}.{place}" for place in range(5)]
        numbers = self.numbers(texts)
        assert self.staged.give_new(texts, numbers)
        self.known.update(zip(texts, numbers, strict=True))

    @rule(texts=TEXTS)
    def give(self, texts: list[str]) -> None:
        for text, number in zip(texts[:1], self.numbers(texts), strict=False):
            self.staged.give(text, number)
            self.known[text] = number

    @rule(texts=TEXTS)
    def take_back(self, texts: list[str]) -> None:
        for text in texts[:1]:
            self.staged.take_back(text)
            self.known.pop(text, None)

    @rule(texts=TEXTS)
    def ask(self, texts: list[str]) -> None:
        expected = {text: self.known[text] for text in texts if text in self.known}
        assert self.staged.owners(texts) == expected
        assert all((text in self.staged) == (text in self.known) for text in texts)

    @invariant()
    def holds_all(self) -> None:
        texts, numbers = self.staged.columns()
        assert dict(zip(texts, numbers, strict=True)) == self.known
        assert len(texts) == len(self.staged) == len(self.known)


TestAsADictionary = AsADictionary.TestCase
