"""Show a collection, or say how two agree: stored ones, or files that need not be stored."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO

from holdfast.app.container import Container
from holdfast.app.sequences.endings import how_to_write
from holdfast.app.sequences.export import Exported, Request, export
from holdfast.app.sequences.get import view_at
from holdfast.app.sequences.inputs import STANDARD_INPUT, is_url, opened
from holdfast.base.progress import Listener, Progress
from holdfast.errors import CollectionNotFound, StoreError, UsageError
from holdfast.formats.compression import open_content, stream_name
from holdfast.formats.fasta import Block, LongRecord
from holdfast.formats.records import open_records
from holdfast.sequences import Collection, CollectionRecord, Origin
from holdfast.sequences.collections import seqcol
from holdfast.sequences.collections.seqcol import Columns, Compared, Level1, compare, level2

#: Row of the table of a comparison -> the attribute of the standard that it shows.
COMPARED = {
    "name": "names",
    "length": "lengths",
    "sequence": "sequences",
    "name and length": "name_length_pairs",
    "name and sequence": "name_sequence_pairs",
}


@dataclass(frozen=True, slots=True)
class CollectionShown:
    """A collection as `show` tells of it. `added` is a journal position, `time` when that was."""

    name: str
    digest: str
    level1: Level1
    sequences: int
    residues: int
    origin: Origin
    added: int | None
    time: str | None
    members: list[dict[str, Any]]


@dataclass(frozen=True, slots=True)
class Agreement:
    """How many elements of one kind two collections have, alone and together."""

    by: str
    only_a: int
    only_b: int
    both: int
    same_order: bool | None


@dataclass(frozen=True, slots=True)
class CollectionsCompared:
    """How two collections agree: in a sentence, in rows, and as the standard shapes it."""

    a: str
    b: str
    verdict: str
    rows: tuple[Agreement, ...]
    document: Compared


def list_collections(
    container: Container, at: str | None, having: str | None
) -> list[CollectionRecord]:
    """The collections, or those that have an attribute, given as ``attribute=digest``.

    Raises
    ------
    UsageError
        It is not given so, or there is no such attribute.
    """
    view = view_at(container, at)
    found = view.collections()
    if having is None:
        return found
    attribute, equals, digest = having.partition("=")
    if not equals:
        raise UsageError(f"{having!r} is no attribute and digest; write for example names=DIGEST")
    wanted = set(view.find_collections(attribute, digest))
    return [record for record in found if record.digest in wanted]


def show_collection(container: Container, name: str, at: str | None) -> CollectionShown:
    """A collection with its digests, its members, and where and when it came from.

    Raises
    ------
    CollectionNotFound
        There is none of this name or digest.
    """
    view = view_at(container, at)
    found = view.collection(name)
    records = [each for each in view.collections() if each.name == found.name]
    added = records[0].added if records else None
    time = container.store.log(1, added + 1)[0].time if added is not None else None
    return CollectionShown(
        name=found.name,
        digest=found.digest,
        level1=view.level1(found.digest),
        sequences=len(found.members),
        residues=sum(member.length for member in found.members),
        origin=found.origin,
        added=added,
        time=time,
        members=_members(found),
    )


def _members(collection: Collection) -> list[dict[str, Any]]:
    return [
        {
            "name": member.name,
            "length": member.length,
            "digest": str(member.digest),
            "description": member.description,
        }
        for member in collection.members
    ]


def at_level(container: Container, name: str, level: int, at: str | None) -> object:
    """A collection as GA4GH has it: at level 0 its digest, 1 digests of arrays, 2 arrays."""
    view = view_at(container, at)
    if level == 2:
        return view.level2(name)
    found = view.level1(name)
    return seqcol.digest(found) if level == 0 else found


def compare_collections(
    container: Container, a: str, b: str, at: str | None, listener: Listener
) -> CollectionsCompared:
    """How two collections agree, each a file, a URL, ``-``, or the name or digest of a stored one.

    What is there as a file is taken as one; it is read and hashed, and nothing is stored.

    Raises
    ------
    CollectionNotFound
        Neither a file nor a stored collection has this name.
    FormatError
        A file holds no sequences.
    """
    return compared(a, b, *(level2(_columns(container, name, at, listener)) for name in (a, b)))


def compared(a: str, b: str, one: seqcol.Level2, other: seqcol.Level2) -> CollectionsCompared:
    """How two collections, given as arrays and called `a` and `b`, agree."""
    elements = compare(_with_pairs(one), _with_pairs(other))["array_elements"]
    rows = tuple(
        Agreement(
            by,
            elements["a_count"][name] - elements["a_and_b_count"][name],
            elements["b_count"][name] - elements["a_and_b_count"][name],
            elements["a_and_b_count"][name],
            elements["a_and_b_same_order"][name],
        )
        for by, name in COMPARED.items()
    )
    return CollectionsCompared(a, b, verdict(rows), rows, compare(one, other))


def export_collection(
    container: Container,
    name: str,
    at: str | None,
    output: Path | None,
    stream: BinaryIO,
    exact: bool,
    listener: Listener,
) -> Exported:
    """Write a collection as FASTA to a file, or to `stream`; raises what exporting raises.

    Raises
    ------
    CollectionNotFound
        There is none of this name or digest.
    """
    view_at(container, at).columns(name)  # an alias is no collection, so it is refused here
    file_format, compression = how_to_write(output, None, None)
    request = Request([name], file_format, compression, at=at, exact=exact)
    return export(container, request, output, stream, listener)


def _with_pairs(arrays: seqcol.Level2) -> seqcol.Level2:
    """The arrays, and name and sequence together: two that swapped names differ in nothing else."""
    pairs = [
        f"{sequence} {name}"
        for sequence, name in zip(arrays["sequences"], arrays["names"], strict=True)
    ]
    return {**arrays, "name_sequence_pairs": pairs}


def verdict(rows: tuple[Agreement, ...]) -> str:
    """In a sentence, the most that two collections have in common.

    >>> verdict(tuple(Agreement(by, 0, 0, 3, True) for by in COMPARED))
    'the same sequences under the same names, in the same order'
    """
    by = {row.by: row for row in rows}
    named, sequences, places = by["name and sequence"], by["sequence"], by["name and length"]
    if not named.only_a and not named.only_b:
        order = "the same order" if named.same_order or not named.both else "another order"
        return f"the same sequences under the same names, in {order}"
    if not sequences.only_a and not sequences.only_b:
        return "the same sequences under other names"
    if not places.only_a and not places.only_b:
        return "the same names and lengths, with other sequences"
    for whole, other, only in (("A", "B", named.only_a), ("B", "A", named.only_b)):
        if not only and named.both:
            return f"all of {whole} is in {other}, which has more"
    if not sequences.both:
        return "no sequence is in both"
    return "some sequences are in both"


def _columns(container: Container, name: str, at: str | None, listener: Listener) -> Columns:
    if name == STANDARD_INPUT or is_url(name) or Path(name).is_file():
        return _columns_of_file(container, name, listener)
    try:
        return view_at(container, at).columns(name)
    except CollectionNotFound as error:
        raise CollectionNotFound(
            f"there is no file {name!r}, and the store has no collection of this name; see: "
            "holdfast seq collection list"
        ) from error
    except StoreError as error:
        if isinstance(error, KeyError) or (container.settings.store / "store.toml").exists():
            raise
        raise CollectionNotFound(
            f"there is no file {name!r}, and no store that might have a collection of this name"
        ) from error


def _columns_of_file(container: Container, name: str, listener: Listener) -> Columns:
    with opened(container, name, listener) as given:
        file = given.file
        called = str(file) if isinstance(file, Path) else stream_name(file)
        with open_content(file, called) as content:
            items = open_records(content).blocks()
            return seqcol.columns_of_records(_watched(items, name, listener))


def _watched(
    items: Iterator[Block | LongRecord], name: str, listener: Listener
) -> Iterator[Block | LongRecord]:
    """The same items, told of as they go by."""
    done = 0
    for item in items:
        yield item
        done += 1 if isinstance(item, LongRecord) else len(item.names)
        listener(Progress(f"reading {name}", done, None, "records"))
