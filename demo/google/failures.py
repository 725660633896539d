"""How Google's APIs fail: each kind of failure in the JSON shape of Google's REST errors."""

from __future__ import annotations

import json
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
    """An error answer. `reason` is the old `errors[].reason`, `info` the newer `ErrorInfo.reason` (empty if there is
    none).

    The message may contain {project}, {zone}, {service} and {method} (the API's name of the requested method).
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
"""All of FAILURES, and three more: `hang` answers correctly, but only after some seconds; `html` is a proxy's page
with status 200; `lost` carries out the request and then answers 503."""


def error_json(failure: Failure, service: Service, project: str, zone: str = "", method: str = "") -> dict[str, Any]:
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


def error_response(failure: Failure, service: Service, project: str, zone: str = "", method: str = "") -> Response:
    """The failure as an HTTP answer."""
    content = json.dumps(error_json(failure, service, project, zone, method))
    return Response(content, failure.status, content_type="application/json")


def sign_in_page() -> Response:
    """A proxy's page in place of an API's answer."""
    return Response("<html><body>Please sign in.</body></html>", content_type="text/html; charset=UTF-8")
