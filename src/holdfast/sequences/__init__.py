"""
The store of sequences: each sequence once, compressed, named by the digest of its residues.

Packs hold the sequences and never change; the journal says, commit by commit, what is in them and
which aliases and collections name it; the index is made from the journal so that a question is
answered at once; a snapshot is a name for a position in the journal. Reading takes no lock.
Writing is one batch at a time, and nothing of a batch is there before its commit.

=============  ===================================================================================
`storage`      what is on disk, and in which order it gets there
`writing`      the batch of one writer; texts and tables that are loaded
`naming`       aliases, namespaces, what a text means, searching
`collections`  ordered lists of names and sequences; the exact text again
`reading`      one sequence, millions of slices, tables
`care`         log, differences, undo, checking, repairing, garbage
`sync`         a store follows another one
`seqrepo`      SeqRepo's directories, read and written
=============  ===================================================================================

`store` and `view` are what people use; `layers` and `public` are views of another kind.

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

from holdfast.sequences.care.check import CheckReport
from holdfast.sequences.care.diff import AliasChange, Change, CollectionChange, Diff, DiffCounts
from holdfast.sequences.care.gc import GcReport
from holdfast.sequences.care.log import CommitRecord
from holdfast.sequences.care.repair import RepairReport
from holdfast.sequences.care.undo import Undone
from holdfast.sequences.collections.collection import Collection, CollectionRecord, Member
from holdfast.sequences.layers import Layers
from holdfast.sequences.naming.alias import Alias, AliasRecord
from holdfast.sequences.naming.definition import Definitions
from holdfast.sequences.naming.listing import AliasColumns, NamespaceRecord
from holdfast.sequences.naming.search import Found
from holdfast.sequences.reading.sequence import Sequence
from holdfast.sequences.reading.slices import Slices
from holdfast.sequences.storage.journal import Origin
from holdfast.sequences.storage.snapshots import Snapshot
from holdfast.sequences.store import SequenceStore, StoreStatus
from holdfast.sequences.sync.report import SyncReport
from holdfast.sequences.view import SequenceInfo, View
from holdfast.sequences.writing.aliases import AliasReport
from holdfast.sequences.writing.batch import Batch
from holdfast.sequences.writing.loading import LoadReport, Source

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
