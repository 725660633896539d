"""Reads the open alerts about an instance from Opsgenie.

The shapes are those of https://docs.opsgenie.com/docs/alert-api.
"""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, datetime
from typing import Any

import requests
import structlog

from bot.domain.failures.opsgenie import (
    OpsgenieFailed,
    OpsgenieProblem,
    OpsgenieRefused,
    OpsgenieServerError,
    OpsgenieTimedOut,
    OpsgenieTooManyAlerts,
)
from bot.domain.health.queries import Alert, Alerts, OpsgenieQuery, Unavailable
from bot.domain.reasons import Reason, format_for_log

log = structlog.get_logger(__name__)

PAGE_SIZE = 100  # Opsgenie's maximum
MAX_PAGES = 20
SEVERITIES = {"P1": "CRITICAL", "P2": "ERROR", "P3": "ERROR", "P4": "WARNING", "P5": "WARNING"}
"""Opsgenie's priorities as Cloud Monitoring's severities. P3 is the default priority, so it counts as an error."""

WRONG_SERVER = OpsgenieFailed(OpsgenieProblem.WRONG_SERVER)
_REFUSALS = {
    401: OpsgenieFailed(OpsgenieProblem.KEY_REJECTED),
    403: OpsgenieFailed(OpsgenieProblem.KEY_FORBIDDEN),
    404: WRONG_SERVER,
    429: OpsgenieFailed(OpsgenieProblem.RATE_LIMITED),
}


class _OpsgenieError(Exception):
    """There is no answer. `retryable` says whether another request may succeed, after `retry_after` seconds."""

    def __init__(self, reason: Reason, *, retryable: bool = False, retry_after: float = 0.0) -> None:
        super().__init__(reason)
        self.reason = reason
        self.retryable = retryable
        self.retry_after = retry_after


