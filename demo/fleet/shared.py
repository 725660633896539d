"""The files that all instances share: global settings, golden files, Terraform modules, monitoring, the workflow."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from demo.fleet.compose import compose_file
from demo.fleet.files import File

# The global overrides, one file per purpose, as the environment that they add to services. Golden files contain them.
OVERRIDES: dict[str, dict[str, tuple[str, ...]]] = {
    "cloudsql": {
        "sourcegraph-frontend-0": ("PGSSLMODE=disable", "CODEINTEL_PGSSLMODE=disable"),
        "worker": ("PGSSLMODE=disable",),
    },
    "telemetry": {
        "prometheus": ("PROMETHEUS_RETENTION=30d",),
        "sourcegraph-frontend-0": ("SRC_PROF_HTTP=",),
    },
}

GLOBAL_CONFIG = """\
# Settings of all managed instances. An instance's own config.yaml wins over this file.
featureFlags:
  # rolled out with 3.39, see the release notes
  batchChanges: true
  codeInsights: true
backup:
  retentionDays: 7
  recoveryPointObjectiveHours: 24
notifications:
  channel: '#cloud-notifications'
"""

EXECUTORS = """\
# Executors of instances with enable_executors = true. Both modules must have the version that the golden file has.
module "executors" {{
  source  = "sourcegraph/executors/google"
  version = "{version}" # upgraded together with the instances

  count                        = var.enable_executors ? 1 : 0
  executor_instance_tag        = "codeintel-${{var.executor_environment}}"
  executor_sourcegraph_url     = "https://${{var.customer}}.sourcegraph.com"
  executor_queue_name          = "codeintel"
  executor_min_replicas        = var.executor_min_replicas
  docker_registry_mirror       = module.docker-mirror[0].ip_address
}}

module "docker-mirror" {{
  source  = "sourcegraph/executors/google//modules/docker-mirror"
  version = "{version}"

  count   = var.enable_executors ? 1 : 0
  zone    = var.zone
  project = var.project_id
}}
"""

INSTANCE_MODULE = """\
# The module of a v1.1 instance: one VM, its data disk, Cloud SQL, and the load balancer in front.
locals {
  deployments = { red = var.red_module, black = var.black_module }
}

resource "google_compute_instance" "default" {
  for_each     = local.deployments
  name         = "default-${each.key}-instance"
  machine_type = var.machine_type
  zone         = var.zone
  project      = var.project_id

  desired_status = each.key == var.active_deployment ? "RUNNING" : "TERMINATED"
}
"""

INSTANCE_VARIABLES = """\
variable "customer" { type = string }
variable "project_id" { type = string }
variable "active_deployment" {
  type    = string
  default = "red"
}
variable "data_disk_size" { type = number }
variable "public" { type = bool }
variable "allowed_customer_ip_ranges" { type = list(string) }
"""

ALERTS = """\
# Alert policies of the scoped monitoring project sourcegraph-managed-monitoring.
resource "google_monitoring_alert_policy" "data_disk" {
  display_name = "Data disk is nearly full"
  combiner     = "OR"
  conditions {
    display_name = "more than 90 % for 10 minutes"
    condition_threshold {
      filter          = "metric.type=\\"agent.googleapis.com/disk/percent_used\\""
      comparison      = "COMPARISON_GT"
      threshold_value = 90
      duration        = "600s"
    }
  }
}
"""

WORKFLOW = """\
name: mi_upgrade
run-name: upgrade ${{ inputs.customer }} to ${{ inputs.version }}
on:
  workflow_dispatch:
    inputs:
      customer:
        description: 'the folder of the instance'
        required: true
        type: string
      version:
        description: 'X.Y.Z'
        required: true
        type: string
permissions:
  contents: read
concurrency: mi_upgrade-${{ inputs.customer }}
jobs:
  upgrade:
    runs-on: ubuntu-latest
    steps:
      - uses: actions/checkout@v3
      # back up, copy the files to the VM, docker-compose up -d
      - run: ./util/upgrade.sh "${{ inputs.customer }}" "${{ inputs.version }}"
"""


def shared_files(running: str, golden: Iterable[str]) -> Iterator[File]:
    """Every file that does not belong to a single instance."""
    yield File.plain(
        "README.md", "# Managed instances\n\nOne folder an instance; see the handbook for the process.\n"
    )
    yield File.plain("config.global.yaml", GLOBAL_CONFIG)
    for version in golden:
        yield File.plain(f"golden/docker-compose.{version}.yaml", compose_file(version, merged_overrides()))
    for purpose, services in OVERRIDES.items():
        yield File.plain(f"golden/overrides/docker-compose.{purpose}.yaml", _override(purpose, services))
    yield File.plain("modules/executors/main.tf", EXECUTORS.format(version=running))
    yield File.plain("modules/terraform-managed-instance-new/main.tf", INSTANCE_MODULE)
    yield File.plain("modules/terraform-managed-instance-new/variables.tf", INSTANCE_VARIABLES)
    yield File.plain("monitoring/alert_policies.tf", ALERTS)
    yield File.plain(".github/workflows/mi_upgrade.yml", WORKFLOW)


def merged_overrides() -> dict[str, tuple[str, ...]]:
    """The environment that the global overrides add, by service, in the order of the override files' names."""
    merged: dict[str, tuple[str, ...]] = {}
    for services in OVERRIDES.values():
        for service, environment in services.items():
            merged[service] = (*merged.get(service, ()), *environment)
    return merged


def _override(purpose: str, services: dict[str, tuple[str, ...]]) -> str:
    lines = [f"# Global override for {purpose}: merged into every golden file.", "version: '2.4'", "services:"]
    for service, environment in services.items():
        lines += [f"  {service}:", "    environment:", *(f"      - '{pair}'" for pair in environment)]
    return "\n".join(lines) + "\n"
