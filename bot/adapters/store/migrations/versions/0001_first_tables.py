"""The first tables: trackers, replies, upgrades, cursors and cached blobs."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "mibot_trackers",
        sa.Column("version", sa.String(40), primary_key=True),
        sa.Column("document", sa.JSON, nullable=False),
        sa.Column("dirty", sa.Integer, nullable=False),
        sa.Column("clean", sa.Integer, nullable=False),
    )
    op.create_table(
        "mibot_replies",
        sa.Column("comment", sa.BigInteger, primary_key=True, autoincrement=False),
        sa.Column("written", sa.BigInteger, nullable=True),
        sa.Column("document", sa.JSON, nullable=False),
    )
    op.create_index("ix_mibot_replies_written", "mibot_replies", ["written"])
    op.create_table(
        "mibot_reply_upgrades",
        sa.Column("slug", sa.String(100), primary_key=True),
        sa.Column("version", sa.String(40), primary_key=True),
        sa.Column("comment", sa.BigInteger, primary_key=True, autoincrement=False),
    )
    op.create_table(
        "mibot_upgrades",
        sa.Column("slug", sa.String(100), primary_key=True),
        sa.Column("version", sa.String(40), primary_key=True),
        sa.Column("stage", sa.String(40), nullable=False),
        sa.Column("head", sa.String(40), nullable=False),
        sa.Column("document", sa.JSON, nullable=False),
    )
    op.create_index("ix_mibot_upgrades_stage", "mibot_upgrades", ["stage"])
    op.create_index("ix_mibot_upgrades_head", "mibot_upgrades", ["head"])
    op.create_table(
        "mibot_cursors",
        sa.Column("name", sa.String(100), primary_key=True),
        sa.Column("value", sa.DateTime(timezone=True), nullable=False),
    )
    op.create_table(
        "mibot_blobs",
        sa.Column("sha", sa.String(40), primary_key=True),
        sa.Column("content", sa.LargeBinary, nullable=False),
    )


def downgrade() -> None:
    for table in ("blobs", "cursors", "upgrades", "reply_upgrades", "replies", "trackers"):
        op.drop_table(f"mibot_{table}")
