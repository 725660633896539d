"""Opsgenie, asked for the open alerts that are about an instance; whatever fails comes back as one sentence.

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

from bot.domain.health.queries import Alert, Alerts, OpsgenieQuery, Unavailable

log = structlog.get_logger(__name__)

PAGE_SIZE = 100  # the most that Opsgenie gives at once
MAX_PAGES = 20
SEVERITIES = {"P1": "CRITICAL", "P2": "ERROR", "P3": "ERROR", "P4": "WARNING", "P5": "WARNING"}
"""Opsgenie's priorities in Cloud Monitoring's words; P3 is what an alert has that nobody gave one, so it counts."""

NOT_OPSGENIE = (
    "What answered was not Opsgenie: check the setting opsgenie.api_url, and whether a proxy stands in between."
)
REFUSALS = {
    401: "Opsgenie rejected mibot's key: set opsgenie.api_key to the key of an API integration that is enabled.",
    403: "mibot's Opsgenie key may not read alerts: give its API integration the right to read.",
    404: NOT_OPSGENIE,
    429: "Opsgenie's limit of requests is used up: check again in a minute.",
}


class _OpsgenieError(Exception):
    """No answer, in one sentence; `retryable`: asking again may help, after `retry_after` seconds."""

    def __init__(self, sentence: str, *, retryable: bool = False, retry_after: float = 0.0) -> None:
        super().__init__(sentence)
        self.sentence = sentence
        self.retryable = retryable
        self.retry_after = retry_after


class OpsgenieInspector:
    """Answers an OpsgenieQuery (`ports.Inspector`). One for all threads; it never raises, and never tells the key.

    `deadline` is in seconds, for one question with all its pages and repetitions; it bounds each silence of the other
    side. `tries` is how often one request is made, `pause` the seconds before the second time, doubled each time.
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
        """The open alerts, acknowledged or not, that bear the slug or the project as a tag or a detail."""
        ends = self._monotonic() + self._deadline
        try:
            found = [_alert(one) for one in self._search(query, ends) if self._is_about(one, query, ends)]
        except _OpsgenieError as fault:
            return Unavailable(fault.sentence)
        return Alerts(tuple(sorted(found, key=lambda alert: (alert.since, alert.policy))))

    def _search(self, query: OpsgenieQuery, ends: float) -> Iterator[Mapping[str, Any]]:
        """What the search finds, from all pages; its words match within longer ones too. Raises _Fault."""
        names = (query.slug, query.project)
        anywhere = " OR ".join(f'{field}: "{name}"' for field in ("tag", "details.value") for name in names)
        wanted = {"query": f"status: open AND ({anywhere})", "limit": PAGE_SIZE, "sort": "createdAt", "order": "asc"}
        for number in range(MAX_PAGES):
            page = self._get("/v2/alerts", {**wanted, "offset": number * PAGE_SIZE}, ends)
            alerts = page.get("data")
            if not isinstance(alerts, list) or not all(isinstance(alert, dict) for alert in alerts):
                raise _OpsgenieError(NOT_OPSGENIE)
            yield from alerts
            paging = page.get("paging")
            if not (isinstance(paging, dict) and paging.get("next")):
                return
        raise _OpsgenieError(
            f"Opsgenie has more than {MAX_PAGES * PAGE_SIZE} open alerts to look through: close those that are over."
        )

    def _is_about(self, alert: Mapping[str, Any], query: OpsgenieQuery, ends: float) -> bool:
        """Whether it bears one of the names as it is. Details are not in the list: they are asked for when the tags
        do not tell. Raises _Fault."""
        if _has_name(alert.get("tags"), query):
            return True
        if "details" not in alert:
            id_ = str(alert.get("id", ""))
            if not re.fullmatch(r"[\w-]+", id_, re.ASCII):
                raise _OpsgenieError(NOT_OPSGENIE)
            alert = self._get(f"/v2/alerts/{id_}", {"identifierType": "id"}, ends).get("data") or {}
        details = alert.get("details") if isinstance(alert, dict) else None
        return _has_name(list(details.values()) if isinstance(details, dict) else [], query)

    def _get(self, path: str, query: Mapping[str, Any], ends: float) -> Mapping[str, Any]:
        """One request, made again while that may help and the deadline allows. Raises _Fault."""
        attempt = 0
        while True:
            attempt += 1
            try:
                return self._send_once(path, query, ends - self._monotonic())
            except _OpsgenieError as fault:
                wait = max(self._pause * 2 ** (attempt - 1), fault.retry_after)
                if not fault.retryable or attempt >= self._tries or self._monotonic() + wait >= ends:
                    raise
                self._sleep(wait)

    def _send_once(self, path: str, query: Mapping[str, Any], left: float) -> Mapping[str, Any]:
        late = _OpsgenieError(
            f"Opsgenie did not answer within {self._deadline:g} seconds: check again, and see its status page."
        )
        if left <= 0:
            raise late
        try:
            # No redirect is followed: the key is for this server alone.
            response = requests.get(
                f"{self._url}{path}", params=dict(query), auth=self._sign, timeout=left, allow_redirects=False
            )
        except requests.Timeout as error:
            raise self._log_error(late, 0, error) from None
        except requests.RequestException as error:
            sentence = (
                "Opsgenie could not be reached, the connection was refused or broke: check the setting "
                "opsgenie.api_url and the network of the machine that runs mibot."
            )
            raise self._log_error(_OpsgenieError(sentence, retryable=True), 0, error) from None
        if response.status_code != 200:
            raise self._log_error(_error_from_response(response), response.status_code, response.text[:300])
        try:
            document = response.json()
        except ValueError:
            document = None
        if not isinstance(document, dict):
            raise self._log_error(_OpsgenieError(NOT_OPSGENIE), 200, response.text[:300])
        return document

    def _sign(self, request: requests.PreparedRequest) -> requests.PreparedRequest:
        """As an `auth`, which a .netrc file can't replace."""
        request.headers["Authorization"] = f"GenieKey {self._key}"
        return request

    def _log_error(self, fault: _OpsgenieError, status: int, said: object) -> _OpsgenieError:
        """The fault, which the log gets with Opsgenie's own words: those may name the customer, never the key."""
        words = str(said).replace(self._key, "…") if self._key else str(said)
        log.warning("opsgenie_unavailable", sentence=fault.sentence, status=status, said=words)
        return fault


