"""
SeqRepo's classes and modules, over a store of ours or over an old instance as it is.

A program written for ``biocommons.seqrepo`` finds the same names here: ``SeqRepo`` with its
``aliases`` and ``sequences``, and the modules ``dataproxy``, ``fastadir``, ``seqaliasdb``,
``fastaiter``, ``utils``, ``config`` and ``cli``. The distribution ``holdfast-seqrepo-shim`` gives
them the import name that such programs use. Where the original never ends, leaks files, answers
what is no longer so, or keeps half of what was stored, this does what was meant.

>>> import tempfile
>>> folder = tempfile.TemporaryDirectory()
>>> with SeqRepo(folder.name + "/store", writeable=True) as sr:
...     sr.store("ACGTNNACGT", [{"namespace": "NCBI", "alias": "NM_1.1"}])
...     sr.commit()
...     sr["refseq:NM_1.1"][2:8], sr.translate_alias("NM_1.1", target_namespaces=["refseq"])
(1, 1)
('GTNNAC', ['refseq:NM_1.1'])
>>> folder.cleanup()
"""

from holdfast import __version__
from holdfast.compat.seqrepo.seqrepo import SeqRepo

__all__ = ["SeqRepo", "__version__"]
