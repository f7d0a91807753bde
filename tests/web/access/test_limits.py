"""What costs much may be asked for only so often."""

from pathlib import Path

from fastapi import Depends, FastAPI, Response
from starlette.testclient import TestClient

from holdfast.accounts.audit import Search
from holdfast.accounts.people import Scope
from holdfast.app.audit import find_deeds
from holdfast.app.container import Container
from holdfast.settings import Settings
from holdfast.web.access.access import Access
from holdfast.web.access.deeds import only_asks
from holdfast.web.access.guard import Guard
from holdfast.web.access.limits import Buckets, limited
from holdfast.web.problems import Refused, on_refused
from holdfast.web.site import needs


class Clock:
    """A clock that somebody moves."""

    now = 0.0

    def __call__(self) -> float:
        return self.now


def test_a_bucket_lets_a_burst_through_and_fills_again() -> None:
    clock = Clock()
    buckets = Buckets(rate=0.5, burst=3, clock=clock)
    assert [buckets.take("ann") for _ in range(4)] == [0, 0, 0, 2.0]
    assert buckets.take("ben") == 0
    clock.now = 1.0
    assert buckets.take("ann") == 1.0
    clock.now = 2.0
    assert buckets.take("ann") == 0
    clock.now = 1000.0
    assert [buckets.take("ann") for _ in range(4)] == [0, 0, 0, 2.0]


def test_buckets_of_strangers_are_not_kept_for_ever() -> None:
    buckets = Buckets(rate=1, burst=1)
    for number in range(10_500):
        buckets.take(str(number))
    assert len(buckets._levels) == 10_000


def test_who_asks_too_often_is_told_when_to_come_again(home: Path) -> None:
    app = FastAPI()
    app.add_exception_handler(Refused, on_refused)

    @app.get("/api/much", dependencies=[Depends(limited("questions", 6, burst=2))])
    def much() -> str:
        return "done"

    access = Access(Container(Settings.read(home, access="accounts")))
    with TestClient(Guard(app, access), "http://127.0.0.1") as client:
        answers = [client.get("/api/much") for _ in range(3)]
    assert [answer.status_code for answer in answers] == [200, 200, 429]
    assert 1 <= int(answers[-1].headers["retry-after"]) <= 10
    assert "too many questions" in answers[-1].json()["detail"]


def test_the_audit_names_the_route_and_what_it_was_about(home: Path) -> None:
    app = FastAPI()
    app.add_exception_handler(Refused, on_refused)
    inner = FastAPI()
    inner.add_exception_handler(Refused, on_refused)
    banks = [Depends(needs(Scope.BANKS))]

    @inner.post("/banks/{bank}/releases/{release}", dependencies=banks)
    def publish_release(bank: str, release: str) -> str:
        return "done"

    @app.post("/api/begin", dependencies=banks)
    def begin() -> Response:
        return Response(status_code=202, headers={"Location": "/errands/7"})

    @app.post("/api/ask", dependencies=[*banks, Depends(only_asks)])
    def ask() -> str:
        return "done"

    @app.post("/api/break", dependencies=banks)
    def break_it() -> str:
        raise RuntimeError

    app.mount("/api/v1", inner)
    with (
        Container(Settings.read(home)) as container,
        TestClient(
            Guard(app, Access(container)), "http://127.0.0.1", raise_server_exceptions=False
        ) as client,
    ):
        assert client.post("/api/v1/banks/yeast/releases/7").status_code == 200
        client.post("/api/begin")
        client.post("/api/ask")
        client.post("/api/break")
        client.post("/api/nowhere")
        deeds = find_deeds(container, Search())
    assert [
        (each.action.partition(" ")[2], each.subject, each.outcome.value) for each in deeds
    ] == [
        ("break it", "", "failed"),
        ("begin", "", "done"),
        ("publish release", "yeast/7", "done"),
    ]
    assert deeds[-1].detail == "POST /api/v1/banks/yeast/releases/7"
    assert deeds[-1].through == "open"
    assert deeds[1].detail == "POST /api/begin → /errands/7"
