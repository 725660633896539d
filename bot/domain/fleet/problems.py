"""Why an instance cannot be read from the deployment repository. No problem has a customer's name in it."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from bot.domain.fleet.model import InstanceType
from bot.domain.reasons import Reason
from bot.formats.documents import stored

MAX_FILE_BYTES = 65_536
"""The most bytes of an instance's file. Files that people write are far smaller."""
MAX_TRIAL_DAYS = 3_650


class InstanceReadError(Exception):
    """An instance cannot be read."""

    def __init__(self, reason: Reason) -> None:
        super().__init__(str(reason))
        self.reason = reason


@stored("fleet.invalid_folder_name")
@dataclass(frozen=True)
class InvalidFolderName(Reason):
    """The name of the folder is not a slug."""


class InstanceFileProblem(StrEnum):
    """Why the content of a file cannot be used."""

    MISSING = "missing"
    IS_LINK = "is_link"
    NOT_FETCHED = "not_fetched"
    TOO_LARGE = "too_large"
    NOT_UTF8 = "not_utf8"


@stored("fleet.unusable_file", file="file", problem="problem")
@dataclass(frozen=True)
class UnusableInstanceFile(Reason):
    """A file of the instance cannot be used. `file` is relative to the instance's folder."""

    file: str
    problem: InstanceFileProblem


@stored("fleet.config_not_yaml", line="line")
@dataclass(frozen=True)
class ConfigNotYaml(Reason):
    """The config.yaml is not valid YAML. `line` is None if unknown."""

    line: int | None = None


@stored("fleet.config_not_mapping")
@dataclass(frozen=True)
class ConfigNotMapping(Reason):
    """The config.yaml is not a mapping."""


class SettingProblem(StrEnum):
    """What is wrong with a setting of a config.yaml."""

    MISSING = "missing"
    UNKNOWN = "unknown"
    NOT_A_MAPPING = "not_a_mapping"
    NOT_A_HOST = "not_a_host"
    NOT_A_URL = "not_a_url"
    NOT_A_NUMBER_OF_DAYS = "not_a_number_of_days"
    NOT_A_TEXT = "not_a_text"
    NOT_A_MARK = "not_a_mark"


@stored("fleet.invalid_setting", key="key", problem="problem", choices="choices")
@dataclass(frozen=True)
class InvalidSetting(Reason):
    """A setting of the config.yaml is wrong. `choices` are the values that it may have, if it has only some."""

    key: str
    problem: SettingProblem
    choices: tuple[str, ...] = ()


@stored("fleet.account_missing", type="instance_type")
@dataclass(frozen=True)
class AccountMissing(Reason):
    """The config.yaml of a customer's instance does not name the account issue."""

    type: InstanceType


@stored("fleet.invalid_tfvars", line="line")
@dataclass(frozen=True)
class InvalidTfvars(Reason):
    """The terraform.tfvars is not valid Terraform. `line` is None if unknown."""

    line: int | None


class VariableProblem(StrEnum):
    """Why the value of a Terraform variable cannot be used."""

    NOT_A_BOOLEAN = "not_a_boolean"
    NOT_A_LITERAL = "not_a_literal"


@stored("fleet.invalid_variable", name="name", problem="problem")
@dataclass(frozen=True)
class InvalidVariable(Reason):
    """The value of a variable in the terraform.tfvars cannot be used."""

    name: str
    problem: VariableProblem


class DeploymentProblem(StrEnum):
    """Why the active deployment is unclear."""

    UNKNOWN_COLOR = "unknown_color"
    BOTH_EXIST = "both_exist"
    NONE_EXISTS = "none_exists"


@stored("fleet.unclear_deployment", problem="problem")
@dataclass(frozen=True)
class UnclearDeployment(Reason):
    """Neither terraform.tfvars nor the folders tell which deployment is active."""

    problem: DeploymentProblem


class LinkProblem(StrEnum):
    """Why a Compose link does not tell the version."""

    MISSING = "missing"
    NOT_A_LINK = "not_a_link"
    NOT_GOLDEN = "not_golden"


@stored("fleet.unusable_link", file="file", problem="problem")
@dataclass(frozen=True)
class UnusableLink(Reason):
    """The Compose file of the active deployment is not a link to a golden file that exists."""

    file: str
    problem: LinkProblem
