"""The App's webhook: where GitHub sends deliveries, and how they were answered lately."""

from __future__ import annotations

from urllib.parse import urlsplit

from bot.adapters.github import doctor
from bot.cli.doctor.context import Diagnostic, DoctorContext, Finding, failed, ok, unknown

WEBHOOK_PATH = "/webhooks/github"
WEBHOOK_PAGE = "in the App's settings, under “Webhook”"
_LOCAL_HOSTS = frozenset({"localhost", "127.0.0.1", "::1"})


def webhook_url(patient: DoctorContext) -> Finding:
    """Active, encrypted, verified, signed, and to the path that mibot listens on."""
    found = doctor.webhook(patient.session)
    if found is None:
        return unknown("GitHub does not tell where deliveries go.", f"Look {WEBHOOK_PAGE}.")
    if not found.url:
        return failed(
            "No URL is set, so nothing is delivered.", f"Set https://YOUR-HOST{WEBHOOK_PATH} {WEBHOOK_PAGE}."
        )
    parts = urlsplit(found.url)
    local = {parts.hostname, urlsplit(patient.settings.github.api_url).hostname} <= _LOCAL_HOSTS
    faults = [
        (parts.scheme != "https" and not local, "is not https"),
        (not parts.path.endswith(WEBHOOK_PATH), f"does not end in {WEBHOOK_PATH}"),
        (found.content_type != "json", "is sent forms, not JSON"),
        (not found.verifies_tls, "is not verified by its certificate"),
        (not found.has_secret, "has no secret, so that mibot refuses all deliveries"),
    ]
    wrong = [words for is_so, words in faults if is_so]
    if wrong:
        repair = f"Correct it {WEBHOOK_PAGE}; the secret is github.webhook_secret."
        return failed(f"{found.url} {', and '.join(wrong)}.", repair)
    return ok(f"{found.url}, signed")


def recent_deliveries(patient: DoctorContext) -> Finding:
    """A secret that differs, a wrong host and a mibot that is down are seen by how deliveries were answered."""
    statuses = doctor.latest_deliveries(patient.session)
    if statuses is None:
        return unknown("GitHub does not tell how they were answered.", "Look under “Advanced” in the App's settings.")
    if not statuses:
        return unknown("There was none yet.", "Redeliver the ping under “Advanced” in the App's settings.")
    latest = statuses[0]
    refused = sum(1 for status in statuses if not 200 <= status < 300)
    if latest == 401:
        return failed("mibot refuses their signature.", "Set the same secret in the App's settings and in mibot's.")
    if not 200 <= latest < 300:
        said = f"was answered {latest}" if latest else "got no answer"
        return failed(f"The latest one {said}.", "Check that the webhook's URL leads to a running mibot.")
    if refused:
        return ok(f"the latest one arrived, {refused} of {len(statuses)} did not; the sweep makes up for them")
    return ok(f"the last {len(statuses)} all arrived")


DIAGNOSTICS = (Diagnostic("webhook", webhook_url), Diagnostic("deliveries", recent_deliveries))
