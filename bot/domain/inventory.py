"""The fleet, read from the files of the deployment repository (domain.md, "Layout of the deployment repository").

Reading has two halves so that it needs no I/O: `wanted_blobs` says which files' contents are needed, and
`read_fleet` makes the fleet of them. Where links point is known without their contents: a link's blob SHA-1 is
the SHA-1 of its target, so it is looked up among those of the golden files there are.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any, TypeVar
from urllib.parse import urlsplit

from ruamel.yaml import YAML
from ruamel.yaml.error import MarkedYAMLError, YAMLError

from bot.domain import tfvars
from bot.domain.model import Channel, Colour, Fleet, Instance, InstanceType, Problem, Snapshot
from bot.domain.versions import GOLDEN_FILE, Version

CONFIG = "config.yaml"
TFVARS = "terraform.tfvars"
LINK = "docker-compose/docker-compose.yaml"
NOT_INSTANCES = frozenset({"golden", "modules", "monitoring"})
FIRST_INSTANCE = "rctest"
E = TypeVar("E", InstanceType, Channel)
_SLUG = re.compile(r"[a-z0-9][a-z0-9._-]{0,62}", re.ASCII)
_HOST = re.compile(r"(?=.{4,253}$)[a-z0-9](?:[a-z0-9-]*[a-z0-9])?(?:\.[a-z0-9](?:[a-z0-9-]*[a-z0-9])?)+", re.ASCII)


class _Unreadable(Exception):  # noqa: N818 - named for what it says of a file
    """Why one instance can't be read; the message is the sentence of its Problem."""


@dataclass(frozen=True)
class _Config:
    """The checked values of one config.yaml."""

    type: InstanceType
    domain: str
    public: bool
    customer: str
    account: str | None
    note: str
    skip: str
    channel: Channel
    trial_additional_days: int


def blob_sha(content: bytes) -> str:
    """The SHA-1 that Git gives a blob of this content."""
    return hashlib.sha1(b"blob %d\x00" % len(content) + content, usedforsecurity=False).hexdigest()


def link_target(version: Version) -> str:
    """What an instance's link contains when it runs `version`."""
    return f"../../../{version.golden_path}"


def golden_versions(snapshot: Snapshot) -> frozenset[Version]:
    """The versions that have a golden file."""
    found = (GOLDEN_FILE.fullmatch(path) for path in snapshot.files)
    return frozenset(version for match in found if match and (version := Version.parse(match.group(1))))


def instance_folders(snapshot: Snapshot) -> list[str]:
    """The folders that describe an instance: a `config.yaml`, `terraform.tfvars` or a deployment in them."""
    folders = set()
    for path in snapshot.files:
        slug, _, rest = path.partition("/")
        if slug in NOT_INSTANCES or slug.startswith("."):
            continue
        if rest in {CONFIG, TFVARS} or rest.startswith(("red/docker-compose/", "black/docker-compose/")):
            folders.add(slug)
    return sorted(folders)


def wanted_blobs(snapshot: Snapshot) -> set[str]:
    """The blobs whose contents `read_fleet` needs."""
    paths = (f"{slug}/{name}" for slug in instance_folders(snapshot) for name in (CONFIG, TFVARS))
    return {entry.sha for path in paths if (entry := snapshot.files.get(path)) and not entry.is_link}


def read_fleet(snapshot: Snapshot, contents: Mapping[str, bytes]) -> Fleet:
    """Read every instance; one that can't be read becomes a Problem and stops nobody else.

    `contents` maps the SHA-1s of `wanted_blobs` to bytes.
    """
    golden = golden_versions(snapshot)
    versions = {blob_sha(link_target(version).encode()): version for version in golden}
    instances: list[Instance] = []
    problems: list[Problem] = []
    for slug in instance_folders(snapshot):
        config: _Config | None = None
        try:
            config = _config(_file(snapshot, contents, slug, CONFIG), slug)
            instances.append(_instance(slug, config, snapshot, contents, versions))
        except _Unreadable as error:
            problems.append(_problem(slug, str(error), config, snapshot))
    return Fleet(tuple(in_order_of_work(_with_ordinals(instances))), tuple(problems), golden)


