"""The services, made from the adapters and the settings."""

from __future__ import annotations

from datetime import UTC, datetime
from functools import cached_property

from bot.domain.flow.deliveries import EventFilter
from bot.domain.health.model import CloudConfig
from bot.domain.tracker.release_issues import ReleaseRules
from bot.domain.upgrade.deploy_policy import DeployMode, DeployPolicy, VerifyPolicy
from bot.domain.versions import Version
from bot.rendering.pull_requests import render_pull_request_body
from bot.services.commands import CommandService
from bot.services.creator import Creator
from bot.services.deployments import DeploymentService
from bot.services.expected_services import ServiceReader
from bot.services.fleet_reader import FleetReader
from bot.services.health_checks import HealthCheckRunner
from bot.services.operators import Operators
from bot.services.own_check_runs import OwnCheckRuns
from bot.services.own_comments import OwnComments
from bot.services.planner import Planner
from bot.services.posts import PostPublisher
from bot.services.pull_contents import ContentReader
from bot.services.pull_requests import PullRequestWriter
from bot.services.reconciler import Reconciler
from bot.services.tracker_search import TrackerSearch
from bot.services.tracker_states import TrackerStates
from bot.services.upgrade_pull_requests import PullRequestService
from bot.wiring.adapters import Adapters
from bot.wiring.cloud import cloud_config
from bot.wiring.policies import policy_from


def utc_now() -> datetime:
    return datetime.now(UTC)


class Services(Adapters):
    """Everything that handlers and the command line share."""

    @property
    def cloud_config(self) -> CloudConfig:
        return cloud_config(self.settings)

    @property
    def event_filter(self) -> EventFilter:
        return policy_from(EventFilter, self.settings.repositories, self.settings.policy)

    @property
    def deploy_policy(self) -> DeployPolicy:
        deploy, verify = self.settings.deploy, self.settings.verify
        # A run is requested again only when the list of runs would show the one that was requested before.
        start_timeout = max(deploy.start_timeout, self.settings.github.replication_lag)
        return policy_from(
            DeployPolicy,
            deploy,
            mode=DeployMode(deploy.mode),
            start_timeout=start_timeout,
            verify=policy_from(VerifyPolicy, verify),
        )

    @cached_property
    def fleet_reader(self) -> FleetReader:
        return FleetReader(self.deployment.files)

    @cached_property
    def check_runner(self) -> HealthCheckRunner:
        return HealthCheckRunner(
            self.fleet_reader,
            self.cloud_config,
            self.inspector,
            utc_now,
            stable_for=self.settings.verify.stable_for,
            services=ServiceReader(self.deployment.files, self.fleet_reader).expected,
        )

    @cached_property
    def planner(self) -> Planner:
        return Planner(self.deployment.files, self.upstream, self._versions_with_accepted_images)

    def _versions_with_accepted_images(self) -> frozenset[Version]:
        return frozenset(one.version for one in self.store.preparations() if one.acceptance)

    @cached_property
    def operators(self) -> Operators:
        return Operators(self.teams, self.settings.policy.operators)

    @cached_property
    def tracker_search(self) -> TrackerSearch:
        return TrackerSearch(self.issues, self.operators, self.settings.policy.label)

    @cached_property
    def tracker_states(self) -> TrackerStates:
        return TrackerStates(self.issues, self.settings.policy.label)

    @property
    def release_rules(self) -> ReleaseRules:
        return policy_from(ReleaseRules, self.settings.policy)

    @cached_property
    def command_service(self) -> CommandService:
        return CommandService(
            self.teams,
            self.fleet_reader,
            self.store,
            self.upstream,
            operators=self.settings.policy.operators,
        )

    @cached_property
    def creator(self) -> Creator:
        return Creator(self.store, utc_now, self.settings.github.replication_lag)

    @cached_property
    def own_comments(self) -> OwnComments:
        """mibot's comments in the releases repository."""
        return OwnComments(self.issues, self.creator, "comment")

    @cached_property
    def pull_comments(self) -> OwnComments:
        """mibot's comments on pull requests of the deployment repository."""
        return OwnComments(self.deployment.comments, self.creator, "pull request comment")

    @cached_property
    def pull_request_writer(self) -> PullRequestWriter:
        here = self.deployment
        return PullRequestWriter(here.branches, here.pull_requests, render_pull_request_body, self.creator)

    @cached_property
    def contents(self) -> ContentReader:
        return ContentReader(self.deployment.branches, self.deployment.files, self.deployment.files, self.planner)

    @cached_property
    def upgrade_pull_requests(self) -> PullRequestService:
        return PullRequestService(
            self.deployment.branches,
            self.deployment.files,
            self.store,
            self.fleet_reader,
            self.planner,
            self.pull_request_writer,
            self.contents,
            self.tracker_states,
            utc_now,
        )

    @cached_property
    def post_publisher(self) -> PostPublisher:
        here = self.deployment
        check_runs = OwnCheckRuns(here.check_runs, self.creator)
        return PostPublisher(check_runs, here.pull_requests, self.pull_comments, self.own_comments)

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
    def reconciler(self) -> Reconciler:
        return Reconciler(self.issues, self.store, self.settings.policy.label, utc_now, self.release_rules)
