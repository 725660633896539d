"""`mibot doctor` on a mibot that is set up well, and with one thing broken at a time."""

from __future__ import annotations

import sqlite3
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from bot.adapters.store import Database, SqlStore
from bot.notifications import interested_channels
from bot.schema import CODEC
from demo.actions import Workflow
from demo.cloud import PROJECT_INFIX, Cloud
from demo.emulator import private_key_pem
from demo.fleet import File
from demo.google import alerts
from demo.google.monitoring import LIST_CONFIGS
from demo.opsgenie import OpsgenieServer
from demo.organization import EVENTS, PERMISSIONS
from demo.world import World
from tests.cli.conftest import RunMibot, WriteSettings
from tests.world.proxy import Proxy

pytestmark = pytest.mark.e2e
HOOK = {
    "url": "https://mibot.test/webhooks/github",
    "content_type": "json",
    "insecure_ssl": "0",
    "secret": "********",
}
TAKES_CUSTOMER = "on:\n  workflow_dispatch:\n    inputs:\n      customer:\n"


class Doctor:
    """A mibot that is set up well, for tests that break one thing."""

    def __init__(self, mibot: RunMibot, world: World, proxy: Proxy, configured: WriteSettings) -> None:
        self.world = world
        self.proxy = proxy
        self.project = f"{world.org.name}{PROJECT_INFIX}rctest"
        self._mibot = mibot
        self._configured = configured
        world.build()
        world.open_issue("dana", "a first issue", labels=["team/cloud"])
        proxy.webhooks.target = "http://127.0.0.1:9/webhooks/github"

    def run(self, status: int, **changed: str) -> dict[str, str]:
        """The findings by their titles. Further lines belong to the finding above them."""
        shown = self._mibot("doctor", "--config", self._configured(**changed))
        assert shown.exit_code == status, shown.output
        assert shown.stderr == ""
        for secret in (self.world.org.webhook_secret, self.world.org.private_key.splitlines()[1]):
            assert secret not in shown.output
        found: dict[str, str] = {}
        for line in shown.stdout.splitlines():
            if line[:1] in {"✓", "✗", "?"}:
                what = line[3:17].strip()
                found[what] = f"{found.get(what, '')}{line[0]} {line[17:].strip()}"
            elif line.strip():
                found[what] += f" {line.strip()}"
        return found

    def failure(self, what: str, **changed: str) -> str:
        """The finding about a broken thing."""
        found = self.run(1, **changed)[what]
        assert found.startswith("✗ "), found
        return found

    def set_github_answer(self, path: str, document: Any) -> None:
        """Let GitHub always answer with that document."""
        self.proxy.fail(200, document, method="GET", path=path, times=99)


@pytest.fixture
def doctor(mibot: RunMibot, world: World, proxy: Proxy, configured: WriteSettings) -> Doctor:
    return Doctor(mibot, world, proxy, configured)


def test_all_is_well(doctor: Doctor, tmp_path: Path) -> None:
    found = doctor.run(0)
    assert {what: line[0] for what, line in found.items()} == {
        "settings": "✓",
        "App": "✓",
        "permissions": "✓",
        "events": "✓",
        "webhook": "✓",
        "deliveries": "?",
        "releases": "✓",
        "deployment": "✓",
        "upstream": "✓",
        "label": "✓",
        "operators": "✓",
        "fleet": "✓",
        "workflow": "✓",
        "Compute Engine": "✓",
        "Cloud SQL": "✓",
        "uptime checks": "✓",
        "open alerts": "✓",
        "Opsgenie": "✓",
        "store": "✓",
        "issues": "✓",
        "comments": "✓",
        "sweeps": "?",
    }
    assert "12 instances, 4 golden files, the newest is 3.41.0" in found["fleet"]
    assert "default-red-instance RUNNING" in found["Compute Engine"]
    assert "1 database instance, 1 backup" in found["Cloud SQL"]
    assert "1 uptime check of its front page" in found["uptime checks"]
    assert "no alerts are open" in found["open alerts"]
    assert "mi_upgrade.yml is active, and takes customer and version" in found["workflow"]
    assert "9 releases, the latest is 4.0.0" in found["upstream"]
    assert "20 fine, 0 broken, 2 unknown." in found["sweeps"]
    assert doctor.proxy.writes() == []
    assert not list(tmp_path.glob("*.sqlite*")), "nothing is made by looking"


def test_every_problem_with_the_settings_is_a_line(mibot: RunMibot, tmp_path: Path) -> None:
    shown = mibot("doctor")
    assert shown.exit_code == 1
    lines = [line for line in shown.stdout.splitlines() if line.startswith("✗  settings ")]
    for key in ("github.app_id", "github.private_key_file", "repositories.deployment", "policy.operators"):
        assert any(key in line for line in lines)


