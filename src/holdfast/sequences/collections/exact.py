"""
The exact text: a collection that was loaded from FASTA, written again byte for byte.

The store keeps residues in one normal form; what a text had beside them is its layout, kept in a
pack with the collection (see :mod:`holdfast.formats.layout`). Both together are the text.
"""

from collections.abc import Callable, Iterable, Iterator
from functools import partial
from hashlib import sha256
from typing import Any

from holdfast.base.digests import Digest
from holdfast.errors import PackMissing, StoreDamaged
from holdfast.formats.layout import Laid
from holdfast.sequences.collections.collection import Member
from holdfast.sequences.storage.index import Index
from holdfast.sequences.storage.packs import Packs

#: The residues of a sequence from one to before another.
Residues = Callable[[Digest, int, int], bytes]


def kept_layout(index: Index, packs: Packs, entry: int, place: int) -> bytes | None:
    """The layout of the collection `place` of an entry, verified; None when it has none.

    Raises
    ------
    StoreDamaged
        It is not what was written.
    """
    digest, *where = _place(index, entry, place)
    if digest is None:
        return None
    try:
        kept = bytes(packs.record(*where))
    except PackMissing:
        if _place(index, entry, place) == (digest, *where):
            raise
        return kept_layout(index, packs, entry, place)  # it was moved to another pack just now
    if sha256(kept).hexdigest() != digest:
        raise StoreDamaged(
            f"the layout of a collection in the pack {where[0]} is damaged; restore it from a copy"
        )
    return kept


def _place(index: Index, entry: int, place: int) -> tuple[Any, ...]:
    """The digest of a layout, its pack, offset and size; nothing but None when there is none."""
    (row,) = index.ask(
        'SELECT c.layout, p.sha256, c."offset", c.size FROM contents c'
        " LEFT JOIN packs p ON p.id = c.pack WHERE c.entry = ? AND c.place = ?",
        (entry, place),
    )
    return row


def laid(members: Iterable[Member], residues: Residues) -> Iterator[Laid]:
    """The members of a collection, to be laid out; long ones give their residues in pieces."""
    for member in members:
        read = partial(residues, member.digest)
        yield Laid(member.name, member.description, member.length, read)