def _error_from_response(response: requests.Response) -> _OpsgenieError:
    """What an answer other than 200 means."""
    status = response.status_code
    after = response.headers.get("Retry-After", "")
    wait = float(after) if re.fullmatch(r"\d{1,6}(\.\d+)?", after, re.ASCII) else 0.0
    if status >= 500:
        sentence = f"Opsgenie failed with error {status}, also when asked again: check again in a few minutes."
        return _OpsgenieError(sentence, retryable=True, retry_after=wait)
    if status < 400:
        return _OpsgenieError(NOT_OPSGENIE)
    sentence = f"Opsgenie refused the search with error {status}: what it said is in mibot's log."
    return _OpsgenieError(REFUSALS.get(status, sentence), retryable=status == 429, retry_after=wait)


def _has_name(values: object, query: OpsgenieQuery) -> bool:
    """Whether one of the values is the slug or the project, or holds the project (as a link does)."""
    if not isinstance(values, list):
        return False
    project = re.compile(rf"(?<![\w-]){re.escape(query.project)}(?![\w-])")
    return any(
        isinstance(value, str) and (value in (query.slug, query.project) or project.search(value)) for value in values
    )


def _alert(alert: Mapping[str, Any]) -> Alert:
    """Raises _Fault for what is no alert."""
    try:
        since = datetime.fromisoformat(str(alert["createdAt"])).astimezone(UTC)
    except (KeyError, ValueError):
        raise _OpsgenieError(NOT_OPSGENIE) from None
    return Alert(str(alert.get("message", "")), SEVERITIES.get(str(alert.get("priority")), ""), since, "opsgenie")