def test_a_key_of_another_app(doctor: Doctor, tmp_path: Path) -> None:
    key = tmp_path / "other.pem"
    key.write_text(private_key_pem())
    found = doctor.run(1, **{"private-key.pem": "other.pem"})
    assert found["App"].startswith("✗ ")
    assert "GitHub does not accept the App's credentials. Check `github.app_id`, `github.private_key`" in found["App"]
    assert found["permissions"].startswith("? not checked: first fix the problem with the App")
    assert found["store"].startswith("✓ "), "what does not need the App is examined all the same"


def test_github_is_not_there(doctor: Doctor) -> None:
    doctor.proxy.fail(502, path="/app$", times=99)
    assert "GitHub answered 502" in doctor.failure("App")


def test_permissions_that_are_missing(doctor: Doctor) -> None:
    less = {**PERMISSIONS, "contents": "read"}
    del less["checks"]
    doctor.set_github_answer("/installation$", {"id": doctor.world.org.installation_id, "permissions": less})
    found = doctor.failure("permissions")
    assert "Missing: checks=write, contents=write." in found
    assert "The App already asks for them: have an owner of the organization accept them" in found


def test_permissions_that_the_app_does_not_ask_for(doctor: Doctor) -> None:
    less = {name: level for name, level in PERMISSIONS.items() if name != "members"}
    doctor.set_github_answer("/installation$", {"id": doctor.world.org.installation_id, "permissions": less})
    doctor.set_github_answer("/app$", {"slug": "mibot", "permissions": less, "events": list(EVENTS)})
    found = doctor.failure("permissions")
    assert "Missing: members=read." in found
    assert "Add them in the App's settings, under “Permissions & events”" in found


def test_excess_permissions_and_events_are_named(doctor: Doctor) -> None:
    more = {**PERMISSIONS, "administration": "write", "members": "write"}
    doctor.set_github_answer("/installation$", {"id": doctor.world.org.installation_id, "permissions": more})
    doctor.set_github_answer("/app$", {"slug": "mibot", "permissions": more, "events": [*EVENTS, "push"]})
    found = doctor.run(0)
    assert "and more: administration=write, members=write. Remove these" in found["permissions"]
    assert "mibot ignores these: push" in found["events"]


def test_events_that_are_missing(doctor: Doctor) -> None:
    doctor.set_github_answer("/app$", {"slug": "mibot", "permissions": PERMISSIONS, "events": ["issues", "status"]})
    found = doctor.failure("events")
    names = "check_run, check_suite, issue_comment, pull_request, pull_request_review, workflow_run"
    assert f"Not subscribed to: {names}." in found


@pytest.mark.parametrize(
    ("changed", "sentence"),
    [
        ({"url": ""}, "No URL is set, so nothing is delivered."),
        ({"url": "http://mibot.test/webhooks/github"}, "is not https"),
        ({"url": "https://mibot.test/"}, "does not end in /webhooks/github"),
        ({"content_type": "form"}, "receives forms, not JSON"),
        ({"insecure_ssl": "1"}, "is used without verifying its certificate"),
        ({"secret": None}, "has no secret, so mibot refuses all deliveries"),
    ],
)
def test_a_webhook_that_is_set_up_wrong(doctor: Doctor, changed: dict[str, Any], sentence: str) -> None:
    doctor.set_github_answer("/app/hook/config$", HOOK | changed)
    assert sentence in doctor.failure("webhook")


def test_a_server_without_the_webhook_api_is_unknown(doctor: Doctor) -> None:
    doctor.proxy.fail(404, path="/app/hook/config$", times=99)
    assert doctor.run(0)["webhook"].startswith("? GitHub does not say where deliveries go.")


@pytest.mark.parametrize(
    ("statuses", "sentence"),
    [
        ([401, 401, 202], "✗ mibot refuses their signature. → Set the same secret"),
        ([502], "✗ The latest one was answered 502."),
        ([0], "✗ The latest one got no answer."),
        ([202, 200], "✓ the last 2 all arrived"),
        ([202, 401, 202], "✓ the latest one arrived, 1 of 3 did not"),
    ],
)
def test_how_deliveries_were_answered(doctor: Doctor, statuses: list[int], sentence: str) -> None:
    doctor.set_github_answer(
        "/app/hook/deliveries", [{"id": n, "status_code": status} for n, status in enumerate(statuses)]
    )
    found = doctor.run(1 if sentence.startswith("✗") else 0)["deliveries"]
    assert found.startswith(sentence)


