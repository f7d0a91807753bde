"""See ``holdfast.compat.seqrepo.fastaiter.fastaiter``."""

from holdfast.compat.seqrepo.fastaiter.fastaiter import FastaIter

__all__ = ["FastaIter"]
