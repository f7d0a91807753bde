"""
``/metrics``: the numbers of a whole site, for Prometheus.

They name banks, also private ones: only administrators are told, and programs at the addresses that
the setting `metrics_for` names.
"""

from ipaddress import ip_address, ip_network
from typing import TYPE_CHECKING

from fastapi import APIRouter, Depends
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response

from holdfast.accounts.people import Scope
from holdfast.app.held_metrics import held, held_families
from holdfast.app.metrics import families, measure, text_of
from holdfast.web.access.asking import address_of
from holdfast.web.site import needs, site_of
from holdfast.web.tally import Tally

if TYPE_CHECKING:
    from prometheus_client.core import Metric

KIND = "text/plain; version=0.0.4; charset=utf-8"

routes = APIRouter()


def for_metrics(request: Request) -> None:
    """Let in administrators and the programs that the settings name."""
    networks = site_of(request).container.settings.metrics_for
    if not _is_in(address_of(request), networks):
        needs(Scope.ADMIN)(request)


for_metrics.scope = Scope.ADMIN  # type: ignore[attr-defined]  # as those of `needs` have it


@routes.get("/metrics", dependencies=[Depends(for_metrics)])
def metrics(request: Request) -> Response:
    """All numbers now."""
    site = site_of(request)
    found = [*families(measure(site.container)), *held_families(held(site.container))]
    tally: Tally | None = getattr(request.app.state, "tally", None)
    if tally is not None:
        found += request_families(tally)
    headers = {"Cache-Control": "no-store"}
    return PlainTextResponse(text_of(found), headers=headers, media_type=KIND)


def request_families(tally: Tally) -> "list[Metric]":
    """What was answered, in the words of prometheus-client."""
    from prometheus_client.core import CounterMetricFamily  # noqa: PLC0415 - seldom asked for

    requests = CounterMetricFamily(
        "holdfast_http_requests",
        "Requests answered since the server was started, by what for and how.",
        labels=("kind", "status"),
    )
    seconds = CounterMetricFamily(
        "holdfast_http_request_seconds", "How long answers took, added up.", labels=("kind",)
    )
    for each in tally.answered():
        for status, count in each.counts.items():
            requests.add_metric((each.kind, status), count)
        seconds.add_metric((each.kind,), each.seconds)
    return [requests, seconds]


def _is_in(address: str, networks: tuple[str, ...]) -> bool:
    try:
        found = ip_address(address)
    except ValueError:
        return False
    mapped = getattr(found, "ipv4_mapped", None) or found
    return any(mapped in ip_network(network) for network in networks)
