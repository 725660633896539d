"""A small Compute Engine for the demo and the tests: lists instances, and fails in Google's ways when told to.

Answers are made from google-cloud-compute's own message types; errors have the JSON shape of Google's REST APIs.
"""

from __future__ import annotations

import json
import re
import threading
import zlib
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Self

from google.cloud import compute_v1
from werkzeug.serving import WSGIRequestHandler, make_server
from werkzeug.wrappers import Request, Response

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIEnvironment

PATH = re.compile(r"/compute/v1/projects/(?P<project>[^/]+)/zones/(?P<zone>[^/]+)/instances")
NAME = r'\(name = "([^"]*)"\)'
FILTER = re.compile(rf"{NAME}(?: OR {NAME})*")
STARTED = "2024-01-01T00:00:00.000-08:00"


@dataclass(frozen=True)
class Failure:
    """An error answer: `reason` is the old `errors[].reason`, `info` the newer `ErrorInfo.reason`, if any."""

    status: int
    name: str
    reason: str
    message: str
    info: str = ""
    domain: str = "global"


FAILURES: Mapping[str, Failure] = {
    "unauthorized": Failure(401, "UNAUTHENTICATED", "authError", "Invalid Credentials", "ACCESS_TOKEN_EXPIRED"),
    "forbidden": Failure(
        403,
        "PERMISSION_DENIED",
        "forbidden",
        "Required 'compute.instances.list' permission for 'projects/{project}/zones/{zone}'",
    ),
    "api_disabled": Failure(
        403,
        "PERMISSION_DENIED",
        "accessNotConfigured",
        "Compute Engine API has not been used in project {project} before or it is disabled.",
        "SERVICE_DISABLED",
        "usageLimits",
    ),
    "not_found": Failure(404, "NOT_FOUND", "notFound", "The resource 'projects/{project}' was not found"),
    "bad_zone": Failure(
        400, "INVALID_ARGUMENT", "invalid", "Invalid value for field 'zone': '{zone}'. Unknown zone."
    ),
    "bad_filter": Failure(400, "INVALID_ARGUMENT", "invalid", "Invalid value for field 'filter'."),
    "quota": Failure(
        429,
        "RESOURCE_EXHAUSTED",
        "rateLimitExceeded",
        "Quota exceeded for quota metric 'List requests' of consumer 'project:{project}'.",
        "RATE_LIMIT_EXCEEDED",
        "usageLimits",
    ),
    "quota_403": Failure(
        403,
        "PERMISSION_DENIED",
        "rateLimitExceeded",
        "Quota exceeded for quota group 'ReadGroup' of consumer 'project:{project}'.",
        domain="usageLimits",
    ),
    "error_500": Failure(500, "INTERNAL", "backendError", "Internal error in {project}"),
    "error_503": Failure(503, "UNAVAILABLE", "backendError", "{project} is currently unavailable"),
}
KINDS = frozenset(FAILURES) | {"hang", "html"}


@dataclass
class _Trouble:
    """What a project suffers from; `times` is how many requests more, or None for ever."""

    kind: str
    times: int | None
    seconds: float


