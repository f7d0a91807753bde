"""Slices: half-open, zero-based intervals, as everywhere in Holdfast."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, order=True)
class Slice:
    """A half-open, zero-based interval in bases: `start` is in, `end` is not.

    >>> len(Slice(10, 20))
    10
    >>> str(Slice.parse("10-20"))
    '10-20'
    """

    start: int
    end: int

    def __post_init__(self) -> None:
        if not 0 <= self.start <= self.end:
            raise ValueError(
                f"{self.start}-{self.end} is not a slice: it must be 0 <= start <= end"
            )

    def __len__(self) -> int:
        return self.end - self.start

    def __str__(self) -> str:
        return f"{self.start}-{self.end}"

    @classmethod
    def parse(cls, text: str) -> "Slice":
        """Read ``start-end``.

        Raises
        ------
        ValueError
            `text` is not two whole numbers in order.
        """
        parts = text.split("-")
        if len(parts) != 2 or not all(part.isascii() and part.isdigit() for part in parts):
            raise ValueError(f"{text!r} is not a slice; write it as start-end, for example 10-20")
        return cls(int(parts[0]), int(parts[1]))
