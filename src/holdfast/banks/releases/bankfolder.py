"""
The folder of one bank: its lock, its releases, what is being made, and which release is current.

::

    banks/<bank>/
        lock                    held by the one process that changes anything here
        current -> <bank>_<release>
        RELEASE.txt             says what `current` is, to scripts; only while something is
        marks.json              what people have decided: which releases are frozen …
        <bank>_<release>/…      complete releases, and the one being made
        .making/<release>/…     what is known of the release being made
        .dropped/…              what is being removed; nothing reads it

Whatever changes the folder does so by single renames, and what is removed is renamed into
``.dropped`` first: at any moment each thing is there whole or not at all. ``RELEASE.txt`` follows
``current``, which alone decides.
"""

import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from holdfast.banks.releases.marks import MARKS_FILE, Marks, read_marks, write_marks
from holdfast.banks.releases.release import Release, folder_name, is_complete, read_release
from holdfast.banks.updating.making import MAKING, MAKING_FILE, Making
from holdfast.banks.updating.unfinished import DROPPED, Unfinished
from holdfast.base.files import TEMPORARY, fsync_directory, point_symlink, write_atomic
from holdfast.base.locks import Held, exclusive, is_held
from holdfast.errors import BankBusy, BankError, ReleaseNotFound, suggestion

FUTURE = "future_release"  #: the link to the release that is being made
CURRENT = "current"
RELEASE_TEXT = "RELEASE.txt"
LOCK = "lock"
LOCK_WAIT = 2.0  #: seconds to wait for the lock: a killed update's newborn child holds it briefly


