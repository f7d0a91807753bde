"""SeqRepo's database of names."""

from holdfast.compat.seqrepo.seqaliasdb.seqaliasdb import SeqAliasDB

__all__ = ["SeqAliasDB"]
