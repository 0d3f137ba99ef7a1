"""Who wrote what a deployment carries, as its event is routed: `mention: {who: [authors]}` calls all of them."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import orjson
import sqlalchemy as sa
from sqlalchemy import Connection

from app import telemetry
from app.events import UNMAPPED
from app.facts.claims import moment
from app.facts.lineage import Behind, carried
from app.kernel import logs
from app.kernel.clock import DAY
from app.routing import Rulebook
from app.routing.route import matching
from app.store.apart import apart
from app.store.ask import ask
from app.store.fact_history import graph
from app.store.fact_records import number, param
from app.store.fact_tables import fact_arrivals, fact_attempts, fact_deployments
from app.store.tables import events

View = dict[str, Any]

log = logs.get("facts")

MOST = 50
"""Commits that are looked at: far more than 20 people nobody mentions."""
_NEWEST, _PUSHES = 20, 200
_PUSHED_WITHIN = 90 * DAY
_CUT = 12
"""Digits by which commits are compared: some tell only the beginning."""
_FOREVER = 1 << 62

_d, _a, _r, _e = fact_deployments.c, fact_attempts.c, fact_arrivals.c, events.c
_LIVE = (
    sa.select(_d.id, _d.sha, _d.live_at, _d.evidence)
    .where(_d.service == param("service_"), _d.environment == param("environment_"))
    .order_by(_d.live_at.desc(), _d.id).limit(_NEWEST)
)  # fmt: skip
_TRIED = (
    sa.select(_a.sha, _a.evidence)
    .where(_a.service == param("service_"), _a.environment == param("environment_"))
    .order_by(_a.at.desc(), _a.id).limit(_NEWEST)
)  # fmt: skip
_BROUGHT = sa.select(_r.sha).where(_r.deployment_id == param("id_")).order_by(_r.authored_at.desc(), _r.sha).limit(MOST)
_PUSHED = (
    sa.select(_e.data)
    .where(_e.service == param("service_"), _e.occurred_at >= number("since_"), _e.type == "change.pushed")
    .order_by(_e.occurred_at.desc()).limit(_PUSHES)
)  # fmt: skip


def with_commits(connection: Connection, rules: Rulebook, view: View) -> View:
    """The view of a deployment with the `commits` that it carries, as far as the facts know them and pushes told them.

    Of all else, and where no rule that matches mentions `authors`, it is the view as it is.
    """
    if view.get("type") != "deployment.finished" or {view.get("service"), view.get("environment")} & {None, UNMAPPED}:
        return view
    if not any(rule.mention and "authors" in rule.mention.who for rule in matching(rules, view)):
        return view
    commits: list[Mapping[str, Any]] = []
    defect = apart(connection, lambda: commits.extend(_commits(connection, view)))
    if defect is not None:  # a card without its mentions is better than none
        telemetry.ROUTING_ERRORS.labels("facts").inc()
        log.error("nobody can tell who wrote what it carries", action="facts", event_id=view["id"], reason=repr(defect))
    return {**view, "commits": commits} if commits else view


def _commits(connection: Connection, view: View) -> Iterator[Mapping[str, Any]]:
    """Those that it carries, as they were pushed, the newest first."""
    shas = {sha[:_CUT] for sha in _carried(connection, view)}
    told = {commit["sha"][:_CUT]: commit for commit in _pushed(connection, view)} if shas else {}
    yield from (commit for sha, commit in told.items() if sha in shas)


def _carried(connection: Connection, view: View) -> Sequence[str]:
    """What it brought, if it is live or was; else what it would have, beside what runs."""
    chain = {"service_": view["service"], "environment_": view["environment"]}
    live = ask(connection, _LIVE, chain)
    mine = next((row[0] for row in live if view["id"] in orjson.loads(row[3])), None)
    if mine is not None:
        return [row[0] for row in ask(connection, _BROUGHT, {"id_": mine})]
    tries = ask(connection, _TRIED, chain)
    new = next((sha for sha, evidence in tries if view["id"] in orjson.loads(evidence)), None)
    _, old, live_at, _ = live[0] if live else ("", None, 0, b"")
    if not new or not old or old == new:
        return []
    place = (view["service"], view["environment"])
    horizon = live[-1][2] if len(live) == _NEWEST else 0  # what was live before that is not walked past
    found, _ = graph(connection, place, {new, old}, (), (horizon, _FOREVER), old)
    brought = carried(found, Behind(), new, old, live_at, horizon)
    return [commit.sha for commit in brought.arrivals[:MOST]]


def _pushed(connection: Connection, view: View) -> Iterator[Mapping[str, Any]]:
    """Commits as pushes to the service's repository told them: with the e-mails, which the facts do not keep."""
    since = (moment(view["received_at"]) or 0) - _PUSHED_WITHIN
    for (data,) in ask(connection, _PUSHED, {"service_": view["service"], "since_": since}):
        push = orjson.loads(data)
        yield from (each for each in (*push.get("commits", ()), push.get("commit") or {}) if each.get("sha"))
