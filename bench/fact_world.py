"""A seeded year of facts in one SQLite file: deployments, the commits that arrived with them, and incidents."""

import random
import sqlite3
from collections.abc import Iterator, Sequence
from itertools import islice
from pathlib import Path
from typing import Any

from sqlalchemy import Table, create_engine

from app.kernel.clock import DAY, MINUTE
from app.store.fact_tables import fact_deployments, fact_incidents
from app.store.migrate import upgrade

TEAMS, SERVICES, DAYS = 50, 200, 364
COMMITS_EACH = 6
FIRST = 20_300 * DAY
"""µs: a Thursday in 2025."""
END = FIRST + DAYS * DAY
_KINDS = ("release",) * 17 + ("hotfix", "config", "rollback")
_BATCH = 20_000
Row = tuple[Any, ...]


def team(service: int) -> str:
    """Who owns the service of this number."""
    return f"team-{service % TEAMS:02}"


def fill(path: Path, deployments: int, incidents: int) -> int:
    """Write the world; returns how many commits arrived. Indexes are made at the end, as they are quicker then."""
    engine = create_engine(f"sqlite+pysqlite:///{path}")
    with engine.begin() as connection:
        upgrade(connection)
    engine.dispose()
    database = sqlite3.connect(path)
    database.execute("PRAGMA journal_mode=OFF")
    database.execute("PRAGMA synchronous=OFF")
    database.execute("PRAGMA cache_size=-500000")
    facts = "type = 'index' AND name LIKE 'fact_%' AND sql IS NOT NULL"
    indexes = database.execute(f"SELECT name, sql FROM sqlite_master WHERE {facts}").fetchall()
    for name, _ in indexes:
        database.execute(f"DROP INDEX {name}")
    commits = _write(database, deployments, incidents)
    for _, sql in indexes:
        database.execute(sql)
    database.execute("ANALYZE")
    database.commit()
    database.close()
    return commits


def _write(database: sqlite3.Connection, deployments: int, incidents: int) -> int:
    dice = random.Random(2026)
    rollouts = enumerate(_rollouts(dice, deployments))
    rows = (_deployment(number, *each, dice.randrange(1, 600), dice.random()) for number, each in rollouts)
    while some := [*islice(rows, _BATCH)]:
        _add(database, fact_deployments, _DEPLOYMENT, some)
    database.execute(_ARRIVALS)
    database.execute(_PULLS)
    opened = sorted(FIRST + dice.randrange(DAYS * DAY) for _ in range(incidents))
    _add(database, fact_incidents, _INCIDENT, [_incident(n, at, dice) for n, at in enumerate(opened)])
    return int(database.execute("SELECT count(*) FROM fact_arrivals").fetchone()[0])


def _rollouts(dice: random.Random, count: int) -> Iterator[tuple[int, int, str]]:
    """When, which service, what kind; in the order of time."""
    step = DAYS * DAY // count
    for number in range(count):
        yield FIRST + number * step + dice.randrange(step), dice.randrange(SERVICES), dice.choice(_KINDS)


def _add(database: sqlite3.Connection, table: Table, names: Sequence[str], rows: Sequence[Row]) -> None:
    marks = ", ".join("?" * len(names))
    database.executemany(f"INSERT INTO {table.name} ({', '.join(names)}) VALUES ({marks})", rows)


_DEPLOYMENT = (
    "id", "service", "environment", "tier", "team", "business_area", "artifact", "kind", "outcome", "live_at", "day",
    "week", "attempts", "failed_attempts", "counts", "failed_by", "failed_confidence", "detected_at", "recovered_at",
    "reverted", "rework", "commits", "re_arrivals", "tickets", "flags", "evidence",
)  # fmt: skip


def _deployment(number: int, at: int, service: int, kind: str, minutes: int, luck: float) -> Row:
    day, counts = at // DAY, kind != "rollback"
    hurts = minutes * MINUTE
    bad: Row = ("rollback", "explicit", at + hurts // 3, at + hurts) if counts and luck < 0.08 else (None,) * 4
    return (
        f"{number:032x}", f"service-{service:03}", "prod", "production", team(service), f"area-{service % 8}",
        f"{number:012x}", kind, "succeeded", at, day, (day + 3) // 7, 1, 0, counts, *bad, False, not counts,
        COMMITS_EACH if counts else 0, 0, "[]", "[]", '["0123456789abcdef0123456789abcdef"]',
    )  # fmt: skip


# What a commit's age comes of: a hash of its number, squared twice, so that most are young and some are weeks old.
_ARRIVALS = """
INSERT INTO fact_arrivals (service, environment, sha, repository, deployment_id, tier, team, live_at, day, week,
  authored_at, committed_at, pushed_at, merged_at, lead_seconds, clock, author, author_kind, pull_request, flags)
SELECT service, environment, printf('%016x', number), 'acme/' || service, id, tier, team, live_at, day, week,
  live_at - lead * 1000000, live_at - lead * 1000000, live_at - lead * 1000000, live_at - 3600000000, lead, 'commit',
  'somebody', 'person', deployment, '[]'
FROM (
  SELECT *, CAST(2419200 * share * share * share * share AS INTEGER) + 60 AS lead
  FROM (
    SELECT d.*, d.rowid AS deployment, d.rowid * 8 + each AS number,
      ((d.rowid * 8 + each) * 2654435761 % 4294967296) / 4294967296.0 AS share
    FROM fact_deployments AS d
    JOIN (SELECT 0 AS each UNION SELECT 1 UNION SELECT 2 UNION SELECT 3 UNION SELECT 4 UNION SELECT 5)
    WHERE d.kind IN ('release', 'hotfix')
    ORDER BY d.rowid
  )
)
"""
_PULLS = """
INSERT INTO fact_pull_requests (repository, id, service, opened_at, first_commit_at, merged_at, commits, hotfix,
  tickets)
SELECT 'acme/' || service, rowid, service, live_at - 7200000000, live_at - 10800000000, live_at - 3600000000, '[]', 0,
  '[]'
FROM fact_deployments WHERE kind IN ('release', 'hotfix')
"""
_INCIDENT = ("id", "source", "service", "environment", "tier", "team", "business_area", "priority", "opened_at",
             "resolved_at", "state", "others", "evidence")  # fmt: skip


def _incident(number: int, at: int, dice: random.Random) -> Row:
    service = dice.randrange(SERVICES)
    ended = at + dice.randrange(5, 600) * 60_000_000
    return (f"incident-{number}", "pagerduty", f"service-{service:03}", "prod", "production", team(service),
            f"area-{service % 8}", "P2", at, ended, "resolved", "[]", "[]")  # fmt: skip
