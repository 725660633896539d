"""Deliveries as GitHub sends them: which are anybody's business, and that no payload breaks the door."""

from __future__ import annotations

import copy
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.domain.flow.deliveries import SUBSCRIBED_EVENTS, EventFilter, event_for_branch, parse_event
from bot.domain.flow.events import (
    CommentCreated,
    CommitChecksChanged,
    IssueLabeled,
    MergeGroupRequested,
    OtherPullChanged,
    PreparationChanged,
    TextEdited,
    UpgradeChanged,
    WorkflowRunChanged,
)
from tests.schema.everything import stored_job

Json = dict[str, Any]
RELEVANT = EventFilter("sourcegraph/sourcegraph", "sourcegraph/deploy-sourcegraph-managed", "team/cloud")
RELEASES = {"id": 1, "full_name": "sourcegraph/sourcegraph", "private": False}
DEPLOYMENT = {"id": 2, "full_name": "sourcegraph/deploy-sourcegraph-managed", "private": True}
DANA = {"login": "dana", "id": 5, "type": "User"}
BOT = {"login": "mibot[bot]", "id": 6, "type": "Bot"}
LABEL = {"id": 9, "name": "team/cloud", "color": "ededed"}
BRANCH = "rctest/upgrade-v3.40.1"
SHA = "f" * 40


def issue(**facts: Any) -> Json:
    plain = {"number": 12, "title": "3.40.1 upgrade managed instances", "body": None, "labels": [LABEL], "user": DANA}
    return {**plain, "state": "open", **facts}


def labeled(action: str = "labeled", sender: Json = DANA, **facts: Any) -> Json:
    return {"action": action, "issue": issue(**facts), "label": LABEL, "repository": RELEASES, "sender": sender}


def comment(
    body: str | None = "/upgrade rctest", action: str = "created", user: Json | None = DANA, **facts: Any
) -> Json:
    words = {"id": 77, "body": body, "user": user, "html_url": "https://github.com/x"}
    return {"action": action, "issue": issue(**facts), "comment": words, "repository": RELEASES, "sender": DANA}


def pull(action: str = "closed", ref: str = BRANCH) -> Json:
    request = {"number": 7, "state": "closed", "merged": True, "head": {"ref": ref, "sha": SHA}}
    return {"action": action, "pull_request": request, "repository": DEPLOYMENT, "sender": DANA}


def review() -> Json:
    return {**pull("submitted"), "review": {"id": 3, "state": "approved", "user": DANA}}


def check_run(branch: str | None = BRANCH, status: str = "completed") -> Json:
    run = {
        "id": 4,
        "head_sha": SHA,
        "status": status,
        "conclusion": "success",
        "check_suite": {"head_branch": branch},
    }
    return {"action": "completed", "check_run": run, "repository": DEPLOYMENT, "sender": BOT}


def check_suite(branch: str | None = BRANCH) -> Json:
    suite = {"id": 4, "head_sha": SHA, "head_branch": branch, "status": "completed", "conclusion": "failure"}
    return {"action": "completed", "check_suite": suite, "repository": DEPLOYMENT, "sender": BOT}


def status(*branches: str) -> Json:
    named = [{"name": name, "commit": {"sha": SHA}} for name in branches]
    return {"sha": SHA, "state": "success", "context": "ci", "branches": named, "repository": DEPLOYMENT}


def workflow_run(action: str = "completed") -> Json:
    run = {"id": 21_000_000_009, "head_sha": SHA, "event": "workflow_dispatch", "status": "completed"}
    return {"action": action, "workflow_run": run, "repository": DEPLOYMENT, "sender": BOT}


GROUP = {
    "head_sha": SHA,
    "head_ref": "refs/heads/gh-readonly-queue/main/pr-12-" + "a" * 40,
    "base_sha": "a" * 40,
    "base_ref": "refs/heads/main",
}


