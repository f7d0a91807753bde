"""
Snapshots: frozen, named views. Each is one small file that names a position in the journal.

Packs and journal entries never change and aliases keep their history, so a position is all a view
needs. A snapshot carries its entry's hash and a digest of itself: a flipped bit is found.
"""

import json
import re
from contextlib import suppress
from dataclasses import asdict, dataclass
from hashlib import sha256
from pathlib import Path

from holdfast.base.files import fsync_directory, remove_leftovers, write_atomic
from holdfast.errors import SnapshotExists, SnapshotNotFound, StoreDamaged, UsageError, suggestion
from holdfast.sequences.storage.lists import ListedSnapshot, remake_snapshots

SUFFIX = ".json"
MEND = "run: holdfast seq check --repair"
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,127}", re.ASCII)


@dataclass(frozen=True, slots=True)
class Snapshot:
    """A named position in the journal, its entry's hash, and what was there then."""

    name: str
    position: int
    hash: str
    created: str
    sequences: int
    residues: int
    aliases: int
    collections: int


class Snapshots:
    """The folder of snapshots."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def names(self) -> list[str]:
        """The names of all snapshots, sorted."""
        return sorted(
            path.stem for path in self.folder.glob(f"*{SUFFIX}") if _NAME.fullmatch(path.stem)
        )

    def exists(self, name: str) -> bool:
        """Whether there is a snapshot `name`."""
        return bool(_NAME.fullmatch(name)) and (self.folder / (name + SUFFIX)).exists()

    def positions(self) -> list[int]:
        """The positions of all snapshots, in order, each once. Raises what `read` raises."""
        return sorted({self.read(name).position for name in self.names()})

    def remove(self, name: str) -> None:
        """Forget a snapshot. What it alone kept from being garbage is garbage now.

        Raises
        ------
        SnapshotNotFound
            There is none.
        """
        self._known(name).unlink()
        fsync_directory(self.folder)
        with suppress(OSError):  # the list is a convenience, and the snapshot is gone
            self.relist()

    def read(self, name: str) -> Snapshot:
        """The snapshot `name`.

        Raises
        ------
        SnapshotNotFound
            There is none.
        StoreDamaged
            Its file is not what was written.
        """
        path = self._known(name)
        return self.parse(name, path.read_bytes())

    def parse(self, name: str, content: bytes) -> Snapshot:
        """The snapshot `name` in the bytes of its file.

        Raises
        ------
        StoreDamaged
            They are not what was written.
        """
        path = self.folder / (name + SUFFIX)
        try:
            document = json.loads(content)
            proof = document.pop("sha256")
            snapshot = Snapshot(**document)
        except (ValueError, TypeError, KeyError, AttributeError) as error:
            raise StoreDamaged(f"{path} is not a snapshot ({error}); {MEND}") from error
        if proof != _proof(snapshot) or snapshot.name != name or content != _text(snapshot):
            raise StoreDamaged(f"{path} is damaged; {MEND}")
        return snapshot

    def restore(self, snapshot: Snapshot) -> None:
        """Put a snapshot in the place of its damaged file."""
        write_atomic(self.folder / (snapshot.name + SUFFIX), _text(snapshot), 0o444)
        with suppress(OSError):  # the list is a convenience
            self.relist()

    def write(self, snapshot: Snapshot) -> None:
        """Keep a new snapshot.

        Raises
        ------
        UsageError
            The name cannot be one.
        SnapshotExists
            There is one of this name.
        """
        if not _NAME.fullmatch(snapshot.name):
            raise UsageError(
                f"{snapshot.name!r} cannot name a snapshot; use letters, digits, dots, dashes, "
                "underscores"
            )
        if snapshot.name.isdigit():
            raise UsageError(
                f"a snapshot called {snapshot.name} would be taken for a position in the journal; "
                "put a word before the number"
            )
        path = self.folder / (snapshot.name + SUFFIX)
        if path.exists():
            raise SnapshotExists(
                f"there is a snapshot {snapshot.name} already and snapshots never change; "
                "choose another name"
            )
        write_atomic(path, _text(snapshot), 0o444)
        with suppress(OSError):  # the list is a convenience, and the snapshot is there
            self.relist()

    def listed(self) -> list[ListedSnapshot]:
        """All snapshots that can be read, as their list names them, oldest first."""
        found = []
        for name in self.names():
            with suppress(StoreDamaged):
                snapshot = self.read(name)
                found.append(ListedSnapshot(snapshot.position, snapshot.hash, name))
        return sorted(found)

    def relist(self) -> None:
        """Make ``snapshots/LIST`` anew from the folder. Only the one writer may ask this."""
        remake_snapshots(self.folder, self.listed())

    def _known(self, name: str) -> Path:
        """The file of the snapshot `name`, which is there."""
        if not self.exists(name):
            raise SnapshotNotFound(
                f"there is no snapshot {name!r}{suggestion(name, self.names())}; "
                "see: holdfast seq snapshot list"
            )
        return self.folder / (name + SUFFIX)

    def clear_leftovers(self) -> None:
        """Remove what an interrupted writer left. Only the one writer may ask this."""
        remove_leftovers(self.folder)


def _text(snapshot: Snapshot) -> bytes:
    document = asdict(snapshot) | {"sha256": _proof(snapshot)}
    return (json.dumps(document, indent=1) + "\n").encode()


def _proof(snapshot: Snapshot) -> str:
    return sha256(json.dumps(asdict(snapshot), sort_keys=True).encode()).hexdigest()
