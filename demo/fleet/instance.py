"""The files of one instance, with comments as people write them."""

from __future__ import annotations

from collections.abc import Iterator

from demo.fleet.compose import image
from demo.fleet.files import File
from demo.fleet.names import stable_random
from demo.fleet.specimens import Hotpatch, SampleInstance

PREVIOUS_VERSION = "3.39.1"
MODULE = "git::https://github.com/sourcegraph/deploy-sourcegraph-managed.git//modules/terraform-managed-instance-new"
MODULE_REF = "mi-module-v1.1.0-v2"


def instance_files(specimen: SampleInstance) -> Iterator[File]:
    """Everything in the folder of one instance (domain.md, "Layout of the deployment repository")."""
    slug = specimen.slug
    yield File.plain(f"{slug}/config.yaml", config(specimen))
    yield File.plain(f"{slug}/terraform.tfvars", tfvars(specimen))
    yield File.plain(f"{slug}/infrastructure.tf", infrastructure(specimen))
    yield from _deployment(specimen, specimen.active, specimen.version, specimen.hotpatch)
    if specimen.has_both_deployments:
        yield from _deployment(specimen, specimen.inactive, PREVIOUS_VERSION, Hotpatch.NONE)
    if specimen.hotpatch is Hotpatch.FOLDER:
        yield File.plain(f"{slug}/overrides/docker-compose.disk.yaml", _override(specimen, Hotpatch.NONE))
        yield File.plain(f"{slug}/overrides/docker-compose.hotpatch.yaml", _hotpatch_alone(specimen))


def _deployment(specimen: SampleInstance, color: str, version: str, hotpatch: Hotpatch) -> Iterator[File]:
    folder = f"{specimen.slug}/{color}/docker-compose"
    yield File.link(f"{folder}/docker-compose.yaml", f"../../../golden/docker-compose.{version}.yaml")
    yield File.plain(f"{folder}/docker-compose.override.yaml", _override(specimen, hotpatch))


def config(specimen: SampleInstance) -> str:
    """config.yaml: the instance's own settings."""
    lines = [
        f"# {specimen.slug}: facts that are not Terraform's. Ask in #cloud before changing the channel.",
        f"customer: {specimen.customer}",
        f"domain: {specimen.slug}.sourcegraph.com",
        f"instanceType: {specimen.kind}",
        f"type: {'public' if specimen.public else 'private'} # who can reach it",
    ]
    if specimen.account:
        lines.append(f"account: {specimen.account}")
    if specimen.channel != "stable" or stable_random(0, specimen.slug, 2):
        lines.append(f"releaseChannel: {specimen.channel}")
    if specimen.trial_days is not None:
        lines.append(f"trialAdditionalDays: {specimen.trial_days}   # agreed with sales")
    if specimen.note or specimen.skip:
        lines += ["", "# read by the upgrade bot", "upgrade:"]
        lines += [f"  note: '{specimen.note}'"] if specimen.note else []
        lines += [f"  skip: {specimen.skip}"] if specimen.skip else []
    return "\n".join(lines) + "\n"


def tfvars(specimen: SampleInstance) -> str:
    """terraform.tfvars, aligned by hand."""
    lines = [
        f'customer   = "{specimen.customer}"',
        f'project_id = "sourcegraph-managed-{specimen.slug}"',
        'zone       = "us-central1-f"',
        "",
    ]
    if specimen.declares_active:
        lines += ["# red or black; switching it moves the traffic", f'active_deployment = "{specimen.active}"', ""]
    lines += [
        'machine_type   = "n2-standard-16"',
        f"data_disk_size = {specimen.disk} # GB, can only grow",
        f"public         = {'true' if specimen.public else 'false'}",
    ]
    if not specimen.public:
        lines += ["", "allowed_customer_ip_ranges = [", '  "203.0.113.0/24", # offices']
        lines += [f'  "198.51.100.{stable_random(0, specimen.slug, 250)}/32", # VPN', "]"]
    if specimen.executors:
        lines += ["", "enable_executors      = true", 'executor_environment  = "prod"', "executor_min_replicas = 1"]
    return "\n".join(lines) + "\n"


def infrastructure(specimen: SampleInstance) -> str:
    """infrastructure.tf: the version of the module that the instance uses."""
    return (
        f"# The infrastructure of {specimen.slug}.\n"
        'module "managed_instance" {\n'
        f'  source = "{MODULE}?ref={MODULE_REF}"\n'
        "\n"
        "  customer          = var.customer\n"
        "  project_id        = var.project_id\n"
        "  active_deployment = var.active_deployment\n"
        "  data_disk_size    = var.data_disk_size\n"
        "}\n"
    )


def _override(specimen: SampleInstance, hotpatch: Hotpatch) -> str:
    """The instance's own overrides, written by people. An upgrade removes only hotpatched images from it."""
    lines = ["# Overrides of this instance only. Keep it short: what all need belongs into golden/overrides.",
             "version: '2.4'", "services:", "  gitserver-0:"]  # fmt: skip
    if hotpatch is Hotpatch.AMONG_OVERRIDES:
        lines.append(f"    image: '{_hotpatch_image('gitserver', specimen)}' # hotpatch, goes with the next release")
    lines += ["    cpus: 8   # big monorepo", f"    mem_limit: '{8 + stable_random(0, specimen.slug, 4) * 4}g'"]
    lines += ["", "  # more memory for the nightly syncs", "  repo-updater:", "    mem_limit: '6g'"]
    if hotpatch is Hotpatch.ALONE:
        lines += _hotpatch_lines(specimen)
    return "\n".join(lines) + "\n"


def _hotpatch_alone(specimen: SampleInstance) -> str:
    return "\n".join(["version: '2.4'", "services:", *_hotpatch_lines(specimen)]) + "\n"


def _hotpatch_lines(specimen: SampleInstance) -> list[str]:
    return [
        "  # hotpatch for slow searches, see the incident's notes; remove it with the next release",
        "  searcher-0:",
        f"    image: '{_hotpatch_image('searcher', specimen)}'",
    ]


def _hotpatch_image(name: str, specimen: SampleInstance) -> str:
    return image(name, f"{specimen.version}-hotpatch.1")
