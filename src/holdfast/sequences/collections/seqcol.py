"""
GA4GH Sequence Collections 1.0: a collection at its three levels, and how two of them compare.

Level 2 is the collection itself, as arrays; at level 1 each array is the digest of its canonical
JSON; level 0 is one digest, of the level 1 digests of what is *inherent*: names and sequences. All
here are pure functions. Digests are made from columns, so that a million names take seconds.

=========================  ================================================================
names, sequences           required, inherent, collated (one element per sequence, in order)
lengths                    required, collated; not inherent, since sequences imply it
name_length_pairs          collated: the coordinate system
sorted_sequences           the sequences whatever their order
sorted_name_length_pairs   the coordinate system whatever its order; *transient*: level 1 only
=========================  ================================================================
"""

import json
from base64 import urlsafe_b64encode
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from hashlib import sha512
from typing import Any, TypedDict

import numpy as np
import numpy.typing as npt

from holdfast.base.digests import PREFIX, SHA512T_BYTES, sha512t24u
from holdfast.errors import UsageError
from holdfast.formats.fasta import Block, LongRecord
from holdfast.sequences.collections.collection import DIGEST_LETTERS, Collection, canonical

Level2 = dict[str, list[Any]]
Level1 = dict[str, str]

REQUIRED = ("names", "lengths", "sequences")
INHERENT = ("names", "sequences")
TRANSIENT = ("sorted_name_length_pairs",)

SCHEMA: dict[str, Any] = {
    "$schema": "https://json-schema.org/draft/2020-12/schema",
    "title": "Sequence collection",
    "description": "An ordered list of named biological sequences.",
    "type": "object",
    "properties": {
        "names": {
            "description": "What each sequence is called in this collection.",
            "type": "array",
            "collated": True,
            "items": {"type": "string"},
        },
        "lengths": {
            "description": "The number of residues of each sequence.",
            "type": "array",
            "collated": True,
            "items": {"type": "integer", "minimum": 0},
        },
        "sequences": {
            "description": "The GA4GH refget digest of each sequence, beginning with SQ.",
            "type": "array",
            "collated": True,
            "items": {"type": "string"},
        },
        "name_length_pairs": {
            "description": "Name and length of each sequence: the coordinate system.",
            "type": "array",
            "collated": True,
            "items": {
                "type": "object",
                "properties": {"name": {"type": "string"}, "length": {"type": "integer"}},
                "required": ["name", "length"],
            },
        },
        "sorted_sequences": {
            "description": "The digests of the sequences, sorted.",
            "type": "array",
            "collated": False,
            "items": {"type": "string"},
        },
        "sorted_name_length_pairs": {
            "description": "The digests of the name and length pairs, sorted.",
            "type": "array",
            "collated": False,
            "items": {"type": "string"},
        },
    },
    "required": list(REQUIRED),
    "ga4gh": {"inherent": list(INHERENT), "transient": list(TRANSIENT), "passthru": []},
}
ATTRIBUTES: tuple[str, ...] = tuple(SCHEMA["properties"])

_text = json.JSONEncoder(ensure_ascii=False).encode
_sorted_text = json.JSONEncoder(sort_keys=True).encode


@dataclass(frozen=True, slots=True)
class Columns:
    """A collection as parallel columns: lengths in residues, digests joined, 24 bytes each."""

    names: Sequence[str]
    lengths: Sequence[int]
    digests: bytes


class Attributes(TypedDict):
    """Which attributes only one of two collections has, and which both."""

    a_only: list[str]
    b_only: list[str]
    a_and_b: list[str]


class Elements(TypedDict):
    """How many elements each array has, how many both share, and whether in the same order."""

    a_count: dict[str, int]
    b_count: dict[str, int]
    a_and_b_count: dict[str, int]
    a_and_b_same_order: dict[str, bool | None]


class Compared(TypedDict):
    """The result of a comparison, as the standard shapes it."""

    digests: dict[str, str | None]
    attributes: Attributes
    array_elements: Elements


# Levels


def columns_of(collection: Collection) -> Columns:
    """The columns of a collection's members."""
    members = collection.members
    return Columns(
        [member.name for member in members],
        [member.length for member in members],
        b"".join(member.digest.raw for member in members),
    )


def columns_of_records(items: Iterable[Block | LongRecord]) -> Columns:
    """The columns of a text's records, which are hashed as they come: no store is needed.

    Raises what reading the records raises.
    """
    names: list[str] = []
    lengths: list[int] = []
    digests = bytearray()
    for item in items:
        if isinstance(item, LongRecord):
            name, length, digest = _hashed(item)
            names.append(name)
            lengths.append(length)
            digests += digest
        else:
            names.extend(item.names)
            lengths.extend(map(len, item.residues))
            digests += b"".join([sha512(each).digest()[:SHA512T_BYTES] for each in item.residues])
    return Columns(names, lengths, bytes(digests))


