"""The words for instances that are left out or can't be read: one sentence each, which says what to do."""

from __future__ import annotations

import pytest

from bot.domain.fleet.model import Channel, ExcludedByChannel, InstanceType, MarkedSkipped, Suspended
from bot.domain.fleet.problems import (
    AccountMissing,
    ConfigNotMapping,
    ConfigNotYaml,
    DeploymentProblem,
    InstanceFileProblem,
    InvalidFolderName,
    InvalidSetting,
    InvalidTfvars,
    InvalidVariable,
    LinkProblem,
    SettingProblem,
    UnclearDeployment,
    UnusableInstanceFile,
    UnusableLink,
    VariableProblem,
)
from bot.domain.reasons import Reason
from bot.rendering.wording import describe

LINK = "red/docker-compose/docker-compose.yaml"


@pytest.mark.parametrize(
    ("reason", "words"),
    [
        (MarkedSkipped(""), "marked to be skipped"),
        (MarkedSkipped("no thanks"), "no thanks"),
        (ExcludedByChannel(Channel.INSIDERS), "release channel is insiders"),
        (ExcludedByChannel(Channel.PAUSE), "release channel is pause"),
        (Suspended(), "suspended"),
    ],
)
def test_why_one_is_left_out(reason: Reason, words: str) -> None:
    assert describe(reason) == words


PROBLEMS = [
    (
        InvalidVariable("enable_executors", VariableProblem.NOT_A_BOOLEAN),
        "enable_executors in terraform.tfvars must be true or false",
    ),
    (
        InvalidVariable("deployments", VariableProblem.NOT_A_LITERAL),
        "deployments in terraform.tfvars must be a plain value that needs no evaluation",
    ),
    (InvalidFolderName(), "the folder's name is not a slug; use lowercase letters, digits and dashes"),
    (UnusableInstanceFile("config.yaml", InstanceFileProblem.MISSING), "config.yaml is missing; add it"),
    (
        UnusableInstanceFile("config.yaml", InstanceFileProblem.IS_LINK),
        "config.yaml is a symbolic link; make it a plain file",
    ),
    (
        UnusableInstanceFile("config.yaml", InstanceFileProblem.NOT_FETCHED),
        "config.yaml could not be fetched; mibot will try again",
    ),
    (
        UnusableInstanceFile("terraform.tfvars", InstanceFileProblem.TOO_LARGE),
        "terraform.tfvars is larger than 64 KiB; shorten it",
    ),
    (
        UnusableInstanceFile("terraform.tfvars", InstanceFileProblem.NOT_UTF8),
        "terraform.tfvars is not UTF-8 text; save it as UTF-8",
    ),
    (ConfigNotYaml(6), "config.yaml is not valid YAML (line 6); correct its syntax"),
    (ConfigNotYaml(), "config.yaml is not valid YAML; correct its syntax"),
    (ConfigNotMapping(), "config.yaml is not a mapping of keys to values; write `key: value` lines"),
    (
        InvalidSetting("instanceType", SettingProblem.MISSING, ("internal", "trial", "production")),
        "instanceType in config.yaml is missing; use internal, trial, production",
    ),
    (
        InvalidSetting("releaseChannel", SettingProblem.UNKNOWN, ("stable", "insiders", "pause")),
        "releaseChannel in config.yaml is unknown; use stable, insiders, pause",
    ),
    (
        InvalidSetting("type", SettingProblem.UNKNOWN, ("public", "private")),
        "type in config.yaml is unknown; use public or private",
    ),
    (
        InvalidSetting("upgrade", SettingProblem.NOT_A_MAPPING),
        "upgrade in config.yaml must be a mapping with note and skip",
    ),
    (
        InvalidSetting("domain", SettingProblem.NOT_A_HOST),
        "domain in config.yaml is not a host name; write it as name.sourcegraph.com",
    ),
    (
        InvalidSetting("account", SettingProblem.NOT_A_URL),
        "account in config.yaml is not an https URL; use the account issue's URL",
    ),
    (
        InvalidSetting("trialAdditionalDays", SettingProblem.NOT_A_NUMBER_OF_DAYS),
        "trialAdditionalDays in config.yaml must be a whole number of days up to 3650",
    ),
    (
        AccountMissing(InstanceType.PRODUCTION),
        "account in config.yaml is missing; a production instance needs its account issue's URL",
    ),
    (InvalidTfvars(2), "terraform.tfvars is not valid Terraform (line 2); correct its syntax"),
    (InvalidTfvars(None), "terraform.tfvars is not valid Terraform; correct its syntax"),
    (
        UnclearDeployment(DeploymentProblem.UNKNOWN_COLOR),
        'active_deployment in terraform.tfvars must be "red" or "black"',
    ),
    (
        UnclearDeployment(DeploymentProblem.BOTH_EXIST),
        "both red and black exist and terraform.tfvars has no active_deployment; set it",
    ),
    (
        UnclearDeployment(DeploymentProblem.NONE_EXISTS),
        "there is neither a red nor a black deployment; add one with its docker-compose folder",
    ),
    (UnusableLink(LINK, LinkProblem.MISSING), f"{LINK} is missing; link it to a golden file"),
    (
        UnusableLink(LINK, LinkProblem.NOT_A_LINK),
        f"{LINK} is not a symbolic link; replace it with a link to a golden file",
    ),
    (
        UnusableLink(LINK, LinkProblem.NOT_GOLDEN),
        f"{LINK} does not point to a golden file that exists; point it to one",
    ),
]


@pytest.mark.parametrize(("reason", "words"), PROBLEMS)
def test_why_one_cannot_be_read(reason: Reason, words: str) -> None:
    assert describe(reason) == words
    assert "\n" not in words
    assert not words.endswith(".")
