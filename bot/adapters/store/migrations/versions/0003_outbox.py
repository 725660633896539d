"""The outbox of notifications.

Before, a record kept what was posted about it (`posted`), and what should be posted was compared with that. What
should be posted and is not becomes a row that waits. The rules are those of that time, for documents without a schema
version: those that have one are younger than the outbox.
"""

import hashlib
from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

CHANNELS = {"report": "check_run", "evidence": "evidence", "label": "label", "alarm": "mention"}
"""The channels of now, by the names in `posted`."""


def upgrade() -> None:
    op.add_column("mibot_upgrades", sa.Column("revision", sa.Integer, nullable=False, server_default="0"))
    outbox = op.create_table(
        "mibot_outbox",
        sa.Column("slug", sa.String(100), primary_key=True),
        sa.Column("version", sa.String(40), primary_key=True),
        sa.Column("revision", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("channel", sa.String(40), primary_key=True),
        sa.Column("state", sa.String(40), nullable=False),
        sa.Column("document", sa.JSON, nullable=True),
    )
    op.create_index("ix_mibot_outbox_state", "mibot_outbox", ["state"])
    upgrades = sa.table("mibot_upgrades", sa.column("slug"), sa.column("version"), sa.column("document", sa.JSON))
    for row in op.get_bind().execute(sa.select(upgrades)).all():
        rows = [
            {
                "slug": row.slug,
                "version": row.version,
                "revision": 0,
                "channel": CHANNELS[name],
                "state": "pending",
                "document": row.document,
            }
            for name in _unpublished(row.document)
        ]
        if rows:
            op.bulk_insert(outbox, rows)


def _unpublished(document: dict[str, Any]) -> list[str]:
    """What should be posted about an upgrade and is not, by the names in `posted`."""
    if "schema" in document or not document.get("history"):
        return []
    posted = document.get("posted", {})
    return [name for name, value in _wanted(document).items() if posted.get(name) != value]


def _wanted(document: dict[str, Any]) -> dict[str, str]:
    """What should be posted, each with what makes it new when it changes."""
    wanted: dict[str, str] = {}
    if document.get("number") is None:
        return wanted
    stage, steps, merged = document["stage"], len(document["history"]), document.get("merged_at") is not None
    if document.get("before") and document.get("head"):
        told = "\n".join(f"{one['name']} {one['state']}" for one in document["before"])
        digest = hashlib.sha256(f"{told}\n{document.get('forced', '')}".encode()).hexdigest()[:16]
        wanted["report"] = f"{document['head']} {digest}"
    ended = stage in {"done", "rolled back"}
    if ended or (merged and (stage == "failed" or (stage == "held" and _is_deployed(document)))):
        wanted["evidence"] = f"{stage} {steps}"
    if ended:
        wanted["label"] = stage
    if stage == "failed" and merged:
        wanted["alarm"] = str(steps)
    return wanted


def _is_deployed(document: dict[str, Any]) -> bool:
    deployment = document.get("deployment")
    return bool(deployment and deployment["ended_at"] and not deployment["failed"])


def downgrade() -> None:
    op.drop_table("mibot_outbox")
    op.drop_column("mibot_upgrades", "revision")
