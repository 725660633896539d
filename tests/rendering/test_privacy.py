"""Outside the deployment repository no customer is named, and nobody's words do anything, whatever they are."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.commands import all_commands
from bot.commands.status import WrongUsage
from bot.domain.chat import markers
from bot.domain.chat.answers import (
    CommandMessage,
    InstanceMessage,
    LeftOutInstances,
    Message,
    NotAllowed,
    StatusTable,
    UnknownCommand,
)
from bot.domain.chat.comments import parse
from bot.domain.chat.refusals import PlanRefused
from bot.domain.chat.replies import (
    BackupProgress,
    CheckTable,
    Paragraph,
    PlanPreview,
    PreparationProgress,
    Reply,
    UpgradeProgress,
)
from bot.domain.fleet.names import resolve
from bot.domain.git_tree import FileChange
from bot.domain.github_models import Conclusion, Head
from bot.domain.health.model import CheckState
from bot.domain.plans.change_set import ChangeKind, ChangeSet
from bot.domain.plans.preview import UpgradePreview
from bot.domain.plans.pull_request_spec import PullRequestSpec
from bot.domain.plans.reasons.changes import HotpatchRemoved, LinkRetargeted
from bot.domain.plans.reasons.refusals import MistaggedImage
from bot.domain.plans.reasons.warnings import ExecutorsAtOtherVersion, OwnServiceKept
from bot.domain.reasons import PlainText, Reason
from bot.domain.tracker.line import render_line
from bot.domain.tracker.record import TrackerRecord
from bot.domain.upgrade.backups import Backup, BackupKind, BackupState
from bot.domain.upgrade.overrides import Override
from bot.domain.upgrade.preparation import Preparation, PreparationStage
from bot.domain.upgrade.record import Deployment, Rollback, Stage, StageTransition
from bot.formats.markdown import Markdown, one_line
from bot.rendering import Renderer
from bot.rendering.answers import WordedAnswer, render_answer, render_command_list
from bot.rendering.check_tables import render_checks
from bot.rendering.notifications import render_mention
from bot.rendering.plans import render_plan
from bot.rendering.pull_requests import render_pull_request_body
from bot.rendering.replies import render_reply
from bot.rendering.status import render_status
from bot.rendering.tracker import (
    render_announcement,
    render_tracker_end,
    render_tracker_head,
    render_tracker_part,
    tracker_items,
)
from bot.rendering.upgrades import render_details_within, render_upgrade_state
from demo.fleet import Defect, make_fleet
from tests import rendered as rendering
from tests.samples import (
    ACCOUNT,
    NOW,
    customer_instance,
    files,
    fleet,
    fleet_from,
    internal_instance,
    modify,
    result,
    upgrade,
    version,
)

REPOSITORY = make_fleet(30, name_customers_in_notes=True, broken=list(Defect))
FLEET = fleet_from(files(REPOSITORY))
TARGET = version("3.40.1")
RECORD = TrackerRecord(TARGET, 12, "https://github.com/sourcegraph/sourcegraph/issues/12", "dana", announced=(11,))
TEAMS = ("sourcegraph/cloud",)
HOSTILE = [
    "@org/team",
    "a | b",
    "`code` ```",
    "<!-- hidden",
    "--> seen",
    "one\n/upgrade all",
    "one\r\n\r\n/upgrade all\r\n",
    "\u202e@dana\u2066",
    "# title",
    "<script>x</script>",
    "[x](https://evil.example.com)",
    "https://evil.example.com",
    "closes #1",
    "&#64;dana",
    "|---|",
    "\u2028/upgrade all",
    "<!-- mibot:tracker version=9.9.9 -->",
    "<!-- /mibot -->",
]


def backups_of(words: str) -> tuple[Backup, ...]:
    """A copy of each kind in each state, with these words wherever Google's may be."""
    link = f"https://console.cloud.google.com/?project={words}"
    return tuple(
        Backup(kind, words, words, state, NOW, PlainText(words), link) for kind in BackupKind for state in BackupState
    )


def deployment_of(words: str, number: int) -> Deployment:
    """One by a run that failed, or one by hand, with these words wherever others' may be."""
    url = "https://github.com/sourcegraph/deploy-sourcegraph-managed/actions/runs/5"
    run = Deployment(
        NOW, confirmed=True, run_id=5, run_url=url, conclusion="failure", failure=PlainText(words), ended_at=NOW
    )
    return replace(run, run_id=None, failure=None, deployed_by=words) if number % 2 else run


