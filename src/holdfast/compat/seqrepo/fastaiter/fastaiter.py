"""Reading FASTA line by line, from an open text."""

from collections.abc import Iterable, Iterator

__all__ = ["FastaIter"]


def FastaIter(handle: Iterable[str]) -> Iterator[tuple[str, str]]:  # noqa: N802 - SeqRepo's name
    """Each record's definition line, without ``>``, and its sequence.

    What stands before the first record is ignored; a record may be empty.

    >>> list(FastaIter([">a first\\n", "AC\\n", "GT\\n", ">b\\n"]))
    [('a first', 'ACGT'), ('b', '')]
    """
    header: str | None = None
    lines: list[str] = []
    for line in handle:
        if line.startswith(">"):
            if header is not None:
                yield header, "".join(lines)
            header, lines = line[1:].rstrip(), []
        else:
            lines.append(line.strip())
    if header is not None:
        yield header, "".join(lines)
