"""
Digests: the names of contents.

The canonical name of a sequence is the GA4GH digest of its residues: ``SQ.`` and the first 24
bytes of their SHA-512 in URL-safe base64 (Hart & Prlić 2020, doi:10.1371/journal.pone.0239883;
GA4GH refget 2.0). The others are kept so that a sequence is found by whichever name people have.
"""

import hashlib
from base64 import b64encode, urlsafe_b64decode, urlsafe_b64encode
from binascii import Error as Base64Error
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

from holdfast.base.compiled import MD5, SHA1, SHA512T, Algorithm, loops

PREFIX = "SQ."
SHA512T_BYTES = SHA512T.width

Longs = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True, order=True)
class Digest:
    """A GA4GH sequence digest: the 24 bytes that ``SQ.`` and 32 letters write out.

    >>> Digest.parse("ga4gh:SQ.aKF498dAxcJAqme6QYQ7EZ07-fiw8Kw2").trunc512
    '68a178f7c740c5c240aa67ba41843b119d3bf9f8b0f0ac36'
    """

    raw: bytes

    def __str__(self) -> str:
        return PREFIX + urlsafe_b64encode(self.raw).decode()

    @property
    def trunc512(self) -> str:
        """The same 24 bytes as refget 1.0 writes them: 48 hexadecimal digits."""
        return self.raw.hex()

    @property
    def vmc(self) -> str:
        """The same as the Variation Modelling Collaboration wrote it: ``GS_`` and 32 letters."""
        return "GS_" + str(self).removeprefix(PREFIX)

    @classmethod
    def parse(cls, text: str) -> "Digest":
        """Read ``SQ.…`` (with or without ``ga4gh:`` before it) or the bare 32 letters.

        Raises
        ------
        ValueError
            `text` is not a digest.
        """
        letters = text.removeprefix("ga4gh:").removeprefix(PREFIX)
        try:
            raw = urlsafe_b64decode(letters) if letters.isascii() else b""
        except Base64Error:
            raw = b""
        # Decoding forgives foreign letters, so only a text that comes back the same is a digest.
        if len(raw) != SHA512T_BYTES or urlsafe_b64encode(raw).decode() != letters:
            raise ValueError(f"{text!r} is not a GA4GH sequence digest (SQ. and 32 letters)")
        return cls(raw)


@dataclass(frozen=True, slots=True)
class Digests:
    """All names that the residues of one sequence give it.

    >>> digests = Digests.of(b"ACGT")
    >>> str(digests.ga4gh)
    'SQ.aKF498dAxcJAqme6QYQ7EZ07-fiw8Kw2'
    >>> digests.seguid
    'IQiZThf2zKn/I1KtqStlEdsHYDQ'
    """

    ga4gh: Digest
    md5: bytes
    sha1: bytes

    @property
    def seguid(self) -> str:
        """SEGUID (Babnigg & Giometti 2006): base64 of SHA-1 without its padding."""
        return b64encode(self.sha1).decode().rstrip("=")

    @classmethod
    def of(cls, *parts: bytes) -> "Digests":
        """The digests of the bytes of `parts`, one after another."""
        hasher = SequenceHasher()
        for part in parts:
            hasher.update(part)
        return hasher.digests()


def digest_column(algorithm: Algorithm, whole: bytes, lengths: Longs) -> bytes:
    """One digest of each of many sequences, joined: see :func:`digest_columns`.

    Raises
    ------
    ValueError
        The lengths are not those of sequences that fill `whole`.
    """
    return loops().digests(algorithm, whole, lengths)


def digest_columns(whole: bytes, lengths: Longs) -> tuple[bytes, bytes, bytes]:
    """The digests of sequences of these lengths, which stand one after another in `whole`.

    They are the first 24 bytes of each one's SHA-512, its MD5 and its SHA-1, each joined. Many
    threads may be in it at once, and run at the same time where there is the compiled library.

    >>> sha512t, md5, sha1 = digest_columns(b"ACGTACGT", np.array([4, 0, 4]))
    >>> str(Digest(sha512t[:24]))
    'SQ.aKF498dAxcJAqme6QYQ7EZ07-fiw8Kw2'

    Raises
    ------
    ValueError
        The lengths are not those of sequences that fill `whole`.
    """
    sha512t, md5, sha1 = (
        digest_column(algorithm, whole, lengths) for algorithm in (SHA512T, MD5, SHA1)
    )
    return sha512t, md5, sha1


class SequenceHasher:
    """The digests of a sequence that arrives in pieces of upper-case residues."""

    def __init__(self) -> None:
        self._sha512 = hashlib.sha512()
        self._md5 = hashlib.md5(usedforsecurity=False)
        self._sha1 = hashlib.sha1(usedforsecurity=False)

    def update(self, residues: bytes | memoryview) -> None:
        """Take the next residues. hashlib lets other threads run while it does."""
        self._sha512.update(residues)
        self._md5.update(residues)
        self._sha1.update(residues)

    def digests(self) -> Digests:
        """The digests of all residues taken so far."""
        truncated = self._sha512.digest()[:SHA512T_BYTES]
        return Digests(Digest(truncated), self._md5.digest(), self._sha1.digest())


def sha512t24u(content: bytes) -> str:
    """The GA4GH digest of any bytes, as 32 letters without a prefix.

    >>> sha512t24u(b"[8,4,4]")
    'cGRMZIb3AVgkcAfNv39RN7hnT5Chk7RX'
    """
    return urlsafe_b64encode(hashlib.sha512(content).digest()[:SHA512T_BYTES]).decode()


def file_sha256(path: Path) -> str:
    """SHA-256 of a file's bytes, in hexadecimal."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def joined_sha256(parts: Iterable[bytes]) -> str:
    """SHA-256 of the bytes of `parts`, one after another, in hexadecimal."""
    hasher = hashlib.sha256()
    for part in parts:
        hasher.update(part)
    return hasher.hexdigest()
