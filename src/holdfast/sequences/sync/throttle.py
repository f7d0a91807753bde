"""Keeping to a rate where nobody else does: a listener that waits when too much has moved."""

import time

from holdfast.base.progress import Listener, Progress


def throttled(listener: Listener, rate: int) -> Listener:
    """`listener`, which also waits until `rate` bytes a second are kept to; 0 is no limit."""
    if not rate:
        return listener
    began = time.monotonic()

    def heard(progress: Progress) -> None:
        listener(progress)
        if progress.unit == "bytes":
            early = progress.done / rate - (time.monotonic() - began)
            if early > 0:
                time.sleep(early)

    return heard