def merge_group(action: str = "checks_requested", **facts: Any) -> Json:
    return {"action": action, "merge_group": GROUP, "repository": DEPLOYMENT, "sender": DANA, **facts}


WANTED = {
    "merge_group": merge_group(),
    "issues": labeled(),
    "issue_comment": comment(),
    "pull_request": pull(),
    "pull_request_review": review(),
    "check_run": check_run(),
    "check_suite": check_suite(),
    "status": status(BRANCH),
    "workflow_run": workflow_run(),
}


def test_every_subscribed_event_can_be_wanted() -> None:
    assert WANTED.keys() == SUBSCRIBED_EVENTS
    for name, payload in WANTED.items():
        assert parse_event(name, payload, RELEVANT) is not None, name


@pytest.mark.parametrize("action", ["opened", "labeled", "reopened"])
def test_an_issue_that_has_the_label_and_names_a_version(action: str) -> None:
    assert parse_event("issues", labeled(action), RELEVANT) == IssueLabeled(12, "3.40.1", "dana")


def test_labels_and_repositories_are_compared_as_github_compares_them() -> None:
    payload = labeled(labels=[{"name": "Team/Cloud"}])
    payload["repository"] = {"full_name": "Sourcegraph/SourceGraph"}
    assert parse_event("issues", payload, RELEVANT) == IssueLabeled(12, "3.40.1", "dana")


@pytest.mark.parametrize(
    "payload",
    [
        labeled("edited"),
        labeled("closed"),
        labeled("unlabeled"),
        labeled("deleted"),
        labeled(labels=[]),
        labeled(labels=[{"name": "team/cloudy"}]),
        labeled(title="please fix the coffee machine"),
        labeled(pull_request={"url": "https://api.github.com/x"}),
        labeled(body="# x\n<!-- mibot:tracker version=3.40.1 -->\n"),
        {**labeled(), "repository": DEPLOYMENT},
    ],
    ids=["edited", "closed", "unlabeled", "deleted", "no label", "another label", "no version", "a pull request",
         "the tracker itself", "another repository"],
)  # fmt: skip
def test_issues_that_are_nobodys_business(payload: Json) -> None:
    assert parse_event("issues", payload, RELEVANT) is None


MARK = "<!-- mibot:tracker version=3.40.1 -->"
PART = "<!-- mibot:tracker version=3.40.1 part=2 -->"


def test_a_person_edits_a_tracker() -> None:
    assert parse_event("issues", labeled("edited", body=f"# x\n{MARK}"), RELEVANT) == TextEdited(12)
    removed = {**labeled("edited", body="# x"), "changes": {"body": {"from": MARK}}}
    assert parse_event("issues", removed, RELEVANT) == TextEdited(12)


@pytest.mark.parametrize("changes", [None, True, [], {"body": True}, {"body": None}, {"body": {"from": 7}}])
def test_an_edit_of_a_tracker_is_told_whatever_the_sender_says_of_the_text_before(changes: object) -> None:
    payload = {**labeled("edited", body=f"# x\n{MARK}"), "changes": changes}
    assert parse_event("issues", payload, RELEVANT) == TextEdited(12)


def test_a_person_edits_a_part_of_a_tracker() -> None:
    assert parse_event("issue_comment", comment(PART, "edited", BOT), RELEVANT) == TextEdited(12, 77)
    assert parse_event("issue_comment", comment(PART, "edited", DANA), RELEVANT) is None


def test_what_a_bot_edits_is_no_news() -> None:
    assert parse_event("issues", labeled("edited", BOT, body=MARK), RELEVANT) is None


def test_a_tracker_that_was_renamed_for_another_version_is_asked_for_anew() -> None:
    payload = labeled(title="3.41.0 upgrade", body="<!-- mibot:tracker version=3.40.1 -->")
    assert parse_event("issues", payload, RELEVANT) == IssueLabeled(12, "3.41.0", "dana")


