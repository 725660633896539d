"""What holds for every plan: over made-up fleets, and over override files as people might write them."""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import product
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.domain.fleet.images import looks_first_party
from bot.domain.fleet.inventory import golden_link_target
from bot.domain.fleet.model import Instance
from bot.domain.plans.change_set import ChangeSet, Refusal
from bot.domain.plans.reasons.changes import ModuleRefUpdated
from bot.domain.plans.upgrade import PlanContext, override_files
from bot.domain.version_steps import SameVersion
from bot.domain.versions import Version
from bot.rendering.wording import describe
from demo.fleet import compose_file, make_fleet
from tests.domain.plans.repositories import (
    EXECUTORS,
    FIRST_PARTY,
    INFRASTRUCTURE,
    LINK,
    OVERRIDE,
    SLUG,
    THIRD_PARTY,
    apply_changes,
    compose_text,
    instance_in,
    load_yaml,
    module_text,
    planned_preparation,
    planned_rollback,
    planned_upgrade,
    preparation_plan,
    refused_upgrade,
    repository,
    rollback_plan,
    source,
    upgrade_plan,
)
from tests.domain.upgrade.deployments import Files, golden, plain
from tests.samples import files, snapshot_of, version

FOLDER = f"{SLUG}/overrides/more.yaml"
SECOND = f"{SLUG}/overrides/second.yml"


# Override files as people might write them


@dataclass(frozen=True)
class Service:
    """One service of an override file: its name, its settings in order, and how it is written."""

    name: str
    settings: tuple[str, ...]
    flow: bool
    comments: tuple[str, ...]
    blank: bool

    def lines(self) -> Iterator[str]:
        above, inside, behind = self.comments
        yield from [""] if self.blank else []
        yield from [f"  # {above}"] if above else []
        tail = f" # {behind}" if behind else ""
        if self.flow:
            yield f"  {self.name}: {{{', '.join(SETTINGS[one] for one in self.settings)}}}{tail}"
            return
        yield f"  {self.name}:{tail}"
        for number, one in enumerate(self.settings):
            yield from [f"    # {inside}"] if inside and number else []
            yield f"    {SETTINGS[one]}{tail}"


SETTINGS = {
    "image": "image: index.docker.io/sourcegraph/any:3.40.0-hotpatch.1",
    "elsewhere": "image: 'us.gcr.io/another/any:99_2022'",
    "cpus": "cpus: 8",
    "memory": "mem_limit:   \"8g\"",
    "list": "environment: ['A=image: x', 'B=#']",
    "map": "labels: {image: 'x', 'b': }",
}  # fmt: skip
REMARKS = st.sampled_from(["", "image: here", "why: it is slow", "- x", "é"])


@st.composite
def services(draw: st.DrawFn, name: str) -> Service:
    image = draw(st.sampled_from([None, "image", "elsewhere"]))
    chosen = draw(st.lists(st.sampled_from(["cpus", "memory", "list", "map"]), max_size=2, unique=True))
    if image or not chosen:
        chosen.insert(draw(st.integers(0, len(chosen))), image or "image")
    comments = (draw(REMARKS), draw(REMARKS), draw(REMARKS))
    return Service(name, tuple(chosen), draw(st.booleans()), comments, draw(st.booleans()))


@st.composite
def overrides(draw: st.DrawFn) -> str:
    """An override file: some services of the golden file and one of the instance's own, in any style."""
    names = draw(st.lists(st.sampled_from([*FIRST_PARTY, THIRD_PARTY, "own"]), min_size=1, max_size=4, unique=True))
    head = draw(st.sampled_from(["", "# top\n", "---\n", "version: '2.4'\n", "x-image: &i {image: none}\n\n"]))
    lines = [line for name in names for line in draw(services(name)).lines()]
    tail = draw(st.sampled_from(["", "# the end\n", "  # the end\n", "volumes:\n  image:\n"]))
    text = f"{head}services:\n" + "".join(f"{line}\n" for line in lines) + tail
    end = draw(st.sampled_from(["\n", "\r\n"]))
    return draw(st.sampled_from([text, text.removesuffix("\n")])).replace("\n", end)


REFS = st.sampled_from(
    ["main", "mi-module-v1.1.0-v2", "mi-module-v3.40.0-v3", "mi-module-v3.40.1-v9", "mi-module-v3.41.0-v1"]
)
TAGS = st.frozensets(
    st.sampled_from(["mi-module-v3.40.1-v2", "mi-module-v3.40.1-v10", "mi-module-v3.41.0-v1", "mi-module-v9.9.9-v9"])
)
TARGETS = st.sampled_from(["3.40.1", "3.41.0"])


