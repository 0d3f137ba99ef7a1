"""Channels at run time: who owns each, until when it is paused, and its breaker."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy import Connection

from app.store.tables import PENDING, channel_states, deliveries
from app.store.upsert import insert_for


@dataclass(frozen=True, slots=True)
class ChannelState:
    """`not_before` (µs) pauses the channel; `opened` counts how often in a row its breaker opened."""

    channel: str
    not_before: int = 0
    breaker: str = "closed"
    fails: int = 0
    opened: int = 0
    last_accepted_at: int | None = None
    last_reason: str | None = None


_COLUMNS = tuple(channel_states.c[name] for name in ChannelState.__dataclass_fields__)


def enrol(connection: Connection, channels: Collection[str]) -> None:
    """Give every channel its row, if it has none yet."""
    rows = [
        {
            "channel": channel,
            "lease_until": 0,
            "epoch": 0,
            "not_before": 0,
            "breaker": "closed",
            "fails": 0,
            "opened": 0,
        }
        for channel in sorted(channels)
    ]
    if rows:
        connection.execute(insert_for(connection, channel_states).on_conflict_do_nothing(), rows)


_now, _owner = sa.bindparam("now_", type_=sa.BigInteger), sa.bindparam("owner_", type_=sa.String)
_OWN = (
    sa.update(channel_states)
    .where(
        channel_states.c.channel.in_(sa.bindparam("channels_", expanding=True)),
        sa.or_(
            channel_states.c.owner.is_(None),
            channel_states.c.owner == _owner,
            channel_states.c.lease_until < _now,
            sa.bindparam("alone_", type_=sa.Boolean),
        ),
    )
    .values(
        owner=_owner,
        lease_until=sa.bindparam("lease_until_", type_=sa.BigInteger),
        epoch=channel_states.c.epoch + sa.case((channel_states.c.owner == _owner, 0), else_=1),
    )
    .returning(*_COLUMNS)
)


def own(
    connection: Connection, channels: Collection[str], owner: str, now: int, lease: int, *, alone: bool = False
) -> dict[str, ChannelState]:
    """Take or keep channels for `lease` µs; returns those that are ours now, with their states.

    `alone` says that no other process can own one (SQLite): leases of dead processes are then not waited for.
    """
    values = {"channels_": list(channels), "owner_": owner, "now_": now, "lease_until_": now + lease, "alone_": alone}
    return {row.channel: ChannelState(*row) for row in connection.execute(_OWN, values)} if channels else {}


def disown(connection: Connection, owner: str) -> None:
    """Give back all channels, so that another replica need not wait for the lease to end."""
    connection.execute(
        sa.update(channel_states).where(channel_states.c.owner == owner).values(owner=None, lease_until=0)
    )


_SAVE = (
    sa.update(channel_states)
    .where(channel_states.c.channel == sa.bindparam("channel_"), channel_states.c.owner == _owner)
    .values({name: sa.bindparam(f"{name}_") for name in ChannelState.__dataclass_fields__ if name != "channel"})
)


def save(connection: Connection, states: Sequence[ChannelState], owner: str) -> None:
    """Write the states of channels, those that `owner` owns."""
    rows = [
        {"owner_": owner, **{f"{name}_": getattr(state, name) for name in ChannelState.__dataclass_fields__}}
        for state in states
    ]
    if rows:
        connection.execute(_SAVE, rows)


def states(connection: Connection) -> dict[str, ChannelState]:
    """The state of every channel that ever was, by name."""
    return {row.channel: ChannelState(*row) for row in connection.execute(sa.select(*_COLUMNS))}


_DUE = (
    sa.select(channel_states.c.channel)
    .where(
        channel_states.c.owner == _owner,
        sa.exists().where(
            deliveries.c.channel == channel_states.c.channel,
            deliveries.c.state == PENDING,
            deliveries.c.due_at <= _now,
        ),
    )
)  # fmt: skip


def due_channels(connection: Connection, owner: str, now: int) -> list[str]:
    """Our channels for which something is due; one step into an index for each."""
    return list(connection.execute(_DUE, {"owner_": owner, "now_": now}).scalars())
