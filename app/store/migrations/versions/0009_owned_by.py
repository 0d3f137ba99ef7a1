"""Platform of deployments, pod and component of incidents: known of the past after a rebuild of the facts"""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("fact_deployments", sa.Column("platform", sa.String(length=20), nullable=True))
    op.add_column("fact_incidents", sa.Column("pod", sa.String(length=300), nullable=True))
    op.add_column("fact_incidents", sa.Column("component", sa.String(length=300), nullable=True))
