"""What a rollback changes: back to what the instance ran before, as Git has it, with what people changed since."""

from __future__ import annotations

import pytest

from bot.domain.fleet.model import Channel
from bot.domain.git_tree import FileChange, blob_sha
from bot.domain.plans.change_set import ChangeKind, Refusal
from bot.domain.plans.checkout import Checkout
from bot.domain.plans.reasons.changes import FileRestored
from bot.domain.plans.reasons.file_problems import FileProblem, FileReason, InvalidTerraform, UnusableFile
from bot.domain.plans.reasons.refusals import (
    AlreadyRolledBack,
    HistoryProblem,
    RollbackGoldenMissing,
    RollbackTooFar,
    UnusableHistory,
)
from bot.domain.plans.reasons.warnings import FileKept
from bot.domain.plans.rollback import LinkHistory, plan_rollback, previous_version
from bot.domain.plans.upgrade import PlanContext
from demo.fleet import Hotpatch, make_fleet
from tests.domain.plans.repositories import (
    CASES,
    EXECUTORS,
    INFRASTRUCTURE,
    LINK,
    OVERRIDE,
    SLUG,
    apply_changes,
    checkout,
    compose_text,
    instance_in,
    module_text,
    planned_rollback,
    planned_upgrade,
    refused_rollback,
    render_diff,
    repository,
    source,
    text_after,
)
from tests.domain.upgrade.deployments import Files, golden, link, plain
from tests.samples import files, internal_instance, snapshot_of, version

TAGS = PlanContext(module_tags=frozenset({"mi-module-v3.40.1-v1", "mi-module-v3.40.1-v10"}))
HOTPATCH_AMONG_OTHERS = """\
# what this instance needs
services:
  searcher:
    image: sourcegraph/searcher:3.40.0-hotpatch.1 # until the next release
    cpus: 8

  # for the nightly syncs
  gitserver:
    mem_limit: '8g'
    cpus: 8
"""
HOTPATCH_ONLY = "services:\n  searcher:\n    image: sourcegraph/searcher:3.40.0-hotpatch.1\n"
FOLDER = f"{SLUG}/overrides/hotpatch.yaml"
NAME = "red/docker-compose/docker-compose.override.yaml"


def module(ref: str) -> tuple[str, bytes]:
    return plain(module_text(source(ref)))


BEFORE = repository(
    HOTPATCH_AMONG_OTHERS, {FOLDER: ("100755", HOTPATCH_ONLY.encode()), INFRASTRUCTURE: module("mi-module-v1.1.0-v2")}
)
AFTER = apply_changes(BEFORE, planned_upgrade(BEFORE, known=TAGS).changes)


def after_with(**changed: object) -> Files:
    """The files after the upgrade and what people changed then: `override`, `folder`, `infrastructure`, `link`."""
    paths = {"override": OVERRIDE, "folder": FOLDER, "infrastructure": INFRASTRUCTURE, "link": LINK}
    made = dict(AFTER)
    for name, content in changed.items():
        if content is None:
            made.pop(paths[name], None)
        else:
            made[paths[name]] = plain(content) if isinstance(content, str) else content  # type: ignore[assignment]
    return made


def override_after() -> str:
    return AFTER[OVERRIDE][1].decode()


# Back to how it was


def test_the_upgrade_that_is_undone_changed_every_kind_of_file() -> None:
    changed = {path for path in BEFORE.keys() | AFTER.keys() if BEFORE.get(path) != AFTER.get(path)}
    assert changed == {LINK, OVERRIDE, FOLDER, INFRASTRUCTURE}
    assert FOLDER not in AFTER


def test_a_rollback_restores_every_byte_and_every_mode() -> None:
    plan = planned_rollback(BEFORE, AFTER)
    assert apply_changes(AFTER, plan.changes) == BEFORE
    assert plan.warnings == ()


def test_a_rollback_says_from_where_to_where_and_which_files() -> None:
    plan = planned_rollback(BEFORE, AFTER)
    assert (plan.kind, plan.slug) == (ChangeKind.ROLLBACK, SLUG)
    assert [plan.version, plan.old, plan.new] == [version(one) for one in ("3.40.1", "3.40.1", "3.40.0")]
    assert set(plan.reasons) == {FileRestored(path) for path in (LINK, OVERRIDE, FOLDER, INFRASTRUCTURE)}
    assert plan.branch == f"{SLUG}/rollback-v3.40.1"


