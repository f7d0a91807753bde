"""
Loading a table of aliases: thousands of names given, or moved, in one commit.

Everything is staged before anything is kept: a table that is wrong in its last line changes
nothing, and the error says which line it is. Names in the table are looked up in the store as it
was before.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from holdfast.base.progress import Listener, Progress, ignore
from holdfast.errors import FormatError, StoreError, UsageError
from holdfast.formats.alias_table import AliasRows, AliasTable
from holdfast.formats.compression import open_content, stream_name
from holdfast.sequences.naming.alias import Alias, are_alias_texts, check_namespace, is_alias_text
from holdfast.sequences.naming.names import Names
from holdfast.sequences.naming.namespaces import is_versioned
from holdfast.sequences.writing.batch import Batch


@dataclass(frozen=True, slots=True)
class AliasReport:
    """What a table held and what of it was new."""

    file: str
    aliases_seen: int
    aliases_added: int  #: with those that were moved
    aliases_moved: int  #: taken from another sequence
    alarms: tuple[str, ...]  #: versioned accessions that were moved; they promise never to be


def load_aliases(
    batch: Batch,
    names: Names,
    source: Path | BinaryIO,
    *,
    reassign: bool = False,
    listener: Listener = ignore,
) -> AliasReport:
    """Stage all aliases of a table (tab-separated, compressed or not).

    Raises
    ------
    FormatError
        The table cannot be read, holds what is no alias, or a name that means no sequence or
        several; file and line are said.
    AliasConflict
        An alias belongs to another sequence, and `reassign` was not said.
    """
    file = str(source) if isinstance(source, Path) else stream_name(source)
    moved_before = batch.aliases_moved
    added_before, _ = batch.aliases_staged
    seen = 0
    with open_content(source, file) as content:
        for rows in AliasTable(content).blocks():
            _stage(batch, names, rows, file, reassign=reassign)
            seen += len(rows.lines)
            listener(Progress(f"loading {Path(file).name}", seen, None, "aliases"))
    moved = batch.moved(moved_before)
    return AliasReport(
        file=file,
        aliases_seen=seen,
        aliases_added=batch.aliases_staged[0] - added_before,
        aliases_moved=len(moved),
        alarms=alarms(moved),
    )


def alarms(moved: Sequence[Alias]) -> tuple[str, ...]:
    """Those of `moved` that are accessions with a version, which should mean one sequence ever.

    >>> alarms([Alias("refseq", "NM_000551.4"), Alias("lab", "x")])
    ('refseq:NM_000551.4',)
    """
    return tuple(str(alias) for alias in moved if is_versioned(alias.text))


def _stage(batch: Batch, names: Names, rows: AliasRows, file: str, *, reassign: bool) -> None:
    _check(rows, file)
    numbers = _numbers(names, rows, file)
    for namespace, places in _by_namespace(rows.namespaces).items():
        lines = [rows.lines[place] for place in places]
        batch.alias_numbers(
            namespace,
            [rows.texts[place] for place in places],
            [numbers[place] for place in places],
            reassign=reassign,
            place=lambda nth, lines=lines: f"{file}:{lines[nth]}",  # type: ignore[misc]  # mypy infers no lambda with a default
        )


def _check(rows: AliasRows, file: str) -> None:
    """Raise FormatError unless all namespaces and texts of `rows` can be used."""
    for namespace in dict.fromkeys(rows.namespaces):
        try:
            check_namespace(namespace)
        except UsageError as error:
            line = rows.lines[rows.namespaces.index(namespace)]
            raise FormatError(file, line, str(error)) from error
    if not are_alias_texts(rows.texts):
        bad = next(at for at, text in enumerate(rows.texts) if not is_alias_text(text))
        raise FormatError(
            file,
            rows.lines[bad],
            f"{rows.texts[bad]!r} cannot be an alias; it must not be empty, very long, or hold "
            "blanks or control characters",
        )


def _numbers(names: Names, rows: AliasRows, file: str) -> list[int]:
    found = names.numbers(rows.targets)
    return [
        number if number is not None else _number(names, rows, at, file)
        for at, number in enumerate(found)
    ]


def _number(names: Names, rows: AliasRows, at: int, file: str) -> int:
    """The number of a sequence whose name takes a closer look."""
    try:
        return names.number(rows.targets[at])
    except (StoreError, UsageError) as error:
        problem = f"{error}; nothing was stored"
        raise FormatError(file, rows.lines[at], problem) from error


def _by_namespace(namespaces: Sequence[str]) -> dict[str, Sequence[int]]:
    """The places of each namespace."""
    if len(set(namespaces)) == 1:
        return {namespaces[0]: range(len(namespaces))}
    found: dict[str, list[int]] = {}
    for place, namespace in enumerate(namespaces):
        found.setdefault(namespace, []).append(place)
    return dict(found)