def _hashed(record: LongRecord) -> tuple[str, int, bytes]:
    """Name, length and digest of a record that comes in pieces."""
    hasher, length = sha512(), 0
    for residues, _ in record.pieces:
        hasher.update(residues)
        length += len(residues)
    return record.heading.name, length, hasher.digest()[:SHA512T_BYTES]


def level2(collection: Collection | Columns) -> Level2:
    """The arrays of a collection: all attributes but the transient one."""
    columns = columns_of(collection) if isinstance(collection, Collection) else collection
    return {name: attribute(columns, name) for name in ATTRIBUTES if name not in TRANSIENT}


def attribute(columns: Columns, name: str) -> list[Any]:
    """One array of level 2.

    Raises
    ------
    UsageError
        There is no attribute `name`, or it has no level 2.
    """
    match name:
        case "names":
            return list(columns.names)
        case "lengths":
            return list(columns.lengths)
        case "sequences":
            return _prefixed(digest_letters(columns.digests))
        case "sorted_sequences":
            return _prefixed(np.sort(digest_letters(columns.digests)))
        case "name_length_pairs":
            pairs = zip(columns.lengths, columns.names, strict=True)
            return [{"length": length, "name": called} for length, called in pairs]
    raise UsageError(
        f"a collection has no array {name!r}; there are: "
        + ", ".join(each for each in ATTRIBUTES if each not in TRANSIENT)
    )


def level1(collection: Level2 | Collection | Columns) -> Level1:
    """The digest of each attribute.

    Of level 2 arrays those that are there are digested as they are; what is missing of the standard
    attributes is made from names, lengths and sequences.
    """
    if isinstance(collection, Collection):
        collection = columns_of(collection)
    if isinstance(collection, Columns):
        return _level1_of_columns(collection)
    made = {
        name: sha512t24u(_canonical(array))
        for name, array in collection.items()
        if name not in TRANSIENT
    }
    return _derived(collection) | made


def digest(level1: Level1) -> str:
    """The level 0 digest: of the inherent attributes' digests.

    >>> digest({"names": "g04lKdxiYtG3dOGeUC5AdKEifw65G0Wp", "lengths": "is not inherent",
    ...         "sequences": "rD29ZKmEqwwHRXjiQ36p6UMZQ5hemmsb"})
    'sjNNwm4zov3Dl0FRWbRTcZwzqrTQKIqL'
    """
    return sha512t24u(canonical({name: level1[name] for name in INHERENT}))


def read_level2(document: object) -> Level2:
    """Level 2 from outside, such as the body of a request: its arrays, checked.

    Raises
    ------
    UsageError
        A required array is missing, holds what it may not, or the arrays differ in length.
    """
    if not isinstance(document, dict):
        raise UsageError("a sequence collection is a JSON object with names, lengths, sequences")
    for name in REQUIRED:
        wanted = int if name == "lengths" else str
        array = document.get(name)
        if not isinstance(array, list) or not all(type(each) is wanted for each in array):
            words = "whole numbers" if wanted is int else "texts"
            raise UsageError(f"a sequence collection needs {name!r}, an array of {words}")
    sizes = {len(document[name]) for name in REQUIRED}
    if len(sizes) > 1:
        raise UsageError("names, lengths and sequences must have equally many elements")
    return {str(name): array for name, array in document.items() if isinstance(array, list)}


# Comparison


def compare(a: Level2, b: Level2, *, lone_overlap_has_order: bool = True) -> Compared:
    """How two collections (at level 2) agree, array by array.

    The text of the standard leaves the order of a single shared element undefined (null); its
    reference implementation and published fixtures say true. `lone_overlap_has_order` chooses.
    What is no array (a passthru attribute) is listed, and not counted.
    """
    both = sorted(a.keys() & b.keys())
    arrays = [name for name in both if _is_array(a[name]) and _is_array(b[name])]
    shared = {name: _overlap(a[name], b[name]) for name in arrays}
    least = 1 if lone_overlap_has_order else 2
    return {
        "digests": {"a": _digest_if_whole(a), "b": _digest_if_whole(b)},
        "attributes": {
            "a_only": sorted(a.keys() - b.keys()),
            "b_only": sorted(b.keys() - a.keys()),
            "a_and_b": both,
        },
        "array_elements": {
            "a_count": _counts(a),
            "b_count": _counts(b),
            "a_and_b_count": {name: count for name, (count, _) in shared.items()},
            "a_and_b_same_order": {
                name: order if count >= least else None for name, (count, order) in shared.items()
            },
        },
    }


