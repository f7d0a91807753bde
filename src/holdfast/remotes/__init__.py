"""
Places files come from.

A remote says what it has (:meth:`~holdfast.remotes.interface.Remote.list`) and brings files here
(:meth:`~holdfast.remotes.interface.Remote.fetch`). It knows no bank: what to ask for, what changed
and what becomes of the files is for others to decide. :func:`open_remote` finds the right kind by
the scheme of a URL. ``pages`` and ``ftplines`` read what servers say; only ``curl``, ``channel``
and ``standing`` know libcurl; ``transfer`` brings many files at once; ``parts`` and ``landing`` put
them down durably.
"""

from holdfast.remotes.interface import (
    Arrived,
    Listing,
    Remote,
    RemoteFile,
    TransferPolicy,
    Wanted,
    open_remote,
)

__all__ = [
    "Arrived",
    "Listing",
    "Remote",
    "RemoteFile",
    "TransferPolicy",
    "Wanted",
    "open_remote",
]
