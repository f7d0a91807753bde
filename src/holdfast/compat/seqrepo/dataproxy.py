"""
Data proxies: what the tools of GA4GH's variation standard ask for sequences.

Sequences, and what is known of them, by identifiers ``namespace:accession``; a bare accession's
namespace is told by its form. They come from a SeqRepo here (:class:`SeqRepoDataProxy`) or from a
service (:class:`SeqRepoRESTDataProxy`).
"""

import json
import os
from abc import ABC, abstractmethod
from datetime import datetime
from typing import Any
from urllib.error import HTTPError
from urllib.parse import quote, urlencode, urlparse
from urllib.request import urlopen

from holdfast.compat.seqrepo.seqrepo import SeqRepo
from holdfast.sequences.naming.namespaces import infer

__all__ = ["SeqRepoDataProxy", "SeqRepoRESTDataProxy", "create_dataproxy"]

TIMEOUT = 60.0  #: seconds without an answer


class _DataProxy(ABC):
    """What is owed by every data proxy."""

    @abstractmethod
    def get_sequence(
        self, identifier: str, start: int | None = None, end: int | None = None
    ) -> str:
        """A sequence, or a slice of it; KeyError when there is none."""

    @abstractmethod
    def get_metadata(self, identifier: str) -> dict[str, Any]:
        """`length`, `alphabet`, `added` (ISO 8601) and `aliases`; KeyError when there is none."""

    def translate_sequence_identifier(
        self, identifier: str, namespace: str | None = None
    ) -> list[str]:
        """The identifiers of the same sequence, or those of them in `namespace`.

        Raises
        ------
        KeyError
            There is no such sequence, or the identifier is none.
        """
        try:
            aliases = self.get_metadata(identifier)["aliases"]
        except (ValueError, KeyError, IndexError) as error:
            raise KeyError(identifier) from error
        distinct = list(dict.fromkeys(aliases))
        if namespace is None:
            return distinct
        return [alias for alias in distinct if alias.startswith(f"{namespace}:")]


class _SeqRepoDataProxyBase(_DataProxy):
    """Takes the two questions apart, as subclasses of other programs expect."""

    def get_sequence(
        self, identifier: str, start: int | None = None, end: int | None = None
    ) -> str:
        """A sequence, or a slice of it; KeyError when there is none."""
        return self._get_sequence(identifier, start=start, end=end)

    def get_metadata(self, identifier: str) -> dict[str, Any]:
        """`length`, `alphabet`, `added` (ISO 8601) and `aliases`; KeyError when there is none."""
        return self._get_metadata(identifier)

    @abstractmethod
    def _get_sequence(
        self, identifier: str, start: int | None = None, end: int | None = None
    ) -> str:
        """What `get_sequence` answers."""

    @abstractmethod
    def _get_metadata(self, identifier: str) -> dict[str, Any]:
        """What `get_metadata` answers."""


class SeqRepoDataProxy(_SeqRepoDataProxyBase):
    """Answers from a SeqRepo here."""

    def __init__(self, sr: SeqRepo) -> None:
        self.sr = sr

    def _get_sequence(
        self, identifier: str, start: int | None = None, end: int | None = None
    ) -> str:
        return self.sr.fetch_uri(coerce_namespace(identifier), start, end)

    def _get_metadata(self, identifier: str) -> dict[str, Any]:
        namespace, alias = coerce_namespace(identifier).split(":", 1)
        found = next(self.sr.aliases.find_aliases(namespace=namespace, alias=alias), None)
        if found is None:
            raise KeyError(identifier)
        known = self.sr.sequences.fetch_seqinfo(found["seq_id"])
        return {
            "length": known["len"],
            "alphabet": known["alpha"],
            "added": _isoformat(known["added"]),
            "aliases": self.sr._names_of(found["seq_id"]),
        }


class SeqRepoRESTDataProxy(_SeqRepoDataProxyBase):
    """Answers from a service that speaks as seqrepo-rest-service does."""

    rest_version = "1"

    def __init__(self, base_url: str) -> None:
        self.base_url = f"{base_url}/{self.rest_version}/"

    def _get_sequence(
        self, identifier: str, start: int | None = None, end: int | None = None
    ) -> str:
        bounds = {"start": start, "end": end}
        said = urlencode({name: at for name, at in bounds.items() if at is not None})
        path = f"sequence/{quote(identifier, safe=':')}"
        return self._ask(identifier, f"{path}?{said}" if said else path)

    def _get_metadata(self, identifier: str) -> dict[str, Any]:
        answer: dict[str, Any] = json.loads(
            self._ask(identifier, f"metadata/{quote(identifier, safe=':')}")
        )
        return answer

    def _ask(self, identifier: str, path: str) -> str:
        """The body of an answer; KeyError when the service knows no such sequence."""
        url = self.base_url + path
        if urlparse(url).scheme not in ("http", "https"):
            raise ValueError(f"{url} is no address of a service")
        try:
            with urlopen(url, timeout=TIMEOUT) as answer:  # noqa: S310 - only http and https
                return str(answer.read().decode())
        except HTTPError as error:
            with error:
                if error.code == 404:
                    raise KeyError(identifier) from error
            raise


def create_dataproxy(uri: str | None = None) -> _DataProxy:
    """The data proxy of an address, which ``SEQREPO_DATAPROXY_URI`` may say.

    ``seqrepo+file:///folder``, ``seqrepo+:relative/folder``, ``seqrepo+https://host/seqrepo``.

    Raises
    ------
    ValueError
        There is no address, or it is of no kind that is known.
    """
    uri = uri or os.environ.get("SEQREPO_DATAPROXY_URI")
    if uri is None:
        raise ValueError("No data proxy URI provided or found in SEQREPO_DATAPROXY_URI")
    parsed = urlparse(uri)
    if "+" not in parsed.scheme:
        raise ValueError("create_dataproxy scheme must include provider (e.g., `seqrepo+http:...`)")
    provider, protocol = parsed.scheme.split("+", 1)
    if provider != "seqrepo":
        raise ValueError(f"DataProxy provider {provider} not implemented")
    if protocol in ("", "file"):
        return SeqRepoDataProxy(SeqRepo(root_dir=parsed.path))
    if protocol in ("http", "https"):
        return SeqRepoRESTDataProxy(uri.removeprefix(f"{provider}+"))
    raise ValueError(f"SeqRepo URI scheme {parsed.scheme} not implemented")


def coerce_namespace(ac: str) -> str:
    """``namespace:accession``; the namespace of a bare accession is told by its form.

    >>> coerce_namespace("NM_000551.4"), coerce_namespace("x:1")
    ('refseq:NM_000551.4', 'x:1')

    Raises
    ------
    ValueError
        The form is that of no namespace, or of several.
    """
    if ":" in ac:
        return ac
    namespaces = infer(ac)
    if not namespaces:
        raise ValueError(f"Could not infer namespace for {ac}")
    if len(namespaces) > 1:
        raise ValueError(f"Multiple namespaces possible for {ac}: {', '.join(namespaces)}")
    return f"{namespaces[0]}:{ac}"


def _isoformat(time: datetime) -> str:
    """A time as ISO 8601; one without a zone is UTC.

    >>> _isoformat(datetime(2019, 10, 15, 10, 23, 41))
    '2019-10-15T10:23:41Z'
    """
    return time.isoformat() if time.tzinfo else f"{time.isoformat()}Z"
