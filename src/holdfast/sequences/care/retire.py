"""
Retiring: a name ends without being given to anything else. Its history stays.

Snapshots from before still know it, and what it named is still read by its digest; if nothing else
names it, now or in a snapshot, it is garbage for the next ``gc``.
"""

from holdfast.errors import AliasNotFound, CollectionNotFound
from holdfast.sequences.naming.namespaces import canonical
from holdfast.sequences.storage.journal import Aliases
from holdfast.sequences.view import Room
from holdfast.sequences.writing.commit import commit, next_entry


def retire_namespace(room: Room, namespace: str, who: str) -> int:
    """End all aliases of `namespace`, by any of its names, in one commit; how many.

    Raises
    ------
    AliasNotFound
        It has none.
    """
    namespace = canonical(namespace)
    rows = room.index.ask(
        "SELECT a.alias FROM namespaces s JOIN aliases a ON a.namespace = s.id"
        " WHERE s.name = ? AND a.retired IS NULL ORDER BY a.alias",
        (namespace,),
    )
    if not rows:
        raise AliasNotFound(f"no sequence has an alias in the namespace {namespace!r}")
    retired = [Aliases(namespace, [text for (text,) in rows])]
    commit(room, next_entry(room, f"retire the namespace {namespace}", who, retired=retired))
    return len(rows)


def retire_collection(room: Room, name: str, who: str) -> None:
    """End the name of a collection.

    Raises
    ------
    CollectionNotFound
        There is none of this name.
    """
    if not room.index.ask("SELECT 1 FROM collections WHERE name = ? AND retired IS NULL", (name,)):
        raise CollectionNotFound(
            f"the store has no collection named {name!r}; see: holdfast seq collection list"
        )
    commit(room, next_entry(room, f"retire the collection {name}", who, retired_collections=[name]))
