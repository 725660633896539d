"""The handlers of events and effects, made from the services."""

from __future__ import annotations

from bot.handlers.backups import BackupHandler
from bot.handlers.cancellations import CancellationHandler
from bot.handlers.checks import CheckHandler
from bot.handlers.comments import CommentHandler
from bot.handlers.events import EventHandler
from bot.handlers.notifications import NotificationHandler
from bot.handlers.plans import PlanHandler
from bot.handlers.preparations import PreparationHandler
from bot.handlers.release_questions import ReleaseQuestionHandler
from bot.handlers.replies import ReplyHandler
from bot.handlers.required_checks import RequiredCheckHandler
from bot.handlers.scheduling import Scheduler
from bot.handlers.tracker_watch import TrackerWatchHandler
from bot.handlers.trackers import TrackerHandler
from bot.handlers.upgrade_delays import UpgradeDelayHandler
from bot.handlers.upgrades import UpgradeHandler
from bot.notifications import all_channels
from bot.wiring.services import Services, utc_now


def make_handlers(services: Services) -> tuple[object, ...]:
    """All handlers. One that is missing here fails tests/test_wiring.py."""
    return (
        EventHandler(services.store),
        CommentHandler(services.issues, services.store, services.command_service),
        ReplyHandler(services.own_comments, services.store, services.fleet_reader),
        CheckHandler(services.store, services.fleet_reader, services.check_runner),
        PlanHandler(services.issues, services.store, services.fleet_reader, services.check_runner, services.planner),
        BackupHandler(services.store, services.deployment_service, services.backups, utc_now),
        TrackerHandler(
            services.issues,
            services.own_comments,
            services.creator,
            services.store,
            services.fleet_reader,
            utc_now,
            label=services.settings.policy.label,
            operators=services.operators,
            rules=services.release_rules,
            interval=services.settings.github.tracker_interval,
        ),
        ReleaseQuestionHandler(services.own_comments, services.store, utc_now),
        TrackerWatchHandler(services.tracker_states, services.own_comments, services.store),
        Scheduler(
            services.store,
            services.fleet_reader,
            services.planner,
            services.check_runner,
            services.tracker_states,
            utc_now,
            max_in_flight=services.settings.policy.max_in_flight,
        ),
        PreparationHandler(
            services.deployment.branches,
            services.deployment.pull_requests,
            services.store,
            services.fleet_reader,
            services.planner,
            services.pull_request_writer,
            services.contents,
            services.tracker_states,
            utc_now,
        ),
        UpgradeHandler(
            services.deployment.pull_requests,
            services.store,
            services.fleet_reader,
            services.upgrade_pull_requests,
            services.check_runner,
            services.deployment_service,
            utc_now,
            four_eyes=services.settings.policy.four_eyes,
        ),
        CancellationHandler(
            services.deployment.pull_requests,
            services.store,
            services.pull_comments,
            utc_now,
        ),
        UpgradeDelayHandler(services.store),
        RequiredCheckHandler(services.store, services.deployment.merge_groups, services.post_publisher),
        NotificationHandler(
            services.store,
            services.store,
            services.fleet_reader,
            services.session,
            services.post_publisher,
            all_channels(),
            on_call=services.settings.on_call.mention,
        ),
    )
