"""See ``holdfast.compat.seqrepo.fastadir.fastadir``."""

from holdfast.compat.seqrepo.fastadir.fastadir import FastaDir

__all__ = ["FastaDir"]