class ComputeServer:
    """A Compute Engine at `.url`, served by threads of this process while the context is open.

    `default` are the machines (name to status) of projects that nobody `set`; `page_size` is the most that one page
    holds, whatever the request's maxResults; `port` 0 takes a free one. All methods may be called from any thread.
    """

    def __init__(
        self,
        default: Mapping[str, str] = MappingProxyType({"default-red-instance": "RUNNING"}),
        *,
        host: str = "127.0.0.1",
        port: int = 0,
        page_size: int = 500,
    ) -> None:
        self._default = _known(default)
        self._page_size = page_size
        self._machines: dict[str, dict[str, str]] = {}
        self._troubles: dict[str, _Trouble] = {}
        self._requests: Counter[str] = Counter()
        self._lock = threading.Lock()
        self._closing = threading.Event()
        self._server = make_server(host, port, self._application, threaded=True, request_handler=_Quiet)
        self.url = f"http://{host}:{self._server.server_port}"

    def __enter__(self) -> Self:
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.05,), name="compute", daemon=True)
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._closing.set()  # wakes requests that hang
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()

    def set(self, project: str, machines: Mapping[str, str]) -> None:
        """The project's machines from now on, name to status. Raises ValueError for a status the API doesn't have."""
        with self._lock:
            self._machines[project] = _known(machines)

    def fail(self, project: str, kind: str, times: int | None = None, *, seconds: float = 30.0) -> None:
        """Let the next `times` requests for the project fail, or all of them. `kind` is one of KINDS.

        `hang` answers properly, but only after `seconds`; `html` is the page of some proxy with status 200.
        """
        if kind not in KINDS:
            raise ValueError(f"{kind!r} is none of {', '.join(sorted(KINDS))}")
        with self._lock:
            self._troubles[project] = _Trouble(kind, times, seconds)

    def heal(self, project: str) -> None:
        """End what `fail` began."""
        with self._lock:
            self._troubles.pop(project, None)

    def requests(self, project: str | None = None) -> int:
        """How many requests came in, for that project or altogether."""
        with self._lock:
            return self._requests.total() if project is None else self._requests[project]

    def _application(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        return self._respond(Request(environ))(environ, start_response)

    def _respond(self, request: Request) -> Response:
        match = PATH.fullmatch(request.path)
        if match is None or request.method != "GET":
            return Response("Not Found", 404, content_type="text/html; charset=UTF-8")
        project, zone = match["project"], match["zone"]
        trouble = self._count(project)
        if trouble and trouble.kind in FAILURES:
            return _error(FAILURES[trouble.kind], project, zone)
        if trouble and trouble.kind == "html":
            return Response("<html><body>Please sign in.</body></html>", content_type="text/html; charset=UTF-8")
        if trouble:
            self._closing.wait(trouble.seconds)
        return self._list(project, zone, request.args)

    def _count(self, project: str) -> _Trouble | None:
        """Count the request, and say what shall go wrong with it."""
        with self._lock:
            self._requests[project] += 1
            trouble = self._troubles.get(project)
            if trouble and trouble.times is not None:
                trouble.times -= 1
                if trouble.times <= 0:
                    del self._troubles[project]
            return trouble

    def _list(self, project: str, zone: str, args: Mapping[str, str]) -> Response:
        """`instances.list`: filtered by name, in order of names, in pages."""
        wanted = args.get("filter", "")
        if wanted and not FILTER.fullmatch(wanted):
            return _error(FAILURES["bad_filter"], project, zone)
        with self._lock:
            machines = dict(self._machines.get(project, self._default))
        names = sorted(set(machines) & set(re.findall(NAME, wanted)) if wanted else machines)
        # A page's token is the last name of the page before it.
        names = [name for name in names if name > args.get("pageToken", "")]
        size = min(self._page_size, int(args.get("maxResults", "500")) or 500)
        place = f"{self.url}/compute/v1/projects/{project}/zones/{zone}"
        page = compute_v1.InstanceList(
            kind="compute#instanceList",
            id=f"projects/{project}/zones/{zone}/instances",
            items=[_instance(place, name, machines[name]) for name in names[:size]],
            next_page_token=names[size - 1] if len(names) > size else None,
            self_link=f"{place}/instances",
        )
        return Response(compute_v1.InstanceList.to_json(page, indent=None), content_type="application/json")


def _instance(place: str, name: str, status: str) -> Any:
    """One machine, with the fields that people look at."""
    return compute_v1.Instance(
        kind="compute#instance",
        id=zlib.crc32(f"{place}/{name}".encode()),
        name=name,
        status=status,
        zone=place,
        machine_type=f"{place}/machineTypes/n2-standard-8",
        creation_timestamp=STARTED,
        last_start_timestamp=STARTED,
        self_link=f"{place}/instances/{name}",
    )


def _error(failure: Failure, project: str, zone: str) -> Response:
    """The failure in the JSON shape of Google's REST errors."""
    message = failure.message.format(project=project, zone=zone)
    error: dict[str, Any] = {
        "code": failure.status,
        "message": message,
        "errors": [{"message": message, "domain": failure.domain, "reason": failure.reason}],
        "status": failure.name,
    }
    if failure.info:
        metadata = {"service": "compute.googleapis.com", "consumer": f"projects/{project}"}
        kind = "type.googleapis.com/google.rpc.ErrorInfo"
        error["details"] = [
            {"@type": kind, "reason": failure.info, "domain": "googleapis.com", "metadata": metadata},
        ]
    return Response(json.dumps({"error": error}), failure.status, content_type="application/json")


def _known(machines: Mapping[str, str]) -> dict[str, str]:
    """A copy, after every status was found among the API's own."""
    statuses = {status.name for status in compute_v1.Instance.Status}
    for name, status in machines.items():
        if status not in statuses:
            raise ValueError(f"{name} can't be {status!r}: Compute Engine knows {', '.join(sorted(statuses))}")
    return dict(machines)


class _Quiet(WSGIRequestHandler):
    """Writes no line per request: the demo's terminal belongs to the story."""

    def log_request(self, code: int | str = "-", size: int | str = "-") -> None:
        pass
