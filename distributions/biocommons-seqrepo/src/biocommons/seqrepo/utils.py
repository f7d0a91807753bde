"""See ``holdfast.compat.seqrepo.utils``."""

from holdfast.compat.seqrepo.utils import parse_defline, validate_aliases

__all__ = ["parse_defline", "validate_aliases"]
