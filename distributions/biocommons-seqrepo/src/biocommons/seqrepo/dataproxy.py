"""See ``holdfast.compat.seqrepo.dataproxy``."""

from holdfast.compat.seqrepo.dataproxy import (
    SeqRepoDataProxy,
    SeqRepoRESTDataProxy,
    _DataProxy,
    _isoformat,
    _SeqRepoDataProxyBase,
    create_dataproxy,
)

__all__ = [
    "SeqRepoDataProxy",
    "SeqRepoRESTDataProxy",
    "_DataProxy",
    "_SeqRepoDataProxyBase",
    "_isoformat",
    "create_dataproxy",
]
