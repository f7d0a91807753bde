"""See ``holdfast.compat.seqrepo.seqaliasdb``."""

from holdfast.compat.seqrepo.seqaliasdb import SeqAliasDB

__all__ = ["SeqAliasDB"]
