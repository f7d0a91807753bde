"""See ``holdfast.compat.seqrepo.seqaliasdb.seqaliasdb``."""

from holdfast.compat.seqrepo.seqaliasdb.seqaliasdb import SeqAliasDB

__all__ = ["SeqAliasDB"]
