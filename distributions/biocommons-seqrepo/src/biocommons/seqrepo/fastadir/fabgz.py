"""See ``holdfast.compat.seqrepo.fastadir.fabgz``."""

from holdfast.compat.seqrepo.fastadir.fabgz import FabgzReader, FabgzWriter

__all__ = ["FabgzReader", "FabgzWriter"]
