"""The uptime checks of the local Cloud Monitoring: what they probe, the results, and Google's two methods.

The messages are google-cloud-monitoring's own.
"""

from __future__ import annotations

import re
import zlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from itertools import groupby
from typing import Any

from google.cloud import monitoring_v3

CHECK_PASSED = "monitoring.googleapis.com/uptime_check/check_passed"
REGIONS = ("usa-oregon", "usa-iowa", "usa-virginia", "europe", "south-america", "asia-pacific")
_CLAUSE = re.compile(r'([a-z_]+(?:\.[a-z_]+)*)\s*=\s*"([^"]*)"')
_RETENTION = timedelta(days=42)  # how long Google keeps the points of this metric
_PARENT = re.compile(r"projects/([^/]+)")


class InvalidArgumentError(Exception):
    """The API does not accept the request: INVALID_ARGUMENT. The message says what is wrong."""


@dataclass
class UptimeConfig:
    """One uptime check: every `period` seconds each region probes `host`, which passes or fails.

    `outages` are the times (from, until) at which the probes of a passing region fail. `points_by_region` are the
    exact points of a region, in place of the computed ones.
    """

    host: str
    regions: dict[str, bool]
    name: str = "Front page"
    period: int = 60
    outages: dict[str, list[tuple[datetime, datetime]]] = field(default_factory=dict)
    points_by_region: dict[str, list[tuple[datetime, bool]]] = field(default_factory=dict)

    @property
    def id(self) -> str:
        words = re.sub(r"[^a-z0-9]+", "-", self.name.lower()).strip("-")
        return f"{words}-{zlib.crc32(f'{self.name} {self.host}'.encode()):08x}"

    def points(self, region: str, after: datetime, until: datetime) -> list[tuple[datetime, bool]]:
        """The region's points after `after` up to `until`, newest first, as Google returns them."""
        if region in self.points_by_region:
            return sorted((look for look in self.points_by_region[region] if after < look[0] <= until), reverse=True)
        at = datetime.fromtimestamp(until.timestamp() // self.period * self.period, UTC)
        found = []
        while at > max(after, until - _RETENTION):
            dips = self.outages.get(region, ())
            found.append((at, self.regions[region] and not any(begin <= at < end for begin, end in dips)))
            at -= timedelta(seconds=self.period)
        return found


def list_configs(project: str, watches: Sequence[UptimeConfig], request: Any, page_size: int) -> Any:
    """`UptimeCheckService.ListUptimeCheckConfigs`. Raises InvalidArgumentError."""
    if request.filter:
        raise InvalidArgumentError("this server knows no filter of uptime checks")
    first = _offset(request.page_token)
    size = min(page_size, request.page_size) if request.page_size > 0 else page_size
    return monitoring_v3.ListUptimeCheckConfigsResponse(
        uptime_check_configs=[_config(project, watch) for watch in watches[first : first + size]],
        next_page_token=str(first + size) if first + size < len(watches) else "",
        total_size=len(watches),
    )


def _config(project: str, watch: UptimeConfig) -> Any:
    http = {"use_ssl": True, "path": "/", "port": 443, "validate_ssl": True}
    return monitoring_v3.UptimeCheckConfig(
        name=f"projects/{project}/uptimeCheckConfigs/{watch.id}",
        display_name=watch.name,
        monitored_resource={"type": "uptime_url", "labels": {"project_id": project, "host": watch.host}},
        http_check=http,
        period={"seconds": watch.period},
        timeout={"seconds": 10},
    )


def list_series(project: str, watches: Sequence[UptimeConfig], request: Any, now: datetime, page_size: int) -> Any:
    """`MetricService.ListTimeSeries` of check_passed; a page holds at most so many points. Raises
    InvalidArgumentError."""
    wanted = _conditions(request.filter)
    if wanted.pop("metric.type", "") != CHECK_PASSED:
        raise InvalidArgumentError("the filter must name one metric type that this server knows")
    if request.order_by or not request.interval.end_time:
        raise InvalidArgumentError("order_by must be blank, and the interval must have an end")
    until = min(request.interval.end_time, now)
    after = request.interval.start_time or until
    points = [
        (series, point)
        for watch in watches
        for region in watch.regions
        if _matches(series := _labels(project, watch, region), wanted)
        for point in watch.points(region, after, until)
    ]
    first = _offset(request.page_token)
    size = min(page_size, request.page_size) if request.page_size > 0 else page_size
    page = points[first : first + size]
    return monitoring_v3.ListTimeSeriesResponse(
        time_series=[_series(dict(key), [point for _, point in some]) for key, some in groupby(page, lambda p: p[0])],
        next_page_token=str(first + size) if first + size < len(points) else "",
    )


def _labels(project: str, watch: UptimeConfig, region: str) -> tuple[tuple[str, str], ...]:
    """What identifies one time series."""
    return (
        ("metric.labels.check_id", watch.id),
        ("metric.labels.checker_location", region),
        ("resource.type", "uptime_url"),
        ("resource.labels.host", watch.host),
        ("resource.labels.project_id", project),
    )


def _series(names: Mapping[str, str], points: Sequence[tuple[datetime, bool]]) -> Any:
    def labels(kind: str) -> dict[str, str]:
        return {name.split(".")[2]: value for name, value in names.items() if name.startswith(f"{kind}.labels.")}

    return monitoring_v3.TimeSeries(
        metric={"type": CHECK_PASSED, "labels": labels("metric")},
        resource={"type": names["resource.type"], "labels": labels("resource")},
        metric_kind="GAUGE",
        value_type="BOOL",
        points=[
            {"interval": {"start_time": at, "end_time": at}, "value": {"bool_value": passed}} for at, passed in points
        ],
    )


def _conditions(text: str) -> dict[str, str]:
    """The `name = "value"` clauses of a monitoring filter, joined by AND. Raises InvalidArgumentError for any other
    filter."""
    found = {}
    for clause in re.split(r"\s+AND\s+", text.strip()):
        match = _CLAUSE.fullmatch(clause)
        if match is None:
            raise InvalidArgumentError(f"could not parse the filter at {clause!r}")
        found[match[1].replace(".label.", ".labels.")] = match[2]
    return found


def _matches(series: tuple[tuple[str, str], ...], wanted: Mapping[str, str]) -> bool:
    return wanted.items() <= dict(series).items()


def _offset(token: str) -> int:
    """The number of items before the page; that is what a page token holds."""
    if token and not token.isdecimal():
        raise InvalidArgumentError("the page token is none of this server's")
    return int(token or 0)


def project_of(name: str) -> str:
    """The project of a request's `name` or `parent`. Raises InvalidArgumentError."""
    match = _PARENT.fullmatch(name)
    if match is None:
        raise InvalidArgumentError(f"{name!r} is no project's name")
    return match[1]
