"""
Versions: the names of releases in the order in which people would put them.

Numbers are read as numbers, and what is before the end (``rc1``, ``beta``, ``1.0a1``) comes before
it. Names that are versions as Python's packages have them come in that order too; all others come
in some order as well: ordering never fails.
"""

import re

_BEFORE_THE_END = ("dev", "alpha", "beta", "pre", "preview", "rc", "c")
_SHORT = ("a", "b")  #: before the end only with a number: 1.0a1, but 4.1a is after 4.1

Rank = tuple[int, int, str]


def version_order(name: str) -> tuple[Rank, ...]:
    """A key that sorts names of versions: numbers as numbers, pre-releases before releases.

    >>> sorted(["1.10", "1.9", "1.10rc1", "2024-03-07", "2024-11-01"], key=version_order)
    ['1.9', '1.10rc1', '1.10', '2024-03-07', '2024-11-01']
    """
    ranks = []
    for number, word, numbered in re.findall(r"(\d+)|([^\W\d_]+)(?=(\d?))", name):
        if number:
            ranks.append((2, int(number), ""))
        else:
            ranks.append((_rank(word.lower(), bool(numbered)), 0, word.lower()))
    return (*ranks, (0, 0, name))


def _rank(word: str, numbered: bool) -> int:
    return -1 if word in _BEFORE_THE_END or (numbered and word in _SHORT) else 1