@st.composite
def deployments(draw: st.DrawFn) -> Files:
    """A deployment repository whose one instance has override files and a module as people might write them."""
    changed = {
        FOLDER: draw(st.none() | overrides().map(plain)),
        SECOND: draw(st.none() | overrides().map(lambda text: ("100755", text.encode()))),
        INFRASTRUCTURE: draw(st.none() | st.lists(REFS.map(source), min_size=1, max_size=2).map(module_of)),
    }
    return repository(draw(st.none() | overrides()), changed)


def module_of(sources: list[str]) -> tuple[str, bytes]:
    return plain(module_text(*sources))


KNOWN = TAGS.map(lambda tags: PlanContext(module_tags=tags))


def without_hotpatches(document: Any) -> Any:
    """What an override file says, less the images of the publisher's services; None when nothing is left."""
    section = dict(document["services"])
    for name in FIRST_PARTY:
        if name in section and "image" in section[name]:
            section[name] = {key: value for key, value in section[name].items() if key != "image"}
            if not section[name]:
                del section[name]
    left = {**document, "services": section} if section else {k: v for k, v in document.items() if k != "services"}
    return left if left.keys() - {"version"} else None


def has_hotpatch(document: Any) -> bool:
    return any("image" in document["services"].get(name, {}) for name in FIRST_PARTY)


@given(overrides(), TARGETS)
def test_an_override_says_the_same_without_its_hotpatches(text: str, target: str) -> None:
    before = repository(text)
    after = apply_changes(before, planned_upgrade(before, target).changes)
    document = load_yaml(text)
    left = without_hotpatches(document) if has_hotpatch(document) else document
    if left is None:
        assert OVERRIDE not in after
    else:
        assert load_yaml(after[OVERRIDE][1].decode()) == left


@given(overrides(), TARGETS)
def test_comments_and_untouched_lines_stay_byte_for_byte(text: str, target: str) -> None:
    before = repository(text)
    after = apply_changes(before, planned_upgrade(before, target).changes)
    if OVERRIDE not in after:
        return
    left = after[OVERRIDE][1].decode()
    end = "\r\n" if "\r\n" in text else "\n"
    assert left.count("\n") == left.count(end)
    if "services:" in left and text.endswith(end):
        assert left.split(end).count("") == text.split(end).count("")
    lines = filter(None, text.split(end))
    for line in filter(None, left.split(end)):
        gone = []
        while not same(old := next(lines), line):
            gone.append(old)
        assert_only_hotpatch_lines(gone)
    assert_only_hotpatch_lines(list(lines))


def same(old: str, new: str) -> bool:
    """Whether a line is the other one; a flow mapping may have lost its image."""
    head, brace, _ = old.partition(": {")
    return old == new or (brace != "" and "image: " in old and new.startswith(head + brace))


def assert_only_hotpatch_lines(lines: list[str]) -> None:
    """Sees that these neighbouring lines are images, or services that were nothing else; and when all services go,
    that what stands between them goes, and nothing around them."""
    if "services:" in lines:
        first, *lines = (line for line in lines if not line.lstrip().startswith("#"))
        assert first == "services:"
    assert all(re.match(r" {4}image: |  [a-z]+:", line) for line in lines), lines


@settings(max_examples=60)
@given(deployments(), TARGETS, KNOWN)
def test_applying_a_change_set_twice_equals_once(before: Files, target: str, known: PlanContext) -> None:
    plan = planned_upgrade(before, target, known=known)
    after = apply_changes(before, plan.changes)
    assert apply_changes(after, plan.changes) == after
    assert refused_upgrade(after, target, known=known).reason == SameVersion(version(target))


@settings(max_examples=60)
@given(deployments(), TARGETS, KNOWN)
def test_an_upgrade_that_is_made_leaves_nothing_to_do_but_the_link(
    before: Files, target: str, known: PlanContext
) -> None:
    after = apply_changes(before, planned_upgrade(before, target, known=known).changes)
    again = {**after, LINK: before[LINK]}
    assert planned_upgrade(again, target, known=known).paths == {LINK}


@settings(max_examples=60)
@given(deployments(), TARGETS, KNOWN)
def test_upgrade_then_rollback_restores_every_byte(before: Files, target: str, known: PlanContext) -> None:
    after = apply_changes(before, planned_upgrade(before, target, known=known).changes)
    back = planned_rollback(before, after)
    assert apply_changes(after, back.changes) == before
    assert back.warnings == ()
    assert isinstance(rollback_plan(after, apply_changes(after, back.changes)), Refusal)


