"""What an instance's terraform.tfvars says (domain.md, "Layout of the deployment repository")."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache

from bot.domain.fleet.problems import InstanceReadError, InvalidVariable, VariableProblem
from bot.formats import terraform

ACTIVE_VARIABLE = "active_deployment"
DEPLOYMENTS_VARIABLE = "deployments"
EXECUTORS_VARIABLE = "enable_executors"


@dataclass(frozen=True)
class Tfvars:
    """`active` is `active_deployment` as it is written (None if it is absent or null), and `executors` is
    `enable_executors`. `suspended` is true if `deployments` is empty (domain-more.md, "Requests")."""

    active: str | None
    executors: bool
    suspended: bool = False


@lru_cache(maxsize=4096)  # all instances are read again whenever the file of one changes
def read_tfvars(text: str) -> Tfvars:
    """The values of a terraform.tfvars. Raises TerraformError, and InstanceReadError for a value that Terraform
    would refuse or that has to be evaluated."""
    values = terraform.variables(text)
    return Tfvars(_active(values.get(ACTIVE_VARIABLE)), _executors(values), _suspended(values))


def _active(value: terraform.VariableValue) -> str | None:
    if isinstance(value, terraform.Expression):
        return value.text
    return value if isinstance(value, str) or value is None else ""


def _executors(values: Mapping[str, terraform.VariableValue]) -> bool:
    value = values.get(EXECUTORS_VARIABLE)
    boolean = False if value is None else terraform.as_boolean(value)
    if boolean is None:
        raise InstanceReadError(InvalidVariable(EXECUTORS_VARIABLE, VariableProblem.NOT_A_BOOLEAN))
    return boolean


def _suspended(values: Mapping[str, terraform.VariableValue]) -> bool:
    """Whether there is an empty list of deployments, or an empty map of them."""
    value = values.get(DEPLOYMENTS_VARIABLE)
    if isinstance(value, terraform.Expression):
        raise InstanceReadError(InvalidVariable(DEPLOYMENTS_VARIABLE, VariableProblem.NOT_A_LITERAL))
    return isinstance(value, tuple | Mapping) and not value
