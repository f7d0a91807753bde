"""
The store of sequences: each sequence once, compressed, named by the digest of its residues.

Packs hold the sequences and never change; the journal says, commit by commit, what is in them and
which aliases and collections name it; the index is made from the journal so that a question is
answered at once; a snapshot is a name for a position in the journal. Reading takes no lock.
Writing is one batch at a time, and nothing of a batch is there before its commit.

>>> import tempfile
>>> from holdfast.sequences import Alias, SequenceStore
>>> folder = tempfile.TemporaryDirectory()
>>> with SequenceStore.create(folder.name + "/store") as store:
...     with store.write() as batch:
...         digest = batch.add(b"ACGTNNACGT", [Alias("lab", "first")])
...         done = batch.commit("an example")
...     store.fetch("lab:first", 2, 8)
'GTNNAC'
>>> folder.cleanup()
"""

from holdfast.sequences.alias import Alias, AliasRecord
from holdfast.sequences.alias_listing import AliasColumns, NamespaceRecord
from holdfast.sequences.alias_loading import AliasReport
from holdfast.sequences.batch import Batch
from holdfast.sequences.check import CheckReport
from holdfast.sequences.collection import Collection, CollectionRecord, Member
from holdfast.sequences.definition import Definitions
from holdfast.sequences.diff import AliasChange, Change, CollectionChange, Diff, DiffCounts
from holdfast.sequences.gc import GcReport
from holdfast.sequences.journal import Origin
from holdfast.sequences.layers import Layers
from holdfast.sequences.loading import LoadReport, Source
from holdfast.sequences.log import CommitRecord
from holdfast.sequences.repair import RepairReport
from holdfast.sequences.search import Found
from holdfast.sequences.sequence import Sequence
from holdfast.sequences.slices import Slices
from holdfast.sequences.snapshots import Snapshot
from holdfast.sequences.store import SequenceStore, StoreStatus
from holdfast.sequences.sync.report import SyncReport
from holdfast.sequences.undo import Undone
from holdfast.sequences.view import SequenceInfo, View

__all__ = [
    "Alias",
    "AliasChange",
    "AliasColumns",
    "AliasRecord",
    "AliasReport",
    "Batch",
    "Change",
    "CheckReport",
    "Collection",
    "CollectionChange",
    "CollectionRecord",
    "CommitRecord",
    "Definitions",
    "Diff",
    "DiffCounts",
    "Found",
    "GcReport",
    "Layers",
    "LoadReport",
    "Member",
    "NamespaceRecord",
    "Origin",
    "RepairReport",
    "Sequence",
    "SequenceInfo",
    "SequenceStore",
    "Slices",
    "Snapshot",
    "Source",
    "StoreStatus",
    "SyncReport",
    "Undone",
    "View",
]
