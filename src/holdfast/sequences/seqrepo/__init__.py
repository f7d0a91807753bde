"""
SeqRepo's directories: read as they are, imported with their history, and written again.

An *instance* is a directory of SeqRepo: two SQLite databases and FASTA files packed with BGZF. It
opens read-only through the same questions that a store answers (:class:`SeqRepoInstance`); it is
imported into a store with the history of its aliases (:func:`import_instance`); and a store is
written out as an instance that SeqRepo opens, reads and writes (:func:`export_instance`). Both a
store and an instance can be asked for rows as SeqRepo's tables have them (:class:`Rows`).
"""

from holdfast.sequences.seqrepo.exporting import ExportReport, export_instance
from holdfast.sequences.seqrepo.importing import ImportReport, import_instance
from holdfast.sequences.seqrepo.instance import SeqRepoInstance
from holdfast.sequences.seqrepo.rows import AliasRow, Question, Rows, SequenceRow
from holdfast.sequences.seqrepo.storerows import StoreRows

__all__ = [
    "AliasRow",
    "ExportReport",
    "ImportReport",
    "Question",
    "Rows",
    "SeqRepoInstance",
    "SequenceRow",
    "StoreRows",
    "export_instance",
    "import_instance",
]