def test_a_comment_with_a_command() -> None:
    wanted = CommentCreated(77, 12, "3.40.1", "/upgrade rctest", "dana")
    assert parse_event("issue_comment", comment(), RELEVANT) == wanted


def test_a_comment_on_a_tracker_from_which_people_took_the_label() -> None:
    mark = "<!-- mibot:tracker version=3.40.1 -->"
    wanted = CommentCreated(77, 12, "3.40.1", "/upgrade rctest", "dana")
    facts = {"labels": [], "user": BOT}
    payload = comment()
    payload["issue"] |= {**facts, "body": mark}
    assert parse_event("issue_comment", payload, RELEVANT) == wanted
    payload["issue"] |= {"user": DANA}
    assert parse_event("issue_comment", payload, RELEVANT) is None, "anybody can copy the mark"


def test_a_tracker_that_is_reopened_is_told() -> None:
    payload = labeled("reopened", body="<!-- mibot:tracker version=3.40.1 -->")
    assert parse_event("issues", payload, RELEVANT) == IssueLabeled(12, "3.40.1", "dana")


def test_a_comment_on_an_issue_that_names_no_version() -> None:
    event = parse_event("issue_comment", comment(title="help wanted"), RELEVANT)
    assert event == CommentCreated(77, 12, "", "/upgrade rctest", "dana")


@pytest.mark.parametrize(
    "payload",
    [
        comment(action="edited"),
        comment(action="deleted"),
        comment(user=BOT),
        comment(user={"login": "renovate[bot]", "type": "User"}),
        comment(user=None),
        comment("thanks!"),
        comment(None),
        comment("> /upgrade rctest"),
        comment(labels=[]),
        comment(pull_request={"url": "https://api.github.com/x"}),
        {**comment(), "repository": DEPLOYMENT},
    ],
    ids=["edited", "deleted", "mibot", "another bot", "a deleted account", "no command", "no text", "a quote",
         "no label", "on a pull request", "another repository"],
)  # fmt: skip
def test_comments_that_are_nobodys_business(payload: Json) -> None:
    assert parse_event("issue_comment", payload, RELEVANT) is None


@pytest.mark.parametrize("action", ["opened", "closed", "reopened", "synchronize", "labeled"])
def test_an_upgrades_pull_request(action: str) -> None:
    assert parse_event("pull_request", pull(action), RELEVANT) == UpgradeChanged("rctest", "3.40.1")


def test_other_pull_requests_are_nobodys_business() -> None:
    assert parse_event("pull_request", pull(ref="fix-typo"), RELEVANT) is None
    assert parse_event("pull_request", {**pull(), "repository": RELEASES}, RELEVANT) is None
    assert parse_event("pull_request_review", {**review(), "repository": RELEASES}, RELEVANT) is None


@pytest.mark.parametrize("payload", [check_run(), check_suite(), status("main", BRANCH)])
def test_checks_of_an_upgrades_branch(payload: Json) -> None:
    (name,) = SUBSCRIBED_EVENTS & payload.keys() or {"status"}
    assert parse_event(name, payload, RELEVANT) == UpgradeChanged("rctest", "3.40.1")


def test_checks_of_a_commit_whose_branch_github_does_not_name() -> None:
    assert parse_event("check_run", check_run(None), RELEVANT) == CommitChecksChanged(SHA)
    assert parse_event("check_suite", check_suite(None), RELEVANT) == CommitChecksChanged(SHA)
    assert parse_event("status", status(), RELEVANT) == CommitChecksChanged(SHA)


def test_checks_that_are_nobodys_business() -> None:
    assert parse_event("check_run", check_run("main"), RELEVANT) is None
    assert parse_event("check_run", check_run(status="in_progress"), RELEVANT) is None
    assert parse_event("status", status("main", "other"), RELEVANT) is None
    assert parse_event("status", {**status(BRANCH), "repository": RELEASES}, RELEVANT) is None


