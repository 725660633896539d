"""The only place that constructs edges and puts them together."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cached_property
from typing import Any

from bot.adapters.engine import DurableEngine, Enqueuer
from bot.adapters.gcp import GoogleBackups
from bot.adapters.github import (
    GitHubDeployment,
    GitHubInspector,
    GitHubIssues,
    GitHubTeams,
    GitHubUpstream,
    GitHubWorkflows,
    Session,
)
from bot.adapters.inspectors import Inspectors
from bot.adapters.store import Database, SqlLedger
from bot.adapters.store.worker_lock import WorkerLock
from bot.cloud_wiring import beside_github, places
from bot.domain.flow.events import Event, Interest
from bot.domain.health.model import Places
from bot.domain.health.queries import Answer, CommitQuery, ContainersQuery
from bot.domain.upgrade.deploy_policy import DeployPolicy, Mode
from bot.domain.versions import Version
from bot.handlers import Interpreter
from bot.handlers.preparations import PreparationKeeper
from bot.handlers.publications import Publisher
from bot.handlers.replies import ReplyWriter
from bot.handlers.scheduling import TurnTaker
from bot.handlers.trackers import TrackerKeeper
from bot.handlers.upgrades import UpgradeRunner
from bot.ports import Backups, Inspector
from bot.rendering import pull_body
from bot.services.commands import Commander, Policy
from bot.services.deployments import Deployer
from bot.services.fleet_reader import Fleets
from bot.services.health_checks import Examiner
from bot.services.planner import Planner
from bot.services.pull_requests import PullMaker
from bot.services.reconciler import Reconciler
from bot.services.upgrade_pull_requests import PullOpener
from bot.settings import Settings
from bot.web import make_app
from bot.worker import Worker, job_of_event


def utc_now() -> datetime:
    return datetime.now(UTC)


@dataclass(frozen=True)
class Wiring:
    """Everything made from the settings, each part when it is first needed."""

    settings: Settings

    @cached_property
    def database(self) -> Database:
        return Database(self.settings.store.url)

    @cached_property
    def worker_lock(self) -> WorkerLock:
        """Held as long as this object lives."""
        return WorkerLock(self.database)

    @cached_property
    def ledger(self) -> SqlLedger:
        return SqlLedger(self.database)

    @cached_property
    def session(self) -> Session:
        github = self.settings.github
        return Session(github.api_url, github.app_id, github.read_private_key(), github.write_interval)

    @cached_property
    def issues(self) -> GitHubIssues:
        return GitHubIssues(self.session, self.settings.repositories.releases)

    @cached_property
    def deployment(self) -> GitHubDeployment:
        return GitHubDeployment(self.session, self.settings.repositories.deployment, self.ledger)

    @cached_property
    def fleets(self) -> Fleets:
        return Fleets(self.deployment)

    @cached_property
    def upstream(self) -> GitHubUpstream:
        return GitHubUpstream(self.session, self.settings.repositories.upstream)

    @cached_property
    def teams(self) -> GitHubTeams:
        return GitHubTeams(self.session)

    @property
    def policy(self) -> Policy:
        policy = self.settings.policy
        return Policy(policy.label, policy.operators, policy.max_in_flight)

    @property
    def places(self) -> Places:
        return places(self.settings)

    @property
    def interest(self) -> Interest:
        repositories = self.settings.repositories
        return Interest(repositories.releases, repositories.deployment, self.settings.policy.label)

    @cached_property
    def examiner(self) -> Examiner:
        return Examiner(self.fleets, self.places, self.inspector, utc_now, stable_for=self.settings.verify.stable_for)

    @cached_property
    def inspector(self) -> Inspector:
        """Whoever answers the questions of health checks."""
        github = GitHubInspector(self.session, self.settings.repositories.deployment)
        by_github: dict[type, Callable[[Any], Answer]] = {
            ContainersQuery: github.containers,
            CommitQuery: github.commit,
        }
        return Inspectors(beside_github(self.settings) | by_github)

    @cached_property
    def workflows(self) -> GitHubWorkflows:
        return GitHubWorkflows(self.session, self.settings.repositories.deployment)

    @cached_property
    def backups(self) -> Backups:
        return GoogleBackups(self.settings.gcp.compute_endpoint, self.settings.gcp.sqladmin_endpoint)

    @property
    def deploy_policy(self) -> DeployPolicy:
        deploy, verify = self.settings.deploy, self.settings.verify
        return DeployPolicy(
            Mode(deploy.mode),
            deploy.workflow,
            deploy.backup,
            deploy.backup_timeout,
            deploy.keep_backups,
            deploy.start_timeout,
            deploy.timeout,
            deploy.poll,
            verify.timeout,
            verify.stable_for,
            verify.interval,
        )

    @cached_property
    def deployer(self) -> Deployer:
        return Deployer(
            self.ledger,
            self.fleets,
            self.workflows,
            self.backups,
            self.examiner,
            self.places,
            self.deploy_policy,
            utc_now,
        )

    @cached_property
    def interpreter(self) -> Interpreter:
        pulls = PullMaker(self.deployment, pull_body)
        opener = PullOpener(self.deployment, self.ledger, self.fleets, self.planner, pulls, utc_now)
        interval = self.settings.github.tracker_interval
        return Interpreter(
            TrackerKeeper(self.issues, self.ledger, self.fleets, self.policy, utc_now, interval),
            UpgradeRunner(self.deployment, self.ledger, self.fleets, opener, self.examiner, self.deployer, utc_now),
            TurnTaker(self.ledger, self.fleets, self.planner, self.examiner, self.policy, utc_now),
            PreparationKeeper(self.deployment, self.ledger, self.fleets, self.planner, pulls, utc_now),
            self._reply_writer(),
            Publisher(self.issues, self.deployment, self.ledger, self.fleets, self.settings.on_call.mention),
        )

    def _reply_writer(self) -> ReplyWriter:
        commander = Commander(
            self.teams, self.fleets, self.ledger, self.upstream, self.policy, lambda: self.session.me
        )
        return ReplyWriter(
            self.issues,
            self.ledger,
            self.fleets,
            commander,
            self.examiner,
            self.planner,
            self.deployer,
            self.backups,
            utc_now,
        )

    @cached_property
    def planner(self) -> Planner:
        return Planner(self.deployment, self.upstream, self._accepted)

    def _accepted(self) -> frozenset[Version]:
        """The versions whose images an operator accepted as they are."""
        return frozenset(one.version for one in self.ledger.preparations() if one.accepted_by)

    @cached_property
    def worker(self) -> Worker:
        reconciler = Reconciler(self.issues, self.ledger, self.settings.policy.label, utc_now)
        engine = DurableEngine(self.database, self.worker_lock)
        return Worker(engine, self.interpreter, self.ledger, reconciler, self.settings.reconcile.interval)


def make_web(wiring: Wiring) -> Any:
    """The web application; it only hands events to the engine."""
    enqueuer = Enqueuer(wiring.database)

    def inbox(delivery: str, event: Event) -> None:
        enqueuer.submit(delivery, job_of_event(delivery, event))

    def ready() -> str:
        wiring.database.ping()
        return ""

    return make_app(wiring.settings.github.read_webhook_secret(), wiring.interest, inbox, ready)
