"""Makes policies, which the domain defines, from sections of the settings."""

from __future__ import annotations

from dataclasses import fields
from typing import Any, TypeVar

from pydantic import BaseModel

P = TypeVar("P")


def policy_from(policy: type[P], *sections: BaseModel, **values: Any) -> P:
    """A policy (a dataclass) whose fields have the values of the settings of the same names.

    `values` are fields that the sections do not have, or have in another form. Raises TypeError for a field that no
    section has or that two have, so that none silently keeps its default.
    """
    found = dict(values)
    for field in fields(policy):  # type: ignore[arg-type]
        if field.name in values:
            continue
        holders = [section for section in sections if field.name in type(section).model_fields]
        if len(holders) != 1:
            raise TypeError(f"{len(holders)} sections of the settings have {policy.__name__}.{field.name}")
        found[field.name] = getattr(holders[0], field.name)
    return policy(**found)
