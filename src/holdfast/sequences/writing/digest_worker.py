"""
Digesting in another process: this is all that runs there.

It is started as a program of its own and needs the standard library only, so that it is there in
some milliseconds and nothing of the process that wants it goes over: no thread, no lock, no file.
Numbers are little-endian.

========  ======================================================================================
question  how many sequences and how many residues (uint64 each), the length of each sequence
          (uint64), all residues
answer    of each sequence the first 24 bytes of its SHA-512, then of each its MD5, then its SHA-1
========  ======================================================================================

It ends with its input, which ends with the process that wanted it, however that ended.
"""

import signal
import struct
import sys
from collections.abc import Iterable
from hashlib import md5, sha1, sha512
from itertools import accumulate
from typing import BinaryIO

COUNTS = struct.Struct("<QQ")
SHA512T_BYTES = 24  # as `base.digests` has it, which is out of reach
SIZE = SHA512T_BYTES + 16 + 20  #: bytes of an answer for each sequence


def digests(residues: bytes, lengths: Iterable[int]) -> bytes:
    """The answer: the digests of sequences of these `lengths`, which stand one after another."""
    sha512s, md5s, sha1s, start = [], [], [], 0
    for end in accumulate(lengths):
        part = residues[start:end]
        sha512s.append(sha512(part).digest()[:SHA512T_BYTES])
        md5s.append(md5(part, usedforsecurity=False).digest())
        sha1s.append(sha1(part, usedforsecurity=False).digest())
        start = end
    return b"".join([*sha512s, *md5s, *sha1s])


def serve(questions: BinaryIO, answers: BinaryIO) -> None:
    """Answer until there is no whole question any more."""
    while len(counts := questions.read(COUNTS.size)) == COUNTS.size:
        count, size = COUNTS.unpack(counts)
        lengths, residues = questions.read(8 * count), questions.read(size)
        if len(lengths) + len(residues) < 8 * count + size:
            return
        answers.write(digests(residues, struct.unpack(f"<{count}Q", lengths)))
        answers.flush()


if __name__ == "__main__":
    # Who interrupts the command means the process that asks; it will end our input.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    serve(sys.stdin.buffer, sys.stdout.buffer)
