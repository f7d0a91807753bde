"""The golden cases: what D-Genies made of inputs of ours."""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from dotplots.examples import indexed
from holdfast.dotplots.genome import Genome
from holdfast.dotplots.layout.arrangement import Arrangement, Layout
from holdfast.dotplots.layout.choosing import Order, laid_out
from holdfast.dotplots.matches import Matches, matches_of
from holdfast.formats.paf import read_paf

CASES = ("toy", "orientation")


@dataclass(frozen=True, slots=True)
class Golden:
    """One case, read."""

    folder: Path
    target: Genome
    query: Genome
    matches: Matches

    @classmethod
    def read(cls, real_data: Path, case: str, paf: str = "out/map.paf") -> "Golden":
        folder = real_data / "dotplots" / case
        target, query = (indexed(folder / "in" / f"{side}.idx") for side in ("target", "query"))
        matches, _ = matches_of(read_paf(folder / paf), target, query)
        return cls(folder, target, query, matches)

    def text(self, name: str) -> str:
        """What D-Genies answered."""
        return (self.folder / "out" / name).read_text()

    def document(self, name: str) -> Any:
        return json.loads(self.text(name))

    @property
    def as_given(self) -> Layout:
        return Layout.as_given(self.target, self.query)

    @property
    def laid_out(self) -> Layout:
        return laid_out(self.matches, self.target, self.query, Order.REFERENCE)

    def turned_by_hand(self) -> Layout:
        """The layout after some contigs were turned by hand, as the case says which."""
        layout = self.laid_out
        turned = list(layout.query.reversed)
        for name in self.document("reversed_after_sort.json"):
            turned[self.query.numbers[name]] ^= True
        return Layout(layout.target, Arrangement(layout.query.order, tuple(turned)))
