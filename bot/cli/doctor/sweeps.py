"""What the sweeps read, and the store's note of the last one that saw everything."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from bot.adapters.store.database import StoreError
from bot.adapters.store.diagnosis import schema_state
from bot.cli.doctor.context import Diagnostic, DoctorContext
from bot.domain.doctor.finding import Finding, ok, unknown
from bot.domain.doctor.services import SchemaState
from bot.domain.doctor.sweeps import CommentsListed, CommentsReadByIssue, IssuesListed, NoSweepYet, judge_sweeps
from bot.ports.errors import ExternalError
from bot.services.reconciler import COMPLETE, INSTALLED

LOOK_BACK = timedelta(hours=1)


def issues(context: DoctorContext) -> Finding:
    """The list that sweeps find release issues in."""
    repository, label = context.settings.repositories.releases, context.settings.policy.label
    found = context.wiring.issues.list_issues([label], state="open")
    return ok(IssuesListed(repository, label, len(found)))


def comments(context: DoctorContext) -> Finding:
    """The list that sweeps find commands in. Without it they read each issue's comments, which is tried then."""
    repository, label = context.settings.repositories.releases, context.settings.policy.label
    reader = context.wiring.issues
    try:
        reader.recent_comments(datetime.now(UTC) - LOOK_BACK)
    except ExternalError as error:
        for issue in reader.list_issues([label], state="open"):
            reader.comments(issue.number)
        return unknown(CommentsReadByIssue(repository, error.reason))
    return ok(CommentsListed(repository))


def last_sweep(context: DoctorContext) -> Finding:
    """Whether the mibot that serves sees everything. What is wrong with the store is another finding."""
    store = context.wiring.existing_store
    try:
        current = store is not None and schema_state(context.wiring.database) is SchemaState.CURRENT
    except (StoreError, ExternalError):
        current = False
    if store is None or not current:
        return unknown(NoSweepYet())
    interval = context.settings.reconcile.interval
    return judge_sweeps(store.cursor(INSTALLED), store.cursor(COMPLETE), datetime.now(UTC), interval)


DIAGNOSTICS = (
    Diagnostic("issues", issues),
    Diagnostic("comments", comments),
    Diagnostic("sweeps", last_sweep, needs_app=False),
)
