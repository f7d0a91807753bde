"""
A twin of the session of iRODS' Python client, whose zone is a folder of this machine.

It answers what our remote asks, in the client's own words: columns, criteria, exceptions. There is
no server of iRODS to install here, so what the client itself does with one is not examined.
"""

import base64
import hashlib
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, BinaryIO

from irods.column import Column, Criterion
from irods.exception import CAT_INVALID_AUTHENTICATION, DataObjectDoesNotExist
from irods.models import Collection, DataObject


class FolderSession:
    """What the client calls a session, on `folder` as the collection ``/zone``."""

    def __init__(self, folder: Path, **options: Any) -> None:
        self.folder, self.options = folder, options
        self.collections, self.data_objects = _Collections(self), _DataObjects(self)
        self.opened: list[tuple[str, int]] = []

    def path(self, name: str) -> Path:
        """Where the object or collection `name` is on this machine."""
        if self.options["password"] != "secret":
            raise CAT_INVALID_AUTHENTICATION("rods")
        assert name.startswith("/zone")
        return self.folder / name.removeprefix("/zone").lstrip("/")

    def query(self, *columns: Column) -> "_Query":
        """See the client."""
        return _Query(self, columns)


class _Query:
    def __init__(self, session: FolderSession, columns: tuple[Column, ...]) -> None:
        self._session, self._columns = session, columns
        self._criteria: list[Criterion] = []

    def filter(self, *criteria: Criterion) -> "_Query":
        self._criteria += criteria
        return self

    def __iter__(self) -> Iterator[dict[Column, Any]]:
        (criterion,) = self._criteria
        name = str(criterion.value)
        folder = self._session.path(name)
        if criterion.query_key is Collection.parent_name:
            for path in sorted(folder.iterdir()):
                if path.is_dir():
                    yield {Collection.name: f"{name}/{path.name}"}
            return
        assert criterion.query_key is Collection.name
        for path in sorted(folder.iterdir()):
            if path.is_file():
                whole = _facts(path)
                yield {column: whole[column] for column in self._columns}
                stale = whole | {DataObject.replica_status: "0", DataObject.size: 1}
                yield {column: stale[column] for column in self._columns}


def _facts(path: Path) -> dict[Column, Any]:
    found = path.stat()
    digest = hashlib.sha256(path.read_bytes()).digest()
    return {
        DataObject.name: path.name,
        DataObject.size: found.st_size,
        DataObject.modify_time: datetime.fromtimestamp(int(found.st_mtime), UTC),
        DataObject.checksum: f"sha2:{base64.b64encode(digest).decode()}",
        DataObject.replica_number: 0,
        DataObject.replica_status: "1",
    }


class _Collections:
    def __init__(self, session: FolderSession) -> None:
        self._session = session

    def exists(self, name: str) -> bool:
        return self._session.path(name).is_dir()


class _Found:
    """What the client calls a data object."""

    def __init__(self, path: Path) -> None:
        facts = _facts(path)
        self.size, self.modify_time = facts[DataObject.size], facts[DataObject.modify_time]


class _DataObjects:
    def __init__(self, session: FolderSession) -> None:
        self._session = session

    def get(self, name: str) -> _Found:
        return _Found(self._file(name))

    def open(self, name: str, mode: str) -> BinaryIO:
        assert mode == "r"
        return self._file(name).open("rb")

    def _file(self, name: str) -> Path:
        path = self._session.path(name)
        if not path.is_file():
            raise DataObjectDoesNotExist
        return path
