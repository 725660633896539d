"""A small Cloud Monitoring for the demo and the tests: uptime checks over gRPC and open alerts over HTTP, split as at
Google, and Google's failures on both."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from types import MappingProxyType
from typing import Any, Self

import grpc  # type: ignore[import-untyped]
from google.cloud import monitoring_v3
from google.protobuf.any_pb2 import Any as AnyMessage  # type: ignore[import-untyped]
from google.rpc import error_details_pb2, status_pb2  # type: ignore[import-untyped]
from grpc_status import rpc_status  # type: ignore[import-untyped]

from demo.google import uptime
from demo.google.alerts import SERVICE, AlertsServer
from demo.google.failures import FAILURES, LOST, Failure
from demo.google.uptime import REGIONS, InvalidArgumentError, UptimeConfig

HEALTHY: Mapping[str, bool] = MappingProxyType(dict.fromkeys(REGIONS, True))
LIST_CONFIGS = "monitoring.projects.uptimeCheckConfigs.list"
LIST_SERIES = "monitoring.projects.timeSeries.list"
_PROXY = Failure(501, "UNIMPLEMENTED", "", "Received http2 header with status: 404")
_THREADS = 16


def default_host(project: str) -> str:
    """The front page's host of a project that has the default name."""
    return f"{project.removeprefix('sourcegraph-managed-')}.sourcegraph.com"


class MonitoringServer(AlertsServer):
    """Cloud Monitoring at `.url` (gRPC) and `.alerts_url` (HTTP), served by threads of this process until the context
    ends.

    By default a project is healthy: one uptime check of the host that `host` returns for it passes from six regions,
    and no alert is open. `page_size` limits a page (of points, for time series); `now` returns the server's time
    (UTC). `fail` (see GoogleServer) applies to both; `method` is LIST_CONFIGS, LIST_SERIES or `alerts.LIST`, and
    `html` means a gRPC server that does not know the method.
    """

    def __init__(
        self,
        *,
        host: Callable[[str], str] = default_host,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
        page_size: int = 1000,
    ) -> None:
        super().__init__(now, page_size)
        self._host = host
        self._watches: dict[str, list[UptimeConfig]] = {}
        self._grpc = grpc.server(ThreadPoolExecutor(_THREADS, "monitoring"), options=[("grpc.so_reuseport", 0)])
        self._grpc.add_generic_rpc_handlers(
            (
                _service("UptimeCheckService", "ListUptimeCheckConfigs", self._list_configs),
                _service("MetricService", "ListTimeSeries", self._list_series),
            )
        )
        self.alerts_url = self.url
        self.url = f"http://127.0.0.1:{self._grpc.add_insecure_port('127.0.0.1:0')}"

    def __enter__(self) -> Self:
        self._grpc.start()
        return super().__enter__()

    def __exit__(self, *error: object) -> None:
        super().__exit__(*error)
        self._grpc.stop(0.2).wait()

    def set_uptime(self, project: str, regions: Mapping[str, bool] = HEALTHY, **others: Any) -> None:
        """Set the project's only uptime check, by the result that every region reports, now and in the past.

        Without any region the check exists and nobody reports. `others` are the other fields of
        `uptime.UptimeConfig`: `name`, `period` (seconds), `points_by_region`, and `host`.
        """
        self.set_checks(project, [UptimeConfig(**{"host": self._host(project)} | others, regions=dict(regions))])

    def set_checks(self, project: str, watches: Iterable[UptimeConfig]) -> None:
        """Set all uptime checks of the project; there may be none."""
        with self._lock:
            self._watches[project] = list(watches)

    def flap(self, project: str, region: str | None = None, ago: float = 120.0, seconds: float = 60.0) -> None:
        """Let the probes from that region, or from all, fail for so many seconds, beginning `ago` seconds ago."""
        begin = self._now() - timedelta(seconds=ago)
        with self._lock:
            for watch in self._watches.setdefault(project, self._healthy(project)):
                for one in watch.regions:
                    if region in (None, one):
                        watch.outages.setdefault(one, []).append((begin, begin + timedelta(seconds=seconds)))

    def reset(self, project: str) -> None:
        """Make the project behave as by default."""
        self.stop_failing(project)
        with self._lock:
            self._watches.pop(project, None)
            self._alerts.pop(project, None)

    def _healthy(self, project: str) -> list[UptimeConfig]:
        return [UptimeConfig(self._host(project), dict(HEALTHY))]

    def _checks_of(self, project: str) -> Sequence[UptimeConfig]:
        with self._lock:
            return list(self._watches.get(project, self._healthy(project)))

    def _list_configs(self, request: Any, context: Any) -> Any:
        def answer(project: str) -> Any:
            return uptime.list_configs(project, self._checks_of(project), request, self._page_size)

        return self._answer(request.parent, LIST_CONFIGS, context, answer)

    def _list_series(self, request: Any, context: Any) -> Any:
        def answer(project: str) -> Any:
            return uptime.list_series(project, self._checks_of(project), request, self._now(), self._page_size)

        return self._answer(request.name, LIST_SERIES, context, answer)

    def _answer(self, name: str, method: str, context: Any, answer: Callable[[str], Any]) -> Any:
        """What `answer` returns for the project of that resource name, unless a fault is due."""
        try:
            project = uptime.project_of(name)
            trouble = self._troubles.next_fault(project, method)
            if trouble and trouble.kind == "hang":
                self._closing.wait(trouble.seconds)
            elif trouble:
                failure = FAILURES.get("error_503" if trouble.kind == LOST else trouble.kind, _PROXY)
                context.abort_with_status(_status(failure, project, method))
            return answer(project)
        except InvalidArgumentError as refusal:
            return context.abort(grpc.StatusCode.INVALID_ARGUMENT, str(refusal))


def _service(name: str, method: str, answer: Callable[[Any, Any], Any]) -> Any:
    """One of the API's gRPC services with the one method that is needed."""
    takes = getattr(monitoring_v3, f"{method}Request").deserialize
    gives = getattr(monitoring_v3, f"{method}Response").serialize
    handler = grpc.unary_unary_rpc_method_handler(answer, request_deserializer=takes, response_serializer=gives)
    return grpc.method_handlers_generic_handler(f"google.monitoring.v3.{name}", {method: handler})


def _status(failure: Failure, project: str, method: str) -> Any:
    """The failure as gRPC carries it: a status with Google's reason in its details."""
    message = failure.message.format(project=project, zone="", service=SERVICE.name, method=method)
    status = status_pb2.Status(code=grpc.StatusCode[failure.name].value[0], message=message)
    if failure.info:
        metadata = {"service": SERVICE.host, "consumer": f"projects/{project}"}
        detail = AnyMessage()
        detail.Pack(error_details_pb2.ErrorInfo(reason=failure.info, domain="googleapis.com", metadata=metadata))
        status.details.append(detail)
    return rpc_status.to_status(status)
