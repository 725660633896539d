"""Outside the deployment repository no customer is named, and nobody's words do anything, whatever they are."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.commands import all_commands
from bot.domain.chat import markers
from bot.domain.chat.comments import has_commands
from bot.domain.chat.replies import (
    BackupShown,
    CheckTable,
    Paragraph,
    PlanShown,
    Preparing,
    Progress,
    Reply,
    TrackerRecord,
)
from bot.domain.fleet.model import FileChange
from bot.domain.fleet.names import Unknown, resolve
from bot.domain.github_models import Conclusion, Head
from bot.domain.health.model import State
from bot.domain.plans.change_set import ChangeSet, HotpatchRemoved, Kind, LinkMoved, Stray
from bot.domain.plans.preview import Preview
from bot.domain.plans.pull_request_spec import Order
from bot.domain.tracker.line import own_line
from bot.domain.upgrade.backups import Copy, CopyKind, CopyState
from bot.domain.upgrade.preparation import Preparation, PreparationStage
from bot.domain.upgrade.record import Back, Deployment, Stage, Step
from bot.formats.markdown import Markdown, one_line
from bot.rendering import Voice, pull_body
from demo.fleet import Breakage, make_fleet
from tests import rendered as rendering
from tests.samples import ACCOUNT, NOW, customer, files, fleet, internal, read, result, upgrade, version

REPOSITORY = make_fleet(30, indiscreet=True, broken=list(Breakage))
FLEET = read(files(REPOSITORY))
TO = version("3.40.1")
RECORD = TrackerRecord(TO, 12, "https://github.com/sourcegraph/sourcegraph/issues/12", "dana", announced=(11,))
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


def copies_of(words: str) -> tuple[Copy, ...]:
    """A copy of each kind in each state, with these words wherever Google's may be."""
    link = f"https://console.cloud.google.com/?project={words}"
    return tuple(Copy(kind, words, words, state, NOW, words, link) for kind in CopyKind for state in CopyState)


def deployment_of(words: str, number: int) -> Deployment:
    """One by a run that failed, or one by hand, with these words wherever others' may be."""
    url = "https://github.com/sourcegraph/deploy-sourcegraph-managed/actions/runs/5"
    run = Deployment(NOW, accepted=True, run=5, url=url, conclusion="failure", failed=words, ended_at=NOW)
    return replace(run, run=None, conclusion="by hand", failed="", by=words) if number % 2 else run


def outside(voice: Voice, words: str) -> Iterator[str]:
    """Everything that a voice writes outside the deployment repository, with these words wherever others' may be."""
    results = tuple(
        result(title=words, sentence=words, name=words, link=f"https://x/{words}", state=s) for s in State
    )
    upgrades = {}
    for number, instance in enumerate((*voice.fleet, *voice.fleet.problems)):
        stage = list(Stage)[number % len(Stage)]
        one = upgrade(instance.slug, stage=stage, reason=words, failing=(words,), checks=Conclusion.FAILURE)
        upgrades[one.slug] = replace(
            one, asked_by=words, merged_by=words, merged_at=NOW, approved_by=(words,), objections_by=(words, words),
            before=results, after=results, forced=words if number % 3 == 1 else "", forced_by=words, note=words,
            warnings=(words,), back=Back(words, words, version("3.40.0")) if number % 3 == 2 else None,
            attempt=2, copies=copies_of(words), earlier_copies=copies_of(words),
            deployment=deployment_of(words, number), accepted=words,
            accepted_by=words, history=(Step(stage, NOW, words, words, words),), checked=words, meaning=words,
        )  # fmt: skip
    for items in (voice.tracker_items(TO, upgrades), voice.tracker_items(TO, {})):
        yield from map(own_line, items)
    everything = list(upgrades.values())
    yield voice.tracker_head(replace(RECORD, asked_by=words), everything, [])
    for where in PreparationStage:
        made = Preparation(TO, where, words, NOW, words, 8, "https://x/pull/8", note=words, merged_by=words)
        held = replace(made, stray=(Stray(words, words),))
        for preparation in (made, held, replace(held, accepted_by=words)):
            yield voice.tracker_head(RECORD, everything, [], preparation)
            yield voice.reply(Reply(77, 12, words, (Preparing(TO),)), {}, {TO: preparation})
    yield voice.misused(words, "write {usage}.", words)
    yield voice.left_out([(instance, words) for instance in voice.fleet])
    many = tuple(Progress(one.slug, TO) for one in everything)
    yield voice.reply(Reply(77, 12, words, many * 30), {one.key: one for one in everything})
    yield voice.tracker_part(RECORD, 2)
    yield voice.tracker_end()
    yield voice.announcement(TO, 12, TEAMS, first=False, adopted=False)
    yield voice.status(TO, 12, everything)
    yield voice.status(None, None, everything)
    yield voice.about_command(words, words)
    yield voice.unknown_command(words, "help")
    yield voice.not_allowed(words, words, TEAMS)
    yield voice.check_table(voice.sentence(words), results)
    yield voice.help([{"usage": c.usage, "summary": words, "who": c.who.value} for c in all_commands().values()])
    for instance in voice.fleet:
        yield voice.refusal(instance, words)
        shown_plan = voice.plan(instance, TO, preview(instance.slug, words), results, words)
        yield voice.reply(Reply(77, 12, words, (PlanShown(instance.slug, TO, shown_plan),)), {})
        shown = (Progress(instance.slug, TO), CheckTable(instance.slug, results), Paragraph(voice.sentence(words)))
        yield voice.reply(Reply(77, 12, words, shown), {one.key: one for one in everything})
        backups = BackupShown(instance.slug, copies_of(words), copies_of(words), words)
        yield voice.reply(Reply(77, 12, words, (backups, BackupShown(instance.slug))), {})
    for one in everything:  # nobody is on call, so that whoever is mentioned is mentioned by the words
        yield voice.alarm(one, (), Markdown(markers.alarm(7, 3)))
    found = resolve(words, voice.fleet)
    if isinstance(found, Unknown):
        yield voice.about_command("check", found.sentence)


