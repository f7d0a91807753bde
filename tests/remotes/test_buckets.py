"""Buckets: what an interrupted transfer left is gone on with, if the object is still the same."""

import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any
from urllib.request import Request, urlopen

import obstore
import pytest
from moto.core import DEFAULT_ACCOUNT_ID
from moto.s3.models import s3_backends
from moto.server import ThreadedMotoServer

from holdfast.errors import FileChanged
from holdfast.remotes.access import Access, Rule
from holdfast.remotes.interface import Everything, Remote, open_remote
from holdfast.remotes.parts import SMALL
from holdfast.testing.remotes import HASTE

pytestmark = pytest.mark.xdist_group("buckets")
CONTENT = bytes(range(256)) * (SMALL // 32)


@pytest.fixture
def remote() -> Iterator[Remote]:
    """A bucket with one object."""
    server = ThreadedMotoServer("127.0.0.1", 0, verbose=False)
    server.start()
    endpoint = "http://{}:{}".format(*server.get_host_and_port())
    bucket = s3_backends[DEFAULT_ACCOUNT_ID]["aws"].create_bucket("bank", "us-east-1")
    assert bucket is not None
    put(CONTENT)
    access = Access((Rule("bank:s3", "key", "secret", endpoint=endpoint),))
    try:
        yield open_remote("s3://bank/", replace(HASTE, retries=0, access=access))
    finally:
        server.stop()
        s3_backends.reset()


def put(content: bytes) -> None:
    s3_backends[DEFAULT_ACCOUNT_ID]["aws"].put_object("bank", "a.fa", content)


def interrupt(remote: Remote, folder: Path) -> int:
    """Fetch the object, and stop the whole program on the way; how many bytes came."""

    def halt(*_: object) -> None:
        raise KeyboardInterrupt

    files = remote.list(Everything()).files
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("holdfast.remotes.transfer.Logbook.received", halt)
        patch.setattr("holdfast.remotes.copying.parts.BLOCK", SMALL)
        with pytest.raises(KeyboardInterrupt):
            remote.fetch(files, folder)
    return (folder / "a.fa.part").stat().st_size


def test_an_object_is_gone_on_with_by_range(
    remote: Remote, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    left = interrupt(remote, tmp_path)
    asked: list[Any] = []
    get = obstore.get

    def noted(*words: Any, options: Any = None) -> Any:
        asked.append(options)
        return get(*words, options=options)

    monkeypatch.setattr(obstore, "get", noted)
    (arrival,) = remote.fetch(remote.list(Everything()).files, tmp_path)
    assert 0 < left < len(CONTENT)
    assert [one["range"] for one in asked] == [{"offset": left}]
    assert arrival.path.read_bytes() == CONTENT


def test_an_object_that_changed_meanwhile_is_not(remote: Remote, tmp_path: Path) -> None:
    files = remote.list(Everything()).files
    interrupt(remote, tmp_path)
    put(CONTENT[::-1])
    with pytest.raises(FileChanged):
        remote.fetch(files, tmp_path)
    (arrival,) = remote.fetch(remote.list(Everything()).files, tmp_path)
    assert arrival.path.read_bytes() == CONTENT[::-1]


def test_googles_buckets_are_read_as_whom_the_environment_says(
    remote: Remote, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # Google's XML interface, which its client speaks, is that of S3; so moto answers it.
    endpoint = remote.policy.access.rule("bank:s3").endpoint
    words = {"x-amz-acl": "public-read", "Content-Type": "text/plain"}
    urlopen(Request(f"{endpoint}/bank/v1/b.fa", CONTENT, words, method="PUT"), timeout=20).close()
    key = {"gcs_base_url": endpoint, "disable_oauth": True}
    key |= dict.fromkeys(("client_email", "private_key", "private_key_id"), "")
    (tmp_path / "key.json").write_text(json.dumps(key))
    monkeypatch.setenv("GOOGLE_SERVICE_ACCOUNT", str(tmp_path / "key.json"))
    googles = open_remote("gs://bank/v1/", replace(HASTE, retries=0))
    (file,) = googles.list(Everything()).files
    assert (file.name, file.size, file.url) == ("b.fa", len(CONTENT), "gs://bank/v1/b.fa")
    (arrival,) = googles.fetch([file], tmp_path)
    assert arrival.path.read_bytes() == CONTENT
