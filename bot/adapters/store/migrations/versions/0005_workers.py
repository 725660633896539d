"""The leases of workers, and what paces the requests of all of them."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "mibot_workers",
        sa.Column("number", sa.Integer, primary_key=True, autoincrement=True),
        sa.Column("name", sa.String(40), nullable=False),
        sa.Column("seen", sa.Float(53), nullable=False),
        sa.Column("ended", sa.Float(53), nullable=True),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "mibot_pacing",
        sa.Column("name", sa.String(200), primary_key=True),
        sa.Column("until", sa.Float(53), nullable=False),
    )


def downgrade() -> None:
    op.drop_table("mibot_pacing")
    op.drop_table("mibot_workers")
