"""The journal of what mibot creates, so that nothing is created twice."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "mibot_creations",
        sa.Column("key", sa.String(400), primary_key=True),
        sa.Column("attempt", sa.Integer, nullable=False),
        sa.Column("number", sa.BigInteger, nullable=True),
        sa.Column("unclear_since", sa.DateTime(timezone=True), nullable=True),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
    )


def downgrade() -> None:
    op.drop_table("mibot_creations")
