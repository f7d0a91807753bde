"""See ``holdfast.compat.seqrepo.fastaiter``."""

from holdfast.compat.seqrepo.fastaiter import FastaIter

__all__ = ["FastaIter"]
