"""See ``holdfast.compat.seqrepo.seqrepo``."""

from holdfast.compat.seqrepo.seqrepo import (
    SeqRepo,
    SequenceProxy,
    ct_n_aliases,
    ct_n_residues,
    ct_n_seqs,
    nsa_sep,
    uri_re,
)

__all__ = [
    "SeqRepo",
    "SequenceProxy",
    "ct_n_aliases",
    "ct_n_residues",
    "ct_n_seqs",
    "nsa_sep",
    "uri_re",
]
