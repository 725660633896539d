"""The words for why an instance cannot be read, with what to do about it."""

from __future__ import annotations

from bot.domain.fleet.config_file import CONFIG_FILE
from bot.domain.fleet.inventory import TFVARS_FILE
from bot.domain.fleet.problems import (
    MAX_FILE_BYTES,
    MAX_TRIAL_DAYS,
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
from bot.rendering.wording.dispatch import describe
from bot.rendering.wording.failures.formats import describe_invalid_terraform, describe_line

_FILES = {
    InstanceFileProblem.MISSING: "is missing; add it",
    InstanceFileProblem.IS_LINK: "is a symbolic link; make it a plain file",
    InstanceFileProblem.NOT_FETCHED: "could not be fetched; mibot will try again",
    InstanceFileProblem.TOO_LARGE: f"is larger than {MAX_FILE_BYTES // 1024} KiB; shorten it",
    InstanceFileProblem.NOT_UTF8: "is not UTF-8 text; save it as UTF-8",
}
_SETTINGS = {
    SettingProblem.MISSING: "is missing; use {choices}",
    SettingProblem.UNKNOWN: "is unknown; use {choices}",
    SettingProblem.NOT_A_MAPPING: "must be a mapping with note and skip",
    SettingProblem.NOT_A_HOST: "is not a host name; write it as name.sourcegraph.com",
    SettingProblem.NOT_A_URL: "is not an https URL; use the account issue's URL",
    SettingProblem.NOT_A_NUMBER_OF_DAYS: f"must be a whole number of days up to {MAX_TRIAL_DAYS}",
    SettingProblem.NOT_A_TEXT: "must be a text",
    SettingProblem.NOT_A_MARK: "must be yes, no, or the reason in words",
}
_VARIABLES = {
    VariableProblem.NOT_A_BOOLEAN: "must be true or false",
    VariableProblem.NOT_A_LITERAL: "must be a plain value that needs no evaluation",
}
_DEPLOYMENTS = {
    DeploymentProblem.UNKNOWN_COLOR: f'active_deployment in {TFVARS_FILE} must be "red" or "black"',
    DeploymentProblem.BOTH_EXIST: f"both red and black exist and {TFVARS_FILE} has no active_deployment; set it",
    DeploymentProblem.NONE_EXISTS: (
        "there is neither a red nor a black deployment; add one with its docker-compose folder"
    ),
}
_LINKS = {
    LinkProblem.MISSING: "is missing; link it to a golden file",
    LinkProblem.NOT_A_LINK: "is not a symbolic link; replace it with a link to a golden file",
    LinkProblem.NOT_GOLDEN: "does not point to a golden file that exists; point it to one",
}


@describe.register
def _(_: InvalidFolderName) -> str:
    return "the folder's name is not a slug; use lowercase letters, digits and dashes"


@describe.register
def _(reason: UnusableInstanceFile) -> str:
    return f"{reason.file} {_FILES[reason.problem]}"


@describe.register
def _(reason: ConfigNotYaml) -> str:
    return f"{CONFIG_FILE} is not valid YAML{describe_line(reason.line)}; correct its syntax"


@describe.register
def _(_: ConfigNotMapping) -> str:
    return f"{CONFIG_FILE} is not a mapping of keys to values; write `key: value` lines"


@describe.register
def _(reason: InvalidSetting) -> str:
    choices = (" or " if len(reason.choices) == 2 else ", ").join(reason.choices)
    return f"{reason.key} in {CONFIG_FILE} {_SETTINGS[reason.problem].format(choices=choices)}"


@describe.register
def _(reason: AccountMissing) -> str:
    return f"account in {CONFIG_FILE} is missing; a {reason.type} instance needs its account issue's URL"


@describe.register
def _(reason: InvalidTfvars) -> str:
    return f"{TFVARS_FILE} {describe_invalid_terraform(reason.line)}; correct its syntax"


@describe.register
def _(reason: InvalidVariable) -> str:
    return f"{reason.name} in {TFVARS_FILE} {_VARIABLES[reason.problem]}"


@describe.register
def _(reason: UnclearDeployment) -> str:
    return _DEPLOYMENTS[reason.problem]


@describe.register
def _(reason: UnusableLink) -> str:
    return f"{reason.file} {_LINKS[reason.problem]}"
