"""The fleet, read from the files of the deployment repository (domain.md, "Layout of the deployment repository").

Reading needs no I/O because it has two halves: `required_blobs` says which contents are needed, and `read_fleet`
makes the fleet of them. The targets of links are known without their contents: the SHA-1 of a link's blob is that of
its target, so it is looked up among those of the golden files.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import fields, replace

from bot.domain.fleet.config_file import CONFIG_FILE, decode_text, known_account, known_internal, load, read_config
from bot.domain.fleet.model import DeploymentColor, Fleet, Instance, InstanceType, Suspended, UnreadableInstance
from bot.domain.fleet.problems import (
    DeploymentProblem,
    InstanceFileProblem,
    InstanceReadError,
    InvalidFolderName,
    InvalidTfvars,
    LinkProblem,
    UnclearDeployment,
    UnusableInstanceFile,
    UnusableLink,
)
from bot.domain.fleet.tfvars import read_tfvars
from bot.domain.git_tree import Snapshot, blob_sha
from bot.domain.reasons import Reason
from bot.domain.versions import GOLDEN_PATH, Version
from bot.formats import yaml
from bot.formats.terraform import TerraformError
from bot.formats.urls import normalize_url

TFVARS_FILE = "terraform.tfvars"
COMPOSE_LINK = "docker-compose/docker-compose.yaml"
NON_INSTANCE_FOLDERS = frozenset({"golden", "modules", "monitoring"})
FIRST_INSTANCE = "rctest"
_SLUG = re.compile(r"[a-z0-9][a-z0-9._-]{0,62}", re.ASCII)


def golden_link_target(version: Version) -> str:
    """The target of an instance's link if it runs `version`."""
    return f"../../../{version.golden_path}"


def golden_versions(snapshot: Snapshot) -> frozenset[Version]:
    """The versions that have a golden file."""
    found = (GOLDEN_PATH.fullmatch(path) for path in snapshot.by_folder.get("golden", []))
    versions = (Version.parse(match.group(1)) for match in found if match)
    return frozenset(version for version in versions if version and version.golden_path in snapshot.files)


def instance_folders(snapshot: Snapshot) -> list[str]:
    """The folders with an instance: those with a `config.yaml`, a `terraform.tfvars` or a deployment."""
    folders = set()
    for path in snapshot.files:
        slug, _, rest = path.partition("/")
        if slug in NON_INSTANCE_FOLDERS or slug.startswith("."):
            continue
        if rest in {CONFIG_FILE, TFVARS_FILE} or rest.startswith(("red/docker-compose/", "black/docker-compose/")):
            folders.add(slug)
    return sorted(folders)


def required_blobs(snapshot: Snapshot) -> set[str]:
    """The blobs whose contents `read_fleet` needs."""
    paths = (f"{slug}/{name}" for slug in instance_folders(snapshot) for name in (CONFIG_FILE, TFVARS_FILE))
    return {entry.sha for path in paths if (entry := snapshot.files.get(path)) and not entry.is_link}


def read_fleet(snapshot: Snapshot, contents: Mapping[str, bytes]) -> Fleet:
    """The fleet. An instance that cannot be read is listed as such and does not affect others.

    `contents` maps the SHA-1s of `required_blobs` to bytes.
    """
    golden = golden_versions(snapshot)
    versions = {blob_sha(golden_link_target(version).encode()): version for version in golden}
    deployments = {tuple(path.split("/", 2)[:2]) for path in snapshot.files}
    instances: list[Instance] = []
    problems: list[UnreadableInstance] = []
    for slug in instance_folders(snapshot):
        document = yaml.Map()
        present = [color for color in DeploymentColor if (slug, color.value) in deployments]
        try:
            document = load(_file(snapshot, contents, slug, CONFIG_FILE))
            instances.append(_instance(slug, document, present, snapshot, contents, versions))
        except InstanceReadError as error:
            problems.append(_unreadable(slug, error.reason, document, snapshot))
    ordinals = _ordinals([*instances, *problems])
    numbered = [replace(instance, ordinal=ordinals.get(instance.slug, 1)) for instance in instances]
    unreadable = (replace(problem, ordinal=ordinals.get(problem.slug, 1)) for problem in problems)
    return Fleet(tuple(sort_for_rollout(numbered)), tuple(unreadable), golden)


def sort_for_rollout(instances: Iterable[Instance]) -> list[Instance]:
    """`rctest`, the other internal ones, trials, production; by slug within each (domain.md, "Rules")."""
    types = list(InstanceType)
    return sorted(instances, key=lambda i: (i.slug != FIRST_INSTANCE, types.index(i.type), i.slug))


