"""How much may come out of an archive: bytes, files, bytes for each byte, and what the disk has."""

import os
from dataclasses import dataclass
from pathlib import Path

from holdfast.errors import ArchiveRefused

ALWAYS = 1024**3  #: bytes any archive may unpack to, however small it is
LOOK_EVERY = 64 * 1024**2  #: bytes written between two looks at the disk


@dataclass(frozen=True, slots=True)
class Limits:
    """What one archive may do. Each limit is a setting, which its sentence names."""

    size: int = 1024**4  #: bytes
    files: int = 10_000_000
    ratio: int = 5000  #: bytes that may come out for each byte of the archive, beyond ALWAYS
    reserve: int = 0  #: bytes that stay free on the disk


class Budget:
    """What is left of the limits for the archive at `path`; without a folder it is only read."""

    def __init__(self, path: Path, limits: Limits, folder: Path | None = None) -> None:
        self.path, self.limits, self._folder = path, limits, folder
        self._by_ratio = max(ALWAYS, limits.ratio * path.stat().st_size)
        self._spent = self._members = self._looked = 0

    def announce(self, size: int) -> None:
        """A member says it has so many bytes: nothing of it is written when that is too much."""
        self._check(self._spent + size)
        self._look_at_disk(size)

    def spend(self, count: int) -> None:
        """So many bytes come out."""
        self._spent += count
        self._check(self._spent)
        if self._spent - self._looked >= LOOK_EVERY:
            self._looked = self._spent
            self._look_at_disk(0)

    def spend_member(self) -> None:
        """One more file comes out."""
        self._members += 1
        if self._members > self.limits.files:
            raise self._refused(f"it holds more than {self.limits.files:,} files", "unpack_files")

    def _check(self, total: int) -> None:
        if total > self.limits.size:
            raise self._refused(
                f"it unpacks to more than {self.limits.size:,} bytes", "unpack_limit"
            )
        if total > self._by_ratio:
            raise self._refused(
                f"it unpacks to more than {self.limits.ratio:,} times its size", "unpack_ratio"
            )

    def _look_at_disk(self, needed: int) -> None:
        if self._folder is None:
            return
        facts = os.statvfs(self._folder)
        free = facts.f_bavail * facts.f_frsize
        if free < needed + self.limits.reserve:
            raise ArchiveRefused(
                self.path,
                None,
                f"what is in it does not fit: {free:,} bytes are free on the disk, of which "
                f"{self.limits.reserve:,} are to stay so (the setting disk_reserve); make room, "
                "and update again",
            )

    def _refused(self, why: str, setting: str) -> ArchiveRefused:
        return ArchiveRefused(
            self.path, None, f"{why}; raise the setting {setting} if that is right"
        )
