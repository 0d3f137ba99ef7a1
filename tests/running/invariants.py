"""What has to be true after every fault, whatever it was: I1 to I9 of the reliability contract."""

import time
from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

import sqlalchemy as sa

from app.store.tables import deliveries, receipts, seen
from tests.fake_teams import Posted
from tests.running.client import Metrics, total
from tests.running.database import look, rows

ENDED = ("delivered", "dead", "cancelled")


async def check_acknowledged(url: str, accepted: Mapping[int, str]) -> None:
    """I1: whatever was answered 202 is exactly one receipt; what nobody was told of is stored once at most."""
    stored = await rows(url, receipts)
    ids = {row["id"] for row in stored}
    lost = {number: receipt for number, receipt in accepted.items() if receipt not in ids}
    assert not lost, f"{len(lost)} of {len(accepted)} acknowledged requests are gone: {sorted(lost)[:5]}"
    assert len(set(accepted.values())) == len(accepted), "two requests share a receipt"
    keys = await rows(url, seen)
    assert len(keys) == len(stored) == len({row["receipt_id"] for row in keys}), "receipts and their keys differ"


async def check_single_deliveries(url: str) -> None:
    """I2: an event is owed to a channel once in a generation."""
    owed = Counter((row["event_id"], row["channel"], row["generation"]) for row in await rows(url, deliveries))
    assert not [each for each, number in owed.items() if number > 1]


async def check_nothing_stuck(url: str, *, slack: float = 90.0) -> None:
    """I3: once the faults have stopped nothing waits for longer than its schedule says."""
    late = int((time.time() - slack) * 1_000_000)
    waiting = await rows(url, deliveries, deliveries.c.state.notin_(ENDED))
    assert not [row for row in waiting if row["state"] == "pending" and row["due_at"] < late]
    assert not [row for row in waiting if row["state"] == "inflight" and row["lease_until"] < late]


async def check_arrivals(url: str, posts: Sequence[Posted]) -> None:
    """I4: a card arrived at least once if it is delivered, and never oftener than once and its ambiguous re-sends."""
    arrived = Counter(post.headers["webhook-id"] for post in posts)
    known = {row["key"]: row for row in await rows(url, deliveries)}
    assert arrived.keys() <= known.keys(), "a card without a delivery"
    missing = [key for key, row in known.items() if row["state"] == "delivered" and not arrived[key]]
    assert not missing, f"{len(missing)} are called delivered and never arrived"
    flood = {key: number for key, number in arrived.items() if number > 1 + known[key]["ambiguous"]}
    assert not flood, f"sent beyond their ambiguous re-sends: {flood}"


async def check_no_secret(url: str, secrets: Sequence[str], texts: Mapping[str, str]) -> None:
    """I5: a secret stands nowhere: not in these texts, and in no column of any table."""
    from tests.running.database import everything

    for name, text in texts.items():
        assert text, f"{name}: nothing to search in"
        for secret in secrets:
            at = text.find(secret)
            assert at < 0, f"a secret stands in {name}: …{text[max(at - 200, 0) : at + 20]}…"
    for table, found in (await everything(url)).items():
        for row in found:
            cells = b"\x00".join(each if isinstance(each, bytes) else str(each).encode() for each in row)
            assert not [secret for secret in secrets if secret.encode() in cells], f"a secret stands in {table}"


def check_flat_memory(before: int | None, now: int | None, allowed_kib: int) -> None:
    """I6: memory did not grow with what was sent; nothing is said where it cannot be measured."""
    if before is not None and now is not None:
        assert now - before < allowed_kib, f"{now - before} KiB more"


async def check_reconciled(url: str, counted: Metrics) -> None:
    """I7: the counters of a service's whole life say what its tables say."""
    stored: list[Any] = await rows(url, receipts)
    assert total(counted, "webhook_events_received_total") == len(stored)
    states = Counter(row["state"] for row in stored)
    for state in ("processed", "ignored", "quarantined"):
        assert total(counted, "receipts_processed_total", state=state) == states[state], state
    owed = Counter(row["state"] for row in await rows(url, deliveries))
    assert total(counted, "deliveries_planned_total") == sum(owed.values())
    for outcome in ENDED:
        assert total(counted, "deliveries_total", outcome=outcome) == owed[outcome], outcome


async def check_integrity(url: str) -> None:
    """I8: SQLite finds nothing wrong with its file. (PostgreSQL has no such question.)"""
    if url.startswith("sqlite"):
        found = await look(url, lambda c: c.execute(sa.text("PRAGMA integrity_check(10)")).scalars().all())
        assert found == ["ok"]


async def check_after_faults(url: str, accepted: Mapping[int, str], posts: Sequence[Posted]) -> None:
    """I1 to I4 and I8, at the end of any scenario with a ledger and a sink."""
    await check_acknowledged(url, accepted)
    await check_single_deliveries(url)
    await check_nothing_stuck(url)
    await check_arrivals(url, posts)
    await check_integrity(url)
