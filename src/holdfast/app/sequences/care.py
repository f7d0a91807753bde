"""Take care of the store: tidy it up."""

from holdfast.app.container import Container
from holdfast.base.progress import Listener, ignore
from holdfast.sequences import GcReport
from holdfast.sequences.gc import Wish


def tidy(
    container: Container,
    fraction: float,
    *,
    compact: bool = False,
    dry_run: bool = False,
    listener: Listener = ignore,
) -> GcReport:
    """Drop garbage from packs of which a `fraction` is garbage; with `compact`, join small ones."""
    wish = Wish(fraction, compact)
    return container.store.gc(wish, dry_run=dry_run, listener=listener)