class OpsgenieInspector:
    """Answers an OpsgenieQuery (the port `Inspector`). One instance serves all threads. It never raises, and never
    reveals the key.

    `deadline` is in seconds, for one query with all its pages and retries. It bounds each silence of the other side.
    `tries` is how often one request is sent, `pause` the seconds before the first retry, doubled each time.
    """

    def __init__(
        self,
        api_url: str,
        key: str,
        deadline: float = 10.0,
        *,
        tries: int = 3,
        pause: float = 0.5,
        monotonic: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self._url = api_url.rstrip("/")
        self._key = key
        self._deadline = deadline
        self._tries = tries
        self._pause = pause
        self._monotonic = monotonic
        self._sleep = sleep

    def fetch(self, query: OpsgenieQuery) -> Alerts | Unavailable:
        """The open alerts, acknowledged or not, that have the slug or the project as a tag or a detail."""
        ends = self._monotonic() + self._deadline
        try:
            found = [_alert(one) for one in self._search(query, ends) if self._is_about(one, query, ends)]
        except _OpsgenieError as error:
            return Unavailable(error.reason)
        return Alerts(tuple(sorted(found, key=lambda alert: (alert.since, alert.policy))))

    def _search(self, query: OpsgenieQuery, ends: float) -> Iterator[Mapping[str, Any]]:
        """What the search finds, from all pages. It also matches within longer words. Raises _OpsgenieError."""
        names = (query.slug, query.project)
        anywhere = " OR ".join(f'{field}: "{name}"' for field in ("tag", "details.value") for name in names)
        wanted = {"query": f"status: open AND ({anywhere})", "limit": PAGE_SIZE, "sort": "createdAt", "order": "asc"}
        for number in range(MAX_PAGES):
            page = self._get("/v2/alerts", {**wanted, "offset": number * PAGE_SIZE}, ends)
            alerts = page.get("data")
            if not isinstance(alerts, list) or not all(isinstance(alert, dict) for alert in alerts):
                raise _OpsgenieError(WRONG_SERVER)
            yield from alerts
            paging = page.get("paging")
            if not (isinstance(paging, dict) and paging.get("next")):
                return
        raise _OpsgenieError(OpsgenieTooManyAlerts(MAX_PAGES * PAGE_SIZE))

    def _is_about(self, alert: Mapping[str, Any], query: OpsgenieQuery, ends: float) -> bool:
        """Whether it has one of the names. The list has no details, so they are read if the tags do not tell.

        Raises _OpsgenieError.
        """
        if _has_name(alert.get("tags"), query):
            return True
        if "details" not in alert:
            id_ = str(alert.get("id", ""))
            if not re.fullmatch(r"[\w-]+", id_, re.ASCII):
                raise _OpsgenieError(WRONG_SERVER)
            alert = self._get(f"/v2/alerts/{id_}", {"identifierType": "id"}, ends).get("data") or {}
        details = alert.get("details") if isinstance(alert, dict) else None
        return _has_name(list(details.values()) if isinstance(details, dict) else [], query)

    def _get(self, path: str, query: Mapping[str, Any], ends: float) -> Mapping[str, Any]:
        """One request, sent again while that may help and the deadline allows. Raises _OpsgenieError."""
        attempt = 0
        while True:
            attempt += 1
            try:
                return self._send_once(path, query, ends - self._monotonic())
            except _OpsgenieError as error:
                wait = max(self._pause * 2 ** (attempt - 1), error.retry_after)
                if not error.retryable or attempt >= self._tries or self._monotonic() + wait >= ends:
                    raise
                self._sleep(wait)

    def _send_once(self, path: str, query: Mapping[str, Any], left: float) -> Mapping[str, Any]:
        late = _OpsgenieError(OpsgenieTimedOut(self._deadline))
        if left <= 0:
            raise late
        try:
            # Redirects are not followed, because the key is for this server alone.
            response = requests.get(
                f"{self._url}{path}", params=dict(query), auth=self._sign, timeout=left, allow_redirects=False
            )
        except requests.Timeout as error:
            raise self._log_error(late, 0, error) from None
        except requests.RequestException as error:
            unreachable = OpsgenieFailed(OpsgenieProblem.UNREACHABLE)
            raise self._log_error(_OpsgenieError(unreachable, retryable=True), 0, error) from None
        if response.status_code != 200:
            raise self._log_error(_error_from_response(response), response.status_code, response.text[:300])
        try:
            document = response.json()
        except ValueError:
            document = None
        if not isinstance(document, dict):
            raise self._log_error(_OpsgenieError(WRONG_SERVER), 200, response.text[:300])
        return document

    def _sign(self, request: requests.PreparedRequest) -> requests.PreparedRequest:
        """Used as `auth`, which a .netrc file cannot replace."""
        request.headers["Authorization"] = f"GenieKey {self._key}"
        return request

    def _log_error(self, error: _OpsgenieError, status: int, said: object) -> _OpsgenieError:
        """The error. The log also gets Opsgenie's own words, which may name the customer, but never the key."""
        words = str(said).replace(self._key, "…") if self._key else str(said)
        log.warning("opsgenie_unavailable", reason=format_for_log(error.reason), status=status, said=words)
        return error


def _error_from_response(response: requests.Response) -> _OpsgenieError:
    """The error for a response other than 200."""
    status = response.status_code
    after = response.headers.get("Retry-After", "")
    wait = float(after) if re.fullmatch(r"\d{1,6}(\.\d+)?", after, re.ASCII) else 0.0
    if status >= 500:
        return _OpsgenieError(OpsgenieServerError(status), retryable=True, retry_after=wait)
    if status < 400:
        return _OpsgenieError(WRONG_SERVER)
    reason = _REFUSALS.get(status) or OpsgenieRefused(status)
    return _OpsgenieError(reason, retryable=status == 429, retry_after=wait)


def _has_name(values: object, query: OpsgenieQuery) -> bool:
    """Whether one of the values is the slug or the project, or contains the project (as a link does)."""
    if not isinstance(values, list):
        return False
    project = re.compile(rf"(?<![\w-]){re.escape(query.project)}(?![\w-])")
    return any(
        isinstance(value, str) and (value in (query.slug, query.project) or project.search(value)) for value in values
    )


def _alert(alert: Mapping[str, Any]) -> Alert:
    """Raises _OpsgenieError if this is no alert."""
    try:
        since = datetime.fromisoformat(str(alert["createdAt"])).astimezone(UTC)
    except (KeyError, ValueError):
        raise _OpsgenieError(WRONG_SERVER) from None
    return Alert(str(alert.get("message", "")), SEVERITIES.get(str(alert.get("priority")), ""), since, "opsgenie")
