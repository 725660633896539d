"""The fleet as it is read from the deployment repository."""

from __future__ import annotations

import pytest

from bot.domain.fleet.inventory import golden_versions, required_blobs
from bot.domain.fleet.model import (
    Channel,
    DeploymentColor,
    ExcludedByChannel,
    Fleet,
    Instance,
    InstanceType,
    MarkedSkipped,
    SkipReason,
    Suspended,
)
from bot.domain.fleet.names import InstanceUnreadable, resolve
from bot.domain.fleet.redaction import redactor
from demo.fleet import make_fleet
from tests.domain.upgrade.deployments import CONFIG, SLUG, Files, golden, plain, repository
from tests.samples import ACCOUNT, files, fleet_from, snapshot_of, version

RED_LINK = f"{SLUG}/red/docker-compose/docker-compose.yaml"


def the_instance(found: Fleet) -> Instance:
    assert not found.unreadable, found.unreadable
    instance = found.get(SLUG)
    assert instance is not None
    return instance


def test_an_instance_is_all_that_its_files_say() -> None:
    config = f"""\
# facts
customer: amberotter
domain: Search.AmberOtter.example.com
instanceType: trial
type: private # who can reach it
account: {ACCOUNT}/
releaseChannel: pause
trialAdditionalDays: 14
upgrade:
  note: >
    tell them
    a day ahead
  skip: their audit
"""
    assert the_instance(fleet_from(repository(config, "enable_executors = true\n"))) == Instance(
        slug=SLUG,
        type=InstanceType.TRIAL,
        domain="search.amberotter.example.com",
        active=DeploymentColor.BLACK,
        version=version("3.40.0"),
        public=False,
        customer="amberotter",
        account=ACCOUNT,
        note="tell them a day ahead",
        skip="their audit",
        channel=Channel.PAUSE,
        trial_additional_days=14,
        executors=True,
    )


@pytest.mark.parametrize(
    ("tfvars", "changed", "active"),
    [
        ("", {}, DeploymentColor.BLACK),
        ('active_deployment = "red"\n', {}, DeploymentColor.BLACK),
        ("", {RED_LINK: golden("3.40.0")}, DeploymentColor.RED),
        ('active_deployment = "black"\n', {RED_LINK: golden("3.40.0")}, DeploymentColor.BLACK),
    ],
)
def test_a_suspended_instance_is_left_out(tfvars: str, changed: Files, active: DeploymentColor) -> None:
    found = fleet_from(repository(f"{CONFIG}upgrade: {{skip: x}}\n", f"{tfvars}deployments = []\n", changed=changed))
    instance = the_instance(found)
    assert (instance.skip_reason, instance.active, instance.version) == (Suspended(), active, version("3.40.0"))


@pytest.mark.parametrize("link", [None, plain("services: {}\n"), golden("3.1.0")])
def test_a_suspended_instance_without_a_deployment_is_no_problem(link: tuple[str, bytes] | None) -> None:
    changed = {f"{SLUG}/black/docker-compose/docker-compose.yaml": link}
    found = fleet_from(repository(tfvars="disks = {}\ndeployments = []\n", changed=changed))
    assert found.problems == ()
    (suspended,) = found.suspended
    assert (suspended.slug, suspended.reason, suspended.account) == (SLUG, Suspended(), ACCOUNT)
    assert resolve(SLUG, found) == InstanceUnreadable(Suspended())
    assert SLUG not in redactor(found)(f"what about {SLUG}?")


@pytest.mark.parametrize(
    "line",
    ["since: 2022-13-40", f"x: {'9' * 5000}", "x: !!int amber", "x: !Ref y", "x: 08",
     "x:\tb\tc\t# d", "x: |\t# e\n\n    f\n\t", "x: |\n  \n    deeper\n", "x: {\ta\n  :\tb\t}\t",
     "\t# comment", "x: >-\t\n  y",
     "x: y\n  \t  z", "x: [a,\n\tb\n\t]", "x: 'a'\t", "? x\t\n: y\t", "x:\r\n- y\t\r\n"],
)  # fmt: skip
def test_a_line_that_is_not_needed_never_makes_an_instance_unreadable(line: str) -> None:
    config = f"customer: amberotter\t# them\ninstanceType: trial\t\naccount:\t{ACCOUNT}\n{line}\n"
    config += "upgrade:\n  note:\thello\n"
    instance = the_instance(fleet_from(repository(config)))
    assert (instance.customer, instance.account, instance.note) == ("amberotter", ACCOUNT, "hello")


@pytest.mark.parametrize(
    ("written", "note"),
    [("2022-12-01", "2022-12-01"), ("3.40", "3.40"), ("no", "no"), ("0777", "0777"), ("22:22", "22:22"), ("~", "")],
)
def test_a_note_is_what_is_written(written: str, note: str) -> None:
    assert the_instance(fleet_from(repository(f"{CONFIG}upgrade: {{note: {written}}}\n"))).note == note


@pytest.mark.parametrize(("written", "days"), [("30", 30), ("+30", 30), ("0", 0), ("null", 0), ("~", 0), ("", 0)])
def test_days(written: str, days: int) -> None:
    config = f"{CONFIG}trialAdditionalDays: {written}\n"
    assert the_instance(fleet_from(repository(config))).trial_additional_days == days


def test_what_a_config_may_leave_out() -> None:
    instance = the_instance(fleet_from(repository(f"instanceType: production\naccount: {ACCOUNT}")))
    assert instance.domain == "amberotter.sourcegraph.com"
    assert instance.public
    assert instance.channel is Channel.STABLE
    assert (instance.note, instance.skip, instance.skip_reason) == ("", None, None)
    assert instance.trial_additional_days == 0