def _unreadable(slug: str, reason: Reason, document: yaml.Map, snapshot: Snapshot) -> UnreadableInstance:
    internal = slug == FIRST_INSTANCE or known_internal(document)
    return UnreadableInstance(
        slug,
        reason,
        tree_prefix=snapshot.folders.get(slug, "")[:10],
        internal=internal,
        account=None if internal else known_account(document),
    )


def _instance(
    slug: str,
    document: yaml.Map,
    present: list[DeploymentColor],
    snapshot: Snapshot,
    contents: Mapping[str, bytes],
    versions: Mapping[str, Version],
) -> Instance:
    if _SLUG.fullmatch(slug) is None:
        raise InstanceReadError(InvalidFolderName())
    config = read_config(document, slug)
    try:
        tfvars = read_tfvars(decode_text(_file(snapshot, contents, slug, TFVARS_FILE), TFVARS_FILE))
    except TerraformError as error:
        raise InstanceReadError(InvalidTfvars(error.line)) from None
    if tfvars.suspended:
        active, version = _last_deployment(slug, tfvars.active, snapshot, versions)
    else:
        active = _active_color(tfvars.active, present)
        version = _version(slug, active, snapshot, versions)
    return Instance(
        slug=slug,
        active=active,
        version=version,
        executors=tfvars.executors,
        suspended=tfvars.suspended,
        **{field.name: getattr(config, field.name) for field in fields(config)},
    )


def _active_color(key: str | None, present: list[DeploymentColor]) -> DeploymentColor:
    """The active deployment: the one that terraform.tfvars names, else the only one that exists."""
    if key is not None:
        if key not in {color.value for color in DeploymentColor}:
            raise InstanceReadError(UnclearDeployment(DeploymentProblem.UNKNOWN_COLOR))
        return DeploymentColor(key)
    if len(present) == 1:
        return present[0]
    problem = DeploymentProblem.BOTH_EXIST if present else DeploymentProblem.NONE_EXISTS
    raise InstanceReadError(UnclearDeployment(problem))


def _last_deployment(
    slug: str, named: str | None, snapshot: Snapshot, versions: Mapping[str, Version]
) -> tuple[DeploymentColor, Version]:
    """The deployment that a suspended instance had last, as far as its folder still tells."""
    for color in sorted(DeploymentColor, key=lambda color: color.value != named):
        try:
            return color, _version(slug, color, snapshot, versions)
        except InstanceReadError:
            continue
    raise InstanceReadError(Suspended())


def _version(slug: str, active: DeploymentColor, snapshot: Snapshot, versions: Mapping[str, Version]) -> Version:
    """The version of the golden file that the active deployment's link points to."""
    entry = snapshot.files.get(f"{slug}/{active}/{COMPOSE_LINK}")
    if entry is None:
        problem = LinkProblem.MISSING
    elif not entry.is_link:
        problem = LinkProblem.NOT_A_LINK
    else:
        problem = LinkProblem.NOT_GOLDEN
        if version := versions.get(entry.sha):
            return version
    raise InstanceReadError(UnusableLink(f"{active}/{COMPOSE_LINK}", problem))


def _file(snapshot: Snapshot, contents: Mapping[str, bytes], slug: str, name: str) -> bytes:
    entry = snapshot.files.get(f"{slug}/{name}")
    if entry is None:
        raise InstanceReadError(UnusableInstanceFile(name, InstanceFileProblem.MISSING))
    if entry.is_link:
        raise InstanceReadError(UnusableInstanceFile(name, InstanceFileProblem.IS_LINK))
    if entry.sha not in contents:
        raise InstanceReadError(UnusableInstanceFile(name, InstanceFileProblem.NOT_FETCHED))
    return contents[entry.sha]


def _ordinals(customers: Iterable[Instance | UnreadableInstance]) -> dict[str, int]:
    """The numbers of customers' instances, in slug order: the second one is "second instance" outside (domain.md).

    An instance that cannot be read is counted if its account is known, so that the others keep their numbers.
    """
    counts: dict[str, int] = {}
    ordinals = {}
    for one in sorted(customers, key=lambda one: one.slug):
        if one.account and not one.internal:
            account = normalize_url(one.account)
            counts[account] = counts.get(account, 0) + 1
            ordinals[one.slug] = counts[account]
    return ordinals
