"""See ``holdfast.compat.seqrepo.config``."""

from holdfast.compat.seqrepo.config import (
    SEQREPO_FD_CACHE_MAXSIZE,
    SEQREPO_LRU_CACHE_MAXSIZE,
    parse_caching_env_var,
)

__all__ = ["SEQREPO_FD_CACHE_MAXSIZE", "SEQREPO_LRU_CACHE_MAXSIZE", "parse_caching_env_var"]
