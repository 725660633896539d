"""The tags of the instances' Terraform module, and the references to them (domain.md, "Layout …")."""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from urllib.parse import unquote

from bot.domain.versions import VERSION_PATTERN, Version
from bot.formats import terraform

_MODULE_TAG = re.compile(rf"mi-module-v(?P<version>{VERSION_PATTERN})-v(?P<number>0|[1-9]\d{{0,8}})", re.ASCII)
_PREFIX = "mi-module-v"
_MAY_HAVE_TAG = re.compile("mi(?:-|%2[Dd])module")


def module_refs(text: str) -> tuple[str, ...]:
    """The tags `mi-module-vX.Y.Z-vN` that the modules of a Terraform file refer to, in order.

    Raises TerraformError, but not for a text without such a tag.
    """
    return terraform.source_refs(text, tag_sort_key) if _MAY_HAVE_TAG.search(text) else ()


def set_module_refs(text: str, refs: Sequence[str]) -> str:
    """The text that refers to these tags instead, in the order of `module_refs`. Raises TerraformError."""
    return terraform.set_source_refs(text, tag_sort_key, refs) if _MAY_HAVE_TAG.search(text) else text


def unclear_modules(text: str) -> tuple[str, ...]:
    """The modules whose source has such a tag that `module_refs` does not find, by name. Raises TerraformError."""
    found = terraform.modules(text) if _MAY_HAVE_TAG.search(text) else ()
    tagged = (one for one in found if one.source and _PREFIX in unquote(one.source.value))
    return tuple(one.name for one in tagged if one.ref is None or tag_sort_key(one.ref.value) is None)


def newest_module_tag(tags: Collection[str], version: Version) -> str | None:
    """The newest of the tags `mi-module-vX.Y.Z-vN` of that version: the one with the greatest N."""
    keys = {key: tag for tag in tags if (key := tag_sort_key(tag)) and key[0] == version}
    return keys[max(keys)] if keys else None


def tag_sort_key(tag: str) -> tuple[Version, int] | None:
    """The version and the number of a module tag, or None for any other text."""
    match = _MODULE_TAG.fullmatch(tag)
    version = Version.parse(match["version"]) if match else None
    return (version, int(match["number"])) if match and version else None
