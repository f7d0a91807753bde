"""
How SeqRepo names things, and how its names and ours translate.

A sequence's key, its *seq_id*, is our digest without ``SQ.``. SeqRepo keeps four digests of each
sequence as aliases in namespaces of their own; ours are computed and never stored. Three of its
namespaces have a stored name that differs from the one its programs show: NCBI is refseq, Ensembl
is ensembl, LRG is lrg; and ``VMC:GS_x`` is also shown as ``sha512t24u:x`` and ``ga4gh:SQ.x``.
"""

import re
from base64 import b64decode, b64encode, urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Sequence

import numpy as np

from holdfast.base.digests import PREFIX, SHA512T_BYTES, Digest
from holdfast.errors import UsageError
from holdfast.sequences.naming.alias import Alias, check_namespace
from holdfast.sequences.naming.namespaces import canonical

#: Namespaces of digests, in the order in which SeqRepo writes a new sequence's rows.
DIGEST_SPACES = ("VMC", "SHA1", "MD5", "SEGUID")
VMC_PREFIX = "GS_"
SEQ_ID_LETTERS = 32

_SHOWN = {"NCBI": "refseq", "Ensembl": "ensembl", "LRG": "lrg"}
_STORED = {shown: stored for stored, shown in _SHOWN.items()}
_SEQ_ID = re.compile(r"[A-Za-z0-9_-]{32}", re.ASCII)
_SEQ_IDS = re.compile(r"[A-Za-z0-9_-]*", re.ASCII)


def seq_id_of(digest: Digest) -> str:
    """SeqRepo's key of a sequence.

    >>> seq_id_of(Digest.parse("SQ.aKF498dAxcJAqme6QYQ7EZ07-fiw8Kw2"))
    'aKF498dAxcJAqme6QYQ7EZ07-fiw8Kw2'
    """
    return str(digest).removeprefix(PREFIX)


def digest_of(seq_id: str) -> Digest | None:
    """The digest that a seq_id writes, or None: a key need not be a digest."""
    return Digest.parse(seq_id) if _SEQ_ID.fullmatch(seq_id) else None


def stored_name(namespace: str, alias: str | None) -> tuple[str, str | None]:
    """The stored form of a name as SeqRepo's programs ask for it; both parts may be patterns.

    >>> stored_name("RefSeq", "NM_000551.4"), stored_name("ga4gh", "SQ.x"), stored_name("x", None)
    (('NCBI', 'NM_000551.4'), ('VMC', 'GS_x'), ('x', None))
    """
    if namespace.lower() == "refseq":
        return "NCBI", alias
    if namespace == "sha512t24u":
        return "VMC", VMC_PREFIX + alias if alias else None
    if namespace == "ga4gh":
        # SeqRepo drops three letters unchecked, so `ga4gh:GS_x` has always worked as well.
        return "VMC", VMC_PREFIX + alias[len(PREFIX) :] if alias else None
    return _STORED.get(namespace, namespace), alias


def synonyms(namespace: str, alias: str) -> list[tuple[str, str]]:
    """What else a stored name is shown as, in SeqRepo's order.

    >>> synonyms("VMC", "GS_x")
    [('sha512t24u', 'x'), ('ga4gh', 'SQ.x')]
    >>> synonyms("NCBI", "NM_000551.4")
    [('refseq', 'NM_000551.4')]
    """
    if namespace == "VMC":
        bare = alias[len(VMC_PREFIX) :]
        return [("sha512t24u", bare), ("ga4gh", PREFIX + bare)]
    shown = _SHOWN.get(namespace)
    return [(shown, alias)] if shown else []


def our_namespace(stored: str) -> str:
    """The namespace in which our stores keep what SeqRepo stores in `stored`.

    >>> our_namespace("NCBI"), our_namespace("GRCh38")
    ('refseq', 'GRCh38')
    """
    return canonical(stored)


def their_namespace(ours: str) -> str:
    """The namespace in which SeqRepo stores what ours is called `ours`."""
    return _STORED.get(ours, ours)


def kept_name(namespace: str, alias: str) -> tuple[str, str]:
    """The stored name under which a store of ours shows what SeqRepo's programs call so.

    >>> kept_name("refseq", "NM_1.1"), kept_name("GenBank", "X1.1"), kept_name("MD5", "f1")
    (('NCBI', 'NM_1.1'), ('insdc', 'X1.1'), ('MD5', 'f1'))
    """
    stored, text = stored_name(namespace, alias)
    if stored not in DIGEST_SPACES:
        stored = their_namespace(our_namespace(stored))
    return stored, text or ""


