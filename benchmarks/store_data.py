"""
The made-up sequences of the store's benchmarks: the same bytes every time.

Proteins have the lengths (log-normal, median 330) and the residue frequencies of
UniProtKB/Swiss-Prot; chromosomes have 41 % G+C and runs of N at their ends and in the middle.
"""

import sys
from pathlib import Path
from typing import BinaryIO

import numpy as np

FREQUENCIES = {
    "A": 8.25, "Q": 3.93, "L": 9.65, "S": 6.64, "R": 5.52, "E": 6.71, "K": 5.79, "T": 5.36,
    "N": 4.06, "G": 7.07, "M": 2.41, "W": 1.10, "D": 5.46, "H": 2.27, "F": 3.86, "Y": 2.92,
    "C": 1.38, "I": 5.90, "P": 4.74, "V": 6.85,
}  # fmt: skip


def chromosome(length: int, seed: int = 7) -> bytes:
    """`length` bases."""
    rng = np.random.default_rng(seed)
    bases = rng.choice(np.frombuffer(b"ACGT", np.uint8), length, p=[0.295, 0.205, 0.205, 0.295])
    for start in (0, length // 2, length - 10_000):
        bases[start : start + 10_000] = ord("N")
    return bases.tobytes()


def proteins(count: int, seed: int = 7) -> list[bytes]:
    """`count` proteins."""
    rng = np.random.default_rng(seed)
    lengths = np.clip(rng.lognormal(5.8, 0.7, count), 30, 35_000).astype(int)
    letters = np.frombuffer("".join(FREQUENCIES).encode(), np.uint8)
    shares = np.array(list(FREQUENCIES.values()))
    residues = rng.choice(letters, lengths.sum(), p=shares / shares.sum()).tobytes()
    ends = np.cumsum(lengths).tolist()
    return [
        residues[end - length : end] for length, end in zip(lengths.tolist(), ends, strict=True)
    ]


def write_genome(file: BinaryIO, bases: int) -> None:
    """Write a genome of `bases` as FASTA: chromosomes of 250 Mbp, half in small letters, with Ns.

    A few stretches are made and written again and again in another order, so that it takes as long
    to make as to write.
    """
    stretches = [_stretch(seed) for seed in range(6)]
    written = number = 0
    while written < bases:
        number += 1
        file.write(b">chr%d made up\n" % number + b"ACGT" * min(number, 15) + b"\n")
        left = min(250_000_000, bases - written)
        written += left
        for nth in range(-(-left // STRETCH)):
            lines = min(left - nth * STRETCH, STRETCH) // 60
            file.write(stretches[(nth * number + nth) % len(stretches)][: lines * 61])


STRETCH = 12_000_000


def _stretch(seed: int) -> bytes:
    """Lines of 60 bases."""
    rng = np.random.default_rng(seed)
    letters = rng.choice(np.frombuffer(b"ACGT", np.uint8), STRETCH)
    for start in rng.integers(0, STRETCH - 50_000, 2).tolist():
        letters[start : start + 50_000] = ord("N")
    small = np.zeros(STRETCH, np.int64)
    np.add.at(small, rng.integers(0, STRETCH, STRETCH // 300), 1)
    letters |= np.where(np.cumsum(small) % 2, 32, 0).astype(np.uint8)
    lines = np.full((STRETCH // 60, 61), ord("\n"), np.uint8)
    lines[:, :60] = letters.reshape(-1, 60)
    return lines.tobytes()


def write_fasta(path: Path, named: list[tuple[str, bytes]], width: int = 60) -> None:
    """Write records to `path`."""
    with path.open("wb") as file:
        for name, residues in named:
            file.write(f">{name} made up\n".encode())
            lines = [residues[at : at + width] for at in range(0, len(residues), width)]
            file.write(b"\n".join([*lines, b""]))


if __name__ == "__main__":
    write_genome(sys.stdout.buffer, int(sys.argv[1]))
