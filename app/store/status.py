"""Small questions about the store: is it there, how do the channels stand."""

from typing import Any

import sqlalchemy as sa
from sqlalchemy import Connection

from app.kernel.clock import iso
from app.store.tables import channel_states, deliveries

_OPEN = deliveries.c.state.in_([sa.literal_column("'pending'"), sa.literal_column("'inflight'")])


def channels(connection: Connection) -> dict[str, dict[str, Any]]:
    """How each channel that was ever used stands: breaker, pause, last message taken, how many wait."""
    count = sa.select(deliveries.c.channel, sa.func.count()).where(_OPEN).group_by(deliveries.c.channel)
    # Not dict(result): a result has keys() of its own, those of its columns.
    waiting: dict[str, int] = {row[0]: row[1] for row in connection.execute(count)}
    states = {
        row.channel: {
            "breaker": row.breaker,
            "paused_until": iso(row.not_before) if row.not_before else None,
            "last_accepted_at": iso(row.last_accepted_at) if row.last_accepted_at else None,
            "last_reason": row.last_reason,
            "waiting": waiting.get(row.channel, 0),
        }
        for row in connection.execute(sa.select(channel_states))
    }
    for name, number in waiting.items():
        states.setdefault(name, {"waiting": number})
    return states
