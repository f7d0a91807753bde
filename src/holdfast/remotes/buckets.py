"""
Remotes in buckets: ``s3://bucket/folder/``, ``gs://bucket/folder/``, ``az://container/folder/``.

What a bucket calls a folder is the beginning of its keys. Listings are asked for level by level,
files are fetched several at once, on the condition that they are still the version listed; what an
interrupted transfer left is gone on with by range.
Who we are comes from the environment, as obstore documents it (``AWS_*``, ``GOOGLE_*``,
``AZURE_*``), or from the rule for ``<bucket>:s3`` and its like: its user is the access key, its
password the secret. Without either, public buckets are read by nobody in particular.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager
from datetime import UTC, timedelta
from io import RawIOBase
from pathlib import Path
from typing import Any, BinaryIO, cast
from urllib.parse import quote, unquote, urlsplit

import obstore
from obstore.exceptions import (
    BaseError,
    NotFoundError,
    PermissionDeniedError,
    PreconditionError,
    UnauthenticatedError,
)
from obstore.store import AzureStore, GCSStore, S3Store

from holdfast.base.files import safe_name
from holdfast.base.progress import Listener, ignore
from holdfast.errors import FetchFailed, ListingFailed, RemoteError, UsageError
from holdfast.remotes import faults
from holdfast.remotes.copying import Source, copy_all
from holdfast.remotes.faults import Absent, Changed, Fault, Forbidden, Passing
from holdfast.remotes.interface import (
    Arrived,
    Listing,
    Remote,
    RemoteFile,
    TransferPolicy,
    Wanted,
    unheard,
)
from holdfast.remotes.options import NO_OPTIONS, RemoteOptions
from holdfast.remotes.reach import refusal
from holdfast.remotes.rows import plain_segment
from holdfast.remotes.versions import Version

DEPTH = 20
WHOLE = 3600.0  #: seconds in which one object must come
CHUNK = 1024**2  #: bytes handed on at once
TOLD = 300  #: characters of a server's words that are quoted
#: the configuration by which a client knows who it is; without any, it is nobody in particular
KNOWN = {
    "s3": ("access_key_id", "web_identity_token_file", "container_credentials_relative_uri"),
    "gs": ("service_account", "service_account_key", "application_credentials"),
    "az": ("account_key", "sas_key", "client_id", "bearer_token"),
}
USERS = {
    "s3": ("access_key_id", "secret_access_key"),
    "az": ("account_name", "account_key"),
}


class BucketRemote(Remote):
    """The keys of a bucket that begin alike."""

    def __init__(
        self, url: str, policy: TransferPolicy, _options: RemoteOptions = NO_OPTIONS
    ) -> None:
        parts = urlsplit(url)
        if not parts.hostname or not url.isprintable() or parts.username:
            raise UsageError(f"{url!r} names no bucket; write {parts.scheme}://bucket/folder/")
        self._scheme, self._bucket = parts.scheme, parts.netloc
        path = parts.path.strip("/")
        self._prefix = f"{unquote(path)}/" if path else ""
        self.root = f"{self._scheme}://{self._bucket}/{f'{path}/' if path else ''}"
        self.policy = policy
        self._made: Any = None

    @property
    def _store(self) -> Any:
        if self._made is None:
            self._made = _connect(self._scheme, self._bucket, self.policy)
        return self._made

    def list(self, wanted: Wanted) -> Listing:
        """See :meth:`Remote.list`."""
        files: list[RemoteFile] = []
        level = [""]
        self._see_that_it_is_there()
        for _ in range(DEPTH):
            below = []
            for folder in level:
                found, folders = self._folder(folder)
                files += [file for file in found if wanted.file(file.name)]
                below += [name for name in folders if wanted.folder(name)]
            level = below
        return Listing(self.root, tuple(sorted(files, key=lambda file: file.name)))

    def folders(self) -> tuple[str, ...]:
        """See :meth:`Remote.folders`."""
        self._see_that_it_is_there()
        return tuple(sorted(self._folder("")[1]))

    def _see_that_it_is_there(self) -> None:
        """A folder is there if any key begins as it does; an empty bucket is a folder."""
        found = self._listed(self._prefix, self.root)
        if self._prefix and not (found["objects"] or found["common_prefixes"]):
            raise ListingFailed(f"{self.root}: there is nothing; check the URL")

    def _folder(self, name: str) -> tuple[Sequence[RemoteFile], Sequence[str]]:
        """The files and folders directly below the folder `name`."""
        prefix = f"{self._prefix}{name}/" if name else self._prefix
        found = self._listed(prefix, f"{self.root}{quote(name)}")
        files = [self._file(meta["path"], meta, prefix) for meta in found["objects"]]
        lead = len(self._prefix)
        folders = [path.rstrip("/")[lead:] for path in found["common_prefixes"]]
        safe = [each for each in folders if plain_segment(each.rpartition("/")[2])]
        return [file for file in files if file is not None], safe

    def _listed(self, prefix: str, url: str) -> Any:
        with _told(url, ListingFailed):
            return obstore.list_with_delimiter(self._store, prefix or None)

    def _file(self, key: str, meta: Any, prefix: str) -> RemoteFile | None:
        if not key.startswith(prefix) or not plain_segment(key[len(prefix) :]):
            return None  # the folder itself may be an object
        name = key[len(self._prefix) :]
        modified = meta["last_modified"].astimezone(UTC).replace(microsecond=0)
        return RemoteFile(name, self.root + quote(name), meta["size"], modified, meta["e_tag"])

    def read(self, name: str, limit: int) -> bytes:
        """See :meth:`Remote.read`."""
        key = f"{self._prefix}{safe_name(name)}"
        url = self.root + quote(name)
        with _told(url, FetchFailed):
            got = obstore.get(self._store, key)
            if got.meta["size"] > limit:
                raise FetchFailed(f"{url}: has more than the {limit} bytes allowed here")
            return bytes(got.bytes())

    def fetch(
        self,
        files: Sequence[RemoteFile],
        folder: Path,
        listener: Listener = ignore,
        arrived: Callable[[Arrived], None] = unheard,
    ) -> tuple[Arrived, ...]:
        """See :meth:`Remote.fetch`."""
        source = _Objects(self._store, self.root, self._prefix)
        return copy_all(source, files, folder, listener, arrived, self.policy.parallel)


class _Objects(Source):
    """The objects of a bucket."""

    def __init__(self, store: Any, root: str, prefix: str) -> None:
        self._store, self._root, self._prefix = store, root, prefix

    def version(self, file: RemoteFile) -> Version:
        with _faults():
            meta = obstore.head(self._store, self._key(file))
        modified = meta["last_modified"].astimezone(UTC).replace(microsecond=0)
        return Version(meta["size"], modified, meta["e_tag"])

    def open(
        self, file: RemoteFile, version: Version, offset: int
    ) -> AbstractContextManager[BinaryIO]:
        options: Any = {"range": {"offset": offset}, "if_match": version.etag} if offset else None
        with _faults():
            got = obstore.get(self._store, self._key(file), options=options)
        return cast("AbstractContextManager[BinaryIO]", _Stream(got.stream(CHUNK)))

    def _key(self, file: RemoteFile) -> str:
        return self._prefix + unquote(file.url.removeprefix(self._root))


class _Stream(RawIOBase):
    """An object's bytes as they come, as a file to read from."""

    def __init__(self, chunks: Any) -> None:
        self._chunks = iter(chunks)

    def read(self, _size: int = -1) -> bytes:
        """The next bytes, however many come at once; none at the end."""
        with _faults():
            return bytes(next(self._chunks, b""))