def test_no_delivery_yet(doctor: Doctor, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("bot.adapters.github.doctor.latest_deliveries", lambda _: [])
    assert doctor.run(0)["deliveries"].startswith("? There are none yet.")


def test_a_repository_without_the_app(doctor: Doctor) -> None:
    found = doctor.failure("deployment", **{doctor.world.org.deployment: "elsewhere/deploy"})
    assert "The App is not installed for elsewhere/deploy, or there is no such repository." in found
    assert "correct repositories.deployment" in found


def test_a_repository_that_was_renamed(doctor: Doctor) -> None:
    old = doctor.world.org.releases
    doctor.set_github_answer(f"/repos/{old}$", {"full_name": "sourcegraph/monorepo", "default_branch": "main"})
    found = doctor.failure("releases")
    assert f"{old} is now called sourcegraph/monorepo. → Set repositories.releases to sourcegraph/monorepo." in found


def test_an_upstream_without_releases(doctor: Doctor) -> None:
    found = doctor.failure("upstream", **{doctor.world.org.upstream: doctor.world.org.releases})
    assert "has no tags vX.Y.Z" in found


def test_a_repository_that_is_no_deployment_repository(doctor: Doctor) -> None:
    found = doctor.run(1, **{doctor.world.org.deployment: doctor.world.org.upstream})
    assert found["fleet"].startswith("✗ ")
    assert "has no golden file." in found["fleet"]
    for what in ("Compute Engine", "Cloud SQL", "uptime checks", "open alerts"):
        assert found[what].startswith("? not checked because there is no instance to ask about")


def test_a_team_that_does_not_exist(doctor: Doctor) -> None:
    found = doctor.failure("operators", **{doctor.world.org.operators: f"{doctor.world.org.name}/clod"})
    assert f"There is no team {doctor.world.org.name}/clod" in found


def test_a_label_that_does_not_exist_yet(doctor: Doctor) -> None:
    changed = {"[policy]": '[policy]\nlabel = "team/sky"'}
    assert doctor.run(0, **changed)["label"].startswith("? ")


@pytest.mark.parametrize(
    ("what", "server", "method", "sentence"),
    [
        ("Compute Engine", "compute", "compute.instances.list", "grant it the permission compute.instances.list"),
        ("Cloud SQL", "sql", "sql.instances.list", "grant it the permission cloudsql.instances.list"),
        ("Cloud SQL", "sql", "sql.backupRuns.list", "grant it the permission cloudsql.backupRuns.list"),
        ("uptime checks", "monitoring", LIST_CONFIGS, "the permission monitoring.uptimeCheckConfigs.list"),
        ("open alerts", "monitoring", alerts.LIST, "grant it the permission monitoring.alerts.list"),
    ],
)
def test_no_access_to_one_of_googles_apis(
    doctor: Doctor, cloud: Cloud, what: str, server: str, method: str, sentence: str
) -> None:
    getattr(cloud, server).fail(doctor.project, "forbidden", method=method)
    found = doctor.run(1)
    assert {one for one, line in found.items() if line.startswith("✗ ")} == {what}
    assert sentence in found[what]
    assert "→ Until then, the health checks that use it are unknown, and no upgrade is marked as done." in found[what]


def test_an_api_that_is_not_enabled(doctor: Doctor, cloud: Cloud) -> None:
    cloud.sql.fail(doctor.project, "api_disabled")
    assert "enable sqladmin.googleapis.com there" in doctor.failure("Cloud SQL")


def test_opsgenie_is_queried_if_there_is_a_key(doctor: Doctor) -> None:
    with OpsgenieServer() as server:
        settings = f'[opsgenie]\napi_url = "{server.url}"\napi_key = "{server.key}"\n\n[store]'
        assert ": no alerts are open" in doctor.run(0, **{"[store]": settings})["Opsgenie"]
        asked = server.requests()
        found = doctor.failure("Opsgenie", **{"[store]": settings.replace(server.key, "another-key")})
        assert (asked, server.requests()) == (1, 2)
    assert "Opsgenie rejected mibot's key: set opsgenie.api_key" in found
    assert "another-key" not in found


def test_a_workflow_that_is_not_there(doctor: Doctor) -> None:
    found = doctor.failure("workflow", **{"[deploy]": '[deploy]\nworkflow = "ship.yml"'})
    assert f"{doctor.world.org.deployment} has no workflow ship.yml. → Add it there" in found


def test_a_workflow_without_its_file(doctor: Doctor) -> None:
    doctor.proxy.actions.workflows["ship.yml"] = Workflow("ship", ("customer", "version"))
    found = doctor.failure("workflow", **{"[deploy]": '[deploy]\nworkflow = "ship.yml"'})
    assert "has no .github/workflows/ship.yml on its default branch. → Add it there" in found


def test_a_workflow_that_is_disabled(doctor: Doctor) -> None:
    doctor.set_github_answer("/actions/workflows/mi_upgrade.yml$", {"state": "disabled_manually"})
    found = doctor.failure("workflow")
    assert "mi_upgrade.yml can't be started: GitHub says disabled_manually. → Enable it under “Actions”" in found


@pytest.mark.parametrize(
    ("text", "mode", "sentence"),
    [
        (
            TAKES_CUSTOMER,
            "workflow_dispatch",
            "✗ mi_upgrade.yml does not declare: version. →",
        ),
        ("on: workflow_dispatch\n", "workflow_dispatch", "✗ mi_upgrade.yml does not declare: customer, version."),
        (
            f"{TAKES_CUSTOMER}      version:\n      region: {{required: true}}\n",
            "workflow_dispatch",
            "✗ mi_upgrade.yml requires inputs that mibot does not send: region. → Give each a `default`",
        ),
        ("on: [push]\n", "workflow_dispatch", "✗ mi_upgrade.yml is not started by workflow_dispatch. → Add"),
        ("on: [push]\n", "on_push", "✓ mi_upgrade.yml is active, and started by push"),
        (
            TAKES_CUSTOMER,
            "on_push",
            "✗ mi_upgrade.yml is not started by push. → Add `push` to",
        ),
        (TAKES_CUSTOMER, "manual", "✓ none is needed because deploy.mode is manual"),
        ("on: [push\n", "on_push", "? mi_upgrade.yml is not valid YAML (line 2). → Check under “Actions” whether"),
    ],
)
def test_what_starts_the_workflow(doctor: Doctor, text: str, mode: str, sentence: str) -> None:
    doctor.world.commit("olive", [File.plain(".github/workflows/mi_upgrade.yml", text)])
    found = doctor.run(1 if sentence.startswith("✗") else 0, **{"[deploy]": f'[deploy]\nmode = "{mode}"'})
    assert found["workflow"].startswith(sentence)


def test_a_workflow_that_the_app_may_not_see_is_unknown(doctor: Doctor) -> None:
    refusal = {"message": "Resource not accessible by integration"}
    doctor.proxy.fail(403, refusal, method="GET", path="/actions/workflows/mi_upgrade.yml$", times=99)
    found = doctor.run(0)["workflow"]
    assert found.startswith("? Could not look up the deployment's workflow")
    assert "actions" in found


def test_a_store_that_is_up_to_date_and_one_that_is_a_newer_mibots(doctor: Doctor, tmp_path: Path) -> None:
    file = tmp_path / "mibot.sqlite"
    database = Database(f"sqlite:///{file}")
    database.migrate()
    database.close()
    assert doctor.run(0)["store"].startswith("✓ its tables are up to date")
    connection = sqlite3.connect(file)
    with connection:
        connection.execute("UPDATE mibot_migrations SET version_num = '9999'")
    connection.close()
    assert "from a newer version" in doctor.failure("store")


def test_sweeps_that_see_everything_and_sweeps_that_do_not(doctor: Doctor, tmp_path: Path) -> None:
    database = Database(f"sqlite:///{tmp_path / 'mibot.sqlite'}")
    database.migrate()
    store = SqlStore(database, CODEC, interested_channels)
    assert doctor.run(0)["sweeps"].startswith("? no sweep yet")
    now = datetime.now(UTC)
    store.set_cursor("installed", now - timedelta(hours=5))
    found = doctor.failure("sweeps")
    assert "none has seen everything since mibot was first started 5 hours ago" in found
    assert "sweep_incomplete" in found
    store.set_cursor("complete", now - timedelta(seconds=40))
    assert doctor.run(0)["sweeps"].startswith("✓ the last one that saw everything began 4")
    store.set_cursor("complete", now - timedelta(hours=3))
    assert "began 3 hours ago" in doctor.failure("sweeps")
    database.close()


def test_comments_that_are_not_listed_are_read_issue_by_issue(doctor: Doctor) -> None:
    doctor.proxy.fail(404, {"message": "Not Found"}, method="GET", path="/issues/comments$", times=99)
    assert "are read issue by issue" in doctor.run(0)["comments"]
    doctor.proxy.fail(403, {"message": "Repository access blocked"}, method="GET", path="/issues$", times=99)
    assert "GitHub has blocked the repository" in doctor.failure("issues")
    assert "GitHub has blocked the repository" in doctor.failure("comments")


def test_a_store_that_is_no_database_or_has_no_folder(doctor: Doctor, tmp_path: Path) -> None:
    (tmp_path / "mibot.sqlite").write_text("this is no database at all, but some other file of somebody's")
    assert doctor.failure("store")
    assert "can't be written to" in doctor.failure("store", **{"mibot.sqlite": "no-such-folder/mibot.sqlite"})
