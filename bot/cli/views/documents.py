"""What the commands print with `--json`.

These names are stable: they do not follow those of the code or of the store.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from datetime import UTC

import typer

from bot.cli.common import error_exit
from bot.domain.git_tree import LINK_MODE
from bot.domain.health.model import CheckResult
from bot.domain.plans.change_set import ChangeSet
from bot.domain.plans.preview import PreparationPreview
from bot.rendering.reasons import describe_reasons, describe_warnings
from bot.rendering.wording import describe

Document = Mapping[str, object]


def print_document(document: Document) -> None:
    typer.echo(json.dumps(document, indent=2, ensure_ascii=False))


def check_row(result: CheckResult) -> Document:
    """The result of a health check."""
    return {
        "name": result.name,
        "title": result.title,
        "state": str(result.state),
        "sentence": describe(result.finding),
        "link": result.link,
        "taken_at": result.taken_at.astimezone(UTC).isoformat(),
        "seconds": result.seconds,
    }


def change_set(plan: ChangeSet, now: Mapping[str, str]) -> Document:
    """A pull request that would be opened. `now` has the current contents of its files; for links, their targets."""
    return {
        "branch": plan.branch,
        "title": plan.title,
        "labels": list(plan.labels),
        "reasons": list(describe_reasons(plan)),
        "warnings": list(describe_warnings(plan)),
        "replaced_resources": list(plan.replaced_resources),
        "mistagged_images": [{"service": one.service, "image": one.image} for one in plan.mistagged_images],
        "files": [
            {
                "path": change.path,
                "is_link": change.mode == LINK_MODE,
                "before": now.get(change.path),
                "after": change.content,
            }
            for change in plan.changes
        ],
    }


def preparation(prepared: PreparationPreview | None, now: Mapping[str, str]) -> Document | None:
    """The pull request that prepares a version; None if nothing has to be merged first, or it is refused."""
    plan = prepared.plan if prepared is not None else None
    return change_set(plan, now) if isinstance(plan, ChangeSet) and plan.changes else None


def verdict(refusal: str) -> Document:
    """Whether it would be done, and the reason if not."""
    return {"possible": not refusal, "refusal": refusal or None}


def refuse(subject: Document, words: str, message: str, *, as_json: bool) -> typer.Exit:
    """Print that the change of `subject` is refused: `words` in JSON, or `message`. Raise the returned exception."""
    if not as_json:
        return error_exit(message)
    print_document({**subject, **verdict(words)})
    return typer.Exit(1)


def checks(results: Sequence[CheckResult]) -> list[Document]:
    return [check_row(result) for result in results]