def _connect(scheme: str, bucket: str, policy: TransferPolicy) -> Any:
    makers: dict[str, Any] = {"s3": S3Store, "gs": GCSStore, "az": AzureStore}
    options = _options(scheme, bucket, policy)
    try:
        made = makers[scheme](bucket, **options)
        said = {str(key).lower(): str(value) for key, value in made.config.items()}
        if "skip_signature" not in said and not any(_has(said, key) for key in KNOWN[scheme]):
            # Else the client would look for a cloud's metadata service, and wait for it.
            made = makers[scheme](bucket, skip_signature=True, **options)
    except (BaseError, ValueError, TypeError) as error:
        raise UsageError(f"{scheme}://{bucket}: {_first_line(error)}; see the manual") from error
    endpoint = next((said[key] for key in said if key.endswith(("endpoint", "base_url"))), "")
    host = urlsplit(endpoint).hostname or ""
    refused = policy.access.reach.first_refused(host) if host else ""
    if refused:
        raise UsageError(f"{scheme}://{bucket}: " + "; ".join(refusal(host, refused)))
    return made


def _has(said: Mapping[str, str], key: str) -> bool:
    return any(name.endswith(key) for name in said)


def _options(scheme: str, bucket: str, policy: TransferPolicy) -> dict[str, Any]:
    """How a client is made: with our patience, and as the rule for the bucket says."""
    rule = policy.access.rule(f"{bucket}:{scheme}")
    options: dict[str, Any] = {
        "client_options": {
            "allow_http": True,  # where the administrator names an endpoint without TLS
            "connect_timeout": timedelta(seconds=policy.connect_timeout),
            "timeout": timedelta(seconds=max(policy.timeout, WHOLE)),
        },
        "retry_config": {
            "max_retries": policy.retries,
            "backoff": {"init_backoff": timedelta(seconds=policy.backoff)},
        },
    }
    if rule.server == "*":
        return options
    options |= {"endpoint": rule.endpoint} if rule.endpoint else {}
    if rule.user:
        names = {
            "s3": ("access_key_id", "secret_access_key"),
            "az": ("account_name", "account_key"),
        }
        if scheme not in names:
            raise UsageError(
                f"{scheme}://{bucket}: a user is no way in; name a key file in GOOGLE_*"
            )
        options |= dict(zip(names[scheme], (rule.user, rule.password), strict=True))
    return options


@contextmanager
def _faults() -> Iterator[None]:
    """Turn obstore's errors into faults."""
    try:
        yield
    except (FileNotFoundError, NotFoundError) as error:
        raise Absent("there is no such object", "list the remote again") from error
    except PreconditionError as error:
        raise Changed("the object changed meanwhile", "list the remote again") from error
    except (PermissionDeniedError, UnauthenticatedError) as error:
        raise Forbidden(_first_line(error), "check who you are there") from error
    except (BaseError, OSError) as error:
        raise Passing(_first_line(error), "try again later") from error


@contextmanager
def _told(url: str, kind: type[RemoteError]) -> Iterator[None]:
    """Turn obstore's errors into ours; the client has tried again by itself."""
    try:
        with _faults():
            yield
    except Fault as fault:
        raise kind(faults.sentence(url, fault, 1)) from fault


def _first_line(error: BaseException) -> str:
    """What a person can use of obstore's long messages."""
    return next((line for line in str(error).splitlines() if line.strip()), "")[:TOLD]
