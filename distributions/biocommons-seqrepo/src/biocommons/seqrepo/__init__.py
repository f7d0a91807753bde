"""SeqRepo's import name over sequences that Holdfast keeps; see ``holdfast.compat.seqrepo``."""

from holdfast import __version__ as _holdfast
from holdfast.compat.seqrepo import SeqRepo

#: The version of SeqRepo whose behaviour this follows, and that of Holdfast.
__version__ = f"0.6.11+holdfast.{_holdfast}"

__all__ = ["SeqRepo", "__version__"]
