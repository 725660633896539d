"""The front end: it answers, is ready, and reports the version that it should (domain.md, "Health")."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from bot.domain.health.model import Check, CheckContext, CheckState, CloudConfig, Verdict, unavailable_verdict
from bot.domain.health.queries import Answer, CertificateFault, FrontEnd, FrontEndQuery, FrontEndRefusal
from bot.domain.reasons import Reason
from bot.domain.versions import Version
from bot.formats.documents import stored

MIN_CERTIFICATE_DAYS = 14  # that its certificate must still be valid: time enough for a person to renew it
_BUILD = re.compile(r"\+[\w.-]+", re.ASCII)


class Undecided(StrEnum):
    """What is unknown of a front end that is otherwise well. The values are stored."""

    CERTIFICATE_END = "certificate_end"
    EXPECTED_VERSION = "expected_version"


@stored("front_end.certificate", fault="fault")
@dataclass(frozen=True)
class CertificateInvalid(Reason):
    """The front end's certificate is not valid."""

    fault: CertificateFault


@stored("front_end.refusal", refusal="refusal", status="status", private="private")
@dataclass(frozen=True)
class FrontEndRefuses(Reason):
    """The front end, or a proxy in front of it, turns mibot away. A private instance may do that."""

    refusal: FrontEndRefusal
    status: int
    private: bool


@stored("front_end.failing", status="status")
@dataclass(frozen=True)
class FrontEndFails(Reason):
    """The front page does not answer (status 0), or with a status other than 2xx and 3xx."""

    status: int


@stored("front_end.certificate_ends", at="at")
@dataclass(frozen=True)
class CertificateEnds:
    """The certificate ends soon."""

    at: datetime


@stored("front_end.page_fails", page="page", status="status")
@dataclass(frozen=True)
class PageFails:
    """A page does not answer with status 200 (0: not at all)."""

    page: str
    status: int


@stored("front_end.no_version")
@dataclass(frozen=True)
class NoVersion:
    """The front end reports nothing that mibot can read as a version."""


@stored("front_end.other_version", reported="reported", expected="expected")
@dataclass(frozen=True)
class WrongVersion:
    """The front end reports another version than the one that it should run."""

    reported: Version
    expected: Version


@stored("front_end.faulty", status="status", faults="faults")
@dataclass(frozen=True)
class FrontEndFaulty(Reason):
    """The front page answers with `status`, but something else is wrong."""

    status: int
    faults: tuple[CertificateEnds | PageFails | NoVersion | WrongVersion, ...]


@stored("front_end.undecided", status="status", unknown="unknown")
@dataclass(frozen=True)
class FrontEndUndecided(Reason):
    """The front end is well as far as it is known."""

    status: int
    unknown: Undecided


@stored("front_end.well", status="status", version="version", certificate_days="certificate_days")
@dataclass(frozen=True)
class FrontEndWell(Reason):
    """The front end is well, runs the right version, and its certificate is valid for so many more days."""

    status: int
    version: Version
    certificate_days: int


def query(context: CheckContext, _config: CloudConfig) -> FrontEndQuery:
    return FrontEndQuery(context.instance.domain)


def evaluate(context: CheckContext, answer: Answer) -> Verdict:
    """Pass only if `/` answers (2xx, 3xx), the certificate is valid for two more weeks, `/ready` and `/healthz`
    answer 200, and the version is the right one. A private instance may turn mibot away: then it is unknown."""
    if not isinstance(answer, FrontEnd):
        return unavailable_verdict(answer)
    if answer.certificate_fault:
        return Verdict(CheckState.FAIL, CertificateInvalid(answer.certificate_fault))
    if answer.refusal:
        is_private = not context.instance.public
        finding = FrontEndRefuses(answer.refusal, answer.status, is_private)
        return Verdict(CheckState.UNKNOWN if is_private else CheckState.FAIL, finding)
    if not 200 <= answer.status < 400:
        return Verdict(CheckState.FAIL, FrontEndFails(answer.status))
    faults = tuple(_faults(context, answer))
    if faults:
        return Verdict(CheckState.FAIL, FrontEndFaulty(answer.status, faults))
    if answer.certificate_ends is None:
        return Verdict(CheckState.UNKNOWN, FrontEndUndecided(answer.status, Undecided.CERTIFICATE_END))
    if context.version is None:
        return Verdict(CheckState.UNKNOWN, FrontEndUndecided(answer.status, Undecided.EXPECTED_VERSION))
    days = int(_days(answer.certificate_ends, context.now))
    return Verdict(CheckState.PASS, FrontEndWell(answer.status, context.version, days))


def _faults(
    context: CheckContext, answer: FrontEnd
) -> Iterator[CertificateEnds | PageFails | NoVersion | WrongVersion]:
    """What is wrong with a front end that answers."""
    if answer.certificate_ends is not None and _days(answer.certificate_ends, context.now) < MIN_CERTIFICATE_DAYS:
        yield CertificateEnds(answer.certificate_ends)
    for page, status in (("/ready", answer.ready), ("/healthz", answer.healthz)):
        if status != 200:
            yield PageFails(page, status)
    reported = parse_version(answer.version)
    if reported is None:
        yield NoVersion()
    elif context.version is not None and reported != context.version:
        yield WrongVersion(reported, context.version)


def parse_version(text: str) -> Version | None:
    """The version that the text of `/__version` is or names (`3.40.1`, `3.40.1+sha`), or None. A text that names
    several does not tell which one runs."""
    bare = _BUILD.sub("", text)
    found = Version.find_in(bare)
    others = bare.replace(str(found), "") if found else ""
    return Version.parse(bare) or (None if Version.find_in(others) else found)


def link(context: CheckContext, _config: CloudConfig) -> str:
    """The front end itself. It names the instance."""
    return f"https://{context.instance.domain}/"


def _days(ends: datetime, now: datetime) -> float:
    return (ends - now).total_seconds() / 86_400


CHECK = Check(name="front_end", title="Front end", query=query, evaluate=evaluate, link=link)
