"""Slices as SeqRepo takes them: from 0, the end not included, and cut at the end of the sequence.

The sentences of errors are those that its clients look for.
"""


def checked(start: int | None, end: int | None, length: int) -> tuple[int, int]:
    """Where the slice begins and ends within a sequence of `length` residues.

    >>> checked(None, 99, 10), checked(12, 20, 10), checked(3, 3, 10)
    ((0, 10), (10, 10), (3, 3))

    Raises
    ------
    ValueError
        It begins before the sequence or after its own end.
    """
    start = 0 if start is None else start
    if end is not None and start > end:
        raise ValueError(f"invalid coordinates: start ({start}) > stop ({end})")
    if start < 0:
        raise ValueError(f"start out of range ({start})")
    end = length if end is None else min(end, length)
    return min(start, end), end
