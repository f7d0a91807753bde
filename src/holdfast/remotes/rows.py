"""What one folder of a remote says it has, row by row, before it is known to be exact."""

from dataclasses import dataclass
from datetime import datetime
from enum import Enum

from holdfast.base.files import safe_path
from holdfast.errors import UnsafeName


class Kind(Enum):
    """What a row tells of."""

    FILE = "file"
    FOLDER = "folder"
    LINK = "link"  #: to a file or a folder; only asking tells


@dataclass(frozen=True, slots=True)
class Row:
    """One name in a folder. What is not exact is None, so that it is asked for."""

    name: str  #: one safe path segment
    kind: Kind
    size: int | None = None  #: bytes, exact
    modified: datetime | None = None  #: UTC
    href: str = ""  #: the name as it stands in a URL
    etag: str | None = None  #: the tag of this version, where a folder tells it
    shown: datetime | None = None  #: a time as the folder shows it, in whichever zone: for an order


def plain_path(name: str) -> bool:
    """Whether `name` can be the path of one file below a folder, as it is written.

    >>> plain_path("sub/genes.gff"), plain_path("../x"), plain_path("a//b"), plain_path("")
    (True, False, False, False)
    """
    try:
        return safe_path(name) == name
    except UnsafeName:
        return False


def plain_segment(name: str) -> bool:
    """Whether `name` can be the name of one file in a folder, and nothing else.

    >>> plain_segment("genes.gff"), plain_segment(".."), plain_segment("a/b"), plain_segment("x\\n")
    (True, False, False, False)
    """
    return "/" not in name and name != "." and plain_path(name)
