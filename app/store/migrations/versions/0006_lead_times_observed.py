"""Which deployments' lead times are in the histogram"""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "lead_times_observed",
        sa.Column("deployment_id", sa.String(length=32), nullable=False),
        sa.Column("live_at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("deployment_id"),
    )
    op.create_index("lead_times_observed_time", "lead_times_observed", ["live_at"], unique=False)
