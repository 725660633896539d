"""Which rule merges which attribute of a Compose file (the Compose specification, "Merge and override").

A rule takes the value of the base and that of the override, and returns the merged value. The pattern of a path has
`*` in place of the names that users choose.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TypeAlias

from bot.formats.compose import lists
from bot.formats.compose.pairs import BareKey, merge_hosts, merge_pairs
from bot.formats.compose.ports import merge_ports
from bot.formats.yaml import EMPTY, Map, Scalar, Sequence, Value

Path: TypeAlias = tuple[str, ...]
Rule: TypeAlias = Callable[[Value, Value], Value]

SECTIONS = frozenset({"services", "networks", "volumes", "secrets", "configs"})
SERVICE_STARTED = Map({"condition": Scalar("service_started")})
_USER_KEYED = frozenset({"networks", "ulimits", "depends_on"})
_REPLACED = ("command", "entrypoint", "healthcheck.test", "extends", "ulimits.*")
_UNION = (
    "cap_add", "cap_drop", "device_cgroup_rules", "dns", "dns_opt", "dns_search", "expose", "external_links",
    "group_add", "profiles", "security_opt", "tmpfs", "volumes_from",
    "build.cache_from", "build.cache_to", "build.platforms", "build.tags",
    "deploy.placement.constraints", "deploy.placement.preferences", "deploy.resources.reservations.devices",
    "networks.*.aliases", "networks.*.link_local_ips",
)  # fmt: skip


def _service_path(dotted: str) -> Path:
    return ("services", "*", *dotted.split("."))


_UNIQUE: Mapping[Path, lists.Identity] = {
    **dict.fromkeys(map(_service_path, ("volumes", "devices")), lists.mount_target),
    **dict.fromkeys(map(_service_path, ("secrets", "configs", "build.secrets")), lists.file_target),
    **{_service_path(f"blkio_config.{name}"): lists.path_of for name in lists.BLOCK_LIMITS},
    _service_path("links"): lists.link_alias,
}
_UNION_BY: Mapping[Path, lists.Identity] = {
    **dict.fromkeys(map(_service_path, _UNION), lists.scalar_key),
    _service_path("env_file"): lists.path_of,
}
IDENTITIES: Mapping[Path, lists.Identity] = {**_UNIQUE, **_UNION_BY, _service_path("ports"): lists.scalar_key}
"""What makes two items of a list the same, by attribute."""

PAIR_LISTS: Mapping[Path, BareKey] = {
    **dict.fromkeys(map(_service_path, ("environment", "build.args")), "null"),
    **dict.fromkeys(
        map(_service_path, ("labels", "annotations", "sysctls", "build.labels", "deploy.labels")), "empty"
    ),
    **dict.fromkeys(((section, "*", "labels") for section in SECTIONS - {"services"}), "empty"),
    _service_path("build.additional_contexts"): "empty",
}
"""The attributes that are either a mapping or a list of pairs, and what a key without a value means in the list."""

NAME_LISTS: Mapping[Path, Value] = {_service_path("networks"): EMPTY, _service_path("depends_on"): SERVICE_STARTED}
"""The attributes that are either a mapping or a list of names, and what a name alone means."""

_RULES: Mapping[Path, Rule] = {
    **dict.fromkeys(map(_service_path, _REPLACED), lists.take_override),
    **{path: merge_pairs(bare) for path, bare in PAIR_LISTS.items()},
    **{path: lists.unique_by(identity) for path, identity in _UNIQUE.items()},
    **{path: lists.union_by(identity) for path, identity in _UNION_BY.items()},
    **dict.fromkeys(map(_service_path, ("extra_hosts", "build.extra_hosts")), merge_hosts),
    _service_path("ports"): merge_ports,
    ("networks", "*", "ipam", "config"): lists.merge_by(lists.subnet_of),
}


def path_pattern(path: Path) -> Path:
    """The path with `*` in place of each name that users choose."""
    parts = list(path)
    if len(parts) > 1 and parts[0] in SECTIONS:
        parts[1] = "*"
    if len(parts) > 3 and parts[0] == "services" and parts[2] in _USER_KEYED:
        parts[3] = "*"
    return tuple(parts)


def rule_for(path: Path) -> Rule | None:
    """The rule of the attribute. None if mappings merge, sequences are joined and scalars replaced."""
    return _RULES.get(path_pattern(path))


def is_extension(path: Path) -> bool:
    """Whether the path ends in an extension field (`x-…`), not in a user's name that looks like one."""
    return path[-1].startswith("x-") and path_pattern(path)[-1] != "*"


def allows_empty(path: Path) -> bool:
    """Whether an empty entry of this mapping has a meaning, as in `volumes: {data: }`."""
    return path in {(section,) for section in SECTIONS} or path_pattern(path) == ("services", "*", "networks")


def names_to_mapping(value: Sequence | Scalar, meaning: Value = EMPTY) -> dict[str, Value]:
    """A list of names as the mapping with the same meaning. Raises ShapeMismatchError for other lists."""
    items = lists.items_of(value)
    return {item.text if isinstance(item, Scalar) else str(item.equality_key): meaning for item in items}
