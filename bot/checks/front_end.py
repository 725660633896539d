"""The front end: it answers, is ready, and reports the version that it should (domain.md, "Health")."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import datetime

from bot.domain.health.model import Check, CheckContext, CheckState, CloudConfig, Verdict, unavailable_verdict
from bot.domain.health.queries import Answer, FrontEnd, FrontEndQuery
from bot.domain.versions import Version

MIN_CERTIFICATE_DAYS = 14  # that its certificate must be valid for yet: time enough for a person to renew it
_BUILD = re.compile(r"\+[\w.-]+", re.ASCII)


def query(subject: CheckContext, _places: CloudConfig) -> FrontEndQuery:
    return FrontEndQuery(subject.instance.domain)


def evaluate(subject: CheckContext, answer: Answer) -> Verdict:
    """Pass only when `/` answers (2xx, 3xx), the certificate is valid for two weeks yet, `/ready` and `/healthz`
    answer 200, and the version is the subject's. A private instance may turn mibot away: then it is unknown."""
    if not isinstance(answer, FrontEnd):
        return unavailable_verdict(answer)
    if answer.certificate_fault:
        return _fail(f"The front end's certificate {answer.certificate_fault}", "renew or correct it")
    if answer.refusal and not subject.instance.public:
        return Verdict(
            CheckState.UNKNOWN,
            f"The front end is private and does not let mibot in ({answer.refusal}): allow the address that mibot "
            "calls from (allowed_customer_ip_ranges in terraform.tfvars), or look at it from an address that is.",
        )
    if answer.refusal:
        return _fail(
            f"The front end turns mibot away ({answer.refusal})", "look at its VM, its DNS record and Cloudflare"
        )
    if not 200 <= answer.status < 400:
        return _fail(f"The front end {_answers(answer.status)}", "look at its containers and their logs")
    faults = list(_faults(subject, answer))
    if faults:
        return _fail(
            f"The front end answers ({answer.status}), but {_join([what for what, _ in faults])}", faults[0][1]
        )
    return _evaluate_version(subject, answer)


def _evaluate_version(subject: CheckContext, answer: FrontEnd) -> Verdict:
    """What is concluded where all but the version is well."""
    if answer.certificate_ends is None or subject.version is None:
        missing = "when its certificate ends" if answer.certificate_ends is None else "which version it should run"
        return Verdict(
            CheckState.UNKNOWN,
            f"The front end answers ({answer.status}), but mibot can't tell {missing}: look at it.",
        )
    days = int(_days(answer.certificate_ends, subject.now))
    return Verdict(
        CheckState.PASS,
        f"The front end answers ({answer.status}), is ready and healthy, reports version {subject.version}, and its "
        f"certificate is valid for {days} more days.",
    )


def _faults(subject: CheckContext, answer: FrontEnd) -> Iterator[tuple[str, str]]:
    """What is wrong with a front end that answers, and what to do about each."""
    if answer.certificate_ends is not None and _days(answer.certificate_ends, subject.now) < MIN_CERTIFICATE_DAYS:
        yield f"its certificate ends on {answer.certificate_ends:%Y-%m-%d}", "renew it"
    for page, status in (("/ready", answer.ready), ("/healthz", answer.healthz)):
        if status != 200:
            yield f"{page} {_answers(status)}", "look at its containers and their logs"
    reported = parse_version(answer.version)
    if reported is None:
        yield "it reports no version that mibot can read", "look at what /__version answers"
    elif subject.version is not None and reported != subject.version:
        yield (
            f"it reports version {reported} instead of {subject.version}",
            "see whether its deployment has run, and with which golden file",
        )


def parse_version(text: str) -> Version | None:
    """The version that the text of `/__version` is or names (`3.40.1`, `3.40.1+sha`), or None."""
    bare = _BUILD.sub("", text)
    return Version.parse(bare) or Version.find_in(bare)


def link(subject: CheckContext, _places: CloudConfig) -> str:
    """The front end itself. It names the instance."""
    return f"https://{subject.instance.domain}/"


def _days(ends: datetime, now: datetime) -> float:
    return (ends - now).total_seconds() / 86_400


def _answers(status: int) -> str:
    return f"answers with status {status}" if status else "does not answer"


def _join(words: list[str]) -> str:
    return words[0] if len(words) == 1 else f"{', '.join(words[:-1])} and {words[-1]}"


def _fail(what: str, advice: str) -> Verdict:
    return Verdict(CheckState.FAIL, f"{what}: {advice}.")


CHECK = Check(name="front_end", title="Front end", query=query, evaluate=evaluate, link=link)
