"""`mibot check SLUG`: the exit status is for scripts, the table for people."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from demo.cloud import Cloud
from demo.google.compute import ComputeServer
from demo.world import World
from tests.cli.conftest import RunMibot, WriteSettings

PROJECT = "sourcegraph-managed-rctest"


@pytest.fixture
def compute(cloud: Cloud, tmp_path: Path) -> ComputeServer:
    """Compute Engine, and a mibot.toml with the addresses of everything beside GitHub."""
    cloud.compute.stop_failing(PROJECT)
    cloud.compute.set(PROJECT, {"default-red-instance": "RUNNING"})
    cloud.front_ends.set("rctest.sourcegraph.com", version="3.40.0")
    sections = ((f"[{name}]", *(f'{k} = "{v}"' for k, v in keys.items())) for name, keys in cloud.settings.items())
    (tmp_path / "mibot.toml").write_text("\n".join(line for section in sections for line in section))
    return cloud.compute


def test_all_is_well(mibot: RunMibot, clone: Path, compute: ComputeServer) -> None:
    shown = mibot("check", "rctest", "--repo", clone)
    assert shown.exit_code == 0, shown.stderr
    assert "✓ pass" in shown.stdout
    assert "The active VM (red) is running (RUNNING, n2-standard-8" in shown.stdout


def test_one_check_fails(mibot: RunMibot, clone: Path, compute: ComputeServer) -> None:
    compute.set(PROJECT, {"default-red-instance": "TERMINATED"})
    shown = mibot("check", "https://rctest.sourcegraph.com/", "--repo", clone, columns=80)
    assert shown.exit_code == 1
    assert "✗ fail" in shown.stdout
    assert f"project={PROJECT}" in shown.stdout, "where to look"


def test_one_check_is_unknown(mibot: RunMibot, clone: Path, compute: ComputeServer) -> None:
    compute.fail(PROJECT, "forbidden")
    shown = mibot("check", "rctest", "--repo", clone)
    assert shown.exit_code == 3
    assert "? unknown" in shown.stdout
    assert "compute.instances.list" in shown.stdout


def test_json_is_for_programs(mibot: RunMibot, clone: Path, compute: ComputeServer) -> None:
    document = json.loads(mibot("check", "rctest", "--repo", clone, "--json").stdout)
    assert (document["instance"], document["state"]) == ("rctest", "pass")
    assert set(document["results"][0]) == {"name", "title", "state", "sentence", "link", "taken_at", "seconds"}
    compute.set(PROJECT, {})
    failed = mibot("check", "rctest", "--repo", clone, "--json")
    assert (failed.exit_code, json.loads(failed.stdout)["state"]) == (1, "fail")


@pytest.mark.parametrize(
    ("word", "sentence"),
    [
        ("rctset", "rctset: there is no such instance. Did you mean rctest?"),
        ("pearlravn", "pearlravn: there is no such instance. Did you mean pearlraven?"),
        ("xyz", "xyz: there is no such instance."),
        ("garnetmagpie", "garnetmagpie: this instance can't be read: config.yaml is not valid YAML (line 9)"),
        ("https://github.com/sourcegraph/accounts/issues/501", "this account has 2 instances: write"),
    ],
)
def test_an_unknown_name_gets_the_nearest(mibot: RunMibot, clone: Path, word: str, sentence: str) -> None:
    shown = mibot("check", word, "--repo", clone)
    assert (shown.exit_code, shown.stdout) == (2, "")
    assert sentence in shown.stderr


def test_a_wrong_setting_is_reported_on_a_clone_too(mibot: RunMibot, clone: Path, tmp_path: Path) -> None:
    (tmp_path / "mibot.toml").write_text('[gcp]\nproject_template = "the-same-for-all"\n')
    shown = mibot("check", "rctest", "--repo", clone)
    assert shown.exit_code == 2
    assert "gcp.project_template: must be a project id with {slug} in it once" in shown.stderr


@pytest.mark.e2e
def test_from_github(mibot: RunMibot, world: World, configured: WriteSettings, cloud: Cloud) -> None:
    cloud.set_up_fleet(world.build(), lambda slug: f"{world.org.name}-managed-{slug}")
    assert mibot("check", "rctest", "--config", configured()).exit_code == 0
    nowhere = configured(**{world.org.deployment: f"{world.org.name}/nothing"})
    assert mibot("check", "rctest", "--config", nowhere).exit_code == 3, "what can't be read is not known"