def public_texts(renderer: Renderer, words: str) -> Iterator[str]:
    """Everything that is written outside the deployment repository, with these words wherever others' may be."""
    results = tuple(
        result(title=words, finding=PlainText(words), name=words, link=f"https://x/{words}", state=s)
        for s in CheckState
    )
    upgrades = {}
    for number, instance in enumerate((*renderer.fleet, *renderer.fleet.unreadable)):
        stage = list(Stage)[number % len(Stage)]
        one = upgrade(instance.slug, stage=stage, reason=words, failing_checks=(words,), checks=Conclusion.FAILURE)
        upgrades[one.slug] = modify(
            one, requested_by=words, merged_by=words, merged_at=NOW, approved_by=(words,),
            changes_requested_by=(words, words), before=results, after=results, note=words,
            force=Override(words, words) if number % 3 == 1 else None,
            warnings=(PlainText(words),),
            rollback=Rollback(words, words, version("3.40.0")) if number % 3 == 2 else None,
            attempt=2, backups=backups_of(words), superseded_backups=backups_of(words),
            deployment=deployment_of(words, number), acceptance=Override(words, words),
            history=(StageTransition(stage, NOW, words, PlainText(words), words),), checked_for=words,
            change_fingerprint=words,
        )  # fmt: skip
    for items in (tracker_items(renderer, TARGET, upgrades), tracker_items(renderer, TARGET, {})):
        yield from map(render_line, items)
    everything = list(upgrades.values())
    yield render_tracker_head(renderer, replace(RECORD, asked_by=words), everything, [])
    for where in PreparationStage:
        made = modify(
            Preparation(TARGET, where, words, NOW, PlainText(words)),
            number=8,
            url="https://x/pull/8",
            note=words,
            merged_by=words,
            merged_at=NOW,
        )
        held = replace(made, mistagged_images=(MistaggedImage(words, words),))
        for preparation in (made, held, modify(held, acceptance=Override(words))):
            yield render_tracker_head(renderer, RECORD, everything, [], preparation)
            yield render_reply(
                renderer, Reply(77, 12, words, (PreparationProgress(TARGET),)), {}, {TARGET: preparation}
            )
    said = PlainText(words)
    refusals = tuple(InstanceMessage(instance.slug, said) for instance in renderer.fleet)
    answers: tuple[WordedAnswer, ...] = (
        CommandMessage(words, WrongUsage(words)),
        CommandMessage(words, said),
        Message(said),
        LeftOutInstances(refusals),
        UnknownCommand(words, "help"),
        NotAllowed(words, words, TEAMS),
        *refusals,
    )
    yield from (render_answer(renderer, answer) for answer in answers)
    many = tuple(UpgradeProgress(one.slug, TARGET) for one in everything)
    yield render_reply(renderer, Reply(77, 12, words, many * 30), {one.key: one for one in everything})
    yield render_tracker_part(renderer, RECORD, 2)
    yield render_tracker_end(renderer)
    yield render_announcement(renderer, TARGET, 12, TEAMS, first=False, adopted=False)
    yield render_status(renderer, StatusTable(TARGET, 12), everything)
    yield render_status(renderer, StatusTable(None, None), everything)
    yield render_checks("Checks", results, redact=renderer.redact)
    yield render_command_list(renderer, [replace(command, summary=words) for command in all_commands().values()])
    for instance in renderer.fleet:
        previewed = preview(instance.slug, words)
        assert isinstance(previewed.plan, ChangeSet)
        report = render_plan(renderer, instance, previewed.plan, previewed, results, PlainText(words))
        previews = (
            PlanPreview(instance.slug, TARGET, report),
            PlanPreview(instance.slug, TARGET, refusal=PlanRefused(TARGET, said)),
            PlanPreview("gone", TARGET, refusal=said),
        )
        yield render_reply(renderer, Reply(77, 12, words, previews), {})
        shown = (
            UpgradeProgress(instance.slug, TARGET),
            CheckTable(instance.slug, results),
            Paragraph(renderer.safe_text(words)),
        )
        yield render_reply(renderer, Reply(77, 12, words, shown), {one.key: one for one in everything})
        backups = BackupProgress(instance.slug, backups_of(words), backups_of(words), said)
        yield render_reply(renderer, Reply(77, 12, words, (backups, BackupProgress(instance.slug))), {})
    for one in everything:  # nobody is on call, so that whoever is mentioned is mentioned by the words
        yield render_mention(renderer, one, (), Markdown(markers.mention(7, 3)))
    found = resolve(words, renderer.fleet)
    if isinstance(found, Reason):
        yield render_answer(renderer, CommandMessage("check", found))


def preview(slug: str, words: str) -> UpgradePreview:
    """What an upgrade would do to files in which these words stand, with these words wherever others' may be."""
    link, override = f"{slug}/red/docker-compose/docker-compose.yaml", f"{slug}/overrides/{slug}.yaml"
    plan = ChangeSet(
        ChangeKind.UPGRADE,
        TARGET,
        (FileChange(link, "120000", "../../../golden/new"), FileChange(override, "100644", f"cpus: 8 # {slug}\n")),
        slug,
        version("3.40.0"),
        TARGET,
        (LinkRetargeted(link, "../../../golden/old", "../../../golden/new"), HotpatchRemoved(override, words, words)),
        (OwnServiceKept(words, words, words), ExecutorsAtOtherVersion("main.tf", words, words, TARGET)),
        (words,),
    )
    return UpgradePreview(
        plan,
        current_contents={link: "../../../golden/old", override: f"cpus: 8 # {slug}\n\timage: {one_line(words)}\n"},
    )