@settings(max_examples=60)
@given(deployments(), TARGETS, KNOWN, st.data())
def test_people_may_add_lines_at_the_end_between_upgrade_and_rollback(
    before: Files, target: str, known: PlanContext, data: st.DataObject
) -> None:
    after = apply_changes(before, planned_upgrade(before, target, known=known).changes)
    path = data.draw(st.sampled_from([LINK, OVERRIDE, FOLDER, SECOND, INFRASTRUCTURE]))
    if path == LINK or path not in after:
        return
    mode, content = after[path]
    now = {**after, path: (mode, content + b"\n# added later\n")}
    plan = planned_rollback(before, after, now)
    back = apply_changes(now, plan.changes)
    assert b"# added later\n" in back[path][1]
    if path not in plan.paths:
        assert back[path] == now[path]


@settings(max_examples=60)
@given(deployments(), TARGETS, KNOWN)
def test_no_change_set_touches_a_path_outside_its_instance(before: Files, target: str, known: PlanContext) -> None:
    plan = planned_upgrade(before, target, known=known)
    after = apply_changes(before, plan.changes)
    allowed = {LINK, INFRASTRUCTURE, OVERRIDE, FOLDER, SECOND}
    assert plan.paths <= allowed
    assert planned_rollback(before, after).paths <= allowed
    assert len(plan.paths) == len(plan.changes)


@settings(max_examples=60)
@given(deployments(), TARGETS, KNOWN)
def test_every_file_that_changes_has_a_reason(before: Files, target: str, known: PlanContext) -> None:
    plan = planned_upgrade(before, target, known=known)
    assert {getattr(reason, "path", None) for reason in plan.reasons} == plan.paths
    assert all(before.get(change.path, ("", b""))[1] != (change.content or "").encode() for change in plan.changes)
    moves = [reason for reason in plan.reasons if isinstance(reason, ModuleRefUpdated)]
    assert all(reason.new in known.module_tags and f"-v{target}-" in reason.new for reason in moves)


# Fleets

SEEDS = st.integers(0, 10_000)


@settings(max_examples=8)
@given(SEEDS, TARGETS)
def test_every_instance_of_a_fleet_goes_up_and_back(seed: int, target: str) -> None:
    made = files(make_fleet(26, seed=seed))
    known = PlanContext(module_tags=frozenset({"mi-module-v3.40.1-v1", "mi-module-v3.41.0-v2"}))
    for one in fleet_of(made):
        plan = planned_upgrade(made, target, known=known, instance=one)
        after = apply_changes(made, plan.changes)
        assert all(path.startswith(f"{one.slug}/") for path in plan.paths)
        assert after[one.link_path] == ("120000", golden_link_target(version(target)).encode())
        assert not hotpatched(after, one)
        risen = instance_in(after, one.slug)
        assert str(risen.version) == target
        assert apply_changes(after, planned_rollback(made, after, instance=risen).changes) == made


def fleet_of(made: Files) -> list[Instance]:
    return [instance_in(made, slug) for slug in sorted({path.partition("/")[0] for path in made if "/red/" in path})]


def hotpatched(made: Files, instance: Instance) -> bool:
    texts = (made[path][1].decode() for path in override_files(snapshot_of(made), instance))
    return any("image:" in text for text in texts)


@settings(max_examples=8)
@given(SEEDS, st.sampled_from(["3.40.2", "3.41.1", "3.42.0-rc.1", "4.0.0"]))
def test_a_preparation_touches_golden_files_and_modules_only(seed: int, target: str) -> None:
    made = files(make_fleet(8, seed=seed))
    plan = planned_preparation(made, target, compose_file(target))
    assert all(path.startswith(("golden/", "modules/")) for path in plan.paths)
    after = apply_changes(made, plan.changes)
    assert apply_changes(after, plan.changes) == after
    assert planned_preparation(after, target, "").changes == ()
    untouched = {path: file for path, file in made.items() if path not in plan.paths}
    assert untouched.items() <= after.items()


@given(st.lists(st.sampled_from([*FIRST_PARTY, THIRD_PARTY]), min_size=1, unique=True))
def test_a_prepared_golden_file_keeps_upstreams_lines(names: list[str]) -> None:
    upstream = compose_text("3.41.1")
    override = "services:\n" + "".join(f"  {name}:\n    labels: {{of: '{name}'}}\n" for name in names)
    before = repository(changed={"golden/overrides/a.yaml": plain(override)})
    path = "golden/docker-compose.3.41.1.yaml"
    text = apply_changes(before, planned_preparation(before, "3.41.1", upstream).changes)[path][1].decode()
    changes = difflib.SequenceMatcher(a=upstream.splitlines(), b=text.splitlines(), autojunk=False).get_opcodes()
    assert {tag for tag, *_ in changes} == {"equal", "insert"}
    labels = {name: one["labels"] for name, one in load_yaml(text)["services"].items() if "labels" in one}
    assert labels == {name: {"of": name} for name in names}


# Junk

