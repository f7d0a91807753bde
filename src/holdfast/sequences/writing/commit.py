"""
Commits that bring no sequences: an entry behind the last one, durable first and then indexed.

Loading stages its commit in a batch; undoing, retiring and tidying change names or places only, and
say at once what their entry holds.
"""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from holdfast.errors import StoreError
from holdfast.sequences.storage.journal import Entry, EntryName, Journal, now
from holdfast.sequences.view import Room


def next_entry(room: Room, note: str, who: str, **changes: Any) -> Entry:
    """The entry that would follow the last one; `changes` are its fields."""
    before = room.index.position()
    return Entry(
        number=before.number + 1,
        previous=before.hash or room.journal.store_id,
        time=now(),
        note=note,
        who=who,
        **changes,
    )


def commit(room: Room, entry: Entry) -> EntryName:
    """Make `entry` durable, then let everybody see it. Only the one writer may ask this.

    Raises
    ------
    StoreError
        The entry is there, and the index could not take it in: whoever opens the store next does.
    """
    with half_done_is_said(room.journal, entry):
        try:
            room.index.prepare(entry)  # a full disk is best seen before the entry is there
            name = room.journal.write(entry)
            room.index.settle(entry, name)
        except BaseException:
            room.index.abandon()
            raise
    return name


@contextmanager
def half_done_is_said(journal: Journal, entry: Entry) -> Iterator[None]:
    """The block writes `entry` and what follows it: trouble after the entry is said to be that.

    Raises
    ------
    StoreError
        The entry is there, and not all that follows it.
    """
    try:
        yield
    except (OSError, sqlite3.Error) as error:
        if not journal.has(entry.number):
            raise
        raise StoreError(
            f"the commit {entry.number} is in the journal, but not all was written that "
            f"follows it ({error}); see to the disk, the next command takes it in"
        ) from error
