"""Several fetches that are told of as one."""

from collections.abc import Callable, Sequence

from holdfast.base.progress import Listener, Progress
from holdfast.remotes.interface import Arrived, RemoteFile


class Together:
    """Adds up the progress of several fetches of `files`, and keeps what arrived."""

    def __init__(
        self,
        files: Sequence[RemoteFile],
        listener: Listener,
        arrived: Callable[[Arrived], None],
    ) -> None:
        self._files, self._listener, self._tell = files, listener, arrived
        sizes = [file.size for file in files]
        bytes_ = None if None in sizes else sum(size or 0 for size in sizes)
        self._totals = {"bytes": bytes_, "files": len(files)}
        self._done: list[dict[str, int]] = []
        self._landed: dict[str, Arrived] = {}

    def listener(self) -> Listener:
        """What to tell the progress of one more of the fetches to."""
        mine: dict[str, int] = {}
        self._done.append(mine)

        def hear(progress: Progress) -> None:
            mine[progress.unit] = progress.done
            done = sum(each.get(progress.unit, 0) for each in self._done)
            total = self._totals.get(progress.unit)
            self._listener(Progress(progress.what, done, total, progress.unit))

        return hear

    def arrived(self, arrival: Arrived) -> None:
        """A file of one of the fetches is here."""
        self._landed[arrival.file.name] = arrival
        self._tell(arrival)

    def complete(self) -> tuple[Arrived, ...]:
        """All that arrived, in the order it was asked for."""
        return tuple(self._landed[file.name] for file in self._files)
