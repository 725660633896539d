"""The webhook endpoint: bytes become a verified, typed event in durable storage, or the sender is told why not."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import asdict
from http import HTTPStatus
from typing import Final, Protocol

import structlog
from flask import Blueprint, Response, request
from gidgethub import BadRequest, ValidationFailure, sansio
from prometheus_client import Counter
from werkzeug.exceptions import RequestEntityTooLarge

from bot.domain.flow.deliveries import SUBSCRIBED_EVENTS, DeliveryOutcome, EventFilter, parse_event
from bot.domain.flow.events import Event
from bot.ports.errors import TransientError
from bot.rendering.deliveries import render_delivery_answer

log = structlog.get_logger(__name__)

WEBHOOK_PATH = "/webhooks/github"
MAX_BODY_BYTES = 25 * 1024 * 1024
"""GitHub caps its payloads at 25 MB."""
_MAX_ID_LENGTH = 100
_SIGNATURE = re.compile(r"sha256=[0-9a-f]{64}", re.ASCII)
_MALFORMED = (BadRequest, ValueError, LookupError, OverflowError, RecursionError)
"""What parsers raise for bytes that GitHub would not send: no JSON, an unknown charset, a number without an end."""
_STATUSES: Final[Mapping[DeliveryOutcome, HTTPStatus]] = {
    DeliveryOutcome.ACCEPTED: HTTPStatus.ACCEPTED,
    DeliveryOutcome.DROPPED: HTTPStatus.ACCEPTED,
    DeliveryOutcome.NO_ID: HTTPStatus.BAD_REQUEST,
    DeliveryOutcome.MALFORMED: HTTPStatus.BAD_REQUEST,
    DeliveryOutcome.UNSIGNED: HTTPStatus.UNAUTHORIZED,
    DeliveryOutcome.BAD_SIGNATURE: HTTPStatus.UNAUTHORIZED,
    DeliveryOutcome.TOO_LARGE: HTTPStatus.REQUEST_ENTITY_TOO_LARGE,
    DeliveryOutcome.TOO_SLOW: HTTPStatus.REQUEST_TIMEOUT,
    DeliveryOutcome.BUSY: HTTPStatus.SERVICE_UNAVAILABLE,
    DeliveryOutcome.NO_STORAGE: HTTPStatus.SERVICE_UNAVAILABLE,
}
_LABELS: Final[Mapping[DeliveryOutcome, str]] = {DeliveryOutcome.NO_ID: DeliveryOutcome.MALFORMED.value}
"""The outcomes that the metric and the log call by another name."""

deliveries = Counter("mibot_deliveries_total", "Webhook deliveries by event and outcome.", ["event", "outcome"])


class Inbox(Protocol):
    """Stores an event durably under the delivery's id. An id that it has already is ignored.

    Raises TransientError if the storage is down.
    """

    def __call__(self, delivery: str, event: Event) -> None: ...


def blueprint(secret: str, relevant: EventFilter, inbox: Inbox) -> Blueprint:
    """The route of the webhook. Raises ValueError if the webhook's `secret` is empty, because it verifies nothing."""
    if not secret:
        raise ValueError("the webhook secret is empty")
    routes = Blueprint("webhooks", __name__)

    @routes.post(WEBHOOK_PATH)
    def receive() -> Response:
        name = request.headers.get("X-GitHub-Event", "")
        delivery = request.headers.get("X-GitHub-Delivery", "")[:_MAX_ID_LENGTH]
        with structlog.contextvars.bound_contextvars(delivery=delivery):
            outcome = _receive(secret, relevant, inbox)
            status = _record(outcome, name)
        return Response(f"{render_delivery_answer(outcome)}\n", status, mimetype="text/plain")

    return routes


def refuse_delivery(outcome: DeliveryOutcome, event: str) -> tuple[int, str]:
    """Count and log a delivery whose body was not taken; returns the answer's status and text."""
    return _record(outcome, event), render_delivery_answer(outcome)


def _record(outcome: DeliveryOutcome, event: str) -> int:
    status, label = _STATUSES[outcome].value, _LABELS.get(outcome, outcome.value)
    known = event if event in SUBSCRIBED_EVENTS | {"ping"} else "other"
    deliveries.labels(known, label).inc()
    log.info("delivery", github_event=known, outcome=label, status=status)
    return status


def _receive(secret: str, relevant: EventFilter, inbox: Inbox) -> DeliveryOutcome:
    delivery = request.headers.get("X-GitHub-Delivery", "")
    if not delivery or len(delivery) > _MAX_ID_LENGTH or "/" in delivery or not delivery.isprintable():
        return DeliveryOutcome.NO_ID
    if not _SIGNATURE.fullmatch(request.headers.get("X-Hub-Signature-256", "")):
        return DeliveryOutcome.UNSIGNED
    try:
        event = _event(secret, relevant)
    except RequestEntityTooLarge:
        return DeliveryOutcome.TOO_LARGE
    except ValidationFailure:
        return DeliveryOutcome.BAD_SIGNATURE
    except _MALFORMED as error:
        log.info("malformed_delivery", error=type(error).__name__)
        return DeliveryOutcome.MALFORMED
    if event is None:
        return DeliveryOutcome.DROPPED
    try:
        inbox(delivery, event)
    except TransientError:
        return DeliveryOutcome.NO_STORAGE
    return DeliveryOutcome.ACCEPTED


def _event(secret: str, relevant: EventFilter) -> Event | None:
    """The event of a valid delivery, or None if it is not relevant. Raises one of several errors otherwise."""
    parsed = sansio.Event.from_http(_headers(), _body(), secret=secret)
    if not isinstance(parsed.data, dict):
        raise ValueError("the payload is no JSON object")  # noqa: TRY004 - a fault of the sender, like the others
    event = parse_event(parsed.event, parsed.data, relevant)
    if event is not None:  # JSON can spell half a character, which no storage takes
        json.dumps(asdict(event), ensure_ascii=False).encode()
    return event


def _body() -> bytes:
    """The whole body. Werkzeug cuts off a body without a length at its limit, so the limit is one byte higher."""
    if (request.content_length or 0) > MAX_BODY_BYTES:
        raise RequestEntityTooLarge
    request.max_content_length = MAX_BODY_BYTES + 1
    body = request.get_data(cache=False)
    if len(body) > MAX_BODY_BYTES:
        raise RequestEntityTooLarge
    return body


def _headers() -> dict[str, str]:
    """The headers for gidgethub, without the SHA-1 signature, because SHA-1 must never make a delivery trusted."""
    lowered = ((name.lower(), value) for name, value in request.headers.items())
    return {"x-github-event": ""} | {name: value for name, value in lowered if name != "x-hub-signature"}
