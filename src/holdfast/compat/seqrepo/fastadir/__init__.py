"""SeqRepo's folder of sequences."""

from holdfast.compat.seqrepo.fastadir.fastadir import FastaDir

__all__ = ["FastaDir"]
