"""Instances that can't be read: each has a reason that names nobody, and stops nobody else."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.fleet.inventory import read_fleet
from bot.domain.fleet.model import Fleet, InstanceType, UnreadableInstance
from bot.domain.fleet.problems import (
    AccountMissing,
    ConfigNotMapping,
    ConfigNotYaml,
    DeploymentProblem,
    InstanceFileProblem,
    InvalidFolderName,
    InvalidSetting,
    InvalidTfvars,
    LinkProblem,
    SettingProblem,
    UnclearDeployment,
    UnusableInstanceFile,
    UnusableLink,
)
from bot.domain.git_tree import blob_sha
from bot.domain.reasons import Reason
from demo.fleet import Defect, make_fleet
from tests.domain.upgrade.deployments import CONFIG, SLUG, Files, golden, link, plain, repository
from tests.samples import ACCOUNT, files, fleet_from, snapshot_of


def the_problem(found: Fleet) -> UnreadableInstance:
    assert [instance.slug for instance in found] == ["rctest"], "it stops nobody else"
    (problem,) = found.unreadable
    for secret in ("amber", "otter", "Amber", "Otter", "example"):
        assert secret not in str(problem.reason)
    return problem


LINK = f"{SLUG}/black/docker-compose/docker-compose.yaml"
OTHER = f"{SLUG}/red/docker-compose/docker-compose.yaml"
WITHOUT_TYPE = CONFIG.replace("instanceType: production\n", "")
WITHOUT_ACCOUNT = CONFIG.replace(f"account: {ACCOUNT}\n", "")
BOMB = "a0: &a0 {amber: 1}\n" + "".join(
    f"a{n + 1}: &a{n + 1}\n  <<: [{', '.join([f'*a{n}'] * 9)}]\n" for n in range(9)
)


def config_file(problem: InstanceFileProblem) -> UnusableInstanceFile:
    return UnusableInstanceFile("config.yaml", problem)


def tfvars_file(problem: InstanceFileProblem) -> UnusableInstanceFile:
    return UnusableInstanceFile("terraform.tfvars", problem)


NO_TYPE = InvalidSetting("instanceType", SettingProblem.MISSING, ("internal", "trial", "production"))
UNKNOWN_TYPE = InvalidSetting("instanceType", SettingProblem.UNKNOWN, ("internal", "trial", "production"))
UNKNOWN_VISIBILITY = InvalidSetting("type", SettingProblem.UNKNOWN, ("public", "private"))
UNKNOWN_CHANNEL = InvalidSetting("releaseChannel", SettingProblem.UNKNOWN, ("stable", "insiders", "pause"))
NO_URL = InvalidSetting("account", SettingProblem.NOT_A_URL)
NO_MAPPING = InvalidSetting("upgrade", SettingProblem.NOT_A_MAPPING)
NO_DAYS = InvalidSetting("trialAdditionalDays", SettingProblem.NOT_A_NUMBER_OF_DAYS)
NO_MARK = InvalidSetting("upgrade.skip", SettingProblem.NOT_A_MARK)
NO_HOST = InvalidSetting("domain", SettingProblem.NOT_A_HOST)
NOT_GOLDEN = UnusableLink("black/docker-compose/docker-compose.yaml", LinkProblem.NOT_GOLDEN)


def not_a_text(key: str) -> InvalidSetting:
    return InvalidSetting(key, SettingProblem.NOT_A_TEXT)


BROKEN: dict[str, tuple[Files, Reason]] = {
    "YAML broken": (repository(CONFIG + "upgrade: [\n"), ConfigNotYaml(6)),
    "YAML with tabs": (repository(CONFIG + "upgrade:\n\tnote: amber\n"), ConfigNotYaml(6)),
    "a key twice": (repository(CONFIG + "instanceType: trial\n"), ConfigNotYaml(5)),
    "a conflict of merging": (repository("<<<<<<< amber\n" + CONFIG), ConfigNotYaml(2)),
    "an alias of nothing": (repository(CONFIG + "note: *amber\n"), ConfigNotYaml(5)),
    "brackets without end": (repository("x: " + "[" * 400), ConfigNotYaml(1)),
    "a Python object": (repository("!!python/object/apply:os.abort []"), ConfigNotMapping()),
    "two documents": (repository(CONFIG + "---\na: b\n"), ConfigNotYaml(5)),
    "merge keys that explode": (repository(BOMB + CONFIG), ConfigNotYaml(13)),
    "bytes that are no text": (repository(b"customer: \xff\xfe"), config_file(InstanceFileProblem.NOT_UTF8)),
    "another encoding": (repository(CONFIG.encode("utf-16")), config_file(InstanceFileProblem.NOT_UTF8)),
    "a film": (repository(b"# " + b"amber" * 20_000), config_file(InstanceFileProblem.TOO_LARGE)),
    "an empty config": (repository(""), ConfigNotMapping()),
    "a list": (repository("- amber\n- otter\n"), ConfigNotMapping()),
    "a sentence": (repository("amber otter"), ConfigNotMapping()),
    "no config": (repository(changed={f"{SLUG}/config.yaml": None}), config_file(InstanceFileProblem.MISSING)),
    "a linked config": (
        repository(changed={f"{SLUG}/config.yaml": link("../x")}),
        config_file(InstanceFileProblem.IS_LINK),
    ),
    "unknown type": (repository(CONFIG.replace("production", "amber")), UNKNOWN_TYPE),
    "another case": (repository(CONFIG.replace("production", "Production")), UNKNOWN_TYPE),
    "type is a list": (repository(CONFIG.replace("production", "[trial]")), UNKNOWN_TYPE),
    "no type": (repository(WITHOUT_TYPE), NO_TYPE),
    "no account": (repository(WITHOUT_ACCOUNT), AccountMissing(InstanceType.PRODUCTION)),
    "account is a number": (repository(WITHOUT_ACCOUNT + "account: 528"), NO_URL),
    "account is a name": (repository(WITHOUT_ACCOUNT + "account: amber"), NO_URL),
    "account with a mention": (repository(WITHOUT_ACCOUNT + "account: https://x.com/@amber"), NO_URL),
    "account is a script": (repository(WITHOUT_ACCOUNT + "account: javascript:amber"), NO_URL),
    "account in brackets": (repository(WITHOUT_ACCOUNT + 'account: "http://["'), NO_URL),
    "unknown visibility": (repository(CONFIG + "type: amber"), UNKNOWN_VISIBILITY),
    "visibility is a list": (repository(CONFIG + "type: [public]"), UNKNOWN_VISIBILITY),
    "unknown channel": (repository(CONFIG + "releaseChannel: amber"), UNKNOWN_CHANNEL),
    "channel is a mapping": (
        repository(CONFIG + "releaseChannel: {a: b}"),
        UNKNOWN_CHANNEL,
    ),
    "upgrade is a list": (repository(CONFIG + "upgrade: [amber]"), NO_MAPPING),
    "upgrade is a word": (repository(CONFIG + "upgrade: amber"), NO_MAPPING),
    "days are octal or decimal": (repository(CONFIG + "trialAdditionalDays: 010"), NO_DAYS),
    "days with an underscore": (repository(CONFIG + "trialAdditionalDays: 1_0"), NO_DAYS),
    "days as a time": (repository(CONFIG + "trialAdditionalDays: 1:30"), NO_DAYS),
    "days as a fraction": (repository(CONFIG + "trialAdditionalDays: 14.0"), NO_DAYS),
    "days with an exponent": (repository(CONFIG + "trialAdditionalDays: 1e1"), NO_DAYS),
    "days in hexadecimal": (repository(CONFIG + "trialAdditionalDays: 0x1E"), NO_DAYS),
    "days in quotes": (repository(CONFIG + 'trialAdditionalDays: "14"'), NO_DAYS),
    "a version of YAML that is not known": (repository("%YAML 1.3\n---\n" + CONFIG), ConfigNotYaml()),
    "a mark that is a number": (repository(CONFIG + "upgrade: {skip: 0}"), NO_MARK),
    "a mark that is one": (repository(CONFIG + 'upgrade: {skip: "1"}'), NO_MARK),
    "a mark that is a list": (repository(CONFIG + "upgrade: {skip: [amber]}"), not_a_text("upgrade.skip")),
    "a mark that is a mapping": (repository(CONFIG + "upgrade: {skip: {}}"), not_a_text("upgrade.skip")),
    "a mark with a tag": (repository(CONFIG + "upgrade: {skip: !amber no}"), not_a_text("upgrade.skip")),
    "a note that is a list": (repository(CONFIG + "upgrade: {note: [amber]}"), not_a_text("upgrade.note")),
    "a customer that is a list": (
        repository(CONFIG.replace("Amber Otter Ltd", "[amber, otter]")),
        not_a_text("customer"),
    ),
    "days are words": (repository(CONFIG + "trialAdditionalDays: two weeks"), NO_DAYS),
    "days are a truth": (repository(CONFIG + "trialAdditionalDays: yes"), NO_DAYS),
    "days are negative": (repository(CONFIG + "trialAdditionalDays: -1"), NO_DAYS),
    "days for ages": (repository(CONFIG + f"trialAdditionalDays: 0x{'f' * 999}"), NO_DAYS),
    "domain is a date": (repository(f"instanceType: trial\naccount: {ACCOUNT}\ndomain: 2022-01-01"), NO_HOST),
    "domain is a list": (repository(f"instanceType: trial\naccount: {ACCOUNT}\ndomain: [amber]"), NO_HOST),
    "domain is a URL": (repository(CONFIG.replace("search.", "https://search.")), NO_HOST),
    "tfvars junk": (repository(tfvars="amber otter\n"), InvalidTfvars(1)),
    "tfvars are no text": (repository(tfvars=b"\xff"), tfvars_file(InstanceFileProblem.NOT_UTF8)),
    "tfvars without end": (repository(tfvars="#" * 70_000), tfvars_file(InstanceFileProblem.TOO_LARGE)),
    "no tfvars": (repository(changed={f"{SLUG}/terraform.tfvars": None}), tfvars_file(InstanceFileProblem.MISSING)),
    "an unknown color": (
        repository(tfvars='active_deployment = "amber"'),
        UnclearDeployment(DeploymentProblem.UNKNOWN_COLOR),
    ),
    "a color by reference": (
        repository(tfvars="active_deployment = var.amber"),
        UnclearDeployment(DeploymentProblem.UNKNOWN_COLOR),
    ),
    "both colors and no key": (
        repository(changed={OTHER: golden()}),
        UnclearDeployment(DeploymentProblem.BOTH_EXIST),
    ),
    "a second folder that is half empty": (
        repository(changed={f"{SLUG}/red/docker-compose/docker-compose.override.yaml": plain("")}),
        UnclearDeployment(DeploymentProblem.BOTH_EXIST),
    ),
    "no deployment": (repository(changed={LINK: None}), UnclearDeployment(DeploymentProblem.NONE_EXISTS)),
    "the active one is not there": (
        repository(tfvars='active_deployment = "red"'),
        UnusableLink("red/docker-compose/docker-compose.yaml", LinkProblem.MISSING),
    ),
    "dangling link": (repository(changed={LINK: golden("3.38.9")}), NOT_GOLDEN),
    "no link": (
        repository(changed={LINK: plain("services: {}")}),
        UnusableLink("black/docker-compose/docker-compose.yaml", LinkProblem.NOT_A_LINK),
    ),
    "a folder with the link's name": (
        repository(changed={LINK: None, f"{LINK}/amber": plain("")}),
        UnusableLink("black/docker-compose/docker-compose.yaml", LinkProblem.MISSING),
    ),
    "an absolute link": (
        repository(changed={LINK: link("/golden/docker-compose.3.40.0.yaml")}),
        NOT_GOLDEN,
    ),
    "a link too high": (
        repository(changed={LINK: link("../../../../golden/docker-compose.3.40.0.yaml")}),
        NOT_GOLDEN,
    ),
    "a link to another's": (
        repository(changed={LINK: link("../../../rctest/red/x.yaml")}),
        NOT_GOLDEN,
    ),
    "a link with a line break": (
        repository(changed={LINK: link("../../../golden/docker-compose.3.40.0.yaml\n")}),
        NOT_GOLDEN,
    ),
}


@pytest.mark.parametrize("name", BROKEN)
def test_a_broken_instance_is_explained_and_stops_nobody(name: str) -> None:
    broken, reason = BROKEN[name]
    assert the_problem(fleet_from(broken)).reason == reason


@pytest.mark.parametrize("slug", ["AmberOtter", "amber otter", "-amber", "a" * 64, "ämber"])
def test_a_folder_that_is_no_slug(slug: str) -> None:
    assert the_problem(fleet_from(repository(slug=slug))).reason == InvalidFolderName()


@pytest.mark.parametrize("breakage", list(Defect))
def test_one_broken_instance_among_many(breakage: Defect) -> None:
    made = make_fleet(30, broken=[breakage])
    found = fleet_from(files(made))
    assert len(found) == 30
    assert [problem.slug for problem in found.unreadable] == [made.broken[0].slug]
    assert not [name for name in made.customers if name in str(found.unreadable[0].reason)]


def test_a_file_that_could_not_be_fetched() -> None:
    made = repository()
    known = {blob_sha(content): content for path, (_, content) in made.items() if not path.startswith(SLUG)}
    problem = the_problem(read_fleet(snapshot_of(made), known))
    assert problem.reason == config_file(InstanceFileProblem.NOT_FETCHED)


def test_what_is_known_of_an_unreadable_one() -> None:
    problem = the_problem(fleet_from(repository(CONFIG.replace("production", "unheard-of"))))
    assert (problem.account, problem.internal, problem.ordinal) == (ACCOUNT, False, 1)
    assert problem.tree_prefix
    internal = the_problem(fleet_from(repository("instanceType: internal\ndomain: 5\n")))
    assert (internal.account, internal.internal) == (None, True)


def test_rctest_is_internal_even_when_nothing_of_it_can_be_read() -> None:
    found = fleet_from(repository(changed={"rctest/config.yaml": plain("[")}))
    assert [(problem.slug, problem.internal) for problem in found.unreadable] == [("rctest", True)]


YAML_PIECES = st.sampled_from(
    ["instanceType", "internal", "account", "upgrade", ": ", ":", "- ", "\n", "\n  ", "[", "]", "{", "}", ",",
     "&a ", "*a", "<<: ", "!!bool ", "!!int ", "!!timestamp ", "!!binary ", "!!set ", "!x ", "|\n", ">\n", '"', "'",
     "\\x", "#", "%", "@", "---", "...", "? ", "~", "0x", "1_0", "1:30", ".inf", "2020-01-01", "=", "\t", "\0",
     "\ufeff", "é", "\x85"]
)  # fmt: skip


@given(st.binary(max_size=60) | st.lists(YAML_PIECES, max_size=20).map(lambda pieces: "".join(pieces).encode()))
def test_no_bytes_break_the_reader(junk: bytes) -> None:
    found = fleet_from(repository(CONFIG.encode() + junk, junk))
    assert found.get("rctest")
    assert len(found) + len(found.unreadable) == 2


@given(st.sampled_from(sorted(repository())), st.binary(max_size=40), st.sampled_from(["100644", "120000", "160000"]))
def test_no_file_of_the_repository_breaks_the_reader(path: str, junk: bytes, mode: str) -> None:
    fleet_from({**repository(), path: (mode, junk)})


VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5) | st.dates().map(str),
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(st.text(max_size=3), inner, max_size=2),
    max_leaves=4,
)
KEYS = ["customer", "domain", "instanceType", "type", "account", "releaseChannel", "trialAdditionalDays", "upgrade"]


@given(st.sampled_from(KEYS), VALUES)
def test_no_value_of_any_key_breaks_the_reader(key: str, value: Any) -> None:
    config = {"instanceType": "trial", "account": ACCOUNT, key: value}
    found = fleet_from(repository(json.dumps(config)))
    assert found.get("rctest")