WORDS = st.sampled_from(
    ["services:", "\n", "  ", "a:", "image:", " ", "sourcegraph/x", "- ", "{", "}", "[", "]", "&a", "*a", "<<:", "'",
     '"', "|", ">", "#", "---\n", "\t", "\r\n", "module", ' "m" ', " = ", "ref=mi-module-v1.1.0-v2", "?", "null",
     "\x00", "\ufeff", "é", "../../../golden/docker-compose.3.40.1.yaml", "version", '"3.40.0"', "%", "!!binary",
     "<<EOT", "!reset"]
)  # fmt: skip
JUNK = st.lists(WORDS, max_size=20).map(lambda words: "".join(words).encode()) | st.binary(max_size=40)
SHARED = ("golden/docker-compose.3.40.0.yaml", "golden/docker-compose.3.40.1.yaml", EXECUTORS)
OWN = (OVERRIDE, FOLDER, INFRASTRUCTURE)
EXECUTORS_ON = plain('active_deployment = "red"\nenable_executors = true\n')


@settings(max_examples=120)
@given(st.dictionaries(st.sampled_from(OWN + SHARED), JUNK, min_size=1, max_size=3), st.booleans())
def test_an_upgrade_of_junk_is_a_plan_or_a_refusal(junk: dict[str, bytes], linked: bool) -> None:
    files = {path: ("120000" if linked and path in OWN else "100644", content) for path, content in junk.items()}
    before = repository(changed={f"{SLUG}/terraform.tfvars": EXECUTORS_ON, **files})
    known = PlanContext(module_tags=frozenset({"mi-module-v3.40.1-v1"}), accepted=frozenset({version("3.40.1")}))
    plan = upgrade_plan(before, "3.40.1", known)
    assert_sound(plan)
    if isinstance(plan, ChangeSet):
        after = apply_changes(before, plan.changes)
        assert apply_changes(after, planned_rollback(before, after).changes) == before


@settings(max_examples=120)
@given(JUNK, st.dictionaries(st.sampled_from(["golden/overrides/a.yaml", EXECUTORS]), JUNK), st.booleans())
def test_a_preparation_of_junk_is_a_plan_or_a_refusal(upstream: bytes, junk: dict[str, bytes], early: bool) -> None:
    before = repository(changed={path: plain(content) for path, content in junk.items()})
    for text in (upstream.decode(errors="replace"), compose_text("3.42.0")):
        assert_sound(preparation_plan(before, "3.42.0-rc.1" if early else "3.42.0", text))


@settings(max_examples=120)
@given(*[st.dictionaries(st.sampled_from((*OWN, LINK)), JUNK, max_size=2)] * 3)
def test_a_rollback_of_junk_is_a_plan_or_a_refusal(
    first: dict[str, bytes], second: dict[str, bytes], third: dict[str, bytes]
) -> None:
    was, became, now = (
        repository("services: {}\n", {LINK: link, **{path: plain(content) for path, content in junk.items()}})
        for link, junk in ((golden("3.40.0"), first), (golden("3.40.1"), second), (golden("3.40.1"), third))
    )
    instance = instance_in({**now, LINK: golden("3.40.1")})
    assert_sound(rollback_plan(was, became, now, instance=instance))


def assert_sound(plan: ChangeSet | Refusal) -> None:
    """A plan with some change or other, or a refusal in one sentence."""
    if isinstance(plan, ChangeSet):
        assert len(plan.paths) == len(plan.changes)
        return
    assert describe(plan.reason).endswith(".")
    assert "\n" not in describe(plan.reason)
    assert len(describe(plan.reason)) < 1_000


VERSIONS = [Version.parse(text) for text in ("3.39.1", "3.40.0", "3.40.1", "3.41.0", "3.42.0-rc.1", "4.0.0")]


@pytest.mark.parametrize(("running", "target"), list(product(VERSIONS, repeat=2)))
def test_what_goes_up_can_go_back_or_is_refused(running: Version, target: Version) -> None:
    texts = {f"golden/docker-compose.{one}.yaml": plain(compose_text(str(one))) for one in VERSIONS}
    before = repository(changed={**texts, LINK: golden(str(running))})
    plan = upgrade_plan(before, str(target))
    if isinstance(plan, Refusal):
        return
    assert target > running
    after = apply_changes(before, plan.changes)
    assert apply_changes(after, planned_rollback(before, after).changes) == before


def test_the_services_of_the_samples_are_what_they_should_be() -> None:
    images = {name: one["image"] for name, one in load_yaml(compose_text("3.40.1"))["services"].items()}
    assert {name for name, image in images.items() if looks_first_party(image)} == set(FIRST_PARTY)
    assert images.keys() - set(FIRST_PARTY) == {THIRD_PARTY}