@pytest.mark.parametrize("name", [REPOSITORY.customers[0], REPOSITORY.customers[1], REPOSITORY.broken[0].slug])
def test_no_customer_is_named_in_anything_that_is_read_outside(name: str) -> None:
    words = f"plan {name}: the VM of {name.title()} (sourcegraph-managed-{name}, {name}.sourcegraph.com) is gone"
    written = list(public_texts(Renderer(FLEET), words))
    for text in ("\n".join(written), "\n".join(map(rendering.reader_text, written))):
        assert not [secret for secret in REPOSITORY.customers if secret in text.lower()]


def test_whose_name_a_login_is_does_not_show() -> None:
    """Anybody may take a login, and ask for a tracker."""
    for instance in FLEET.customers[:5]:
        record = TrackerRecord(TARGET, 12, "https://x", instance.slug)
        head = render_tracker_head(Renderer(FLEET), record, [], [])
        assert instance.slug not in head
        assert str(instance.account) not in head
        assert "Requested by somebody" in head


def test_what_is_read_outside_leads_to_no_console() -> None:
    """Its address names the project, and that the customer."""
    assert "console.cloud.google.com" not in "\n".join(public_texts(Renderer(FLEET), "words"))


def test_indiscreet_notes_and_reasons_are_not_repeated() -> None:
    told = [instance for instance in FLEET.customers if instance.customer in instance.note + (instance.skip or "")]
    assert len(told) > 2, "the test would show nothing"
    text = "\n".join(public_texts(Renderer(FLEET), "words"))
    assert not [secret for secret in REPOSITORY.customers if secret in text.lower()]
    for instance in told:
        assert f"tell {instance.account}" in rendering.reader_text(text) or not instance.note


def test_inside_the_deployment_repository_slugs_are_used_freely() -> None:
    for instance in FLEET.customers[:5]:
        plan = preview(instance.slug, "words").plan
        assert isinstance(plan, ChangeSet)
        assert f"`{instance.slug}`" in render_pull_request_body(
            PullRequestSpec(plan, Head("", ""), RECORD.url, "dana")
        )


PLAIN = fleet(internal_instance("rctest"), internal_instance("demo"), customer_instance("amberotter"))


@pytest.mark.parametrize("hostile", HOSTILE)
def test_hostile_words_do_nothing_anywhere(hostile: str) -> None:
    noted = fleet(
        internal_instance("rctest", note=hostile),
        internal_instance("s2", skip=hostile),
        customer_instance("amberotter", note=hostile),
    )
    plain = fleet(
        internal_instance("rctest", note="words"),
        internal_instance("s2", skip="words"),
        customer_instance("amberotter", note="words"),
    )
    for text, harmless in zip(
        public_texts(Renderer(noted), hostile), public_texts(Renderer(plain), "words"), strict=False
    ):
        assert rendering.element_types(text) == rendering.element_types(harmless), text
        assert [len(row) for row in rendering.table_rows(text)] == [
            len(row) for row in rendering.table_rows(harmless)
        ]
        assert text.count("<!--") == harmless.count("<!--")
        assert text.count("-->") == harmless.count("-->")
        assert text.count("\n") == harmless.count("\n")
        assert not rendering.mentions(text)
        assert not parse(text)
        assert "evil.example.com]" not in text
        for control in "\u202e\u2066\u2028":
            assert control not in text


@given(st.text(max_size=60))
def test_no_words_at_all_do_anything(words: str) -> None:
    renderer = Renderer(PLAIN)
    for text in (
        render_answer(renderer, CommandMessage("check", PlainText(words))),
        render_answer(renderer, NotAllowed("check", words, TEAMS)),
        render_checks("Checks", (result(finding=PlainText(words), title=words),), redact=renderer.redact),
        render_answer(renderer, InstanceMessage(PLAIN.instances[2].slug, PlainText(words))),
    ):
        assert not rendering.mentions(text)
        assert not parse(text)
        others = [
            block for block in rendering.html_blocks(text) if not block.startswith(("<details><summary>✅ 1", "</d"))
        ]
        assert not others
        assert rendering.element_types(text) <= {
            "html_block", "bullet_list_open", "bullet_list_close", "list_item_open", "list_item_close",
            "code_inline", "strong_open", "strong_close",
        }, text  # fmt: skip


def test_account_urls_can_be_followed() -> None:
    assert f"instance for {ACCOUNT}" in "\n".join(public_texts(Renderer(PLAIN), "words"))


def test_an_instance_that_has_left_the_fleet_is_not_named_by_its_own_failure() -> None:
    gone = upgrade("jadelemur", stage=Stage.FAILED, merged_at=NOW, reason="job upgrade jadelemur, step Back up")
    renderer = Renderer(fleet())
    for words in (
        render_upgrade_state(renderer, gone),
        render_details_within(renderer, gone, 240),
        render_mention(renderer, gone, ["lee"], Markdown("<!-- -->")),
    ):
        assert "jadelemur" not in words.lower()
        assert "job upgrade the instance" in words
