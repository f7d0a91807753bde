"""Sites for the examination of depots: a folder, served in one way or another; a bucket; memory."""

from pathlib import Path

import obstore
from obstore.store import S3Store

from holdfast.remotes.interface import TransferPolicy
from holdfast.sequences.sync import Depot, open_depot
from holdfast.sequences.sync.memory import MemoryDepot


class ServedSite:
    """A folder that is behind `url`."""

    def __init__(self, folder: Path, url: str) -> None:
        self.folder, self.url = folder, url

    def put(self, name: str, content: bytes) -> None:
        path = self.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        beside = path.with_name("beside")
        beside.write_bytes(content)
        beside.replace(path)

    def content(self, name: str) -> bytes | None:
        path = self.folder / name
        return path.read_bytes() if path.exists() else None

    def open(self, policy: TransferPolicy) -> Depot:
        return open_depot(self.url, policy)

    def open_nowhere(self, policy: TransferPolicy) -> Depot:
        return open_depot(f"{self.url.rstrip('/')}/nowhere", policy)


class BucketSite:
    """A prefix of a bucket; the environment says where it is."""

    def __init__(self, bucket: str, prefix: str) -> None:
        self.url = f"s3://{bucket}/{prefix}"
        self._store = S3Store(bucket, prefix=prefix)

    def put(self, name: str, content: bytes) -> None:
        obstore.put(self._store, name, content)

    def content(self, name: str) -> bytes | None:
        try:
            return bytes(obstore.get(self._store, name).bytes())
        except FileNotFoundError:
            return None

    def open(self, policy: TransferPolicy) -> Depot:
        return open_depot(self.url, policy)

    def open_nowhere(self, policy: TransferPolicy) -> Depot:
        return open_depot(f"{self.url}/nowhere", policy)


class MemorySite:
    """A depot in memory, opened by everybody."""

    def __init__(self) -> None:
        self._depot = MemoryDepot()

    def put(self, name: str, content: bytes) -> None:
        self._depot.files[name] = content

    def content(self, name: str) -> bytes | None:
        return self._depot.files.get(name)

    def open(self, policy: TransferPolicy) -> Depot:
        return self._depot

    def open_nowhere(self, policy: TransferPolicy) -> Depot:
        return MemoryDepot()
