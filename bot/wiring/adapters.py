"""The adapters, made from the settings."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from sqlalchemy import Connection

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
from bot.adapters.store.guarded import GuardedDatabase
from bot.adapters.store.pacing import SqlPacing
from bot.adapters.store.worker_lock import WorkerLock
from bot.domain.health.queries import Answer, CommitStatusQuery, ContainersQuery
from bot.notifications import interested_channels
from bot.ports.pacing import Pacing
from bot.schema import CODEC
from bot.settings import Settings
from bot.wiring.cloud import cloud_query_handlers


@dataclass(frozen=True)
class Adapters:
    """Everything that talks to external systems."""

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
        return SqlStore(GuardedDatabase(self.database, self.guard_transaction), CODEC, interested_channels)

    @cached_property
    def engine(self) -> DurableEngine:
        return DurableEngine(self.database, self.worker_lock)

    def guard_transaction(self, connection: Connection) -> None:
        """Called before the store commits a change: a worker that was replaced changes no record."""
        self.engine.fence.guard_transaction(connection)

    def prove_ownership(self) -> None:
        """Called before each write to the outside. See `ProveOwnership`."""
        self.engine.fence()

    @cached_property
    def pacing(self) -> Pacing | None:
        """What paces the requests of all workers; None for a process that is none."""
        return SqlPacing(self.database)

    @cached_property
    def enqueuer(self) -> Enqueuer:
        return Enqueuer(self.database)

    @cached_property
    def session(self) -> Session:
        github = self.settings.github
        return Session(
            github.api_url,
            github.app_id,
            github.read_private_key(),
            write_interval=github.write_interval,
            prove_ownership=self.prove_ownership,
            pacing=self.pacing,
        )

    @cached_property
    def issues(self) -> GitHubIssues:
        return GitHubIssues(self.session, self.settings.repositories.releases)

    @cached_property
    def deployment(self) -> GitHubDeploymentRepository:
        return GitHubDeploymentRepository(self.session, self.settings.repositories.deployment, self.store)

    @cached_property
    def workflows(self) -> GitHubWorkflows:
        return GitHubWorkflows(self.session, self.settings.repositories.deployment)

    @cached_property
    def upstream(self) -> GitHubUpstream:
        return GitHubUpstream(self.session, self.settings.repositories.upstream)

    @cached_property
    def teams(self) -> GitHubTeams:
        return GitHubTeams(self.session)

    @cached_property
    def backups(self) -> GoogleBackups:
        gcp = self.settings.gcp
        return GoogleBackups(gcp.compute_endpoint, gcp.sqladmin_endpoint, prove_ownership=self.prove_ownership)

    @cached_property
    def inspector(self) -> InspectorRouter:
        """Answers the queries of health checks."""
        github = GitHubInspector(self.session, self.settings.repositories.deployment, self.settings.deploy.workflow)
        by_github: dict[type, Callable[[Any], Answer]] = {
            ContainersQuery: github.containers,
            CommitStatusQuery: github.commit,
        }
        return InspectorRouter(cloud_query_handlers(self.settings) | by_github)