def test_a_rollback_changes_these_lines() -> None:
    before = files(make_fleet(20))
    one = next(one for one in make_fleet(20).instances if one.hotpatch is Hotpatch.FOLDER)
    after = apply_changes(before, planned_upgrade(before, "3.41.0", instance=instance_in(before, one.slug)).changes)
    plan = planned_rollback(before, after, instance=instance_in(after, one.slug))
    assert render_diff(after, plan) == (CASES / "rollback" / "expected.diff").read_text()


def test_an_upgrade_that_moved_only_the_link_is_undone_alone() -> None:
    before = repository()
    after = apply_changes(before, planned_upgrade(before).changes)
    assert planned_rollback(before, after).changes == (
        FileChange(LINK, "120000", "../../../golden/docker-compose.3.40.0.yaml"),
    )


def test_every_reference_of_several_modules_goes_back() -> None:
    refs = ("mi-module-v1.1.0-v2", "mi-module-v3.40.0-v1", "mi-module-v1.1.0-v2")
    before = repository(changed={INFRASTRUCTURE: plain(module_text(*map(source, refs)))})
    after = apply_changes(before, planned_upgrade(before, known=TAGS).changes)
    assert apply_changes(after, planned_rollback(before, after).changes) == before


@pytest.mark.parametrize(
    "lines",
    [
        ['  source = "x?ref=mi-module-v1.1.0-v2" # a', "  zone   = var.zone                    # b"],
        ['  source = "x?ref=mi-module-v1.1.0-v2"  # a', "  zone   = var.zone                     # b"],
        ['  source = "x?ref=mi-module-v1.1.0-v2" # a', "  zone   = var.zone                      # b"],
        ['  source = "x?ref=mi-module-v1.1.0-v2" # a', "  zone   = var.zone                      # b", "  zo = 1"],
        ['  source = "x?ref=mi-module-v1.1.0-v2"   # a'],
    ],
)
def test_a_module_goes_back_with_its_comments_in_their_columns(lines: list[str]) -> None:
    text = "\n".join(['module "m" {', *lines, "}", ""])
    before = repository(changed={INFRASTRUCTURE: plain(text)})
    for known in (TAGS, PlanContext(module_tags=frozenset({"mi-module-v3.40.1-v1"}))):
        after = apply_changes(before, planned_upgrade(before, known=known).changes)
        assert text_after(after, planned_rollback(before, after), INFRASTRUCTURE) == text


def test_executors_and_golden_files_stay_as_they_are() -> None:
    before = {**BEFORE, EXECUTORS: plain("# older\n")}
    after = {**AFTER, EXECUTORS: plain("# newer\n"), "golden/docker-compose.3.42.0.yaml": plain("services: {}\n")}
    assert {path.partition("/")[0] for path in planned_rollback(before, after).paths} == {SLUG}


def test_the_other_deployments_and_other_instances_files_stay() -> None:
    others = {
        f"{SLUG}/black/docker-compose/docker-compose.override.yaml": plain("services: {}\n"),
        f"{SLUG}/config.yaml": plain("instanceType: internal\nupgrade:\n  note: careful\n"),
        "demo/overrides/x.yaml": plain("services: {}\n"),
    }
    plan = planned_rollback(BEFORE, {**AFTER, **others})
    assert plan.paths == {LINK, OVERRIDE, FOLDER, INFRASTRUCTURE}
    assert plan.note == "careful"


def test_an_instance_that_is_left_out_of_upgrades_can_go_back() -> None:
    instance = internal_instance(SLUG, version=version("3.40.1"), skip="frozen", channel=Channel.PAUSE)
    assert apply_changes(AFTER, planned_rollback(BEFORE, AFTER, instance=instance).changes) == BEFORE


# What people changed since


def test_what_people_changed_since_stays_where_it_does_not_meet_the_upgrade() -> None:
    now = after_with(override=f"{override_after()}  frontend:\n    cpus: 2 # added later\n")
    plan = planned_rollback(BEFORE, AFTER, now)
    assert text_after(now, plan) == f"{HOTPATCH_AMONG_OTHERS}  frontend:\n    cpus: 2 # added later\n"
    assert plan.warnings == ()


def test_what_people_changed_where_the_upgrade_did_stays_with_a_warning() -> None:
    now = after_with(override=override_after().replace("  searcher:\n    cpus: 8", "  searcher:\n    cpus: 16"))
    plan = planned_rollback(BEFORE, AFTER, now)
    assert OVERRIDE not in plan.paths
    assert plan.warnings == (FileKept(NAME),)
    assert plan.paths == {LINK, FOLDER, INFRASTRUCTURE}


