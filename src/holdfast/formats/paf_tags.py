"""
What the alignment in a line of PAF says of its differences: the tags ``cg`` and ``cs``.

Both are read for all lines of a block at once. A CIGAR (``cg``) tells gaps, and mismatches only if
it is written with ``=`` and ``X``. The difference string (``cs``), short or long, tells both:
``:6`` or ``=ACGTAC`` for bases that are alike, ``*ag`` for a mismatch, ``+ac`` and ``-ac`` for
gaps, ``~gt12ac`` for what the target skips (https://lh3.github.io/minimap2/minimap2.html, OUTPUT
FORMAT).
"""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from holdfast.formats.columns import Bytes, Positions, Spans, Truths, whole_numbers

UNKNOWN = -1  #: of edits, where the CIGAR has columns (``M``) of which they are not known

Integers = NDArray[np.int64]


def _table(letters: bytes) -> Truths:
    """Which bytes are among `letters`, for looking up many at once."""
    table = np.zeros(256, dtype=np.bool_)
    table[list(letters)] = True
    return table


DIGIT = _table(b"0123456789")
LETTER = _table(bytes(range(65, 91)) + bytes(range(97, 123)))
RUN, GAP, UNLIKE, EITHER = _table(b"MIDNSHP=X"), _table(b"ID"), _table(b"X"), _table(b"M")
DIFFERENCE, CS_GAP = _table(b":*+-=~"), _table(b"+-")
LONG = 1000  #: letters that an alignment has on average, if each is taken on its own
INTRON_ENDS = 5  #: signs of ``~gt12ac`` beside its number


class Differences(NamedTuple):
    """Of each alignment: bases in gaps, gaps, mismatches with bases in gaps; whether it is one."""

    gap_bases: Integers
    gap_opens: Integers
    edits: Integers
    good: Truths


def of_cigars(data: Bytes, spans: Spans) -> Differences:
    """The differences in CIGARs."""
    letters, begins = _gathered(data, spans)
    at = np.flatnonzero(~DIGIT[letters])
    owner = np.searchsorted(begins, at, side="right") - 1
    starts = np.maximum(np.concatenate(([0], at[:-1] + 1)) if len(at) else at, begins[owner])
    amounts, good = whole_numbers(letters, Spans(starts, at))
    kinds = letters[at]
    good &= RUN[kinds]
    gap = GAP[kinds]
    bases = _sums(owner, amounts * gap, len(spans))
    unlike = _sums(owner, amounts * UNLIKE[kinds], len(spans))
    unclear = _sums(owner, EITHER[kinds].astype(np.int64), len(spans)) > 0
    whole = _without(owner[~good], spans)
    whole &= _last_is(RUN, letters, begins, spans)
    opens = _sums(owner, gap.astype(np.int64), len(spans))
    return Differences(bases, opens, np.where(unclear, UNKNOWN, unlike + bases), whole)


def of_difference_strings(data: Bytes, spans: Spans) -> Differences:
    """The differences in ``cs`` strings."""
    letters, begins = _gathered(data, spans)
    at = np.flatnonzero(DIFFERENCE[letters])
    ends = np.append(at, len(letters))[1:]
    owner = np.searchsorted(begins, at, side="right") - 1
    ends = np.minimum(ends, begins[owner] + spans.lengths[owner])
    kinds, sizes = letters[at], ends - at - 1
    good = _are_operations(letters, Spans(at, ends), kinds)
    gap = CS_GAP[kinds]
    bases = _sums(owner, sizes * gap, len(spans))
    unlike = _sums(owner, (kinds == ord("*")).astype(np.int64), len(spans))
    opens = _sums(owner, gap.astype(np.int64), len(spans))
    whole = _without(owner[~good], spans)
    if len(letters):
        whole &= DIFFERENCE[letters[np.minimum(begins, len(letters) - 1)]]
    return Differences(bases, opens, unlike + bases, whole)


def _are_operations(letters: Bytes, spans: Spans, kinds: Bytes) -> Truths:
    """Which operations of a difference string are well formed."""
    sizes = spans.lengths - 1
    inner = Spans(spans.starts + 1, spans.ends)
    others = np.flatnonzero(~LETTER[letters])
    first, last = (np.searchsorted(others, places) for places in (inner.starts, inner.ends))
    bases = (first == last) & (sizes > 0)
    good: Truths = np.where(kinds == ord("*"), bases & (sizes == 2), bases)
    numbers = np.flatnonzero(kinds == ord(":"))
    good[numbers] = whole_numbers(letters, inner[numbers])[1]
    introns = np.flatnonzero(kinds == ord("~"))
    within = inner[introns]
    good[introns] = whole_numbers(letters, Spans(within.starts + 2, within.ends - 2))[1]
    good[introns] &= sizes[introns] >= INTRON_ENDS
    return good


def _gathered(data: Bytes, spans: Spans) -> tuple[Bytes, Positions]:
    """The letters of all spans, one after another, and where each span begins in them."""
    ends = np.cumsum(spans.lengths)
    begins = ends - spans.lengths
    if len(spans) * LONG < int(spans.lengths.sum()):  # a place for each letter would be too much
        pieces = zip(spans.starts.tolist(), spans.ends.tolist(), strict=True)
        return np.concatenate([data[start:end] for start, end in pieces]), begins
    places = np.arange(int(spans.lengths.sum()))
    return data[places + np.repeat(spans.starts - begins, spans.lengths)], begins


def _sums(owner: Positions, amounts: Integers, count: int) -> Integers:
    return np.bincount(owner, amounts, minlength=count).astype(np.int64)


def _without(broken: Positions, spans: Spans) -> Truths:
    """Which spans hold something and are not among the `broken`."""
    whole = spans.lengths > 0
    whole[broken] = False
    return whole


def _last_is(table: Truths, letters: Bytes, begins: Positions, spans: Spans) -> Truths:
    """Whose last letter is in `table`."""
    if not len(letters):
        return np.zeros(len(spans), dtype=np.bool_)
    ended: Truths = table[letters[np.maximum(begins + spans.lengths - 1, 0)]]
    return ended
