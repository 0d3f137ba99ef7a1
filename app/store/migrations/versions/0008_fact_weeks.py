"""Every team's weeks, counted when their facts change"""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "fact_weeks",
        sa.Column("team", sa.String(length=300), nullable=False),
        sa.Column("week", sa.Integer(), nullable=False),
        sa.Column("first_at", sa.BigInteger(), nullable=False),
        sa.Column("last_at", sa.BigInteger(), nullable=False),
        sa.Column("deployments", sa.Integer(), nullable=False),
        sa.Column("commits", sa.Integer(), nullable=False),
        sa.Column("lead_p50", sa.Float(), nullable=True),
        sa.Column("lead_p90", sa.Float(), nullable=True),
        sa.Column("fail_ratio", sa.Float(), nullable=True),
        sa.Column("rework_ratio", sa.Float(), nullable=True),
        sa.Column("recovered", sa.Text(), nullable=False),
        sa.Column("open_since", sa.Text(), nullable=False),
        sa.Column("lead_times", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("team", "week"),
    )
    op.create_index("fact_weeks_week", "fact_weeks", ["week"], unique=False)