@pytest.mark.parametrize("new", [HOTPATCH_ONLY.replace("hotpatch.1", "hotpatch.2"), "services: {}\n"])
def test_a_file_that_people_made_where_the_upgrade_removed_one_stays_with_a_warning(new: str) -> None:
    plan = planned_rollback(BEFORE, AFTER, after_with(folder=new))
    assert FOLDER not in plan.paths
    assert plan.warnings == (FileKept("overrides/hotpatch.yaml"),)


def test_a_file_that_people_removed_since_stays_away_with_a_warning() -> None:
    plan = planned_rollback(BEFORE, AFTER, after_with(override=None))
    assert OVERRIDE not in plan.paths
    assert plan.warnings == (FileKept(NAME),)


def test_an_override_that_people_made_a_link_since_stays_with_a_warning() -> None:
    plan = planned_rollback(BEFORE, AFTER, after_with(override=link("../../overrides/x.yaml")))
    assert OVERRIDE not in plan.paths
    assert plan.warnings == (FileKept(NAME),)


def test_a_mode_that_people_changed_since_stays() -> None:
    now = after_with(override=("100755", override_after().encode()))
    after = apply_changes(now, planned_rollback(BEFORE, AFTER, now).changes)
    assert after[OVERRIDE] == ("100755", HOTPATCH_AMONG_OTHERS.encode())


def test_what_people_restored_by_hand_needs_nothing() -> None:
    plan = planned_rollback(BEFORE, AFTER, after_with(override=HOTPATCH_AMONG_OTHERS, folder=BEFORE[FOLDER]))
    assert plan.paths == {LINK, INFRASTRUCTURE}
    assert plan.warnings == ()


def test_what_people_changed_in_the_infrastructure_stays() -> None:
    text = AFTER[INFRASTRUCTURE][1].decode().replace("  customer", "  zone = 1\n  customer")
    now = after_with(infrastructure=text)
    plan = planned_rollback(BEFORE, AFTER, now)
    assert text_after(now, plan, INFRASTRUCTURE) == text.replace("mi-module-v3.40.1-v10", "mi-module-v1.1.0-v2")


def test_what_people_changed_in_the_infrastructure_with_the_upgrade_stays_too() -> None:
    after = {**AFTER, INFRASTRUCTURE: plain(AFTER[INFRASTRUCTURE][1].decode().replace("customer =", "who ="))}
    plan = planned_rollback(BEFORE, after)
    assert text_after(after, plan, INFRASTRUCTURE) == BEFORE[INFRASTRUCTURE][1].decode().replace(
        "customer =", "who ="
    )


@pytest.mark.parametrize("infrastructure", [module("mi-module-v4.0.0-v1")[1].decode(), None])
def test_a_module_that_people_moved_or_removed_since_stays_with_a_warning(infrastructure: str | None) -> None:
    plan = planned_rollback(BEFORE, AFTER, after_with(infrastructure=infrastructure))
    assert plan.paths == {LINK, OVERRIDE, FOLDER}
    assert plan.warnings == (FileKept("infrastructure.tf"),)


def test_a_file_that_an_upgrade_added_goes() -> None:
    added = f"{SLUG}/overrides/added.yaml"
    assert (
        FileChange(added, "100644", None)
        in planned_rollback(BEFORE, {**AFTER, added: plain("services: {}\n")}).changes
    )


# Refusals


def test_an_instance_that_was_never_upgraded_is_refused() -> None:
    reason = UnusableHistory(HistoryProblem.NO_EARLIER_LINK)
    assert plan_rollback(instance_in(AFTER), None, checkout(AFTER), PlanContext()) == Refusal(reason)
    assert refused_rollback({path: file for path, file in BEFORE.items() if path != LINK}, AFTER) == reason


def test_what_was_a_rollback_is_not_undone() -> None:
    back = apply_changes(AFTER, planned_rollback(BEFORE, AFTER).changes)
    assert refused_rollback(AFTER, back) == AlreadyRolledBack(version("3.40.1"), version("3.40.0"))


