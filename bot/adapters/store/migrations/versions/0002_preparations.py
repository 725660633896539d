"""Preparations of versions."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "mibot_preparations",
        sa.Column("version", sa.String(40), primary_key=True),
        sa.Column("stage", sa.String(40), nullable=False),
        sa.Column("document", sa.JSON, nullable=False),
    )
    op.create_index("ix_mibot_preparations_stage", "mibot_preparations", ["stage"])


def downgrade() -> None:
    op.drop_table("mibot_preparations")
