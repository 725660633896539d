"""What mibot answers to a delivery of a webhook. GitHub shows it under the App's recent deliveries."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from bot.domain.flow.deliveries import DeliveryOutcome

_ANSWERS: Final[Mapping[DeliveryOutcome, str]] = {
    DeliveryOutcome.ACCEPTED: "Accepted.",
    DeliveryOutcome.DROPPED: "Nothing to do.",
    DeliveryOutcome.NO_ID: "The X-GitHub-Delivery header is missing, or is not the id of a delivery.",
    DeliveryOutcome.MALFORMED: "The payload is not what GitHub documents for this event.",
    DeliveryOutcome.UNSIGNED: "The X-Hub-Signature-256 header is missing. Set the webhook secret.",
    DeliveryOutcome.BAD_SIGNATURE: "The signature does not match the webhook secret.",
    DeliveryOutcome.TOO_LARGE: "The payload is larger than GitHub's 25 MB.",
    DeliveryOutcome.TOO_SLOW: "The payload did not arrive in time. Please deliver again.",
    DeliveryOutcome.BUSY: "Too many payloads are arriving. Please deliver again.",
    DeliveryOutcome.NO_STORAGE: "The storage is down. Please deliver again.",
}


def render_delivery_answer(outcome: DeliveryOutcome) -> str:
    """One sentence for the person who looks at the delivery."""
    return _ANSWERS[outcome]
