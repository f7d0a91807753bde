"""
Sync: one store follows another, over a path, HTTP(S), FTP, rsync or S3.

What a store is, its packs, journal entries and snapshots, never changes once it is there; so to
follow is to copy what is missing, verify it, and name it in the order of a commit. A
:class:`~holdfast.sequences.sync.depot.Depot` is a place where a store's files are: it reads small
ones, brings large ones here and, where it can, puts them there. ``pull`` and ``push`` know no kind
of depot; they only ever move a store forward along the other's journal, and never merge.
"""

from holdfast.sequences.sync.depot import Depot, Parcel, WritableDepot, open_depot
from holdfast.sequences.sync.report import SyncReport

__all__ = ["Depot", "Parcel", "SyncReport", "WritableDepot", "open_depot"]
