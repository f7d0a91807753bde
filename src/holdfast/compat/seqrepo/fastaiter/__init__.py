"""Reading FASTA as SeqRepo's programs do."""

from holdfast.compat.seqrepo.fastaiter.fastaiter import FastaIter

__all__ = ["FastaIter"]
