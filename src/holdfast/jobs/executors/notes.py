"""
Small files that others wrote, read with care: a job may put anything where they are looked for.
"""

import os
from pathlib import Path


def read(path: Path, most: int) -> bytes | None:
    """The content of the file `path`; None if there is none, or it is longer than `most` bytes.

    It neither follows a symbolic link nor waits for whoever might write to a pipe.
    """
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_CLOEXEC | os.O_NONBLOCK | os.O_NOFOLLOW)
        with os.fdopen(descriptor, "rb") as file:
            content = bytes(file.read(most + 1))
    except (OSError, TypeError):  # a pipe to which nothing was written yet reads as None
        return None
    return content if len(content) <= most else None
