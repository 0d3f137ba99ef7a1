"""Bundles of cards that wait, digests of what they told, schedules, and what a delivery has beside its event"""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

_OPEN = sa.text("closed_at IS NULL")


def upgrade() -> None:
    op.add_column("deliveries", sa.Column("extra", sa.LargeBinary(), nullable=True))
    op.create_table(
        "bundles",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=True, nullable=False),
        sa.Column("key", sa.String(length=32), nullable=False),
        sa.Column("channel", sa.String(length=60), nullable=False),
        sa.Column("how", sa.String(length=8), nullable=False),
        sa.Column("by", sa.String(length=100), nullable=False),
        sa.Column("card", sa.String(length=60), nullable=False),
        sa.Column("opener", sa.String(length=32), nullable=False),
        sa.Column("first_at", sa.BigInteger(), nullable=False),
        sa.Column("last_at", sa.BigInteger(), nullable=False),
        sa.Column("wait", sa.BigInteger(), nullable=False),
        sa.Column("max_wait", sa.BigInteger(), nullable=False),
        sa.Column("until", sa.BigInteger(), nullable=False),
        sa.Column("due_at", sa.BigInteger(), nullable=False),
        sa.Column("closed_at", sa.BigInteger(), nullable=True),
        sa.Column("delivery_key", sa.String(length=32), nullable=True),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("bundles_open", "bundles", ["key"], unique=True, sqlite_where=_OPEN, postgresql_where=_OPEN)
    op.create_index("bundles_due", "bundles", ["due_at"], unique=False, sqlite_where=_OPEN, postgresql_where=_OPEN)
    op.create_table(
        "bundle_items",
        sa.Column("key", sa.String(length=32), nullable=False),
        sa.Column("bundle_id", sa.BigInteger(), nullable=False),
        sa.Column("event_id", sa.String(length=32), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("until", sa.BigInteger(), nullable=False),
        sa.Column("card", sa.String(length=60), nullable=False),
        sa.Column("rule", sa.String(length=100), nullable=False),
        sa.Column("generation", sa.Integer(), nullable=False),
        sa.Column("max_age", sa.BigInteger(), nullable=False),
        sa.Column("sent_alone", sa.Boolean(), nullable=False),
        sa.Column("extra", sa.LargeBinary(), nullable=True),
        sa.PrimaryKeyConstraint("key"),
        sqlite_with_rowid=False,
    )
    op.create_index("bundle_items_event", "bundle_items", ["event_id"], unique=False)
    op.create_index("bundle_items_order", "bundle_items", ["bundle_id", "at", "key"], unique=False)
    op.create_table(
        "digests",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("data", sa.LargeBinary(), nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_table(
        "schedules",
        sa.Column("rule", sa.String(length=100), nullable=False),
        sa.Column("last_due", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("rule"),
        sqlite_with_rowid=False,
    )
