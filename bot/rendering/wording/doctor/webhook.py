"""The words for findings about the App's webhook and its deliveries."""

from __future__ import annotations

from bot.domain.doctor import webhook as found
from bot.domain.doctor.webhook import WEBHOOK_PATH, WebhookFault
from bot.rendering.wording.dispatch import describe
from bot.rendering.wording.doctor.repairs import describe_repair

_WEBHOOK_PAGE = "in the App's settings, under “Webhook”"
_FAULTS = {
    WebhookFault.NOT_HTTPS: "is not https",
    WebhookFault.WRONG_PATH: f"does not end in {WEBHOOK_PATH}",
    WebhookFault.NOT_JSON: "receives forms, not JSON",
    WebhookFault.UNVERIFIED: "is used without verifying its certificate",
    WebhookFault.NO_SECRET: "has no secret, so mibot refuses all deliveries",
}


@describe.register
def _(_: found.WebhookUnknown) -> str:
    return "GitHub does not say where deliveries go."


@describe_repair.register
def _(_: found.WebhookUnknown) -> str:
    return f"Look {_WEBHOOK_PAGE}."


@describe.register
def _(_: found.WebhookWithoutUrl) -> str:
    return "No URL is set, so nothing is delivered."


@describe_repair.register
def _(_: found.WebhookWithoutUrl) -> str:
    return f"Set https://YOUR-HOST{WEBHOOK_PATH} {_WEBHOOK_PAGE}."


@describe.register
def _(reason: found.WebhookWrong) -> str:
    return f"{reason.url} {', and '.join(_FAULTS[fault] for fault in reason.faults)}."


@describe_repair.register
def _(_: found.WebhookWrong) -> str:
    return f"Correct it {_WEBHOOK_PAGE}; the secret is github.webhook_secret."


@describe.register
def _(reason: found.WebhookReady) -> str:
    return f"{reason.url}, signed"


@describe.register
def _(_: found.DeliveriesUnknown) -> str:
    return "GitHub does not say how they were answered."


@describe_repair.register
def _(_: found.DeliveriesUnknown) -> str:
    return "Look under “Advanced” in the App's settings."


@describe.register
def _(_: found.NoDeliveries) -> str:
    return "There are none yet."


@describe_repair.register
def _(_: found.NoDeliveries) -> str:
    return "Redeliver the ping under “Advanced” in the App's settings."


@describe.register
def _(_: found.SignatureRefused) -> str:
    return "mibot refuses their signature."


@describe_repair.register
def _(_: found.SignatureRefused) -> str:
    return "Set the same secret in the App's settings and in mibot's."


@describe.register
def _(reason: found.DeliveryFailed) -> str:
    answer = "got no answer" if reason.status is None else f"was answered {reason.status}"
    return f"The latest one {answer}."


@describe_repair.register
def _(_: found.DeliveryFailed) -> str:
    return "Check that the webhook's URL leads to a running mibot."


@describe.register
def _(reason: found.DeliveriesArrived) -> str:
    if reason.failed:
        return (
            f"the latest one arrived, {reason.failed} of {reason.total} did not; the sweep finds what they reported"
        )
    return f"the last {reason.total} all arrived"
