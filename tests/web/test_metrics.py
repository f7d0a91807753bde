"""The numbers of a site, who may read them, and whether it can answer."""

from collections.abc import Iterator
from io import BytesIO
from pathlib import Path

import httpx
import pytest
from prometheus_client.parser import text_string_to_metric_families
from starlette.testclient import TestClient

from app.banks.bank_world import QuickContainer
from app.banks.release_world import add_bank, add_release
from holdfast.app.banks.held.holding import reindex
from holdfast.app.container import Container
from holdfast.sequences import SequenceStore
from holdfast.settings import Settings
from holdfast.web.application import application
from holdfast.web.tally import Tally, kind_of
from thoroughness import thorough
from web.test_server import holdfast

Sample = tuple[str, tuple[tuple[str, str], ...]]


@pytest.fixture
def container(home: Path) -> Iterator[QuickContainer]:
    """A bank with two releases, and a store."""
    with QuickContainer(Settings.read()) as made:
        add_bank(made)
        add_release(made, "1", {"a.fa": b"ACGT"}, publish=True)
        add_release(made, "2", {"a.fa": b"ACGTT"})
        reindex(made)
        with SequenceStore.create(home / "store") as store:
            store.load(BytesIO(b">a\nACGT\n>b\nGGGG\n"), "lab", "a.fa")
        yield made


def samples(text: str) -> dict[Sample, float]:
    return {
        (sample.name, tuple(sorted(sample.labels.items()))): sample.value
        for family in text_string_to_metric_families(text)
        for sample in family.samples
    }


def client_of(container: Container, host: str = "127.0.0.1", peer: str = "192.0.2.7") -> TestClient:
    app = application(container, host=host)
    return TestClient(app, base_url="http://127.0.0.1", client=(peer, 5000))


def test_what_is_held_and_what_was_asked_is_told(container: QuickContainer) -> None:
    with client_of(container) as client:
        client.get("/db/")
        client.get("/db/nothing")
        client.get("/about")
        told = samples(client.get("/metrics").text)
    assert told["holdfast_bank_releases", (("bank", "x"),)] == 2
    assert told["holdfast_store_sequences", ()] == 2
    assert told["holdfast_store_residues", ()] == 8
    assert told["holdfast_plots", ()] == 0
    assert told["holdfast_errands", (("state", "waiting"),)] == 0
    assert told["holdfast_runs", (("state", "running"),)] == 0
    asked = "holdfast_http_requests_total"
    assert told[asked, (("kind", "files"), ("status", "2xx"))] == 1
    assert told[asked, (("kind", "files"), ("status", "4xx"))] == 1
    assert told[asked, (("kind", "pages"), ("status", "2xx"))] == 1
    assert told["holdfast_http_request_seconds_total", (("kind", "files"),)] > 0


def test_strangers_are_told_only_where_the_settings_say_so(
    container: QuickContainer, monkeypatch: pytest.MonkeyPatch
) -> None:
    with client_of(container, "0.0.0.0") as stranger:
        assert stranger.get("/metrics").status_code == 401
    monkeypatch.setenv("HOLDFAST_METRICS_FOR", "10.0.0.1, 192.0.2.0/29")
    with QuickContainer(Settings.read()) as told:
        with client_of(told, "0.0.0.0") as program:
            assert program.get("/metrics").status_code == 200
        with client_of(told, "0.0.0.0", "192.0.2.8") as stranger:
            assert stranger.get("/metrics").status_code == 401


def test_it_is_ready_when_the_ledger_and_the_store_answer(container: QuickContainer) -> None:
    with client_of(container, "0.0.0.0") as client:
        assert client.get("/healthz").json() == {"status": "alive"}
        ready = client.get("/readyz")
        assert ready.json() == {"status": "ready", "ledger": "answers", "store": "answers"}


def test_it_is_not_ready_when_the_store_does_not_answer(
    container: QuickContainer, home: Path
) -> None:
    (home / "store" / "store.toml").write_text("garbage")
    with client_of(container) as client:
        answer = client.get("/readyz")
        assert answer.status_code == 503
        assert answer.json()["store"] == "does not answer"
        assert client.get("/healthz").status_code == 200


def test_without_a_store_it_is_ready_for_the_rest(home: Path) -> None:
    with QuickContainer(Settings.read()) as container, client_of(container) as client:
        assert client.get("/readyz").json()["store"] == "none yet"
        assert "holdfast_store_sequences" not in client.get("/metrics").text


@thorough
def test_processes_count_together() -> None:
    with holdfast("--workers", "2") as (_, client):
        for _ in range(12):
            with httpx.Client(base_url=client.base_url, timeout=60) as fresh:
                assert fresh.get("/healthz").status_code == 200
        for _ in range(3):
            with httpx.Client(base_url=client.base_url, timeout=60) as fresh:
                told = samples(fresh.get("/metrics").text)
                count = told[
                    "holdfast_http_requests_total", (("kind", "health"), ("status", "2xx"))
                ]
                assert count == 12


def test_what_is_odd_is_counted_too() -> None:
    tally = Tally()
    for status in (0, 99, 200, 599, 1000):
        tally.note("//odd", status, 0.5)
    (pages, *_) = tally.answered()
    assert pages.counts == {"1xx": 2, "2xx": 1, "3xx": 0, "4xx": 0, "5xx": 2}
    assert pages.seconds == 2.5
    assert kind_of("") == "pages"
