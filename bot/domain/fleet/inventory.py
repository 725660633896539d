"""The fleet, read from the files of the deployment repository (domain.md, "Layout of the deployment repository").

Reading has two halves so that it needs no I/O: `wanted_blobs` says which files' contents are needed, and
`read_fleet` makes the fleet of them. Where links point is known without their contents: a link's blob SHA-1 is
the SHA-1 of its target, so it is looked up among those of the golden files there are.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Mapping
from dataclasses import fields, replace
from typing import Any

from bot.domain.fleet.config_file import CONFIG, CantRead, known_account, known_internal, load, read_config, text_of
from bot.domain.fleet.model import Colour, Fleet, Instance, InstanceType, Problem, Snapshot
from bot.domain.versions import GOLDEN_FILE, Version
from bot.formats.terraform import tfvars
from bot.formats.urls import normal_url

TFVARS = "terraform.tfvars"
LINK = "docker-compose/docker-compose.yaml"
NOT_INSTANCES = frozenset({"golden", "modules", "monitoring"})
FIRST_INSTANCE = "rctest"
_SLUG = re.compile(r"[a-z0-9][a-z0-9._-]{0,62}", re.ASCII)


def blob_sha(content: bytes) -> str:
    """The SHA-1 that Git gives a blob of this content."""
    return hashlib.sha1(b"blob %d\x00" % len(content) + content, usedforsecurity=False).hexdigest()


def link_target(version: Version) -> str:
    """What an instance's link contains when it runs `version`."""
    return f"../../../{version.golden_path}"


def golden_versions(snapshot: Snapshot) -> frozenset[Version]:
    """The versions that have a golden file."""
    found = (GOLDEN_FILE.fullmatch(path) for path in snapshot.by_folder.get("golden", []))
    versions = (Version.parse(match.group(1)) for match in found if match)
    return frozenset(version for version in versions if version and version.golden_path in snapshot.files)


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
    deployments = {tuple(path.split("/", 2)[:2]) for path in snapshot.files}
    instances: list[Instance] = []
    problems: list[Problem] = []
    for slug in instance_folders(snapshot):
        document: Mapping[Any, Any] = {}
        present = [colour for colour in Colour if (slug, colour.value) in deployments]
        try:
            document = load(_file(snapshot, contents, slug, CONFIG))
            instances.append(_instance(slug, document, present, snapshot, contents, versions))
        except CantRead as error:
            problems.append(_problem(slug, str(error), document, snapshot))
    ordinals = _ordinals([*instances, *problems])
    numbered = [replace(instance, ordinal=ordinals.get(instance.slug, 1)) for instance in instances]
    unreadable = (replace(problem, ordinal=ordinals.get(problem.slug, 1)) for problem in problems)
    return Fleet(tuple(in_order_of_work(numbered)), tuple(unreadable), golden)


def in_order_of_work(instances: Iterable[Instance]) -> list[Instance]:
    """`rctest`, the other internal ones, trials, production; by slug within each (domain.md, "Rules")."""
    types = list(InstanceType)
    return sorted(instances, key=lambda i: (i.slug != FIRST_INSTANCE, types.index(i.type), i.slug))


def _problem(slug: str, sentence: str, document: Mapping[Any, Any], snapshot: Snapshot) -> Problem:
    internal = slug == FIRST_INSTANCE or known_internal(document)
    return Problem(
        slug,
        sentence,
        reference=snapshot.folders.get(slug, "")[:10],
        internal=internal,
        account=None if internal else known_account(document),
    )


def _instance(
    slug: str,
    document: Mapping[Any, Any],
    present: list[Colour],
    snapshot: Snapshot,
    contents: Mapping[str, bytes],
    versions: Mapping[str, Version],
) -> Instance:
    if _SLUG.fullmatch(slug) is None:
        raise CantRead("the folder's name is no slug; use lower-case letters, digits and dashes")
    config = read_config(document, slug)
    terraform = tfvars.parse(text_of(_file(snapshot, contents, slug, TFVARS), TFVARS))
    if isinstance(terraform, tfvars.Unreadable):
        raise CantRead(terraform.sentence)
    active = _active(terraform.active, present)
    return Instance(
        slug=slug,
        active=active,
        version=_version(slug, active, snapshot, versions),
        executors=terraform.executors,
        **{field.name: getattr(config, field.name) for field in fields(config)},
    )


def _active(key: str | None, present: list[Colour]) -> Colour:
    """The active deployment: the key of terraform.tfvars, else the only one of the two folders there is."""
    if key is not None:
        if key not in {colour.value for colour in Colour}:
            raise CantRead('active_deployment in terraform.tfvars must be "red" or "black"')
        return Colour(key)
    if len(present) == 1:
        return present[0]
    if present:
        raise CantRead("both red and black exist and terraform.tfvars has no active_deployment; set it")
    raise CantRead("there is neither a red nor a black deployment; add one with its docker-compose folder")


def _version(slug: str, active: Colour, snapshot: Snapshot, versions: Mapping[str, Version]) -> Version:
    """The golden file that the active deployment's link points to."""
    entry = snapshot.files.get(f"{slug}/{active}/{LINK}")
    where = f"{active}/{LINK}"
    if entry is None:
        raise CantRead(f"{where} is missing; link it to a golden file")
    if not entry.is_link:
        raise CantRead(f"{where} is not a symbolic link; replace it by a link to a golden file")
    version = versions.get(entry.sha)
    if version is None:
        raise CantRead(f"{where} does not point to a golden file that exists; point it to one")
    return version


def _file(snapshot: Snapshot, contents: Mapping[str, bytes], slug: str, name: str) -> bytes:
    entry = snapshot.files.get(f"{slug}/{name}")
    if entry is None:
        raise CantRead(f"{name} is missing; add it")
    if entry.is_link:
        raise CantRead(f"{name} is a symbolic link; make it a plain file")
    if entry.sha not in contents:
        raise CantRead(f"{name} could not be fetched; it will be tried again")
    return contents[entry.sha]


def _ordinals(customers: Iterable[Instance | Problem]) -> dict[str, int]:
    """Number the instances of one customer in slug order: its second is "second instance" outside (domain.md).

    One that can't be read is counted where its account is known, so that the others keep their numbers.
    """
    counts: dict[str, int] = {}
    ordinals = {}
    for one in sorted(customers, key=lambda one: one.slug):
        if one.account and not one.internal:
            account = normal_url(one.account)
            counts[account] = counts.get(account, 0) + 1
            ordinals[one.slug] = counts[account]
    return ordinals
