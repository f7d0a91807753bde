"""
Commits that bring no sequences: an entry behind the last one, durable first and then indexed.

Loading stages its commit in a batch; undoing, retiring and tidying change names or places only, and
say at once what their entry holds.
"""

from typing import Any

from holdfast.sequences.journal import Entry, EntryName, now
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
    """Make `entry` durable, then let everybody see it. Only the one writer may ask this."""
    name = room.journal.write(entry)
    room.index.apply(entry, name)
    return name
