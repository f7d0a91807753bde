"""
Joining: matches that were cut where a contig was cut, made one again.

A match that ends at a border between two blocks, and one that begins there, are one if they are on
the same contigs and strand and the second begins on the target with the base where the first ends.
Counts are added, CIGARs and ``cs`` put one behind the other; of the tags that cannot be known of
the whole without aligning it, those are kept that both have alike.
"""

import re
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from holdfast.dotplots.aligners.splitting import Blocks
from holdfast.formats.paf import PafTable

QUERY_END, STRAND, TARGET_START, TARGET_END, MATCHES, LENGTH, MAPQ = 3, 4, 7, 8, 9, 10, 11
COLUMNS = 12
ADDED = (b"NM:i", b"nn:i", b"ms:i", b"AS:i", b"cm:i", b"s1:i")  #: of the whole they are the sum
MEANS = (b"de:f", b"dv:f")  #: of the whole it is the mean, by the lengths of the alignments
CIGAR, EDITS = b"cg:Z", b"cs:Z"
OPERATION = re.compile(rb"(\d+)(\D)")

Pieces = tuple[int, ...]  #: numbers of lines that are one match, in the order of the query
Tags = dict[bytes, bytes]  #: by name and kind


def pieces_of(table: PafTable, blocks: Blocks) -> list[Pieces]:
    """Which lines of `table`, whose queries are whole contigs, are pieces of one match."""
    ending, beginning = (
        _at_borders(table, positions, blocks) for positions in (table.query_end, table.query_start)
    )
    forward = table.strand > 0
    last = np.where(forward, table.target_end, table.target_start)
    first = np.where(forward, table.target_start, table.target_end)
    before = _by_place(table, ending, table.query_end, last)
    behind = _by_place(table, beginning, table.query_start, first)
    following: dict[int, int] = {}
    for place, lines in before.items():
        following.update(zip(lines, behind.get(place, ()), strict=False))
    heads = sorted(set(following) - set(following.values()))
    return [tuple(_chain(head, following)) for head in heads]


def joined(pieces: Sequence[bytes]) -> bytes:
    """The line of PAF of one match, of the lines of its pieces, in the order of the query."""
    rows = [line.rstrip(b"\r\n").split(b"\t") for line in pieces]
    columns = list(rows[0][:COLUMNS])
    columns[QUERY_END] = rows[-1][QUERY_END]
    along = rows if columns[STRAND] == b"+" else rows[::-1]  # in the order of the target
    columns[TARGET_START], columns[TARGET_END] = along[0][TARGET_START], along[-1][TARGET_END]
    for column in (MATCHES, LENGTH):
        columns[column] = b"%d" % sum(int(row[column]) for row in rows)
    columns[MAPQ] = b"%d" % min(int(row[MAPQ]) for row in rows)
    tags = _whole_tags(
        [_by_name(row[COLUMNS:]) for row in along], [int(row[LENGTH]) for row in along]
    )
    return b"\t".join((*columns, *tags)) + b"\n"


def _at_borders(table: PafTable, positions: NDArray[np.int64], blocks: Blocks) -> NDArray[np.int64]:
    """The lines whose position is a border between two blocks of their query."""
    cut = {block.contig for block in blocks.by_name.values() if block.length < block.total}
    is_cut = np.array([name in cut for name in table.query_names], dtype=bool)
    totals = np.array(table.query_lengths, dtype=np.int64)[table.query]
    inside = (positions > 0) & (positions < totals) & (positions % blocks.size == 0)
    return np.flatnonzero(inside & is_cut[table.query])


def _by_place(
    table: PafTable,
    lines: NDArray[np.int64],
    on_query: NDArray[np.int64],
    on_target: NDArray[np.int64],
) -> Mapping[tuple[int, ...], list[int]]:
    """The numbers of `lines` by where they are cut; they are few, one or two a border."""
    columns = (table.query, table.target, table.strand, on_query, on_target)
    found = defaultdict(list)
    for line, *place in zip(
        lines.tolist(), *(each[lines].tolist() for each in columns), strict=True
    ):
        found[tuple(place)].append(line)
    return found


def _chain(head: int, following: Mapping[int, int]) -> Iterator[int]:
    line: int | None = head
    while line is not None:
        yield line
        line = following.get(line)


def _by_name(tags: Sequence[bytes]) -> Tags:
    return {tag[:4]: tag[5:] for tag in tags}


def _whole_tags(pieces: Sequence[Tags], lengths: Sequence[int]) -> Iterator[bytes]:
    """The tags of the whole, in the order of the first piece's; those of every piece only."""
    for name in pieces[0]:
        values = [piece[name] for piece in pieces if name in piece]
        if len(values) < len(pieces):
            continue
        value = _whole(name, values, lengths)
        if value is not None:
            yield name + b":" + value


def _whole(name: bytes, values: Sequence[bytes], lengths: Sequence[int]) -> bytes | None:
    if name in ADDED:
        return b"%d" % sum(map(int, values))
    if name in MEANS:
        weighted = sum(float(value) * length for value, length in zip(values, lengths, strict=True))
        return f"{weighted / sum(lengths):.4f}".encode()
    if name == CIGAR:
        return _one_cigar(b"".join(values))
    if name == EDITS:
        return b"".join(values)
    return values[0] if len(set(values)) == 1 else None


def _one_cigar(text: bytes) -> bytes:
    """A CIGAR in which no operation follows one of its kind.

    >>> _one_cigar(b"10M2I5M7M1D3D")
    b'10M2I12M4D'
    """
    runs: list[tuple[int, bytes]] = []
    for digits, kind in OPERATION.findall(text):
        length = int(digits)
        if runs and runs[-1][1] == kind:
            length += runs.pop()[0]
        runs.append((length, kind))
    return b"".join(b"%d%s" % run for run in runs)