def our_alias(stored: str, text: str) -> Alias | None:
    """A stored row's name as an alias of ours, or None where none may be so called.

    >>> our_alias("NCBI", "NM_000551.4"), our_alias("NCBI", "NM_1.1 a whole line")
    (Alias(namespace='refseq', text='NM_000551.4'), None)
    """
    try:
        return Alias(our_namespace(stored), text)
    except UsageError:
        return None


def is_our_namespace(stored: str) -> bool:
    """Whether our stores can have aliases in what SeqRepo stores as `stored`."""
    try:
        check_namespace(our_namespace(stored))
    except UsageError:
        return False
    return True


#: Which of the three digests that a store keeps each namespace writes.
DIGEST_KINDS = {"VMC": "digest", "SHA1": "sha1", "MD5": "md5", "SEGUID": "sha1"}
#: How many letters each digest has, and how many of them are kept: base64 fills up with one.
_HEX_OR_BASE64 = {"SHA1": (40, 40), "MD5": (32, 32), "VMC": (32, 32), "SEGUID": (28, 27)}
_DIGEST_FORMS = {
    "VMC": re.compile(r"GS_[A-Za-z0-9_-]{32}", re.ASCII),
    "SHA1": re.compile(r"[0-9a-f]{40}", re.ASCII),
    "MD5": re.compile(r"[0-9a-f]{32}", re.ASCII),
    "SEGUID": re.compile(r"[A-Za-z0-9+/]{27}", re.ASCII),
}


def digest_texts(namespace: str, raw: bytes) -> list[str]:
    """The stored texts of digests of one namespace, from their bytes, joined.

    >>> digest_texts("SEGUID", bytes.fromhex("2108994e17f6cca9ff2352ada92b6511db076034") * 2)
    ['IQiZThf2zKn/I1KtqStlEdsHYDQ', 'IQiZThf2zKn/I1KtqStlEdsHYDQ']
    """
    if namespace == "VMC":
        letters, prefix = urlsafe_b64encode(raw).decode(), VMC_PREFIX
    elif namespace == "SEGUID" and len(raw) == 20:
        letters, prefix = b64encode(raw).decode(), ""
    elif namespace == "SEGUID":
        # With a zero byte behind each, 20 bytes are whole groups of three, and begin no other.
        padded = np.zeros((len(raw) // 20, 21), np.uint8)
        padded[:, :20] = np.frombuffer(raw, np.uint8).reshape(-1, 20)
        letters, prefix = b64encode(padded.tobytes()).decode(), ""
    else:
        letters, prefix = raw.hex(), ""
    step, kept = _HEX_OR_BASE64[namespace]
    return [prefix + letters[at : at + kept] for at in range(0, len(letters), step)]


def raw_keys(seq_ids: Sequence[str]) -> list[bytes]:
    """The 24 bytes that each of many keys writes; nothing for one that is no digest."""
    joined = "".join(seq_ids)
    if len(joined) == SEQ_ID_LETTERS * len(seq_ids) and _SEQ_IDS.fullmatch(joined):
        raw = urlsafe_b64decode(joined)
        if set(map(len, seq_ids)) <= {SEQ_ID_LETTERS}:
            size = SHA512T_BYTES
            return [raw[at : at + size] for at in range(0, len(raw), size)]
    found = map(digest_of, seq_ids)
    return [digest.raw if digest else b"" for digest in found]


def raw_digest(namespace: str, text: str) -> bytes | None:
    """The bytes that a stored digest writes; None when `text` is no digest of this namespace,
    or the namespace is none of digests.

    >>> raw_digest("MD5", "f1f8f4bf413b16ad135722aa4591043e").hex()
    'f1f8f4bf413b16ad135722aa4591043e'
    """
    form = _DIGEST_FORMS.get(namespace)
    if form is None or not form.fullmatch(text):
        return None
    if namespace == "VMC":
        return Digest.parse(text.removeprefix(VMC_PREFIX)).raw
    return b64decode(text + "=") if namespace == "SEGUID" else bytes.fromhex(text)