def in_order_of_work(instances: Iterable[Instance]) -> list[Instance]:
    """`rctest`, the other internal ones, trials, production; by slug within each (domain.md, "Rules")."""
    types = list(InstanceType)
    return sorted(instances, key=lambda i: (i.slug != FIRST_INSTANCE, types.index(i.type), i.slug))


def _problem(slug: str, sentence: str, config: _Config | None, snapshot: Snapshot) -> Problem:
    return Problem(
        slug,
        sentence,
        reference=snapshot.folders.get(slug, "")[:10],
        internal=config is not None and config.type is InstanceType.INTERNAL,
        account=config.account if config else None,
    )


def _instance(
    slug: str,
    config: _Config,
    snapshot: Snapshot,
    contents: Mapping[str, bytes],
    versions: Mapping[str, Version],
) -> Instance:
    if _SLUG.fullmatch(slug) is None:
        raise _Unreadable("the folder's name is no slug; use lower-case letters, digits and dashes")
    terraform = tfvars.parse(_text(_file(snapshot, contents, slug, TFVARS), TFVARS))
    if isinstance(terraform, tfvars.Unreadable):
        raise _Unreadable(terraform.sentence)
    active = _active(slug, terraform.active, snapshot)
    return Instance(
        slug=slug,
        active=active,
        version=_version(slug, active, snapshot, versions),
        executors=terraform.executors,
        **{name: getattr(config, name) for name in _Config.__dataclass_fields__},
    )


def _active(slug: str, key: str | None, snapshot: Snapshot) -> Colour:
    """The active deployment: the key of terraform.tfvars, else the only one of the two folders there is."""
    present = [colour for colour in Colour if f"{slug}/{colour}/{LINK}" in snapshot.files]
    if key is not None:
        if key not in {colour.value for colour in Colour}:
            raise _Unreadable('active_deployment in terraform.tfvars must be "red" or "black"')
        return Colour(key)
    if len(present) == 1:
        return present[0]
    if present:
        raise _Unreadable("both red and black exist and terraform.tfvars has no active_deployment; set it")
    raise _Unreadable("there is neither a red nor a black deployment; add one with its docker-compose folder")


def _version(slug: str, active: Colour, snapshot: Snapshot, versions: Mapping[str, Version]) -> Version:
    """The golden file that the active deployment's link points to."""
    entry = snapshot.files.get(f"{slug}/{active}/{LINK}")
    where = f"{active}/{LINK}"
    if entry is None:
        raise _Unreadable(f"{where} is missing; link it to a golden file")
    if not entry.is_link:
        raise _Unreadable(f"{where} is not a symbolic link; replace it by a link to a golden file")
    version = versions.get(entry.sha)
    if version is None:
        raise _Unreadable(f"{where} does not point to a golden file that exists; point it to one")
    return version


def _file(snapshot: Snapshot, contents: Mapping[str, bytes], slug: str, name: str) -> bytes:
    entry = snapshot.files.get(f"{slug}/{name}")
    if entry is None:
        raise _Unreadable(f"{name} is missing; add it")
    if entry.is_link:
        raise _Unreadable(f"{name} is a symbolic link; make it a plain file")
    if entry.sha not in contents:
        raise _Unreadable(f"{name} could not be fetched; it will be tried again")
    return contents[entry.sha]


def _text(content: bytes, name: str) -> str:
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise _Unreadable(f"{name} is not UTF-8 text; save it as UTF-8") from None


