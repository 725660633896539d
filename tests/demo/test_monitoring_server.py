"""The local Cloud Monitoring behaves like Google's: gRPC with Google's messages, REST as in the discovery
document."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import grpc  # type: ignore[import-untyped]
import pytest
import requests
from google.api_core.exceptions import InvalidArgument
from google.cloud import monitoring_v3
from google.cloud.monitoring_v3.services.metric_service.transports import MetricServiceGrpcTransport
from google.cloud.monitoring_v3.services.uptime_check_service.transports import UptimeCheckServiceGrpcTransport

from demo.google.monitoring import MonitoringServer
from demo.google.uptime import CHECK_PASSED, REGIONS, UptimeConfig

PROJECT = "sourcegraph-managed-acme"
NOW = datetime(2026, 1, 5, 9, 0, 30, tzinfo=UTC)
CPU = f'metric.type = "{CHECK_PASSED}"'


@pytest.fixture
def server() -> Iterator[MonitoringServer]:
    with MonitoringServer(now=lambda: NOW, page_size=7) as server:
        yield server


def channel(server: MonitoringServer) -> Any:
    return grpc.insecure_channel(server.url.removeprefix("http://"))


def series(server: MonitoringServer, seconds: float = 300, filter_: str = CPU, **others: Any) -> list[Any]:
    """All pages of time series, fetched by the library's own paging."""
    client = monitoring_v3.MetricServiceClient(transport=MetricServiceGrpcTransport(channel=channel(server)))
    interval = {"start_time": NOW - timedelta(seconds=seconds), "end_time": NOW}
    request = {"name": f"projects/{PROJECT}", "filter": filter_, "interval": interval} | others
    return list(client.list_time_series(request=request, retry=None, timeout=5))


def configs(server: MonitoringServer, **others: Any) -> list[Any]:
    transport = UptimeCheckServiceGrpcTransport(channel=channel(server))
    request = {"parent": f"projects/{PROJECT}"} | others
    client = monitoring_v3.UptimeCheckServiceClient(transport=transport)
    return list(client.list_uptime_check_configs(request=request, retry=None, timeout=5))


def test_a_project_that_nobody_set_is_healthy(server: MonitoringServer) -> None:
    (config,) = configs(server)
    assert config.monitored_resource.labels["host"] == "acme.sourcegraph.com"
    found = series(server)
    assert {one.metric.labels["checker_location"] for one in found} == set(REGIONS)
    assert {one.metric.labels["check_id"] for one in found} == {config.name.rpartition("/")[2]}
    assert all(point.value.bool_value for one in found for point in one.points)


def test_points_are_counted_by_pages_and_the_newest_comes_first(server: MonitoringServer) -> None:
    found = series(server)
    assert sum(len(one.points) for one in found) == 5 * len(REGIONS)
    assert len(found) > len(REGIONS), "a page ends within a series"
    ends = [point.interval.end_time for point in found[0].points]
    assert ends == sorted(ends, reverse=True)
    assert ends[0] <= NOW
    assert len(series(server, page_size=1)) == 5 * len(REGIONS)


def test_a_filter_chooses_series(server: MonitoringServer) -> None:
    server.set_checks(
        PROJECT, [UptimeConfig("a.test", {"europe": True}, "A"), UptimeConfig("b.test", {"europe": False}, "B")]
    )
    first, second = (config.name.rpartition("/")[2] for config in configs(server, page_size=1))
    (only,) = series(server, filter_=f'{CPU} AND metric.labels.check_id = "{second}"')
    assert only.resource.labels["host"] == "b.test"
    assert [point.value.bool_value for point in only.points] == [False] * 5
    assert series(server, filter_=f'{CPU} AND metric.label.check_id="{first}" AND resource.type="gce_instance"') == []


@pytest.mark.parametrize(
    ("filter_", "others"),
    [
        ("", {}),
        ('metric.type = "compute.googleapis.com/instance/uptime"', {}),
        (f"{CPU} OR {CPU}", {}),
        (CPU, {"order_by": "time"}),
        (CPU, {"interval": {}}),
        (CPU, {"name": "acme"}),
        (CPU, {"page_token": "next"}),
    ],
)
def test_what_the_api_does_not_take_is_refused(
    server: MonitoringServer, filter_: str, others: dict[str, Any]
) -> None:
    with pytest.raises(InvalidArgument):
        series(server, filter_=filter_, **others)


def test_uptime_checks_have_no_filter_here(server: MonitoringServer) -> None:
    with pytest.raises(InvalidArgument):
        configs(server, filter='display_name = "Front page"')


def test_a_flap_lasts_as_long_as_it_is_told(server: MonitoringServer) -> None:
    server.flap(PROJECT, "europe", ago=200, seconds=120)
    failed = {
        one.metric.labels["checker_location"]: [point.value.bool_value for point in one.points].count(False)
        for one in series(server, page_size=1)
        if not all(point.value.bool_value for point in one.points)
    }
    assert failed == {"europe": 1}
    missed = [one for one in series(server) for point in one.points if not point.value.bool_value]
    assert len(missed) == 2


def alerts(server: MonitoringServer, **query: str) -> requests.Response:
    return requests.get(f"{server.alerts_url}/v3/projects/{PROJECT}/alerts", query, timeout=5)


def test_alerts_come_in_pages_the_newest_first(server: MonitoringServer) -> None:
    assert alerts(server).json() == {}
    for number in range(3):
        server.open_alert(PROJECT, f"Alert {number}", "ERROR", since=NOW + timedelta(minutes=number))
    page = alerts(server, filter='state="OPEN"', pageSize="2").json()
    assert [(one["policy"]["displayName"], one["state"]) for one in page["alerts"]] == [
        ("Alert 2", "OPEN"),
        ("Alert 1", "OPEN"),
    ]
    rest = alerts(server, filter='state="OPEN"', pageToken=page["nextPageToken"], pageSize="2").json()
    assert [one["policy"]["displayName"] for one in rest["alerts"]] == ["Alert 0"]
    assert "nextPageToken" not in rest
    server.close_alerts(PROJECT)
    assert alerts(server, filter='state = "OPEN"').json() == {}
    assert len(alerts(server, filter="state=CLOSED").json()["alerts"]) == 3
    assert server.violations == []


def test_requests_are_held_against_googles_description(server: MonitoringServer) -> None:
    assert alerts(server, filter="policy.severity=CRITICAL").status_code == 400
    assert server.violations == []
    assert alerts(server, page_size="3").status_code == 500
    assert "no query parameter 'page_size'" in server.violations[0]
    with pytest.raises(ValueError, match="'LOUD' is no severity"):
        server.open_alert(PROJECT, "CPU", "LOUD")
    with pytest.raises(ValueError, match="'sulk' is none of"):
        server.fail(PROJECT, "sulk")
