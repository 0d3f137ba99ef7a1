"""Events in the order in which they were received: a backtest reads them so, page by page"""

from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_index("events_received", "events", ["received_at", "seq"], unique=False)
