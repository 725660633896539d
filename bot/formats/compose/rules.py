"""Which rule merges which attribute of a Compose file (the Compose specification, "Merge and override").

A rule takes what is there and what the override says, and returns what both make. The pattern of a path has `*` for
the names that people choose.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TypeAlias

from bot.formats.compose import lists as lists
from bot.formats.compose.pairs import Bare, host_entries, key_values
from bot.formats.compose.ports import ports
from bot.formats.yaml.value import NOTHING, Map, Scalar, Sequence, Value

Path: TypeAlias = tuple[str, ...]
Rule: TypeAlias = Callable[[Value, Value], Value]

SECTIONS = frozenset({"services", "networks", "volumes", "secrets", "configs"})
STARTED = Map({"condition": Scalar("service_started")})
_NAMED_BELOW = frozenset({"networks", "ulimits", "depends_on"})
_REPLACED = ("command", "entrypoint", "healthcheck.test", "extends", "ulimits.*")
_JOINED = (
    "cap_add", "cap_drop", "device_cgroup_rules", "dns", "dns_opt", "dns_search", "expose", "external_links",
    "group_add", "profiles", "security_opt", "tmpfs", "volumes_from",
    "build.cache_from", "build.cache_to", "build.platforms", "build.tags",
    "deploy.placement.constraints", "deploy.placement.preferences", "deploy.resources.reservations.devices",
    "networks.*.aliases", "networks.*.link_local_ips",
)  # fmt: skip


def _of_service(dotted: str) -> Path:
    return ("services", "*", *dotted.split("."))


_UNIQUE: Mapping[Path, lists.Identity] = {
    **dict.fromkeys(map(_of_service, ("volumes", "devices")), lists.mount_target),
    **dict.fromkeys(map(_of_service, ("secrets", "configs", "build.secrets")), lists.file_target),
    **{_of_service(f"blkio_config.{name}"): lists.path_of for name in lists.BLOCK_LIMITS},
    _of_service("links"): lists.link_alias,
}
_JOINED_BY: Mapping[Path, lists.Identity] = {
    **dict.fromkeys(map(_of_service, _JOINED), lists.text_of),
    _of_service("env_file"): lists.path_of,
}
IDENTITIES: Mapping[Path, lists.Identity] = {**_UNIQUE, **_JOINED_BY, _of_service("ports"): lists.text_of}
"""What makes two items of a list the same."""

BARE: Mapping[Path, Bare] = {
    **dict.fromkeys(map(_of_service, ("environment", "build.args")), "null"),
    **dict.fromkeys(map(_of_service, ("labels", "annotations", "sysctls", "build.labels", "deploy.labels")), "empty"),
    **dict.fromkeys(((section, "*", "labels") for section in SECTIONS - {"services"}), "empty"),
    _of_service("build.additional_contexts"): "empty",
}
"""What is either a mapping or a list of pairs, and what a key without a value says there."""

NAMES: Mapping[Path, Value] = {_of_service("networks"): NOTHING, _of_service("depends_on"): STARTED}
"""What is either a mapping or a list of names, and what a name alone says there."""

_RULES: Mapping[Path, Rule] = {
    **dict.fromkeys(map(_of_service, _REPLACED), lists.replaced),
    **{path: key_values(bare) for path, bare in BARE.items()},
    **{path: lists.unique_by(identity) for path, identity in _UNIQUE.items()},
    **{path: lists.joined_by(identity) for path, identity in _JOINED_BY.items()},
    **dict.fromkeys(map(_of_service, ("extra_hosts", "build.extra_hosts")), host_entries),
    _of_service("ports"): ports,
    ("networks", "*", "ipam", "config"): lists.merged_by(lists.subnet_of),
}


def pattern(path: Path) -> Path:
    """The path with `*` for each name that people choose."""
    parts = list(path)
    if len(parts) > 1 and parts[0] in SECTIONS:
        parts[1] = "*"
    if len(parts) > 3 and parts[0] == "services" and parts[2] in _NAMED_BELOW:
        parts[3] = "*"
    return tuple(parts)


def rule_for(path: Path) -> Rule | None:
    """The attribute's own rule, None where mappings merge, sequences are joined and scalars replaced."""
    return _RULES.get(pattern(path))


def is_extension(path: Path) -> bool:
    """Whether the path ends in an extension field (`x-…`), and not in a name that only looks like one."""
    return path[-1].startswith("x-") and pattern(path)[-1] != "*"


def takes_nothing(path: Path) -> bool:
    """Whether an entry of this mapping says something even when it is empty, as `volumes: {data: }` does."""
    return path in {(section,) for section in SECTIONS} or pattern(path) == ("services", "*", "networks")


def names(value: Sequence | Scalar, meaning: Value = NOTHING) -> dict[str, Value]:
    """A list of names as the mapping that says the same. Raises Mismatch for other lists."""
    return {str(lists.text_of(item)): meaning for item in lists.items_of(value)}
