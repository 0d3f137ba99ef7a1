"""What the collector has seen and told, so that what is seen again in the same state is no news.

A row is a thing by kind and key, with the digest of the state in which it was told last. Kinds: `environment`,
`application`, `commits`, `version`, `pull_request`, `ticket`, `cursor`, `shown`, `unseen`, `label`. One row of the kind
`looked` says when all that is wanted and that runs was read last; one of the kind `lease`, which replica collects, or,
between two rounds, until when nobody needs to.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy import BigInteger, Column, Connection, Index, String, Table

from app.store.fact_source_tables import fact_commits
from app.store.fact_tables import fact_ticket_places
from app.store.tables import events, metadata
from app.store.upsert import insert_for

collected = Table(
    "collected",
    metadata,
    Column("kind", String(20), primary_key=True),
    Column("key", String(300), primary_key=True),
    Column("digest", String(64), nullable=False),
    Column("at", BigInteger, nullable=False),
    sqlite_with_rowid=False,
)
Index("collected_time", collected.c.at)
_LEASE, _REST = "lease", "rest"
LOOKED = "looked"
UNSEEN = "unseen"
"""The kind of an environment of which an upstream did not tell: `at` is when it was seen last, `digest` empty when it
is again."""
MISSING = "missing"
"""The state of a ticket that was asked for and not found."""


@dataclass(frozen=True, slots=True)
class Seen:
    """A thing that was told: `digest` stands for its state (of a cursor: how far was read), `at` (µs) for when."""

    kind: str
    key: str
    digest: str
    at: int


def read(connection: Connection, kinds: Iterable[str]) -> dict[tuple[str, str], Seen]:
    """Everything of these kinds that was told, by kind and key."""
    rows = connection.execute(sa.select(collected).where(collected.c.kind.in_(list(kinds))))
    return {(row.kind, row.key): Seen(row.kind, row.key, row.digest, row.at) for row in rows}


def note(connection: Connection, seen: Iterable[Seen]) -> None:
    """Keep what was told. Run again it changes nothing."""
    rows = [
        {"kind": each.kind, "key": each.key, "digest": each.digest, "at": each.at}
        for each in sorted(seen, key=lambda each: (each.kind, each.key))
    ]
    if rows:
        new = insert_for(connection, collected)
        changed = {"digest": new.excluded.digest, "at": new.excluded.at}
        connection.execute(new.on_conflict_do_update(index_elements=["kind", "key"], set_=changed), rows)


def looked_at(connection: Connection) -> int:
    """When all that is wanted and that runs was read last, µs; 0 if it never was."""
    return connection.scalar(sa.select(sa.func.max(collected.c.at)).where(collected.c.kind == LOOKED)) or 0


def unseen(connection: Connection) -> dict[str, int]:
    """The environments (`service/environment`) that could not be looked at in full, with when they last were, µs."""
    rows = connection.execute(
        sa.select(collected.c.key, collected.c.at).where(collected.c.kind == UNSEEN, collected.c.digest != "")
    )
    return {row.key: row.at for row in rows}


def lease(connection: Connection, owner: str, now: int, until: int, *, at_once: bool = False) -> bool:
    """Take or keep the right to collect until then (µs); False while another replica has it.

    False also before the time of the next round has come; not with `at_once`.
    """
    new = insert_for(connection, collected).values(kind=_LEASE, key=_LEASE, digest=owner, at=until)
    free = sa.or_(
        collected.c.digest == owner, collected.c.at < now, collected.c.digest == _REST if at_once else sa.false()
    )
    taken = new.on_conflict_do_update(
        index_elements=["kind", "key"], set_={"digest": owner, "at": until}, where=free
    ).returning(collected.c.digest)
    return bool(connection.scalar(taken) == owner)


def rest(connection: Connection, owner: str, until: int) -> None:
    """Give the right to collect back: the next round is due then (µs), and whoever comes first takes it."""
    mine = (collected.c.kind == _LEASE) & (collected.c.digest == owner)
    connection.execute(sa.update(collected).where(mine).values(digest=_REST, at=until))


def known_commits(connection: Connection, shas: Iterable[str]) -> set[str]:
    """Those of these whole hashes that facts know as commits."""
    c = fact_commits.c
    return set(connection.scalars(sa.select(c.sha).where(c.sha.in_(list(shas)))))


def told(connection: Connection, service: str, types: Iterable[str], since: int) -> Mapping[str, set[str]]:
    """The subjects that events of a service speak of since then (µs), each with the states `type status`."""
    e = events.c
    where = (e.service == service) & (e.occurred_at >= since) & e.type.in_(list(types))
    found: dict[str, set[str]] = {}
    for row in connection.execute(sa.select(e.subject, e.type, e.status).where(where)):
        found.setdefault(row.subject, set()).add(f"{row.type} {row.status or ''}".strip())
    return found


def tickets(connection: Connection, service: str) -> list[str]:
    """The keys of the tickets that are in an environment of a service."""
    places = fact_ticket_places.c
    rows = connection.scalars(sa.select(places.key).where(places.service == service).distinct().order_by(places.key))
    return list(rows)
