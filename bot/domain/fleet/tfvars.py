"""What an instance's terraform.tfvars says (domain.md, "Layout of the deployment repository")."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

from bot.formats import terraform


@dataclass(frozen=True)
class Tfvars:
    """`active` is `active_deployment` as it is written (None if it is absent or null), `executors` is
    `enable_executors`."""

    active: str | None
    executors: bool


@lru_cache(maxsize=4096)  # all instances are read again whenever the file of one changes
def read_tfvars(text: str) -> Tfvars:
    """The values of a terraform.tfvars. Raises TerraformError."""
    values = terraform.variables(text)
    active = values.get("active_deployment")
    return Tfvars(active if isinstance(active, str) else None, values.get("enable_executors") is True)