def _yaml(content: bytes) -> Mapping[str, Any]:
    text = _text(content, CONFIG)
    try:
        document = YAML(typ="safe", pure=True).load(text)
    except MarkedYAMLError as error:
        where = f" (line {error.problem_mark.line + 1})" if error.problem_mark else ""
        raise _Unreadable(f"{CONFIG} is not valid YAML{where}; correct its syntax") from None
    except (YAMLError, ValueError, TypeError, RecursionError, AttributeError):
        raise _Unreadable(f"{CONFIG} is not valid YAML; correct its syntax") from None
    if not isinstance(document, Mapping):
        raise _Unreadable(f"{CONFIG} is not a mapping of keys to values; write `key: value` lines")
    return document


def _config(content: bytes, slug: str) -> _Config:
    document = _yaml(content)
    type_ = _choice(document, "instanceType", InstanceType, None)
    account = _account(document, type_)
    upgrade = document.get("upgrade")
    if upgrade is not None and not isinstance(upgrade, Mapping):
        raise _Unreadable("upgrade in config.yaml must be a mapping with note and skip")
    upgrade = upgrade or {}
    domain = str(document.get("domain") or f"{slug}.sourcegraph.com").strip().lower()
    if _HOST.fullmatch(domain) is None:
        raise _Unreadable("domain in config.yaml is no host name; write it as name.sourcegraph.com")
    days = document.get("trialAdditionalDays", 0)
    if not isinstance(days, int) or isinstance(days, bool) or days < 0:
        raise _Unreadable("trialAdditionalDays in config.yaml must be a whole number of days")
    return _Config(
        type=type_,
        domain=domain,
        public=_visibility(document),
        customer=_sentence(document.get("customer")),
        account=account,
        note=_sentence(upgrade.get("note")),
        skip=_skip(upgrade.get("skip")),
        channel=_choice(document, "releaseChannel", Channel, Channel.STABLE),
        trial_additional_days=days,
    )


def _choice(document: Mapping[str, Any], key: str, kind: type[E], default: E | None) -> E:
    value = document.get(key)
    if value is None and default is not None:
        return default
    if isinstance(value, str) and value in {member.value for member in kind}:
        return kind(value)
    fault = "is missing" if value is None else "is unknown"
    raise _Unreadable(f"{key} in config.yaml {fault}; use {', '.join(member.value for member in kind)}")


def _visibility(document: Mapping[str, Any]) -> bool:
    value = document.get("type", "public")
    if value not in {"public", "private"}:
        raise _Unreadable("type in config.yaml is unknown; use public or private")
    return bool(value == "public")


def _account(document: Mapping[str, Any], type_: InstanceType) -> str | None:
    """The URL of the account issue, without its trailing slash; required for customers."""
    value = document.get("account")
    if value is None and type_ is InstanceType.INTERNAL:
        return None
    if value is None:
        raise _Unreadable(f"account in config.yaml is missing; a {type_} instance needs its account issue's URL")
    if not isinstance(value, str) or not _is_url(value):
        raise _Unreadable("account in config.yaml is no https URL; use the account issue's URL")
    return value.strip().rstrip("/")


def _is_url(value: str) -> bool:
    value = value.strip()
    try:
        parts = urlsplit(value)
    except ValueError:
        return False
    plain = re.fullmatch(r"[A-Za-z0-9:/._~#?=&%-]+", value) is not None
    return parts.scheme in {"http", "https"} and bool(parts.hostname) and plain


def _sentence(value: object) -> str:
    """A person's text on one line; anything but text counts as none."""
    return " ".join(value.split()) if isinstance(value, str) else ""


def _skip(value: object) -> str:
    if value is None or value is False:
        return ""
    return _sentence(value) or "marked to be skipped"


def _with_ordinals(instances: Iterable[Instance]) -> list[Instance]:
    """Number the instances of one customer in slug order: its second is "second instance" outside (domain.md)."""
    seen: dict[str, int] = {}
    numbered = []
    for instance in sorted(instances, key=lambda i: (i.account or "", i.slug)):
        if instance.internal or instance.account is None:
            numbered.append(instance)
            continue
        seen[instance.account] = seen.get(instance.account, 0) + 1
        numbered.append(replace(instance, ordinal=seen[instance.account]))
    return numbered