@pytest.mark.parametrize("action", ["requested", "in_progress", "completed"])
def test_a_workflow_run_of_the_deployment_repository(action: str) -> None:
    assert parse_event("workflow_run", workflow_run(action), RELEVANT) == WorkflowRunChanged(21_000_000_009, SHA)


def test_workflow_runs_that_are_nobodys_business() -> None:
    assert parse_event("workflow_run", workflow_run("rerequested"), RELEVANT) is None
    assert parse_event("workflow_run", {**workflow_run(), "repository": RELEASES}, RELEVANT) is None


@pytest.mark.parametrize("name", ["ping", "push", "installation", "star", "", "issues2"])
def test_other_events_are_dropped_unread(name: str) -> None:
    assert parse_event(name, {"zen": "Keep it logically awesome."}, RELEVANT) is None


@pytest.mark.parametrize(
    ("branch", "touched"),
    [
        ("rctest/upgrade-v3.40.1", UpgradeChanged("rctest", "3.40.1")),
        ("rctest/upgrade-v3.41.0-rc.2", UpgradeChanged("rctest", "3.41.0-rc.2")),
        ("rctest/rollback-v3.40.1", UpgradeChanged("rctest", "3.40.1")),
        ("golden/v3.40.1", PreparationChanged("3.40.1")),
        ("golden/v3.41.0-rc.2", PreparationChanged("3.41.0-rc.2")),
        ("golden/v3.40", None),
        ("golden/v3.40.1-hotfix", None),
        ("rctest/v3.40.1", None),
        ("rctest/undo-v3.40.1", None),
        ("rctest/upgrade-v3.40", None),
        ("rctest/upgrade-v99999.0.0", None),
        ("rctest/upgrade-v3.40.1-hotfix", None),
        ("x/rctest/upgrade-v3.40.1", None),
        ("/upgrade-v3.40.1", None),
        ("main", None),
    ],
)
def test_a_branchs_name_tells_the_upgrade(branch: str, touched: UpgradeChanged | PreparationChanged | None) -> None:
    assert event_for_branch(branch) == touched


@pytest.mark.parametrize("name", sorted(SUBSCRIBED_EVENTS))
def test_a_payload_that_lacks_something_is_told_from_one_that_nobody_wants(name: str) -> None:
    outcomes = set()
    for path in paths(WANTED[name]):
        payload = copy.deepcopy(WANTED[name])
        inside: Any = payload
        for step in path[:-1]:
            inside = inside[step]
        del inside[path[-1]]
        try:
            outcomes.add(type(parse_event(name, payload, RELEVANT)).__name__)
        except ValueError:
            outcomes.add("ValueError")
    assert len(outcomes) > 1
    assert "ValueError" in outcomes