def preview(slug: str, words: str) -> Preview:
    """What an upgrade would do to files in which these words stand, with these words wherever others' may be."""
    link, override = f"{slug}/red/docker-compose/docker-compose.yaml", f"{slug}/overrides/{slug}.yaml"
    plan = ChangeSet(
        Kind.UPGRADE,
        TO,
        (FileChange(link, "120000", "../../../golden/new"), FileChange(override, "100644", f"cpus: 8 # {slug}\n")),
        slug,
        version("3.40.0"),
        TO,
        (LinkMoved(link, "../../../golden/old", "../../../golden/new"), HotpatchRemoved(override, words, words)),
        (words,),
        (words,),
    )
    return Preview(
        plan, now={link: "../../../golden/old", override: f"cpus: 8 # {slug}\n\timage: {one_line(words)}\n"}
    )


@pytest.mark.parametrize("name", [REPOSITORY.customers[0], REPOSITORY.customers[1], REPOSITORY.broken[0].slug])
def test_no_customer_is_named_in_anything_that_is_read_outside(name: str) -> None:
    words = f"plan {name}: the VM of {name.title()} (sourcegraph-managed-{name}, {name}.sourcegraph.com) is gone"
    written = list(outside(Voice(FLEET), words))
    for text in ("\n".join(written), "\n".join(map(rendering.text, written))):
        assert not [secret for secret in REPOSITORY.customers if secret in text.lower()]


def test_what_is_read_outside_leads_to_no_console() -> None:
    """Its address names the project, and that the customer."""
    assert "console.cloud.google.com" not in "\n".join(outside(Voice(FLEET), "words"))


def test_indiscreet_notes_and_reasons_are_not_repeated() -> None:
    told = [instance for instance in FLEET.customers if instance.customer in instance.note + instance.skip]
    assert len(told) > 2, "the test would show nothing"
    text = "\n".join(outside(Voice(FLEET), "words"))
    assert not [secret for secret in REPOSITORY.customers if secret in text.lower()]
    for instance in told:
        assert f"tell {instance.account}" in rendering.text(text) or not instance.note


def test_inside_the_deployment_repository_slugs_are_used_freely() -> None:
    for instance in FLEET.customers[:5]:
        plan = preview(instance.slug, "words").plan
        assert isinstance(plan, ChangeSet)
        assert f"`{instance.slug}`" in pull_body(Order(plan, Head("", ""), RECORD.url, "dana"))


PLAIN = fleet(internal("rctest"), internal("demo"), customer("amberotter"))


@pytest.mark.parametrize("hostile", HOSTILE)
def test_hostile_words_do_nothing_anywhere(hostile: str) -> None:
    noted = fleet(
        internal("rctest", note=hostile), internal("s2", skip=hostile), customer("amberotter", note=hostile)
    )
    plain = fleet(
        internal("rctest", note="words"), internal("s2", skip="words"), customer("amberotter", note="words")
    )
    for text, harmless in zip(outside(Voice(noted), hostile), outside(Voice(plain), "words"), strict=False):
        assert rendering.kinds(text) == rendering.kinds(harmless), text
        assert [len(row) for row in rendering.cells(text)] == [len(row) for row in rendering.cells(harmless)]
        assert text.count("<!--") == harmless.count("<!--")
        assert text.count("-->") == harmless.count("-->")
        assert text.count("\n") == harmless.count("\n")
        assert not rendering.mentions(text)
        assert not has_commands(text)
        assert "evil.example.com]" not in text
        for control in "\u202e\u2066\u2028":
            assert control not in text


@given(st.text(max_size=60))
def test_no_words_at_all_do_anything(words: str) -> None:
    voice = Voice(PLAIN)
    for text in (
        voice.about_command("check", words),
        voice.not_allowed("check", words, TEAMS),
        voice.check_table(voice.sentence(words), (result(sentence=words, title=words),)),
        voice.refusal(PLAIN.instances[2], words),
    ):
        assert not rendering.mentions(text)
        assert not has_commands(text)
        assert rendering.kinds(text) <= {
            "code_inline", "strong_open", "strong_close", "table_open", "table_close", "thead_open", "thead_close",
            "tbody_open", "tbody_close", "tr_open", "tr_close", "th_open", "th_close", "td_open", "td_close",
        }, text  # fmt: skip


def test_account_urls_can_be_followed() -> None:
    assert f"instance for {ACCOUNT}" in "\n".join(outside(Voice(PLAIN), "words"))


def test_an_instance_that_has_left_the_fleet_is_not_named_by_its_own_failure() -> None:
    gone = upgrade("jadelemur", stage=Stage.FAILED, merged_at=NOW, reason="job upgrade jadelemur, step Back up")
    voice = Voice(fleet())
    for words in (voice.state(gone), voice.brief_state(gone, 240), voice.alarm(gone, ["lee"], Markdown("<!-- -->"))):
        assert "jadelemur" not in words.lower()
        assert "job upgrade the instance" in words
