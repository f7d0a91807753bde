"""
What a MongoDB database was saved as: the folder of a mongodump, or files of a mongoexport.

A collection is the file called as it, ``banks.bson`` or ``banks.json``, plain or with ``.gz``
behind it, in the folder given or in the one folder of a database below it.
"""

import gzip
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO, cast

from holdfast.errors import FormatError, UsageError
from holdfast.formats import bson, extended_json
from holdfast.formats.bson import Document

KINDS = {".bson": bson.read_documents, ".json": extended_json.read_documents}


class Dump:
    """A database as it was saved. Constructing it looks for its files, and reads none."""

    def __init__(self, path: Path, collection: str) -> None:
        """`path` is a folder, or the file of `collection` with those of others beside it.

        Raises
        ------
        UsageError
            There is no such collection, or it is there more than once.
        """
        self._only = path if path.is_file() else None
        self._folder = path.parent if path.is_file() else _folder_of(path, collection)
        self._first = collection

    def documents(self, collection: str) -> Iterator[Document]:
        """The documents of `collection`; none where it was not saved.

        Raises
        ------
        FormatError
            Its file is cut off, or is none.
        """
        file = self._only if collection == self._first else None
        file = file or next(iter(_files(self._folder, collection)), None)
        return _read(file) if file is not None else iter(())


def _folder_of(path: Path, collection: str) -> Path:
    if not path.is_dir():
        raise UsageError(f"there is no folder or file {path}; give what mongodump wrote")
    below = sorted(each for each in path.iterdir() if each.is_dir())
    found = [folder for folder in (path, *below) if _files(folder, collection)]
    if len(found) == 1:
        return found[0]
    if found:
        several = ", ".join(str(each) for each in found)
        raise UsageError(f"{several} are several databases; say which is BioMAJ's")
    raise UsageError(
        f"{path} has no {collection}.bson or {collection}.json; give the folder that mongodump "
        "wrote for BioMAJ's database"
    )


def _files(folder: Path, collection: str) -> list[Path]:
    names = [f"{collection}{kind}{packed}" for kind in KINDS for packed in ("", ".gz")]
    return [folder / name for name in names if (folder / name).is_file()]


def _read(file: Path) -> Iterator[Document]:
    plain = file.name.removesuffix(".gz")
    read = KINDS.get(Path(plain).suffix)
    if read is None:
        raise UsageError(f"{file} is neither .bson nor .json; give what mongodump wrote")
    opener = gzip.open if file.name != plain else open
    try:
        with opener(file, "rb") as content:
            yield from read(cast(BinaryIO, content), str(file))
    except (EOFError, gzip.BadGzipFile, zlib.error) as error:
        raise FormatError(file, None, f"it is no whole gzip file: {error}") from error
