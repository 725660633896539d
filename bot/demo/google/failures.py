"""How Google's APIs fail: each kind in the JSON shape of Google's REST errors, and who suffers from which."""

from __future__ import annotations

import json
import threading
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from werkzeug.wrappers import Response


@dataclass(frozen=True)
class Service:
    """The API as its errors name it: `name` for people (`Compute Engine`), `host` (`compute.googleapis.com`)."""

    name: str
    host: str


@dataclass(frozen=True)
class Failure:
    """An error answer: `reason` is the old `errors[].reason`, `info` the newer `ErrorInfo.reason`, if any.

    The message may mention {project}, {zone}, {service} and {method} (the API's own name of what was asked).
    """

    status: int
    name: str
    reason: str
    message: str
    info: str = ""
    domain: str = "global"


FAILURES: Mapping[str, Failure] = {
    "unauthorized": Failure(401, "UNAUTHENTICATED", "authError", "Invalid Credentials", "ACCESS_TOKEN_EXPIRED"),
    "forbidden": Failure(
        403, "PERMISSION_DENIED", "forbidden", "Required '{method}' permission for 'projects/{project}/zones/{zone}'"
    ),
    "api_disabled": Failure(
        403,
        "PERMISSION_DENIED",
        "accessNotConfigured",
        "{service} API has not been used in project {project} before or it is disabled.",
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
LOST = "lost"
KINDS = frozenset(FAILURES) | {"hang", "html", LOST}
"""All of FAILURES, and: `hang` answers properly, but only after some seconds; `html` is the page of some proxy with
status 200; `lost` does what it was asked, and then answers 503 instead of telling."""


@dataclass
class Trouble:
    """What a project suffers from; `times` is how many requests more, or None for ever; `method` is the API's own
    name of the only method that fails, or nothing for all of them."""

    kind: str
    times: int | None
    seconds: float
    method: str = ""


class Troubles:
    """Which projects' requests fail, and how many requests there were. For many threads."""

    def __init__(self) -> None:
        self._troubles: dict[str, Trouble] = {}
        self._requests: Counter[str] = Counter()
        self._lock = threading.Lock()

    def fail(
        self, project: str, kind: str, times: int | None = None, *, seconds: float = 30.0, method: str = ""
    ) -> None:
        """Let the next `times` requests for the project fail, or all of them. `kind` is one of KINDS, `seconds` how
        long one hangs, `method` the API's name of those that fail (`compute.instances.list`), or nothing for all."""
        if kind not in KINDS:
            raise ValueError(f"{kind!r} is none of {', '.join(sorted(KINDS))}")
        with self._lock:
            self._troubles[project] = Trouble(kind, times, seconds, method)

    def heal(self, project: str) -> None:
        """End what `fail` began."""
        with self._lock:
            self._troubles.pop(project, None)

    def requests(self, project: str | None = None) -> int:
        """How many requests came in, for that project or altogether."""
        with self._lock:
            return self._requests.total() if project is None else self._requests[project]

    def count(self, project: str, method: str = "") -> Trouble | None:
        """Count the request, and say what shall go wrong with it."""
        with self._lock:
            self._requests[project] += 1
            trouble = self._troubles.get(project)
            if trouble is None or (trouble.method and trouble.method != method):
                return None
            if trouble.times is not None:
                trouble.times -= 1
                if trouble.times <= 0:
                    del self._troubles[project]
            return trouble


def body(failure: Failure, service: Service, project: str, zone: str = "", method: str = "") -> dict[str, Any]:
    """The failure in the JSON shape of Google's REST errors."""
    message = failure.message.format(project=project, zone=zone, service=service.name, method=method)
    error: dict[str, Any] = {
        "code": failure.status,
        "message": message,
        "errors": [{"message": message, "domain": failure.domain, "reason": failure.reason}],
        "status": failure.name,
    }
    if failure.info:
        metadata = {"service": service.host, "consumer": f"projects/{project}"}
        kind = "type.googleapis.com/google.rpc.ErrorInfo"
        error["details"] = [
            {"@type": kind, "reason": failure.info, "domain": "googleapis.com", "metadata": metadata},
        ]
    return {"error": error}


def error(failure: Failure, service: Service, project: str, zone: str = "", method: str = "") -> Response:
    """The failure as an HTTP answer."""
    content = json.dumps(body(failure, service, project, zone, method))
    return Response(content, failure.status, content_type="application/json")


def sign_in() -> Response:
    """The page of some proxy, where an API's answer should be."""
    return Response("<html><body>Please sign in.</body></html>", content_type="text/html; charset=UTF-8")
