"""The App's webhook: where GitHub sends deliveries, and how the latest ones were answered."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from urllib.parse import urlsplit

from bot.domain.doctor.finding import Finding, failed, ok, unknown
from bot.domain.reasons import Reason

WEBHOOK_PATH = "/webhooks/github"
_LOCAL_HOSTS = frozenset({"localhost", "127.0.0.1", "::1"})
_UNAUTHORIZED = 401


@dataclass(frozen=True)
class WebhookConfig:
    """Where the App's deliveries go. Holds never the secret, only whether there is one."""

    url: str
    content_type: str
    verifies_tls: bool
    has_secret: bool = True


class WebhookFault(StrEnum):
    """What can be wrong with a webhook."""

    NOT_HTTPS = "not_https"
    WRONG_PATH = "wrong_path"
    NOT_JSON = "not_json"
    UNVERIFIED = "unverified"
    NO_SECRET = "no_secret"  # noqa: S105 - the name of a fault


@dataclass(frozen=True)
class WebhookUnknown(Reason):
    """GitHub does not say where deliveries go."""


@dataclass(frozen=True)
class WebhookWithoutUrl(Reason):
    """The webhook has no URL."""


@dataclass(frozen=True)
class WebhookWrong(Reason):
    """The webhook is set up wrongly."""

    url: str
    faults: tuple[WebhookFault, ...]


@dataclass(frozen=True)
class WebhookReady(Reason):
    """The webhook is encrypted, verified and signed."""

    url: str


@dataclass(frozen=True)
class DeliveriesUnknown(Reason):
    """GitHub does not say how deliveries were answered."""


@dataclass(frozen=True)
class NoDeliveries(Reason):
    """GitHub has sent no delivery yet."""


@dataclass(frozen=True)
class SignatureRefused(Reason):
    """The latest delivery was refused for its signature."""


@dataclass(frozen=True)
class DeliveryFailed(Reason):
    """The latest delivery was not accepted. `status` is the HTTP status, None without an answer."""

    status: int | None


@dataclass(frozen=True)
class DeliveriesArrived(Reason):
    """The latest delivery was accepted. `failed` of the latest `total` were not."""

    total: int
    failed: int = 0


def judge_webhook(webhook: WebhookConfig | None, api_url: str) -> Finding:
    """Whether deliveries are encrypted, verified, signed, and sent to the path that mibot listens on.

    A server and a mibot on the same machine need no encryption.
    """
    if webhook is None:
        return unknown(WebhookUnknown())
    if not webhook.url:
        return failed(WebhookWithoutUrl())
    parts = urlsplit(webhook.url)
    is_local = {parts.hostname, urlsplit(api_url).hostname} <= _LOCAL_HOSTS
    wrong = {
        WebhookFault.NOT_HTTPS: parts.scheme != "https" and not is_local,
        WebhookFault.WRONG_PATH: not parts.path.endswith(WEBHOOK_PATH),
        WebhookFault.NOT_JSON: webhook.content_type != "json",
        WebhookFault.UNVERIFIED: not webhook.verifies_tls,
        WebhookFault.NO_SECRET: not webhook.has_secret,
    }
    faults = tuple(fault for fault, is_wrong in wrong.items() if is_wrong)
    return failed(WebhookWrong(webhook.url, faults)) if faults else ok(WebhookReady(webhook.url))


def judge_deliveries(statuses: Sequence[int] | None) -> Finding:
    """How the latest deliveries were answered: HTTP statuses, newest first, 0 for no answer.

    The answers reveal a secret that differs, a wrong host, and a mibot that is down.
    """
    if statuses is None:
        return unknown(DeliveriesUnknown())
    if not statuses:
        return unknown(NoDeliveries())
    latest = statuses[0]
    if latest == _UNAUTHORIZED:
        return failed(SignatureRefused())
    if not _is_success(latest):
        return failed(DeliveryFailed(latest or None))
    return ok(DeliveriesArrived(len(statuses), sum(not _is_success(status) for status in statuses)))


def _is_success(status: int) -> bool:
    return 200 <= status < 300
