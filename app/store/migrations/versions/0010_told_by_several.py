"""Events that several sources tell of, by what they speak of"""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    told = sa.text("type IN ('pipeline.started', 'pipeline.finished', 'pull_request.merged', 'ticket.updated')")
    op.create_index("events_subject", "events", ["subject"], unique=False, sqlite_where=told, postgresql_where=told)
