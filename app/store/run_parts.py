"""The parts of a run that came in several requests: receipts whose keys begin alike."""

from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy import Connection

from app.store.tables import receipt_bodies, receipts, seen


@dataclass(frozen=True, slots=True)
class RunPart:
    """A part as it came."""

    receipt: str
    headers: str
    body: bytes


def run_size(connection: Connection, source: str, prefix: str) -> tuple[int, int]:
    """How many parts there are, and how many bytes they have together."""
    size = sa.func.coalesce(sa.func.sum(sa.func.length(receipt_bodies.c.body)), 0)
    found = sa.select(sa.func.count(), size).select_from(_parts(source, prefix).subquery("part")).join(
        receipt_bodies, receipt_bodies.c.receipt_id == sa.literal_column("part.receipt_id")
    )  # fmt: skip
    count, total = connection.execute(found).one()
    return count, int(total)


def run_parts(connection: Connection, source: str, prefix: str) -> list[RunPart]:
    """The parts whose key begins with `prefix` (no `%` or `_` in it), oldest first."""
    part = _parts(source, prefix).subquery("part")
    found = (
        sa.select(receipts.c.id, receipts.c.headers, receipt_bodies.c.body)
        .join(part, part.c.receipt_id == receipts.c.id)
        .join(receipt_bodies, receipt_bodies.c.receipt_id == receipts.c.id)
        .order_by(receipts.c.received_at, receipts.c.id)
    )
    return [RunPart(*row) for row in connection.execute(found)]


def _parts(source: str, prefix: str) -> sa.Select[tuple[str]]:
    # Not by a range of keys: PostgreSQL sorts text as the database's locale says.
    return sa.select(seen.c.receipt_id).where(seen.c.source == source, seen.c.key.like(f"{prefix}%"))