def paths(payload: Any, before: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    steps = payload.items() if isinstance(payload, dict) else enumerate(payload) if isinstance(payload, list) else ()
    return [path for step, inside in steps for path in ((*before, step), *paths(inside, (*before, step)))]


@pytest.mark.parametrize("name", sorted(SUBSCRIBED_EVENTS))
def test_no_payload_at_all(name: str) -> None:
    for payload in ({}, {"repository": None}, {"action": "created"}):
        with pytest.raises(ValueError, match=name):
            parse_event(name, payload, RELEVANT)


JUNK = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text(max_size=10)
    | st.sampled_from([BRANCH, "created"]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=8,
)


@settings(max_examples=300)
@given(st.data())
def test_junk_in_place_of_anything_is_a_value_error_or_nothing(data: st.DataObject) -> None:
    name = data.draw(st.sampled_from(sorted(SUBSCRIBED_EVENTS)))
    payload = copy.deepcopy(WANTED[name])
    path = data.draw(st.sampled_from(paths(payload)))
    inside: Any = payload
    for step in path[:-1]:
        inside = inside[step]
    inside[path[-1]] = data.draw(JUNK)
    try:
        event = parse_event(name, payload, RELEVANT)
    except ValueError:
        return
    assert event is None or stored_job(event) == event


@given(
    st.sampled_from(sorted(SUBSCRIBED_EVENTS)),
    st.dictionaries(st.sampled_from(["action", "issue", "repository", "x"]), JUNK),
)
def test_junk_alone_is_a_value_error_or_nothing(name: str, payload: Json) -> None:
    try:
        parse_event(name, payload, RELEVANT)
    except ValueError:
        return


@pytest.mark.parametrize(
    "event",
    [
        IssueLabeled(12, "3.40.1", "dana"),
        CommentCreated(77, 12, "", "/help\n\u2028", "dana"),
        UpgradeChanged("rctest", "3.41.0-rc.1"),
        CommitChecksChanged(SHA),
        WorkflowRunChanged(21_000_000_009, SHA),
    ],
)
def test_events_survive_being_written_down(event: Any) -> None:
    assert stored_job(event) == event


WRITTEN = CommentCreated(77, 12, "3.40.1", "/upgrade rctest", "dana")
RAN = WorkflowRunChanged(21_000_000_009, SHA)
RUN = check_run()["check_run"]


@pytest.mark.parametrize(
    ("name", "payload", "event"),
    [
        ("issues", {**labeled(), "sender": None}, IssueLabeled(12, "3.40.1", "ghost")),
        ("issues", labeled(labels=None), None),
        ("issues", labeled(pull_request=None, user=None, body=None), IssueLabeled(12, "3.40.1", "dana")),
        ("issues", {**labeled(), "label": None}, IssueLabeled(12, "3.40.1", "dana")),
        ("issue_comment", comment(labels=None), None),
        ("issue_comment", {**comment(), "sender": None}, WRITTEN),
        ("issue_comment", comment(None), None),
        ("issue_comment", comment(user=None), None),
        ("issue_comment", comment(user={**DANA, "type": None}), WRITTEN),
        ("issue_comment", comment(pull_request=None), WRITTEN),
        ("pull_request", {**pull(), "sender": None, "organization": None}, UpgradeChanged("rctest", "3.40.1")),
        ("pull_request_review", {**review(), "review": {"user": None}}, UpgradeChanged("rctest", "3.40.1")),
        ("check_run", check_run(None), CommitChecksChanged(SHA)),
        ("check_run", {**check_run(), "check_run": {**RUN, "check_suite": None}}, CommitChecksChanged(SHA)),
        ("check_run", {**check_run(), "check_run": {**RUN, "status": None}}, None),
        ("check_suite", check_suite(None), CommitChecksChanged(SHA)),
        ("status", {**status(), "branches": None, "sender": None}, CommitChecksChanged(SHA)),
        ("workflow_run", {**workflow_run(), "workflow": None, "sender": None}, RAN),
    ],
)
def test_what_github_may_send_as_null(name: str, payload: Json, event: Any) -> None:
    assert parse_event(name, payload, RELEVANT) == event


NO_NUMBERS = [1e30, 77.0, 77.5, -1, 0, True, "77", None, [], {}, 10**30, 2**63, float("nan"), float("inf")]


@pytest.mark.parametrize("junk", NO_NUMBERS, ids=repr)
@pytest.mark.parametrize(
    ("name", "path"),
    [
        ("issue_comment", ("comment", "id")),
        ("issue_comment", ("issue", "number")),
        ("issues", ("issue", "number")),
        ("workflow_run", ("workflow_run", "id")),
    ],
)
def test_a_number_is_a_number_that_a_database_takes(name: str, path: tuple[str, str], junk: Any) -> None:
    payload = copy.deepcopy(WANTED[name])
    payload[path[0]][path[1]] = junk
    with pytest.raises(ValueError, match="payload"):
        parse_event(name, payload, RELEVANT)


@pytest.mark.parametrize("junk", [5, 1.5, True, [], {}, ["a"], {"a": "b"}], ids=repr)
@pytest.mark.parametrize(
    ("name", "path"),
    [
        ("issue_comment", ("comment", "body")),
        ("issue_comment", ("comment", "user", "login")),
        ("issue_comment", ("issue", "title")),
        ("issue_comment", ("action",)),
        ("issues", ("issue", "title")),
        ("issues", ("issue", "labels", 0, "name")),
        ("issues", ("sender", "login")),
        ("issues", ("action",)),
        ("issues", ("repository", "full_name")),
        ("pull_request", ("pull_request", "head", "ref")),
        ("check_run", ("check_run", "head_branch")),
        ("check_run", ("check_run", "head_sha")),
        ("status", ("sha",)),
        ("status", ("branches", 0, "name")),
        ("workflow_run", ("workflow_run", "head_sha")),
    ],
)
def test_a_text_is_a_text(name: str, path: tuple[str | int, ...], junk: Any) -> None:
    payload = copy.deepcopy(WANTED[name])
    if name == "check_run":
        payload["check_run"]["check_suite"] = None
        if path[-1] == "head_branch" and not junk:
            return  # as good as null
    inside: Any = payload
    for step in path[:-1]:
        inside = inside[step]
    inside[path[-1]] = junk
    with pytest.raises(ValueError, match="payload"):
        parse_event(name, payload, RELEVANT)


@pytest.mark.parametrize("sha", ["", "f" * 39, "F" * 40, "g" * 40, "\0" * 40, "main"])
def test_a_commit_is_a_commit(sha: str) -> None:
    payload = status(BRANCH)
    payload["sha"] = sha
    with pytest.raises(ValueError, match="commit"):
        parse_event("status", {**payload, "branches": []}, RELEVANT)


def test_a_title_with_two_versions_names_the_one_that_is_meant() -> None:
    assert parse_event("issues", labeled(title="Upgrade from 3.39.1 to 3.40.1"), RELEVANT) == IssueLabeled(
        12, "3.40.1", "dana"
    )
    assert parse_event("issues", labeled(title="3.40.1 and 3.41.0"), RELEVANT) is None
    event = parse_event("issue_comment", comment(title="3.40.1 or 3.41.0"), RELEVANT)
    assert event == CommentCreated(77, 12, "", "/upgrade rctest", "dana")


def test_the_merge_queue_asks_for_checks() -> None:
    assert parse_event("merge_group", merge_group(), RELEVANT) == MergeGroupRequested(SHA, GROUP["head_ref"])
    assert parse_event("merge_group", merge_group("destroyed"), RELEVANT) is None
    assert parse_event("merge_group", merge_group(repository=RELEASES), RELEVANT) is None
    with pytest.raises(ValueError, match="merge_group"):
        parse_event("merge_group", merge_group(merge_group=None), RELEVANT)


@pytest.mark.parametrize(
    ("action", "base", "event"),
    [
        ("opened", "main", OtherPullChanged(SHA)),
        ("synchronize", "main", OtherPullChanged(SHA)),
        ("labeled", "main", None),
        ("opened", "staging", None),
    ],
)
def test_a_pull_request_that_is_no_upgrade_may_wait_for_the_check(
    action: str, base: str, event: OtherPullChanged | None
) -> None:
    delivery = pull(action, "fix-typo")
    delivery["pull_request"]["base"] = {"ref": base}
    delivery["repository"] = {**DEPLOYMENT, "default_branch": "main"}
    assert parse_event("pull_request", delivery, RELEVANT) == event


@pytest.mark.parametrize(
    "changes", [None, {}, {"body": None}, {"body": True}, {"body": {"from": None}}, {"title": {}}]
)
def test_an_edit_whose_change_is_not_told(changes: Any) -> None:
    for sender in (BOT, DANA, None):
        payload = {**labeled("edited", body="words"), "changes": changes, "sender": sender}
        assert parse_event("issues", payload, RELEVANT) is None
