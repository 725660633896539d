"""The values of a Terraform variable file."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import hcl2

from bot.formats.terraform.errors import parse_with


def variables(text: str) -> Mapping[str, Any]:
    """The variables of a `.tfvars` file by name. Raises TerraformError.

    A string comes without its quotes, and an expression that is not a literal comes as it is written.
    """
    values = parse_with(hcl2.loads, text)
    return {name: value.strip('"') if isinstance(value, str) else value for name, value in values.items()}
