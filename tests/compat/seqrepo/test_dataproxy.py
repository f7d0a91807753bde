import json
import re
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any
from urllib.error import HTTPError

import pytest

from holdfast.compat.seqrepo import SeqRepo
from holdfast.compat.seqrepo.dataproxy import (
    SeqRepoDataProxy,
    SeqRepoRESTDataProxy,
    coerce_namespace,
    create_dataproxy,
)
from sequences.seqrepo.old_instances import key

TEXT = "ACGTACGTNNACGT"
IDENTIFIER = "ga4gh:SQ." + key(TEXT)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A store with one sequence."""
    with SeqRepo(tmp_path / "store", writeable=True) as sr:
        sr.store(TEXT, [{"namespace": "NCBI", "alias": "NM_1.1"}])
        sr.commit()
    return tmp_path / "store"


@pytest.mark.parametrize("name", ["NM_1.1", "refseq:NM_1.1", "NCBI:NM_1.1", IDENTIFIER])
def test_sequences_and_what_is_known_of_them(folder: Path, name: str) -> None:
    with SeqRepo(folder) as sr:
        proxy = SeqRepoDataProxy(sr)
        assert proxy.get_sequence(name) == TEXT
        assert proxy.get_sequence(name, 2, 99) == TEXT[2:]
        known = proxy.get_metadata(name)
        assert list(known) == ["length", "alphabet", "added", "aliases"]
        assert (known["length"], known["alphabet"]) == (14, "ACGNT")
        assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", known["added"])
        assert {"refseq:NM_1.1", IDENTIFIER} <= set(known["aliases"])
        assert proxy.translate_sequence_identifier(name, "ga4gh") == [IDENTIFIER]
        assert len(proxy.translate_sequence_identifier(name)) == 8


@pytest.mark.parametrize("name", ["NM_9.9", "refseq:NM_9.9", "what is this", "a:b:c"])
def test_what_is_not_there_is_a_key_error(folder: Path, name: str) -> None:
    with SeqRepo(folder) as sr, pytest.raises(KeyError):
        SeqRepoDataProxy(sr).translate_sequence_identifier(name)


def test_a_name_that_moved_is_seen_moved(folder: Path) -> None:
    with SeqRepo(folder, writeable=True) as sr:
        proxy = SeqRepoDataProxy(sr)
        assert proxy.translate_sequence_identifier("NM_1.1", "ga4gh") == [IDENTIFIER]
        sr.store("GGGG", [{"namespace": "NCBI", "alias": "NM_1.1"}])
        moved = ["ga4gh:SQ." + key("GGGG")]
        assert proxy.translate_sequence_identifier("NM_1.1", "ga4gh") == moved


@pytest.mark.parametrize(
    ("name", "coerced"),
    [
        ("NM_000551.4", "refseq:NM_000551.4"), ("ENST00000256474.3", "ensembl:ENST00000256474.3"),
        ("CM000663.2", "insdc:CM000663.2"), ("Q8WZ42", "uniprot:Q8WZ42"), ("x:y", "x:y"),
    ],
)  # fmt: skip
def test_the_namespace_of_a_bare_name_is_told_by_its_form(name: str, coerced: str) -> None:
    assert coerce_namespace(name) == coerced


@pytest.mark.parametrize("name", ["chr1", "P12345", ""])
def test_a_form_of_no_or_several_namespaces_is_refused(name: str) -> None:
    with pytest.raises(ValueError, match="namespace"):
        coerce_namespace(name)


@pytest.mark.parametrize(
    ("uri", "sentence"),
    [
        (None, "No data proxy URI provided or found in SEQREPO_DATAPROXY_URI"),
        ("file:///x", "create_dataproxy scheme must include provider (e.g., `seqrepo+http:...`)"),
        ("other+file:///x", "DataProxy provider other not implemented"),
        ("seqrepo+ftp:///x", "SeqRepo URI scheme seqrepo+ftp not implemented"),
    ],
)
def test_an_address_of_no_kind_is_refused_in_the_known_words(
    uri: str | None, sentence: str
) -> None:
    with pytest.raises(ValueError, match=re.escape(sentence)):
        create_dataproxy(uri)


def test_an_address_makes_its_proxy(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert create_dataproxy(f"seqrepo+file://{folder}").get_sequence("NM_1.1") == TEXT
    monkeypatch.chdir(folder.parent)
    monkeypatch.setenv("SEQREPO_DATAPROXY_URI", "seqrepo+:store")
    assert create_dataproxy().get_sequence("NM_1.1") == TEXT
    made = create_dataproxy("seqrepo+https://somewhere:5000/seqrepo")
    assert isinstance(made, SeqRepoRESTDataProxy)
    assert made.base_url == "https://somewhere:5000/seqrepo/1/"


class _Service(BaseHTTPRequestHandler):
    """Answers as seqrepo-rest-service does, and keeps what was asked."""

    asked: list[str]

    def do_GET(self) -> None:
        self.asked.append(self.path)
        status, body = 404, b""
        if "refseq:NM_1.1" in self.path:
            status = 200
            body = json.dumps({"length": 14}).encode() if "metadata" in self.path else TEXT.encode()
        if "broken" in self.path:
            status = 500
        self.send_response(status)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: Any) -> None:
        """Silence."""


@pytest.fixture
def service() -> Iterator[tuple[str, list[str]]]:
    """The address of a service, and what it was asked."""
    asked: list[str] = []
    handler = type("Service", (_Service,), {"asked": asked})
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        thread = Thread(target=server.serve_forever)
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}/seqrepo", asked
        server.shutdown()
        thread.join()


def test_a_service_is_asked_as_it_was(service: tuple[str, list[str]]) -> None:
    address, asked = service
    proxy = SeqRepoRESTDataProxy(address)
    assert proxy.get_sequence("refseq:NM_1.1", 0, 5) == TEXT
    assert proxy.get_metadata("refseq:NM_1.1") == {"length": 14}
    with pytest.raises(KeyError, match="NM_9"):
        proxy.get_sequence("NM_9/../x")
    with pytest.raises(HTTPError):
        proxy.get_metadata("broken")
    assert asked == [
        "/seqrepo/1/sequence/refseq:NM_1.1?start=0&end=5", "/seqrepo/1/metadata/refseq:NM_1.1",
        "/seqrepo/1/sequence/NM_9%2F..%2Fx", "/seqrepo/1/metadata/broken",
    ]  # fmt: skip


def test_only_the_web_is_asked() -> None:
    with pytest.raises(ValueError, match="no address of a service"):
        SeqRepoRESTDataProxy("file:///etc").get_sequence("passwd")
