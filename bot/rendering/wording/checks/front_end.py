"""Words for the front end."""

from __future__ import annotations

from bot.checks.front_end import (
    CertificateEnds,
    CertificateInvalid,
    FrontEndFails,
    FrontEndFaulty,
    FrontEndRefuses,
    FrontEndUndecided,
    FrontEndWell,
    NoVersion,
    PageFails,
    Undecided,
    WrongVersion,
)
from bot.domain.health.queries import CertificateFault, FrontEndRefusal
from bot.rendering.wording.dispatch import describe

_CERTIFICATE_FAULTS = {
    CertificateFault.NOT_VALID_YET: "is not valid yet",
    CertificateFault.EXPIRED: "has expired",
    CertificateFault.OTHER_HOST: "is for another host name",
    CertificateFault.UNTRUSTED: "is from an authority that mibot does not trust",
    CertificateFault.UNVERIFIABLE: "can't be verified",
}
_REFUSALS = {
    FrontEndRefusal.NO_HOST_NAME: "its domain in config.yaml is not a host name",
    FrontEndRefusal.UNKNOWN_HOST: "its host name does not exist",
    FrontEndRefusal.NOTHING_ANSWERS: "nothing answers at its address",
    FrontEndRefusal.UNREACHABLE: "its address can't be reached",
    FrontEndRefusal.CONNECTION_REFUSED: "it refuses the connection",
    FrontEndRefusal.HANDSHAKE_BROKEN_OFF: "it aborts the TLS handshake",
    FrontEndRefusal.CONNECTION_CLOSED: "it closes the connection without a response",
}
_LOOK_AT_CONTAINERS = "check its containers and their logs"


@describe.register
def _(reason: CertificateInvalid) -> str:
    return f"The front end's certificate {_CERTIFICATE_FAULTS[reason.fault]}: renew or correct it."


@describe.register
def _(reason: FrontEndRefuses) -> str:
    how = _REFUSALS.get(reason.refusal) or f"it answers {reason.status}"
    if reason.private:
        return (
            f"The front end is private and rejects mibot ({how}): allow mibot's IP address "
            "(allowed_customer_ip_ranges in terraform.tfvars), or check it from an allowed address."
        )
    return f"The front end rejects mibot ({how}): check its VM, its DNS record and Cloudflare."


@describe.register
def _(reason: FrontEndFails) -> str:
    return f"The front end {_answers(reason.status)}: {_LOOK_AT_CONTAINERS}."


@describe.register
def _(reason: FrontEndFaulty) -> str:
    described = [_describe_fault(fault) for fault in reason.faults]
    words = [what for what, _ in described]
    joined = words[0] if len(words) == 1 else f"{', '.join(words[:-1])} and {words[-1]}"
    return f"The front end answers ({reason.status}), but {joined}: {described[0][1]}."


@describe.register
def _(reason: FrontEndUndecided) -> str:
    unknown = {
        Undecided.CERTIFICATE_END: "when its certificate expires",
        Undecided.EXPECTED_VERSION: "which version it should run",
    }
    return (
        f"The front end answers ({reason.status}), but mibot can't tell {unknown[reason.unknown]}: check it by hand."
    )


@describe.register
def _(reason: FrontEndWell) -> str:
    return (
        f"The front end answers ({reason.status}), is ready and healthy, reports version {reason.version}, and its "
        f"certificate is valid for {reason.certificate_days} more days."
    )


def _describe_fault(fault: CertificateEnds | PageFails | NoVersion | WrongVersion) -> tuple[str, str]:
    """What is wrong, and what to do about it."""
    match fault:
        case CertificateEnds():
            return f"its certificate expires on {fault.at:%Y-%m-%d}", "renew it"
        case PageFails():
            return f"{fault.page} {_answers(fault.status)}", _LOOK_AT_CONTAINERS
        case NoVersion():
            return "it reports no readable version", "check the response of /__version"
        case WrongVersion():
            return (
                f"it reports version {fault.reported} instead of {fault.expected}",
                "check whether its deployment has run, and with which golden file",
            )


def _answers(status: int) -> str:
    return f"answers with status {status}" if status else "does not answer"
