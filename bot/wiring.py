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
    GitHubDeploymentRepository,
    GitHubInspector,
    GitHubIssues,
    GitHubTeams,
    GitHubUpstream,
    GitHubWorkflows,
    Session,
)
from bot.adapters.inspectors import InspectorRouter
from bot.adapters.store import Database, SqlStore
from bot.adapters.store.worker_lock import WorkerLock
from bot.cloud_wiring import cloud_config, cloud_query_handlers
from bot.domain.flow.events import Event, EventFilter
from bot.domain.health.model import CloudConfig
from bot.domain.health.queries import Answer, CommitStatusQuery, ContainersQuery
from bot.domain.upgrade.deploy_policy import DeployMode, DeployPolicy
from bot.domain.versions import Version
from bot.handlers import EffectDispatcher
from bot.handlers.preparations import PreparationHandler
from bot.handlers.publications import Publisher
from bot.handlers.replies import ReplyHandler
from bot.handlers.scheduling import Scheduler
from bot.handlers.trackers import TrackerHandler
from bot.handlers.upgrades import UpgradeHandler
from bot.ports.backups import Backups
from bot.ports.inspector import Inspector
from bot.rendering.pull_requests import render_pull_request_body
from bot.schema import CODEC
from bot.services.commands import CommandService, Policy
from bot.services.deployments import DeploymentService
from bot.services.fleet_reader import FleetReader
from bot.services.health_checks import HealthCheckRunner
from bot.services.planner import Planner
from bot.services.pull_requests import PullRequestWriter
from bot.services.reconciler import Reconciler
from bot.services.upgrade_pull_requests import PullRequestService
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
    def store(self) -> SqlStore:
        return SqlStore(self.database, CODEC)

    @cached_property
    def session(self) -> Session:
        github = self.settings.github
        return Session(github.api_url, github.app_id, github.read_private_key(), github.write_interval)

    @cached_property
    def issues(self) -> GitHubIssues:
        return GitHubIssues(self.session, self.settings.repositories.releases)

    @cached_property
    def deployment(self) -> GitHubDeploymentRepository:
        return GitHubDeploymentRepository(self.session, self.settings.repositories.deployment, self.store)

    @cached_property
    def fleet_reader(self) -> FleetReader:
        return FleetReader(self.deployment.files)

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
    def cloud_config(self) -> CloudConfig:
        return cloud_config(self.settings)

    @property
    def interest(self) -> EventFilter:
        repositories = self.settings.repositories
        return EventFilter(repositories.releases, repositories.deployment, self.settings.policy.label)

    @cached_property
    def check_runner(self) -> HealthCheckRunner:
        return HealthCheckRunner(
            self.fleet_reader, self.cloud_config, self.inspector, utc_now, stable_for=self.settings.verify.stable_for
        )

    @cached_property
    def inspector(self) -> Inspector:
        """Whoever answers the questions of health checks."""
        github = GitHubInspector(self.session, self.settings.repositories.deployment)
        by_github: dict[type, Callable[[Any], Answer]] = {
            ContainersQuery: github.containers,
            CommitStatusQuery: github.commit,
        }
        return InspectorRouter(cloud_query_handlers(self.settings) | by_github)

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
            DeployMode(deploy.mode),
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
    def deployment_service(self) -> DeploymentService:
        return DeploymentService(
            self.store,
            self.fleet_reader,
            self.workflows,
            self.backups,
            self.check_runner,
            self.cloud_config,
            self.deploy_policy,
            utc_now,
        )

    @cached_property
    def dispatcher(self) -> EffectDispatcher:
        here = self.deployment
        pulls = PullRequestWriter(here.branches, here.pull_requests, render_pull_request_body)
        opener = PullRequestService(
            here.branches, here.files, self.store, self.fleet_reader, self.planner, pulls, utc_now
        )
        interval = self.settings.github.tracker_interval
        return EffectDispatcher(
            TrackerHandler(self.issues, self.store, self.fleet_reader, self.policy, utc_now, interval),
            UpgradeHandler(
                here.pull_requests,
                self.store,
                self.fleet_reader,
                opener,
                self.check_runner,
                self.deployment_service,
                utc_now,
            ),
            Scheduler(self.store, self.fleet_reader, self.planner, self.check_runner, self.policy, utc_now),
            PreparationHandler(
                here.branches, here.pull_requests, self.store, self.fleet_reader, self.planner, pulls, utc_now
            ),
            self._reply_writer(),
            Publisher(
                self.issues,
                here.pull_requests,
                here.comments,
                here.check_runs,
                self.store,
                self.fleet_reader,
                self.settings.on_call.mention,
            ),
        )

    def _reply_writer(self) -> ReplyHandler:
        commander = CommandService(
            self.teams, self.fleet_reader, self.store, self.upstream, self.policy, lambda: self.session.bot_login
        )
        return ReplyHandler(
            self.issues,
            self.store,
            self.fleet_reader,
            commander,
            self.check_runner,
            self.planner,
            self.deployment_service,
            self.backups,
            utc_now,
        )

    @cached_property
    def planner(self) -> Planner:
        return Planner(self.deployment.files, self.upstream, self._accepted)

    def _accepted(self) -> frozenset[Version]:
        """The versions whose images an operator accepted as they are."""
        return frozenset(one.version for one in self.store.preparations() if one.accepted_by)

    @cached_property
    def worker(self) -> Worker:
        reconciler = Reconciler(self.issues, self.store, self.settings.policy.label, utc_now)
        engine = DurableEngine(self.database, self.worker_lock)
        return Worker(engine, self.dispatcher, self.store, reconciler, self.settings.reconcile.interval)


def make_web(wiring: Wiring) -> Any:
    """The web application; it only hands events to the engine."""
    enqueuer = Enqueuer(wiring.database)

    def inbox(delivery: str, event: Event) -> None:
        enqueuer.submit(delivery, job_of_event(delivery, event))

    def ready() -> str:
        wiring.database.ping()
        return ""

    return make_app(wiring.settings.github.read_webhook_secret(), wiring.interest, inbox, ready)
