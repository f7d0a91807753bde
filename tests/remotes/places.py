"""Places for the examination of remotes: a folder of this machine, served in one way or another."""

import os
from dataclasses import replace
from datetime import datetime
from pathlib import Path

from holdfast.remotes.access import Access, Rule
from holdfast.remotes.interface import Remote, TransferPolicy, open_remote


class ServedPlace:
    """A folder that is behind `url`."""

    def __init__(self, folder: Path, url: str, rule: Rule | None = None) -> None:
        self.folder, self.url = folder, url
        self.access = Access((rule,) if rule else ())

    def put(self, name: str, content: bytes, modified: datetime) -> None:
        path = self.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        beside = self.folder.parent / "beside"
        beside.write_bytes(content)
        os.utime(beside, (modified.timestamp(), modified.timestamp()))
        beside.replace(path)

    def remove(self, name: str) -> None:
        (self.folder / name).unlink()

    def open(self, policy: TransferPolicy) -> Remote:
        return open_remote(self.url, replace(policy, access=self.access))

    def open_nowhere(self, policy: TransferPolicy) -> Remote:
        return open_remote(f"{self.url}nowhere/", replace(policy, access=self.access))
