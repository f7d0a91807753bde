"""
Loops over bytes, compiled: cutting FASTA texts, digesting many short sequences, telling letters.

Python makes an object for every record it cuts, and while hashlib hashes a short text no other
thread may run. So the few loops that go over each byte of what is loaded are written in C
(``loops.h`` says which) and called through ctypes, which lets other threads run meanwhile. The
library is built with the package and is a convenience: where it could not be built, or OpenSSL is
not there, its twin in NumPy and hashlib says the same, more slowly. Nothing here decides anything.

========  ====================================================================
contract  what the loops are asked and what they answer
library   the compiled ones
twin      the same in NumPy and hashlib
build     makes the library of its sources
========  ====================================================================
"""

import os
from functools import cache

from holdfast.base.compiled.contract import (
    FOREIGN,
    LETTER_BITS,
    MD5,
    NONE,
    ODD,
    SHA1,
    SHA512T,
    Algorithm,
    Lines,
    Loops,
)

__all__ = [
    "FOREIGN",
    "LETTER_BITS",
    "MD5",
    "NONE",
    "ODD",
    "SHA1",
    "SHA512T",
    "SWITCH",
    "Algorithm",
    "Lines",
    "Loops",
    "loops",
]

SWITCH = "HOLDFAST_COMPILED"  #: set to 0, the library is left alone


@cache
def loops() -> Loops:
    """The compiled loops where there are any, else their twin; chosen once."""
    from holdfast.base.compiled.library import load  # noqa: PLC0415 - only where somebody loops
    from holdfast.base.compiled.twin import NumpyLoops  # noqa: PLC0415 - as above

    compiled = None if os.environ.get(SWITCH) == "0" else load()
    return compiled or NumpyLoops()
