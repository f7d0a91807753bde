"""
Headings of FASTA records, many at once: ``name description``, joined by newlines.
"""

import numpy as np

from holdfast.base.texts import SEPARATOR, Texts

_BLANK, _END = ord(" "), ord(SEPARATOR)
#: Bytes of a heading that needs no second look: what Python does not take for blanks.
_PLAIN = bytes(range(32, 127)) + SEPARATOR.encode()


def cut_usual(heads: bytes) -> tuple[Texts, Texts] | None:
    """The names and the descriptions of headings; None unless all are usual.

    They are when they are printed ASCII, with one blank at most between words and none around.

    >>> names, descriptions = cut_usual(b"chr1 of yeast\\nchr2")
    >>> list(names), list(descriptions)
    (['chr1', 'chr2'], ['of yeast', ''])
    """
    if heads.translate(None, _PLAIN):
        return None
    raw = np.frombuffer(heads + SEPARATOR.encode(), np.uint8)
    ends, blanks = np.flatnonzero(raw == _END), np.flatnonzero(raw == _BLANK)
    starts = np.concatenate([[0], ends[:-1] + 1])
    if (starts == ends).any() or (raw[starts] == _BLANK).any() or (raw[blanks + 1] <= _BLANK).any():
        return None  # (behind the last blank is at least an end)
    if not len(blanks):
        return Texts(heads, len(ends)), Texts(SEPARATOR.encode() * (len(ends) - 1), len(ends))
    # Where the name ends: at its line's first blank, or at the line's end.
    at = np.append(blanks, len(raw))[np.searchsorted(blanks, starts)]
    at = np.minimum(at, ends)
    edges = np.zeros(len(raw) + 1, np.int8)
    edges[at] += 1
    edges[ends] -= 1
    behind = np.cumsum(edges[:-1], dtype=np.int8).view(bool)  # the blank, and the description
    names = raw[~behind].tobytes()[:-1]
    behind[ends[at == ends]] = True  # of a line without, the end stands for the blank
    descriptions = raw[behind]
    descriptions[np.cumsum(behind)[at] - 1] = _END
    return Texts(names, len(ends)), Texts(descriptions.tobytes()[1:], len(ends))
