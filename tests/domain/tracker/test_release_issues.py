"""Which of the issues with the label announce a release."""

from __future__ import annotations

import time

import pytest

from bot.domain.github_models import Issue
from bot.domain.tracker.release_issues import IssueKind, ReleaseRules, classify
from tests.samples import NOW

RELEASE, REQUEST, IN_DOUBT = IssueKind.RELEASE, IssueKind.REQUEST, IssueKind.IN_DOUBT


def kind(title: str, *labels: str, body: str = "", rules: ReleaseRules | None = None) -> IssueKind:
    issue = Issue(5, title, body, frozenset({"team/cloud", *labels}), "dana", False, True, "https://x", NOW)
    return classify(issue, rules or ReleaseRules())


@pytest.mark.parametrize(
    "title",
    [
        "Release 3.42.0",
        "release 3.42.0",
        "3.42.0 release",
        "RELEASE: Sourcegraph v3.42.0!",
        "[Release] 3.42.0 🚀",
        "🎉 **3.42.0** release 🎉",
        "Monthly release 3.42.0 (2022-07-22)",
        "July release, 3.42.0",
        "3.41.1 patch release tracking issue",
        "Release candidate 3.42.0-rc.1",
        "3.42.0 upgrade managed instances",
        "3.42.0 managed instances upgrade",
        "3.42.0 upgrade managed instances tracking issue",
        "Upgrade all managed instances from 3.41.0 to 3.42.0",
        "  3.42.0   Release  ",
    ],
)
def test_titles_of_the_process(title: str) -> None:
    assert kind(title) is RELEASE


@pytest.mark.parametrize(
    "title",
    [
        "Sourcegraph 3.42.0 is broken in prod",
        "Release 3.42.0 is broken",
        "3.42.0 release: gitserver crashes",
        "Postmortem 3.41.0",
        "Post-mortem of the 3.41.0 release",
        "Release notes for 3.42.0",
        "Cancel release 3.42.0",
        "Don't upgrade to 3.42.0",
        "Upgrade to 3.42.0?",
        "Upgrade customer instance to 3.42.0",
        "Roll back the 3.42.0 upgrade",
        "3.42.0",
        "Sourcegraph 3.42.0",
        "Releasing managers wanted since 3.42.0",
    ],
)
def test_other_titles_leave_it_in_doubt(title: str) -> None:
    assert kind(title) is IN_DOUBT


@pytest.mark.parametrize(
    "label",
    [
        "mi/new-instance-request",
        "mi/update-ip-allowlist",
        "MI/Teardown-Request",
        "cloud-trial",
        "cloud/feature-launch",
    ],
)
def test_requests_are_no_releases_whatever_their_title(label: str) -> None:
    assert kind("Release 3.42.0", label) is REQUEST
    assert kind("New instance on 3.42.0", "mi", label) is REQUEST


def test_a_label_makes_a_release_issue() -> None:
    assert kind("3.42.0 🚀", "release-tracking") is RELEASE
    assert kind("3.42.0 🚀", "Captain/Release", rules=ReleaseRules(release_labels=("captain/*",))) is RELEASE


def test_the_templates_heading_tells_too() -> None:
    assert kind("3.42.0 🚀", body="<!-- a template -->\n\n# 3.42.0 Release\n\nRelease captain: @dana") is RELEASE
    assert kind("3.42.0 🚀", body="We broke it.\n\n# 3.42.0 release") is IN_DOUBT, "it does not begin with it"
    assert kind("3.42.0 🚀", body="# Timeline of the 3.42.0 release outage") is IN_DOUBT


def test_a_pattern_of_ones_own() -> None:
    rules = ReleaseRules(release_title=r"ship it: \d+\.\d+\.\d+")
    assert kind("Ship it: 3.42.0", rules=rules) is RELEASE
    assert kind("Release 3.42.0", rules=rules) is IN_DOUBT
    assert kind("Don't ship it: 3.42.0", rules=rules) is IN_DOUBT, "it is about the whole title"


@pytest.mark.parametrize(
    "text",
    [
        "release " * 8000,
        "a" * 65_000,
        "release" + "-" * 65_000,
        "1" * 65_000 + "x release",
        "1." * 32_000 + "x release",
        "1-rc.1." * 9000 + "x release",
        "2022-07-01 " * 5900 + "x release",
        "roll out " * 7000 + "x",
        "a an all " * 7000 + "x release",
    ],
)
def test_no_text_takes_long(text: str) -> None:
    began = time.process_time()
    assert kind("3.42.0", body=f"# 3.42.0 {text}?") is IN_DOUBT
    assert time.process_time() - began < 0.5
