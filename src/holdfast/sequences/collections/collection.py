"""
Collections: ordered lists of names and sequences, as GA4GH Sequence Collections 1.0 digests them.

A genome is a collection; so is each FASTA file that was loaded. The digest covers the names and the
sequences in their order: each is written as canonical JSON (RFC 8785) and digested, then the object
of both digests is. So the same records under another file name are the same collection.
"""

import json
from base64 import urlsafe_b64encode
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from holdfast.base.digests import PREFIX, Digest, sha512t24u
from holdfast.base.texts import json_of
from holdfast.sequences.storage.journal import Origin

DIGEST_LETTERS = 32  #: of base64, which 24 bytes are exactly


@dataclass(frozen=True, slots=True)
class Member:
    """One sequence of a collection, under the name it has there. Length in residues."""

    name: str
    digest: Digest
    length: int
    description: str = ""


@dataclass(frozen=True, slots=True)
class Collection:
    """A collection with its members in order."""

    name: str
    digest: str
    members: tuple[Member, ...]
    origin: Origin


@dataclass(frozen=True, slots=True)
class CollectionRecord:
    """A collection as a list shows it; `added` is the journal position at which it got its name."""

    name: str
    digest: str
    sequences: int
    residues: int
    added: int
    origin: Origin


def canonical(value: object) -> bytes:
    """Canonical JSON (RFC 8785) of texts, whole numbers, lists and objects with ASCII keys."""
    text = json.dumps(value, ensure_ascii=False, separators=(",", ":"), sort_keys=True)
    return text.encode()


def collection_digest(names: Sequence[str], digests: bytes) -> str:
    """The level 0 digest of a collection; `digests` are joined, 24 bytes each.

    >>> acgt = Digest.parse("SQ.aKF498dAxcJAqme6QYQ7EZ07-fiw8Kw2")
    >>> collection_digest(["A"], acgt.raw)
    'idEJo_o-Mzca3rMs-7ahrnN2Yuaf2xyW'
    """
    inherent = {
        "names": sha512t24u(json_of(names).encode()),
        "sequences": sha512t24u(canonical_digests(digests)),
    }
    return sha512t24u(canonical(inherent))


def canonical_digests(joined: bytes) -> bytes:
    """The canonical JSON of a list of digests, made without a text for each.

    >>> canonical_digests(bytes(24)) == canonical([str(Digest(bytes(24)))])
    True
    """
    letters = np.frombuffer(urlsafe_b64encode(joined), np.uint8).reshape(-1, DIGEST_LETTERS)
    before, after = np.frombuffer(f'"{PREFIX}'.encode(), np.uint8), np.frombuffer(b'",', np.uint8)
    rows = np.empty((len(letters), len(before) + DIGEST_LETTERS + len(after)), np.uint8)
    rows[:, : len(before)] = before
    rows[:, len(before) : -len(after)] = letters
    rows[:, -len(after) :] = after
    return b"[" + rows.tobytes()[:-1] + b"]"
