"""Which issues announce a release: most issues with the label don't (domain-more.md, "Requests")."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from fnmatch import fnmatchcase

from bot.domain.github_models import Issue
from bot.domain.versions import Version

_KEY_WORDS = "releases? | upgrades? | upgrading | rollout | roll[ ]out | patch"
_OTHER_WORDS = """
    an? | the | this | of | to | for | from | all | new | next | version | sourcegraph | cloud | managed | instances
    | fleet | customers | tracking | tracker | issue | checklist | template | monthly | quarterly | weekly | minor
    | major | emergency | security | bugfix | candidate | rc | chore | feat | ops
    | jan(?:uary)? | feb(?:ruary)? | mar(?:ch)? | apr(?:il)? | may | june? | july? | aug(?:ust)? | sep(?:tember)?
    | oct(?:ober)? | nov(?:ember)? | dec(?:ember)? | v?\\d++(?:\\.\\d++)*+(?:-rc\\.\\d++)?+
"""
_RELEASE_TITLE = re.compile(
    rf"(?=.*\b(?:{_KEY_WORDS})\b) [^\w?]*+ (?:(?:{_KEY_WORDS}|{_OTHER_WORDS}) (?:[^\w?]++|\Z))++",
    re.IGNORECASE | re.VERBOSE,
)
"""A title that says nothing but that a version is released or upgraded to. One other word, such as "broken" or
"postmortem", may turn that around.

There is one way only to read a text (`++`), because strangers write them, and none may take long.
"""
_HEADING = re.compile(r"[ ]{0,3}#{1,2}[ \t]+(.*)")
_COMMENT = re.compile(r"<!--.*?(?:-->|\Z)", re.DOTALL)


class IssueKind(StrEnum):
    """What an issue with the label is: `IN_DOUBT` is for people to say."""

    RELEASE = "release"
    REQUEST = "request"
    IN_DOUBT = "in doubt"


@dataclass(frozen=True)
class ReleaseRules:
    """What tells a release issue (`[policy]`).

    `release_title` is a regular expression for its whole title, in any case; if it is None, mibot's own words of a
    release decide. Of `release_labels` one is enough. `request_labels` are patterns such as `mi/*`: an issue with one
    of them asks for something else.
    """

    release_title: str | None = None
    release_labels: tuple[str, ...] = ("release-tracking",)
    request_labels: tuple[str, ...] = ("mi/*", "cloud-trial", "cloud-trial/*", "cloud/feature-launch")


DEFAULT_RULES = ReleaseRules()


def classify(issue: Issue, rules: ReleaseRules) -> IssueKind:
    """What an issue that names a version is: by its labels, its title, and the template that it was made from."""
    if _has_label(issue.labels, rules.request_labels):
        return IssueKind.REQUEST
    texts = [issue.title, *_first_heading(issue.body)]
    told = _has_label(issue.labels, rules.release_labels)
    if told or any(_is_release_title(text, rules.release_title) for text in texts):
        return IssueKind.RELEASE
    return IssueKind.IN_DOUBT


def _has_label(labels: Iterable[str], patterns: Iterable[str]) -> bool:
    return any(fnmatchcase(label.lower(), pattern.lower()) for label in labels for pattern in patterns)


def _is_release_title(text: str, pattern: str | None) -> bool:
    if pattern is not None:
        return re.fullmatch(pattern, text.strip(), re.IGNORECASE) is not None
    return Version.find_in(text) is not None and _RELEASE_TITLE.fullmatch(text) is not None


def _first_heading(body: str) -> list[str]:
    """The heading that the text begins with, as a template's does. Without one: nothing."""
    lines = (line for line in _COMMENT.sub("", body).splitlines() if line.strip())
    heading = _HEADING.fullmatch(next(lines, ""))
    return [heading.group(1)] if heading else []


def release_question(issue: int) -> str:
    """The name under which the store keeps when mibot asked whether an issue is a release issue."""
    return f"release question {issue}"
