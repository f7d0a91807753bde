"""See ``holdfast.compat.seqrepo.fastadir``."""

from holdfast.compat.seqrepo.fastadir import FastaDir

__all__ = ["FastaDir"]
