"""PostgreSQL keeps the bodies of receipts as they are, from here on: to compress each took a third of its time"""

from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None


def upgrade() -> None:
    if op.get_bind().dialect.name == "postgresql":
        op.execute("ALTER TABLE receipt_bodies ALTER COLUMN body SET STORAGE EXTERNAL")
