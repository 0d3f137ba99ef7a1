"""Results: what became of claimed deliveries, written in batches, refused when the claim has been lost."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

import sqlalchemy as sa
from sqlalchemy import Connection

from app.store.ask import Row, ask
from app.store.bulk import BulkInsert
from app.store.claims import STILL_OURS, Pair
from app.store.tables import attempts, deliveries


class Change(NamedTuple):
    """What becomes of a claimed delivery: `state` is pending, delivered or dead.

    `due_at` None leaves the time as it is. `tries`, `ambiguous` and `fence` are added. `rendered` is the card to
    keep for the next try; None keeps the one that is there. A delivery that ended keeps none.
    """

    state: str
    reason: str | None = None
    http_status: int | None = None
    due_at: int | None = None
    tries: int = 0
    ambiguous: int = 0
    fence: int = 0
    rendered: bytes | None = None


RELEASED = Change("pending", tries=-1, fence=1)
"""A claim that was given back unsent: it cost nothing, and its fence is void."""


@dataclass(frozen=True, slots=True)
class Attempt:
    """One try and its outcome. Times in µs, `retry_after` in seconds."""

    started_at: int
    ended_at: int
    verdict: str
    reason: str
    http_status: int | None = None
    retry_after: int | None = None


@dataclass(frozen=True, slots=True)
class Result:
    """What came of one claim; `attempt` is None when nothing was sent, and `again` says that it was not the first."""

    delivery_id: int
    fence: int
    change: Change
    attempt: Attempt | None = None
    again: bool = False


_FINISH = (
    sa.update(deliveries)
    .where(*STILL_OURS)
    .values(
        state=sa.bindparam("state_"),
        reason=sa.bindparam("reason_"),
        http_status=sa.bindparam("http_status_"),
        due_at=sa.func.coalesce(sa.bindparam("due_at_", type_=sa.BigInteger), deliveries.c.due_at),
        tries=deliveries.c.tries + sa.bindparam("tries_", type_=sa.Integer),
        ambiguous=deliveries.c.ambiguous + sa.bindparam("ambiguous_", type_=sa.Integer),
        fence=deliveries.c.fence + sa.bindparam("void_", type_=sa.Integer),
        rendered=sa.case(
            (sa.bindparam("ended_", type_=sa.Boolean), sa.null()),
            else_=sa.func.coalesce(sa.bindparam("rendered_", type_=sa.LargeBinary), deliveries.c.rendered),
        ),
        finished_at=sa.case((sa.bindparam("ended_", type_=sa.Boolean), sa.bindparam("now_", type_=sa.BigInteger))),
        lease_owner=None,
        lease_until=None,
    )
    .returning(deliveries.c.id)
)
_ADD_ATTEMPTS = BulkInsert(
    attempts,
    "delivery_id",
    "fence",
    "started_at",
    "ended_at",
    "verdict",
    "reason",
    "http_status",
    "retry_after",
    or_ignore=True,
)


def record(connection: Connection, results: Sequence[Result], now: int) -> set[Pair]:
    """Write a batch of results; equal changes share a statement. Returns the claims that were still ours.

    The attempts are written in any case: they are evidence. A batch may be written again when nobody knows
    whether its commit came through.
    """
    groups: dict[tuple[Change, int], list[int]] = defaultdict(list)
    for result in results:
        groups[result.change, result.fence].append(result.delivery_id)
    ours: set[Pair] = set()
    for (change, fence), ids in groups.items():
        ours.update((done, fence) for (done,) in _finish(connection, change, fence, ids, now))
    _ADD_ATTEMPTS.run(connection, [_attempt_row(each, each.attempt) for each in results if each.attempt is not None])
    return ours


def _finish(connection: Connection, change: Change, fence: int, ids: list[int], now: int) -> list[Row]:
    values = {
        "ids_": ids,
        "fence_": fence,
        "state_": change.state,
        "reason_": change.reason,
        "http_status_": change.http_status,
        "due_at_": change.due_at,
        "tries_": change.tries,
        "ambiguous_": change.ambiguous,
        "void_": change.fence,
        "rendered_": change.rendered,
        "ended_": change.state != "pending",
        "now_": now,
    }
    return ask(connection, _FINISH, values)


def _attempt_row(result: Result, attempt: Attempt) -> Row:
    return (
        result.delivery_id, result.fence, attempt.started_at, attempt.ended_at,
        attempt.verdict, attempt.reason, attempt.http_status, attempt.retry_after,
    )  # fmt: skip