class BankFolder(Unfinished):
    """One bank on disk. Constructing it touches nothing."""

    @contextmanager
    def locked(self) -> Iterator[None]:
        """Hold the bank's lock within the block; the kernel lets go of it if we die.

        Raises
        ------
        BankBusy
            Another process holds it.
        """
        self.folder.mkdir(parents=True, exist_ok=True)
        try:
            with exclusive(self.folder / LOCK, LOCK_WAIT):
                yield
        except Held as held:
            raise BankBusy(
                f"{self.bank} is being changed by {held.holder or 'another process'}; "
                "try again when it has ended"
            ) from held

    @property
    def is_busy(self) -> bool:
        """Whether some process holds the bank's lock now."""
        return is_held(self.folder / LOCK)

    # -- releases ----------------------------------------------------------------------------------

    def releases(self) -> tuple[Release, ...]:
        """The complete releases, the oldest first."""
        complete = (read_release(folder) for folder in self.release_folders())
        return tuple(sorted(complete, key=lambda release: release.number))

    def release_folders(self) -> tuple[Path, ...]:
        """The folders of the complete releases, sorted by name.

        How a folder is called says little: one that was adopted may be called otherwise than those
        made here, and two banks of a site may share a folder. So the release says whose it is.
        """
        complete = [each for each in self.folders() if is_complete(each)]
        return tuple(each for each in complete if self._is_ours(each))

    def strangers(self) -> tuple[Path, ...]:
        """Folders called like releases that nobody here made: never touched, perhaps adopted."""
        made = {making.release_folder for making in self.makings()}
        return tuple(
            each
            for each in self.folders()
            if self._is_called_so(each) and not is_complete(each) and each not in made
        )

    def newest(self) -> Release | None:
        """The newest complete release."""
        return max(self.releases(), key=lambda release: release.number, default=None)

    def release(self, name: str) -> Release:
        """The complete release `name`; ``current`` is the published one.

        Raises
        ------
        ReleaseNotFound
            There is none; the message names the nearest.
        """
        if name == CURRENT:
            current = self.current()
            if current is None:
                raise ReleaseNotFound(
                    f"{self.bank} has no published release; publish one with: "
                    f"holdfast bank publish {self.bank}"
                )
            return current
        by_name = {release.name: release for release in self.releases()}
        if name not in by_name:
            known = ", ".join(by_name) or "none yet"
            raise ReleaseNotFound(
                f"{self.bank} has no release {name!r} (it has: {known}){suggestion(name, by_name)}"
            )
        return by_name[name]

    def current(self) -> Release | None:
        """The published release."""
        try:
            target = (self.folder / CURRENT).readlink()
        except OSError:
            return None
        folder = self.folder / target.name
        return read_release(folder) if is_complete(folder) else None

    def free_name(self, release: str) -> str:
        """`release`, or with ``__1``, ``__2`` … behind it when that name is taken."""
        prefix = folder_name(self.bank, "", self.separator)
        taken = {each.name for each in self.releases()}
        taken |= {each.name.removeprefix(prefix) for each in self.strangers()}
        if release not in taken:
            return release
        before = f"{release}__"
        numbers = [
            int(name.removeprefix(before))
            for name in taken
            if name.startswith(before) and name.removeprefix(before).isdigit()
        ]
        return f"{release}__{max(numbers, default=0) + 1}"

    def publish(self, release: Release) -> None:
        """Make `release` the current one, by one rename."""
        point_symlink(self.folder / CURRENT, release.folder.name)
        self.tell_published()

    def unpublish(self) -> None:
        """No release is the current one any more."""
        (self.folder / RELEASE_TEXT).unlink(missing_ok=True)
        (self.folder / CURRENT).unlink(missing_ok=True)
        fsync_directory(self.folder)

    def tell_published(self) -> None:
        """See that ``RELEASE.txt`` says what is published: a kill may have come between."""
        file, text = self.folder / RELEASE_TEXT, release_text(self.current())
        if not text:
            file.unlink(missing_ok=True)
        elif not self.tells_published():
            write_atomic(file, text)

    def tells_published(self) -> bool:
        """Whether ``RELEASE.txt`` says what is published."""
        file, text = self.folder / RELEASE_TEXT, release_text(self.current())
        try:
            return file.stat().st_size == len(text) and file.read_bytes() == text
        except FileNotFoundError:
            return not text

    def announce(self, making: Making) -> None:
        """Show where the next release is being made, as scripts of BioMAJ look for it."""
        point_symlink(self.folder / FUTURE, making.release_folder.name)

    def unannounce(self) -> None:
        """No release is being made any more."""
        (self.folder / FUTURE).unlink(missing_ok=True)

    def remove(self, release: Release) -> None:
        """Remove `release` from disk.

        Raises
        ------
        BankError
            It is the published one, or frozen.
        """
        reason = self.stays(release.name, release.folder)
        if reason is not None:
            raise BankError(reason)
        self.discard(release.folder)

    def stays(self, name: str, folder: Path) -> str | None:
        """Why the release `name` in `folder` may not be removed, and what to do, if it may not."""
        if name in self.marks.frozen:
            return (
                f"{self.bank}:{name} is frozen; let it go first with: "
                f"holdfast bank unfreeze {self.bank} {name}"
            )
        if self.is_published(folder):
            return (
                f"{self.bank}:{name} is published; publish another one first, or none: "
                f"holdfast bank unpublish {self.bank}"
            )
        return None

    def is_published(self, folder: Path) -> bool:
        """Whether ``current`` leads to the release in `folder`."""
        try:
            return (self.folder / CURRENT).readlink().name == folder.name
        except OSError:
            return False

    def discard(self, folder: Path) -> None:
        """Remove the release in `folder`, whatever it is. It goes by one rename."""
        self._drop(folder)
        self.empty_dropped()

    def vanish(self) -> tuple[Path, ...]:
        """Remove what there is besides releases, and the folder if that was all; what is left.

        Hold the lock: it goes too, as the last. Where another bank of a site shares the folder,
        what it needs stays.
        """
        if self.current() is None:
            self.unpublish()
        self.tidy()
        if any(is_complete(each) for each in self.folders()):
            return ()
        for name in (MARKS_FILE, LOCK):
            (self.folder / name).unlink(missing_ok=True)
        for folder in (self.folder / MAKING, self.folder):
            with suppress(OSError):  # it is not there, or somebody else's things are in it
                folder.rmdir()
        return tuple(sorted(self.folder.glob("*")))

    def beyond(self, keep: int) -> tuple[Release, ...]:
        """The old releases beyond the `keep` newest, oldest first.

        The published release and those that are frozen stay beside those that are counted.
        """
        held, current = set(self.marks.frozen), self.current()
        if current is not None:
            held.add(current.name)
        old = [release for release in self.releases()[:-1] if release.name not in held]
        return tuple(old[: max(0, len(old) - keep)])

    # -- marks -------------------------------------------------------------------------------------

    @property
    def marks(self) -> Marks:
        """What is marked at the bank."""
        return read_marks(self.folder)

    def mark(self, marks: Marks) -> None:
        """Replace what is marked at the bank. Hold the lock."""
        write_marks(self.folder, marks)

    # -- keeping order -----------------------------------------------------------------------------

    def leftovers(self) -> tuple[Path, ...]:
        """What nothing will ever read: remains of a kill. Ask while holding the lock."""
        headless = [
            folder
            for folder in (self.folder / MAKING).glob("*")
            if not (folder / MAKING_FILE).is_file()
        ]
        dropped = list((self.folder / DROPPED).glob("*"))
        links = list(self.folder.glob(f"{TEMPORARY}*"))
        return tuple(sorted([*headless, *dropped, *links]))

    def tidy(self) -> None:
        """Remove :meth:`leftovers`, and see that what is told of the bank is true."""
        self.tell_published()
        if not self.makings():
            self.unannounce()
        for leftover in self.leftovers():
            if leftover.is_symlink():
                leftover.unlink(missing_ok=True)
            else:
                self._drop(leftover)
        self.empty_dropped()

    def folders(self) -> list[Path]:
        """All that may be releases: no links, nor what begins with a dot."""
        try:
            with os.scandir(self.folder) as found:
                names = sorted(
                    each.name
                    for each in found
                    if not each.name.startswith(".") and each.is_dir(follow_symlinks=False)
                )
        except (FileNotFoundError, NotADirectoryError):
            return []
        return [self.folder / name for name in names]

    def _is_called_so(self, folder: Path) -> bool:
        return folder.name.startswith(folder_name(self.bank, "", self.separator))

    def _is_ours(self, folder: Path) -> bool:
        """Whether the complete release in `folder` is of this bank; a damaged one by its name."""
        try:
            return read_release(folder).bank == self.bank
        except BankError:
            return self._is_called_so(folder)


def release_text(release: Release | None) -> bytes:
    """What ``RELEASE.txt`` says of the published `release`, byte for byte as BioMAJ does."""
    if release is None:
        return b""
    lines = f"Bank: {release.bank}\nRelease: {release.name}\n"
    # No blank after the last colon: scripts that read this file expect none.
    return f"{lines}Remote release:{release.remote_release}\n".encode()
