"""The webhook door: bytes become a verified, typed event that is on the disk, or the sender is told why not."""

from __future__ import annotations

import json
import re
from dataclasses import asdict
from http import HTTPStatus
from typing import Protocol

import structlog
from flask import Blueprint, Response, request
from gidgethub import BadRequest, ValidationFailure, sansio
from prometheus_client import Counter
from werkzeug.exceptions import RequestEntityTooLarge

from bot.domain.flow import events
from bot.domain.flow.events import Event, EventFilter
from bot.ports.errors import TransientError

log = structlog.get_logger(__name__)

MAX_BODY_BYTES = 25 * 1024 * 1024
"""GitHub caps its payloads at 25 MB."""
TOO_LARGE = "The payload is larger than GitHub's 25 MB."
_MAX_ID_LENGTH = 100
_SIGNATURE = re.compile(r"sha256=[0-9a-f]{64}", re.ASCII)
_MALFORMED = (BadRequest, ValueError, LookupError, OverflowError, RecursionError)
"""What bytes that GitHub would not send come to: no JSON, an unknown charset, a number without an end …"""

deliveries = Counter("mibot_deliveries_total", "Webhook deliveries by event and outcome.", ["event", "outcome"])


class Inbox(Protocol):
    """Keeps an event durably under the delivery's id; the same id again is nothing. Raises Passing."""

    def __call__(self, delivery: str, event: Event) -> None: ...


def blueprint(secret: str, interest: EventFilter, inbox: Inbox) -> Blueprint:
    """The routes of the door. `secret` is the webhook's; an empty one is refused, for it would verify nothing."""
    if not secret:
        raise ValueError("the webhook secret is empty")
    door = Blueprint("webhooks", __name__)

    @door.post("/webhooks/github")
    def receive() -> Response:
        name = request.headers.get("X-GitHub-Event", "")
        delivery = request.headers.get("X-GitHub-Delivery", "")[:_MAX_ID_LENGTH]
        with structlog.contextvars.bound_contextvars(delivery=delivery):
            status, outcome, sentence = _receive(secret, interest, inbox)
            known = name if name in events.SUBSCRIBED_EVENTS | {"ping"} else "other"
            deliveries.labels(known, outcome).inc()
            log.info("delivery", github_event=known, outcome=outcome, status=status.value)
        return Response(f"{sentence}\n", status.value, mimetype="text/plain")

    return door


def _receive(secret: str, interest: EventFilter, inbox: Inbox) -> tuple[HTTPStatus, str, str]:
    """The status, the outcome for the metrics, and one sentence."""
    delivery = request.headers.get("X-GitHub-Delivery", "")
    if not delivery or len(delivery) > _MAX_ID_LENGTH or "/" in delivery or not delivery.isprintable():
        return HTTPStatus.BAD_REQUEST, "malformed", "The X-GitHub-Delivery header is missing or no delivery's id."
    if not _SIGNATURE.fullmatch(request.headers.get("X-Hub-Signature-256", "")):
        return HTTPStatus.UNAUTHORIZED, "unsigned", "The X-Hub-Signature-256 header is missing; set the secret."
    try:
        event = _event(secret, interest)
    except RequestEntityTooLarge:
        return HTTPStatus.REQUEST_ENTITY_TOO_LARGE, "too_large", TOO_LARGE
    except ValidationFailure:
        return HTTPStatus.UNAUTHORIZED, "bad_signature", "The signature does not match the secret."
    except _MALFORMED as error:
        log.info("malformed_delivery", error=type(error).__name__)
        return HTTPStatus.BAD_REQUEST, "malformed", "The payload is not what GitHub documents for this event."
    if event is None:
        return HTTPStatus.ACCEPTED, "dropped", "Nothing to do."
    try:
        inbox(delivery, event)
    except TransientError:
        return HTTPStatus.SERVICE_UNAVAILABLE, "no_storage", "The storage is down; please deliver again."
    return HTTPStatus.ACCEPTED, "accepted", "Accepted."


def _event(secret: str, interest: EventFilter) -> Event | None:
    """The event of a delivery that is what it should be, else one of several errors; None when nobody wants it."""
    parsed = sansio.Event.from_http(_headers(), _body(), secret=secret)
    if not isinstance(parsed.data, dict):
        raise ValueError("the payload is no JSON object")  # noqa: TRY004 - a fault of the sender, as the others
    event = events.parse_event(parsed.event, parsed.data, interest)
    if event is not None:  # JSON can spell half a character, which no storage takes
        json.dumps(asdict(event), ensure_ascii=False).encode()
    return event


def _body() -> bytes:
    """All of the body. One that comes in chunks, without a length, is cut off at the limit: one byte above tells."""
    if (request.content_length or 0) > MAX_BODY_BYTES:
        raise RequestEntityTooLarge
    request.max_content_length = MAX_BODY_BYTES + 1
    body = request.get_data(cache=False)
    if len(body) > MAX_BODY_BYTES:
        raise RequestEntityTooLarge
    return body


def _headers() -> dict[str, str]:
    """The headers for gidgethub, without the SHA-1 signature: it must never be what a delivery is trusted by."""
    lowered = ((name.lower(), value) for name, value in request.headers.items())
    return {"x-github-event": ""} | {name: value for name, value in lowered if name != "x-hub-signature"}