@pytest.mark.parametrize(
    ("old", "new", "released", "goes"),
    [
        ("3.39.1", "3.40.1", "", True),
        ("3.39.1", "3.41.0", "", False),
        ("3.39.1", "4.0.0", "3.43.2", False),
        ("3.43.2", "4.0.0", "3.43.2", True),
        ("3.43.2", "4.0.0", "3.44.0", False),
        ("3.43.2", "4.1.0", "", False),
        ("3.41.0-rc.1", "3.41.0", "", True),
    ],
)
def test_a_rollback_goes_back_one_minor_version_at_most(old: str, new: str, released: str, goes: bool) -> None:
    texts = {f"golden/docker-compose.{one}.yaml": plain(compose_text(one)) for one in (old, new)}
    kept = {path: file for path, file in BEFORE.items() if not path.startswith("golden/")}
    before = {**kept, **texts, LINK: golden(old)}
    after = {**before, LINK: golden(new)}
    known = PlanContext(released=frozenset(map(version, released.split())))
    if goes:
        assert apply_changes(after, planned_rollback(before, after, known=known).changes) == before
    else:
        assert refused_rollback(before, after, known=known) == RollbackTooFar(version(old), version(new))


def test_a_golden_file_that_is_gone_must_be_restored_first() -> None:
    now = {path: file for path, file in AFTER.items() if path != "golden/docker-compose.3.40.0.yaml"}
    assert refused_rollback(BEFORE, AFTER, now) == RollbackGoldenMissing(version("3.40.0"))


@pytest.mark.parametrize(
    "was",
    [
        plain("services: {}\n"),
        link("../../../golden/docker-compose.latest.yaml"),
        link("../../golden/docker-compose.3.40.0.yaml"),
        link("../../../golden/docker-compose.3.40.0.yaml/"),
        link("../../../golden/docker-compose.v3.40.0.yaml"),
        plain(b"\xff"),
    ],
)
def test_what_was_no_golden_file_is_not_gone_back_to(was: tuple[str, bytes]) -> None:
    assert refused_rollback({**BEFORE, LINK: was}, AFTER) == UnusableHistory(HistoryProblem.NOT_GOLDEN)


def test_git_tells_what_an_instance_ran_before_its_link_was_changed() -> None:
    def told(before: Files, after: Files, now: Files) -> str:
        past = LinkHistory("c0ffee", snapshot_of(before), snapshot_of(after))
        contents = {blob_sha(content): content for _, content in (*before.values(), *after.values())}
        return str(previous_version(instance_in(now), past, Checkout(past.after, contents)))

    assert told(BEFORE, AFTER, AFTER) == "3.40.0"
    assert told(AFTER, BEFORE, BEFORE) == "3.40.1", "a rollback came from where it went back"
    assert told(BEFORE, AFTER, BEFORE) == "None", "it was another change than that one"
    assert told({**BEFORE, LINK: plain("services: {}")}, AFTER, AFTER) == "None"


def test_a_plain_file_with_a_links_words_in_it_is_no_golden_file() -> None:
    was = plain("../../../golden/docker-compose.3.40.0.yaml")
    assert refused_rollback({**BEFORE, LINK: was}, AFTER) == UnusableHistory(HistoryProblem.NOT_GOLDEN)


def test_a_history_that_does_not_lead_to_what_it_runs_is_refused() -> None:
    instance = internal_instance(SLUG, version=version("3.41.0"))
    reason = UnusableHistory(HistoryProblem.UNREADABLE_MERGE)
    assert refused_rollback(BEFORE, AFTER, instance=instance) == reason


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b'module "m" {\n  source = "mi-module-v"\n', InvalidTerraform("infrastructure.tf", 3)),
        (b"mi-module-v\xff", UnusableFile("infrastructure.tf", FileProblem.NOT_UTF8)),
    ],
)
def test_a_broken_infrastructure_file_is_named(content: bytes, reason: FileReason) -> None:
    assert refused_rollback(BEFORE, AFTER, after_with(infrastructure=plain(content))) == reason


def test_an_override_that_was_no_text_is_named() -> None:
    reason = refused_rollback({**BEFORE, OVERRIDE: plain(b"\xff")}, AFTER)
    assert reason == UnusableFile(OVERRIDE.partition("/")[2], FileProblem.NOT_UTF8)


def test_what_was_not_fetched_is_asked_for_again() -> None:
    past = LinkHistory("commit", snapshot_of(BEFORE), snapshot_of(AFTER))
    links = {blob_sha(BEFORE[LINK][1]), blob_sha(AFTER[LINK][1])}
    partly = checkout({**AFTER, "old": BEFORE[LINK]}, links)
    plan = plan_rollback(instance_in(AFTER), past, partly, PlanContext())
    assert isinstance(plan, Refusal)
    assert isinstance(plan.reason, UnusableFile)
    assert plan.reason.problem is FileProblem.UNREADABLE
