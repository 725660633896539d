"""Instances that can't be read: each is explained in one sentence that names nobody, and stops nobody else."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.fleet.inventory import read_fleet
from bot.domain.fleet.model import Fleet, UnreadableInstance
from bot.domain.git_tree import blob_sha
from demo.fleet import Defect, make_fleet
from tests.domain.upgrade.deployments import CONFIG, SLUG, Files, golden, link, plain, repository
from tests.samples import ACCOUNT, files, fleet_from, snapshot_of


def the_problem(found: Fleet) -> UnreadableInstance:
    assert [instance.slug for instance in found] == ["rctest"], "it stops nobody else"
    (problem,) = found.unreadable
    for secret in ("amber", "otter", "Amber", "Otter", "example"):
        assert secret not in problem.message
    assert "\n" not in problem.message
    assert not problem.message.endswith(".")
    return problem


LINK = f"{SLUG}/black/docker-compose/docker-compose.yaml"
OTHER = f"{SLUG}/red/docker-compose/docker-compose.yaml"
WITHOUT_TYPE = CONFIG.replace("instanceType: production\n", "")
WITHOUT_ACCOUNT = CONFIG.replace(f"account: {ACCOUNT}\n", "")
BOMB = "a0: &a0 {amber: 1}\n" + "".join(
    f"a{n + 1}: &a{n + 1}\n  <<: [{', '.join([f'*a{n}'] * 9)}]\n" for n in range(9)
)

BROKEN: dict[str, tuple[Files, str]] = {
    "YAML broken": (repository(CONFIG + "upgrade: [\n"), "config.yaml is not valid YAML"),
    "YAML with tabs": (repository(CONFIG + "upgrade:\n\tnote: amber\n"), "config.yaml is not valid YAML (line 6)"),
    "a key twice": (repository(CONFIG + "instanceType: trial\n"), "config.yaml is not valid YAML (line 5)"),
    "a conflict of merging": (repository("<<<<<<< amber\n" + CONFIG), "config.yaml is not valid YAML"),
    "an alias of nothing": (repository(CONFIG + "note: *amber\n"), "config.yaml is not valid YAML"),
    "an impossible date": (repository(CONFIG + "since: 2022-13-40\n"), "config.yaml is not valid YAML"),
    "a word that is called a number": (repository(CONFIG + "x: !!int amber\n"), "config.yaml is not valid YAML"),
    "a word that is called a truth": (repository(CONFIG + "x: !!bool amber\n"), "config.yaml is not valid YAML"),
    "a number without end": (repository(CONFIG + f"x: {'9' * 5000}\n"), "config.yaml is not valid YAML"),
    "brackets without end": (repository("x: " + "[" * 400), "config.yaml is not valid YAML"),
    "a Python object": (repository("!!python/object/apply:os.abort []"), "config.yaml is not valid YAML"),
    "two documents": (repository(CONFIG + "---\na: b\n"), "config.yaml is not valid YAML"),
    "merge keys that explode": (repository(BOMB + CONFIG), "config.yaml is not valid YAML"),
    "bytes that are no text": (repository(b"customer: \xff\xfe"), "config.yaml is not UTF-8 text"),
    "another encoding": (repository(CONFIG.encode("utf-16")), "config.yaml is not UTF-8 text"),
    "a film": (repository(b"# " + b"amber" * 20_000), "config.yaml is larger than 64 KiB"),
    "an empty config": (repository(""), "config.yaml is not a mapping"),
    "a list": (repository("- amber\n- otter\n"), "config.yaml is not a mapping"),
    "a sentence": (repository("amber otter"), "config.yaml is not a mapping"),
    "no config": (repository(changed={f"{SLUG}/config.yaml": None}), "config.yaml is missing"),
    "a linked config": (repository(changed={f"{SLUG}/config.yaml": link("../x")}), "config.yaml is a symbolic link"),
    "unknown type": (repository(CONFIG.replace("production", "amber")), "instanceType in config.yaml is unknown"),
    "another case": (repository(CONFIG.replace("production", "Production")), "use internal, trial, production"),
    "type is a list": (repository(CONFIG.replace("production", "[trial]")), "instanceType in config.yaml is unknown"),
    "no type": (repository(WITHOUT_TYPE), "instanceType in config.yaml is missing"),
    "no account": (repository(WITHOUT_ACCOUNT), "account in config.yaml is missing; a production instance needs"),
    "account is a number": (repository(WITHOUT_ACCOUNT + "account: 528"), "account in config.yaml is no https URL"),
    "account is a name": (repository(WITHOUT_ACCOUNT + "account: amber"), "account in config.yaml is no https URL"),
    "account with a mention": (repository(WITHOUT_ACCOUNT + "account: https://x.com/@amber"), "no https URL"),
    "account is a script": (repository(WITHOUT_ACCOUNT + "account: javascript:amber"), "no https URL"),
    "account in brackets": (repository(WITHOUT_ACCOUNT + 'account: "http://["'), "no https URL"),
    "unknown visibility": (repository(CONFIG + "type: amber"), "type in config.yaml is unknown"),
    "visibility is a list": (repository(CONFIG + "type: [public]"), "type in config.yaml is"),
    "unknown channel": (repository(CONFIG + "releaseChannel: amber"), "releaseChannel in config.yaml is unknown"),
    "channel is a mapping": (
        repository(CONFIG + "releaseChannel: {a: b}"),
        "releaseChannel in config.yaml is unknown",
    ),
    "upgrade is a list": (repository(CONFIG + "upgrade: [amber]"), "upgrade in config.yaml must be a mapping"),
    "upgrade is a word": (repository(CONFIG + "upgrade: amber"), "upgrade in config.yaml must be a mapping"),
    "days are words": (repository(CONFIG + "trialAdditionalDays: two weeks"), "must be a whole number of days"),
    "days are a truth": (repository(CONFIG + "trialAdditionalDays: yes"), "must be a whole number of days"),
    "days are negative": (repository(CONFIG + "trialAdditionalDays: -1"), "must be a whole number of days"),
    "days for ages": (repository(CONFIG + f"trialAdditionalDays: 0x{'f' * 999}"), "must be a whole number of days"),
    "domain is a date": (repository(f"instanceType: trial\naccount: {ACCOUNT}\ndomain: 2022-01-01"), "no host name"),
    "domain is a list": (repository(f"instanceType: trial\naccount: {ACCOUNT}\ndomain: [amber]"), "no host name"),
    "domain is a URL": (repository(CONFIG.replace("search.", "https://search.")), "domain in config.yaml is no host"),
    "tfvars junk": (repository(tfvars="amber otter\n"), "terraform.tfvars is not valid Terraform"),
    "tfvars are no text": (repository(tfvars=b"\xff"), "terraform.tfvars is not UTF-8 text"),
    "tfvars without end": (repository(tfvars="#" * 70_000), "terraform.tfvars is larger than 64 KiB"),
    "no tfvars": (repository(changed={f"{SLUG}/terraform.tfvars": None}), "terraform.tfvars is missing"),
    "an unknown colour": (repository(tfvars='active_deployment = "amber"'), '"red" or "black"'),
    "a colour by reference": (repository(tfvars="active_deployment = var.amber"), '"red" or "black"'),
    "both colours and no key": (repository(changed={OTHER: golden()}), "both red and black exist"),
    "a second folder that is half empty": (
        repository(changed={f"{SLUG}/red/docker-compose/docker-compose.override.yaml": plain("")}),
        "both red and black exist",
    ),
    "no deployment": (repository(changed={LINK: None}), "there is neither a red nor a black deployment"),
    "the active one is not there": (
        repository(tfvars='active_deployment = "red"'),
        "red/docker-compose/docker-compose.yaml is missing",
    ),
    "dangling link": (repository(changed={LINK: golden("3.38.9")}), "does not point to a golden file that exists"),
    "no link": (repository(changed={LINK: plain("services: {}")}), "is not a symbolic link"),
    "a folder with the link's name": (
        repository(changed={LINK: None, f"{LINK}/amber": plain("")}),
        "docker-compose.yaml is missing",
    ),
    "an absolute link": (
        repository(changed={LINK: link("/golden/docker-compose.3.40.0.yaml")}),
        "does not point to a golden",
    ),
    "a link too high": (
        repository(changed={LINK: link("../../../../golden/docker-compose.3.40.0.yaml")}),
        "does not point to",
    ),
    "a link to another's": (
        repository(changed={LINK: link("../../../rctest/red/x.yaml")}),
        "does not point to a golden",
    ),
    "a link with a line break": (
        repository(changed={LINK: link("../../../golden/docker-compose.3.40.0.yaml\n")}),
        "point to",
    ),
}


@pytest.mark.parametrize("name", BROKEN)
def test_a_broken_instance_is_explained_and_stops_nobody(name: str) -> None:
    broken, sentence = BROKEN[name]
    assert sentence in the_problem(fleet_from(broken)).message


@pytest.mark.parametrize("slug", ["AmberOtter", "amber otter", "-amber", "a" * 64, "ämber"])
def test_a_folder_that_is_no_slug(slug: str) -> None:
    assert "folder's name is no slug" in the_problem(fleet_from(repository(slug=slug))).message


@pytest.mark.parametrize("breakage", list(Defect))
def test_one_broken_instance_among_many(breakage: Defect) -> None:
    made = make_fleet(30, broken=[breakage])
    found = fleet_from(files(made))
    assert len(found) == 30
    assert [problem.slug for problem in found.unreadable] == [made.broken[0].slug]
    assert not [name for name in made.customers if name in found.unreadable[0].message]


def test_a_file_that_could_not_be_fetched() -> None:
    made = repository()
    known = {blob_sha(content): content for path, (_, content) in made.items() if not path.startswith(SLUG)}
    assert "could not be fetched" in the_problem(read_fleet(snapshot_of(made), known)).message


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