def _overlap(a: list[Any], b: list[Any]) -> tuple[int, bool | None]:
    """How many elements two arrays share, and whether in one order (None: that is undefined).

    An element that stands several times counts as often as it does in both. When its counts differ
    (an *unbalanced duplicate*) there is no telling which belongs to which, and no order.
    """
    if a == b:
        return len(a), True
    a, b = _hashable(a), _hashable(b)
    common = set(a) & set(b)
    in_a = [element for element in a if element in common]
    in_b = [element for element in b if element in common]
    if len(in_a) == len(in_b) == len(common):  # nothing stands twice: no need to count
        return len(common), in_a == in_b
    count = (Counter(in_a) & Counter(in_b)).total()
    return count, in_a == in_b if len(in_a) == len(in_b) == count else None


def _hashable(array: list[Any]) -> list[Any]:
    """The elements, objects and the like as their canonical JSON."""
    plain = (str, int)
    if all(type(element) in plain for element in array):
        return array
    return [each if type(each) in plain else _key(each) for each in array]


def _key(element: object) -> tuple[str]:
    """What stands for an element that cannot be hashed; no text is equal to it."""
    try:
        return (_sorted_text(element),)
    except (ValueError, TypeError, RecursionError) as error:
        raise UsageError(f"a sequence collection holds what is no JSON: {error}") from error


def _is_array(value: object) -> bool:
    return isinstance(value, list)


def _counts(level2: Level2) -> dict[str, int]:
    return {name: len(level2[name]) for name in sorted(level2) if _is_array(level2[name])}


def _digest_if_whole(level2: Level2) -> str | None:
    if not all(name in level2 for name in INHERENT):
        return None
    return digest({name: sha512t24u(_canonical(level2[name])) for name in INHERENT})


# Canonical JSON of columns


def _level1_of_columns(columns: Columns) -> Level1:
    letters = digest_letters(columns.digests)
    pairs = _pairs(columns.names, columns.lengths)
    arrays = {
        "names": canonical(list(columns.names)),
        "lengths": canonical(list(columns.lengths)),
        "sequences": _array(letters, PREFIX),
        "name_length_pairs": f"[{','.join(pairs)}]".encode(),
        "sorted_sequences": _array(np.sort(letters), PREFIX),
        "sorted_name_length_pairs": _array(np.sort(_pair_digests(pairs))),
    }
    return {name: sha512t24u(array) for name, array in arrays.items()}


def _derived(level2: Level2) -> Level1:
    """The digests of the attributes that follow from the required ones."""
    made: dict[str, bytes] = {}
    if "names" in level2 and "lengths" in level2:
        pairs = _pairs(level2["names"], level2["lengths"])
        made["name_length_pairs"] = f"[{','.join(pairs)}]".encode()
        made["sorted_name_length_pairs"] = _array(np.sort(_pair_digests(pairs)))
    if "sequences" in level2:
        made["sorted_sequences"] = _canonical(sorted(level2["sequences"]))
    return {name: sha512t24u(array) for name, array in made.items()}


def _pairs(names: Sequence[str], lengths: Sequence[int]) -> list[str]:
    """The canonical JSON of each pair of name and length."""
    return list(map('{{"length":{:d},"name":{}}}'.format, lengths, map(_text, names)))


def _pair_digests(pairs: Sequence[str]) -> npt.NDArray[np.bytes_]:
    hashed = (sha512(pair.encode()).digest()[:SHA512T_BYTES] for pair in pairs)
    return digest_letters(b"".join(hashed))


def digest_letters(joined: bytes) -> npt.NDArray[np.bytes_]:
    """Digests (24 bytes each) as base64, which sorts otherwise than their bytes do."""
    return np.frombuffer(urlsafe_b64encode(joined), f"S{DIGEST_LETTERS}")


def _prefixed(letters: npt.NDArray[np.bytes_]) -> list[str]:
    return [PREFIX + each for each in letters.astype("U").tolist()]


def _array(letters: npt.NDArray[np.bytes_], prefix: str = "") -> bytes:
    """The canonical JSON of an array of digests, made without a text for each."""
    before, after = f'"{prefix}'.encode(), b'",'
    rows = np.empty(len(letters), f"S{len(before)},S{DIGEST_LETTERS},S{len(after)}")
    rows["f0"], rows["f1"], rows["f2"] = before, letters, after
    return b"[" + rows.tobytes()[:-1] + b"]"


def _canonical(value: object) -> bytes:
    """Canonical JSON of what may come from outside."""
    try:
        return canonical(value)
    except (UnicodeEncodeError, ValueError, TypeError, RecursionError) as error:
        raise UsageError(f"a sequence collection holds what is no JSON text: {error}") from error
