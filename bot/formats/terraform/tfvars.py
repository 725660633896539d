"""Terraform variable files: the few values mibot needs of them."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import hcl2
from lark.exceptions import LarkError


@dataclass(frozen=True)
class ParseFailure:
    """A file that can't be read: one sentence that says why, without any of the file's own words."""

    message: str


@dataclass(frozen=True)
class Tfvars:
    """`active` is the raw `active_deployment` (None when the key is absent or null); `executors` is
    `enable_executors`."""

    active: str | None
    executors: bool


@lru_cache(maxsize=4096)
def parse(text: str) -> Tfvars | ParseFailure:
    """Read a `terraform.tfvars`. An `active_deployment` that is no literal comes as it is written."""
    try:
        values = hcl2.loads(text if text.endswith("\n") else f"{text}\n")
    except (LarkError, ValueError, RecursionError) as error:
        line = getattr(error, "line", None)
        where = f" (line {line})" if isinstance(line, int) and line > 0 else ""
        return ParseFailure(f"terraform.tfvars is not valid Terraform{where}; correct its syntax")
    active = values.get("active_deployment")
    return Tfvars(
        active=active.strip('"') if isinstance(active, str) else None,
        executors=values.get("enable_executors") is True,
    )