@pytest.mark.parametrize(
    ("lines", "reason"),
    [
        ("upgrade: {skip: true}", MarkedSkipped("")),
        ("upgrade: {skip: 'no thanks'}", MarkedSkipped("no thanks")),
        ("upgrade: {skip: false}", None),
        ("upgrade: {skip: null}", None),
        *(
            (f"upgrade: {{skip: {word}}}", None)
            for word in (
                "no",
                "No",
                "NO",
                "n",
                "N",
                "off",
                "OFF",
                "False",
                "FALSE",
                "'no'",
                '"off"',
                "!!bool no",
                "~",
                "",
            )
        ),
        *((f"upgrade: {{skip: {word}}}", MarkedSkipped("")) for word in ("yes", "Y", "On", "TRUE", "'yes'", "''")),
        ("upgrade:\n  skip: no\t# for now", None),
        ("upgrade:\t\n  skip:\tno\t", None),
        ("upgrade: {skip: 2022-12-01}", MarkedSkipped("2022-12-01")),
        ("upgrade: {skip: 3.40}", MarkedSkipped("3.40")),
        ("upgrade: {skip: no upgrades}", MarkedSkipped("no upgrades")),
        ("upgrade:", None),
        ("releaseChannel: insiders", ExcludedByChannel(Channel.INSIDERS)),
        ("releaseChannel: pause", ExcludedByChannel(Channel.PAUSE)),
        ("releaseChannel: pause\nupgrade: {skip: their audit}", MarkedSkipped("their audit")),
    ],
)
def test_who_is_left_out_and_why(lines: str, reason: SkipReason | None) -> None:
    assert the_instance(fleet_from(repository(f"{CONFIG}{lines}\n"))).skip_reason == reason


@pytest.mark.parametrize(
    ("tfvars", "folders", "active"),
    [
        ("", ["red"], "red"),
        ("", ["black"], "black"),
        ('active_deployment = "red"', ["red", "black"], "red"),
        ('active_deployment = "black"', ["red", "black"], "black"),
    ],
)
def test_the_active_deployment_is_the_key_or_the_only_folder(tfvars: str, folders: list[str], active: str) -> None:
    made = repository(tfvars=tfvars)
    del made[f"{SLUG}/black/docker-compose/docker-compose.yaml"]
    for color in folders:
        text = "3.40.1" if color == active else "3.40.0"
        made[f"{SLUG}/{color}/docker-compose/docker-compose.yaml"] = golden(text)
    instance = the_instance(fleet_from(made))
    assert (instance.active, str(instance.version)) == (active, "3.40.1")
    assert instance.link_path == f"{SLUG}/{active}/docker-compose/docker-compose.yaml"


def test_the_order_of_work() -> None:
    found = fleet_from(files(make_fleet(60)))
    types = list(InstanceType)
    places = [(types.index(instance.type), instance.slug) for instance in found]
    assert found.instances[0].slug == "rctest"
    assert places[1:] == sorted(places[1:])


def customers(**accounts: str) -> Files:
    """Instances of these slugs and accounts; a slug that begins with `x` can't be read."""
    made: Files = {}
    for slug, account in accounts.items():
        config = f"instanceType: production\naccount: {account}\n" + ("type: none" if slug.startswith("x") else "")
        made |= repository(config, slug=slug)
    return made


def test_a_customers_instances_are_numbered_by_slug() -> None:
    found = fleet_from(customers(b=ACCOUNT, a=ACCOUNT, c=f"{ACCOUNT}9", d=ACCOUNT))
    assert {i.slug: i.ordinal for i in found.customers} == {"a": 1, "b": 2, "c": 1, "d": 3}


def test_an_account_is_one_however_its_url_is_written() -> None:
    found = fleet_from(
        customers(a=ACCOUNT, b=f"{ACCOUNT}/", c=ACCOUNT.upper().replace("HTTPS", "http"), d=f"{ACCOUNT}#top")
    )
    assert [i.ordinal for i in found.customers] == [1, 2, 3, 4]


def test_an_unreadable_instance_is_counted_where_its_account_is_known() -> None:
    found = fleet_from(customers(xa=ACCOUNT, y=ACCOUNT, z=f"{ACCOUNT}9"))
    assert {i.slug: i.ordinal for i in found.customers} == {"y": 2, "z": 1}
    assert [(problem.slug, problem.ordinal) for problem in found.unreadable] == [("xa", 1)]


def test_folders_that_are_no_instances() -> None:
    more = {
        "golden/config.yaml": plain("x"),
        "modules/config.yaml": plain("x"),
        "monitoring/terraform.tfvars": plain("x"),
        ".github/config.yaml": plain("x"),
        "docs/readme.md": plain("x"),
        "util/red/x.sh": plain("x"),
        "config.yaml": plain("x"),
    }
    found = fleet_from(repository(changed=more))
    assert len(found) == 2
    assert not found.unreadable


def test_golden_files_are_those_that_are_named_so() -> None:
    names = ["3.40.1", "3.41.0-rc.2", "3.41", "latest", "03.40.2", "3.40.1.bak"]
    made = {f"golden/docker-compose.{name}.yaml": plain("x") for name in names}
    assert golden_versions(snapshot_of(made)) == {version("3.40.1"), version("3.41.0-rc.2")}


def test_only_the_files_that_are_needed_are_wanted() -> None:
    made = repository()
    wanted = required_blobs(snapshot_of(made))
    contents = {content for path, (_, content) in made.items() if path.endswith(("config.yaml", ".tfvars"))}
    assert len(wanted) == len(contents)
