"""Reads uptime checks and their results from Cloud Monitoring over gRPC."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from typing import Any

from bot.adapters.gcp.calls import ApiCall
from bot.adapters.gcp.errors import UnexpectedResponseError
from bot.domain.health.queries import UptimeCheck, UptimeQuery, UptimeRegion

CHECK_PASSED = "monitoring.googleapis.com/uptime_check/check_passed"
DEFAULT_PERIOD = timedelta(seconds=60)  # between two looks, where the configuration does not say
INGESTION = timedelta(seconds=120)  # that Google may take until a look can be read
_MAX_PAGES = 50


@dataclass(frozen=True)
class Clients:
    """The two gRPC clients. `transport` is for `calls.account_email`."""

    checks: Any
    metrics: Any

    @property
    def transport(self) -> Any:
        return self.checks.transport


def connect(endpoint: str, scope: str) -> Clients:
    """Clients for that endpoint, or for Google's own if it is empty. Raises GoogleAuthError."""
    from google.cloud.monitoring_v3.services.metric_service import MetricServiceClient
    from google.cloud.monitoring_v3.services.uptime_check_service import UptimeCheckServiceClient

    if endpoint.startswith("http://"):
        import grpc  # type: ignore[import-untyped]
        from google.cloud.monitoring_v3.services.metric_service.transports import MetricServiceGrpcTransport
        from google.cloud.monitoring_v3.services.uptime_check_service.transports import (
            UptimeCheckServiceGrpcTransport,
        )

        # An endpoint of one's own needs no proxy.
        channel = grpc.insecure_channel(endpoint.removeprefix("http://"), options=[("grpc.enable_http_proxy", 0)])
        return Clients(
            UptimeCheckServiceClient(transport=UptimeCheckServiceGrpcTransport(channel=channel)),
            MetricServiceClient(transport=MetricServiceGrpcTransport(channel=channel)),
        )
    import google.auth

    credentials, _ = google.auth.default(scopes=[scope])
    options = {"api_endpoint": endpoint.removeprefix("https://")} if endpoint else None
    return Clients(
        UptimeCheckServiceClient(credentials=credentials, client_options=options),
        MetricServiceClient(credentials=credentials, client_options=options),
    )


def _pages(call: ApiCall, client: Any, method: str, request: Mapping[str, Any]) -> Iterator[Any]:
    """The pages of a listing method, one request each. Raises UnexpectedResponseError if they do not end."""
    token = ""
    for _ in range(_MAX_PAGES):
        wanted = {**request, "page_token": token}
        page = call.send_with_retry(lambda left, wanted=wanted: _page(client, method, wanted, left))  # type: ignore[misc]
        yield page
        token = page.next_page_token
        if not token:
            return
    raise UnexpectedResponseError(f"more than {_MAX_PAGES} pages")


def _page(client: Any, method: str, request: Mapping[str, Any], timeout: float) -> Any:
    """One request. The library's own retries and paging stay unused: they do not keep our deadline (`compute._list`).

    An answer that Google says is incomplete is none: what is missing may be the region that fails.
    """
    from google.api_core.exceptions import ServiceUnavailable

    _sign_in(client, timeout)
    page = next(iter(getattr(client, method)(request=dict(request), retry=None, timeout=timeout).pages))
    if getattr(page, "execution_errors", None):
        raise ServiceUnavailable(f"incomplete: {page.execution_errors[0].message}")
    return page


def _sign_in(client: Any, timeout: float) -> None:
    """Get a token before gRPC does, which reports a refusal as if the service were down. Raises GoogleAuthError."""
    credentials = getattr(client.transport, "_credentials", None)
    if credentials is None or credentials.valid:
        return
    from google.auth.transport.requests import Request

    credentials.refresh(partial(Request(), timeout=timeout))


def list_configs(call: ApiCall, query: UptimeQuery) -> list[Any]:
    """The configurations of the uptime checks that watch the host, from all pages."""
    request = {"parent": f"projects/{query.project}"}
    pages = _pages(call, call.client.checks, "list_uptime_check_configs", request)
    return [config for page in pages for config in page.uptime_check_configs if _is_for_host(config, query.host)]


def _is_for_host(config: Any, host: str) -> bool:
    """Whether a check watches that host, by its resource or by the header that it sends."""
    headers = {name.lower(): value for name, value in config.http_check.headers.items()}
    hosts = (config.monitored_resource.labels.get("host", ""), headers.get("host", ""))
    return host.lower() in {one.lower().rstrip(".") for one in hosts}


def read_check(call: ApiCall, query: UptimeQuery, config: Any, now: datetime) -> UptimeCheck:
    """The results of one uptime check, by region."""
    period = config.period or DEFAULT_PERIOD
    begin = now - timedelta(seconds=query.seconds)
    request = {
        "name": f"projects/{query.project}",
        "filter": f'metric.type = "{CHECK_PASSED}" AND metric.labels.check_id = "{config.name.rpartition("/")[2]}"',
        # Longer than asked for, so that even a check that looks rarely has a newest look.
        "interval": {"start_time": begin - period - INGESTION, "end_time": now},
        "view": "FULL",
    }
    looks: dict[str, list[tuple[datetime, bool]]] = {}
    for page in _pages(call, call.client.metrics, "list_time_series", request):
        for series in page.time_series:
            region = looks.setdefault(series.metric.labels.get("checker_location", ""), [])
            looked = ((_end(point), point.value.bool_value) for point in series.points)
            region.extend((at, passed) for at, passed in looked if at <= now + INGESTION)  # none is of the future
    return UptimeCheck(
        config.display_name,
        tuple(_region(name, points, begin) for name, points in sorted(looks.items()) if points),
    )


def _end(point: Any) -> datetime:
    end = point.interval.end_time
    if not isinstance(end, datetime):
        raise UnexpectedResponseError("a look without a time")
    return end


def _region(name: str, points: Sequence[tuple[datetime, bool]], begin: datetime) -> UptimeRegion:
    within = [passed for at, passed in points if at > begin]
    newest = max(at for at, _ in points)
    return UptimeRegion(name, len(within), within.count(False), all(passed for at, passed in points if at == newest))
