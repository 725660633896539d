"""What the tests of preparation plans share."""

from __future__ import annotations

from tests.domain.plans.repositories import EXECUTORS, compose_text, repository
from tests.domain.upgrade.deployments import Files, plain

GOLDEN = "golden/docker-compose.3.41.1.yaml"
UPSTREAM = compose_text("3.41.1")
CPUS = "# more for all\nservices:\n  searcher:\n    cpus: 8\n"
MAIN = """\
# version = "3.40.0" is what they all had
terraform {
  required_version = ">= 1.0"
}

module "executors" {
  source  = "sourcegraph/executors/google" # upstream's
  version = "3.40.0"                       # with the instances
  note    = "version = \\"3.40.0\\""

  machine {
    version = "3.40.0"
  }
  script = <<-EOT
    version = "3.40.0"
  EOT
}

module "docker-mirror" {
  source  = "sourcegraph/executors/google//modules/docker-mirror"
  version = "3.40.0"
}

module "network" {
  source  = "terraform-google-modules/network/google"
  version = "3.40.0"
}

module "local" {
  source  = "../executors"
  version = "3.40.0"
}
"""


def with_overrides(**overrides: str) -> Files:
    """A repository with these global overrides, `a` for golden/overrides/a.yaml."""
    return repository(changed={f"golden/overrides/{name}.yaml": plain(text) for name, text in overrides.items()})


def with_main(text: str) -> Files:
    return repository(changed={EXECUTORS: plain(text)})
