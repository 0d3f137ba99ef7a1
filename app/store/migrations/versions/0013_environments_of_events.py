"""Whether an environment was ever told of, without a look at every event"""

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None


def upgrade() -> None:
    chainless = sa.text(
        "environment IS NOT NULL AND (service = 'unmapped' OR type NOT IN ('deployment.started', 'deployment.finished',"
        " 'deployment.health_changed', 'environment.observed'))"
    )
    op.create_index("events_environment", "events", ["environment"], sqlite_where=chainless, postgresql_where=chainless)
