"""
The order of contigs by their names, as people would put them: numbers by value, Roman ones too.
"""

import re
from collections.abc import Iterable, Sequence

from holdfast.dotplots.genome import Genome
from holdfast.dotplots.layout.arrangement import Arrangement

ROMAN = re.compile(r"(?=[IVXLC])(C{0,3})(XC|XL|L?X{0,3})(IX|IV|V?I{0,3})")
VALUES = {"I": 1, "V": 5, "X": 10, "L": 50, "C": 100}

Key = tuple[tuple[int, int, str], ...]


def by_name(genome: Genome) -> Arrangement:
    """The contigs by name, none turned."""
    names = [contig.name for contig in genome.contigs]
    keys = natural_keys(names)
    order = sorted(range(len(names)), key=lambda place: keys[place])
    return Arrangement(tuple(order), (False,) * len(names))


def by_length(genome: Genome) -> Arrangement:
    """The longest contig first, none turned."""
    order = sorted(range(len(genome.contigs)), key=lambda place: -genome.contigs[place].length)
    return Arrangement(tuple(order), (False,) * len(genome.contigs))


def natural_keys(names: Sequence[str]) -> list[Key]:
    """What to sort `names` by.

    >>> sorted(["chr10", "chr9", "chrX"], key=dict(zip(("chr10", "chr9", "chrX"),
    ...     natural_keys(["chr10", "chr9", "chrX"]))).get)
    ['chr9', 'chr10', 'chrX']
    """
    prefix = _roman_prefix(names)
    return [_key(name) if prefix is None else _roman_key(name, prefix) for name in names]


def _roman_prefix(names: Iterable[str]) -> str | None:
    """What stands before Roman numbers, if there are such: a name ends in I, another in II.

    An X alone proves nothing: it is a chromosome of ours.
    """
    known = set(names)
    ones = (name.removesuffix("II") for name in known if name.endswith("II"))
    return next(
        (each for each in sorted(ones) if f"{each}I" in known and not each.endswith("I")), None
    )


def _roman_key(name: str, prefix: str) -> Key:
    rest = name.removeprefix(prefix)
    if name.startswith(prefix) and ROMAN.fullmatch(rest):
        return (*_key(prefix), (0, _value(rest), ""))
    return _key(name)


def _value(roman: str) -> int:
    """The number that Roman digits write.

    >>> _value("XIV"), _value("IX")
    (14, 9)
    """
    values = [VALUES[digit] for digit in roman]
    return sum(
        -value if value < following else value
        for value, following in zip(values, [*values[1:], 0], strict=True)
    )


def _key(name: str) -> Key:
    """Runs of digits count as numbers and come before letters."""
    parts = (part for part in re.split(r"([0-9]+)", name) if part)
    return tuple(
        (0, int(part), part) if part[0] in "0123456789" else (1, 0, part) for part in parts
    )
