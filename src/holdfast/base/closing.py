"""What is let go of at the end of a ``with`` block."""

from typing import Self


class Closes:
    """Is closed when its ``with`` block ends, by an error or not; it must have :meth:`close`."""

    def close(self) -> None:
        """Let go of files. Nothing is saved by it."""
        raise NotImplementedError

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()
