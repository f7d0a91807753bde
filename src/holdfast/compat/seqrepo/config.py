"""What SeqRepo's programs set by environment variables; read once, when this is imported.

Nothing here depends on the caches that they size, so only unreadable values have an effect.
"""

import os

__all__ = ["SEQREPO_FD_CACHE_MAXSIZE", "SEQREPO_LRU_CACHE_MAXSIZE", "parse_caching_env_var"]


def parse_caching_env_var(env_name: str, env_default: str) -> int | None:
    """A size from the environment; ``none``, in any case, is None: no limit.

    Raises
    ------
    ValueError
        It is neither a whole number nor ``none``.
    """
    text = os.environ.get(env_name, env_default)
    if text.lower() == "none":
        return None
    try:
        return int(text)
    except ValueError as error:
        raise ValueError(
            f"{env_name} must be a valid int, none, or not set, currently it is {text}"
        ) from error


SEQREPO_LRU_CACHE_MAXSIZE = parse_caching_env_var("SEQREPO_LRU_CACHE_MAXSIZE", "1000000")
#: -1 is "not set": what the caller says counts.
SEQREPO_FD_CACHE_MAXSIZE = parse_caching_env_var("SEQREPO_FD_CACHE_MAXSIZE", "-1")
