"""How long commits stayed in an environment: each arrival beside the nearest earlier one of the same commit."""

from typing import Any

import sqlalchemy as sa
from sqlalchemy import FromClause, Select

from app.measures.scope import WIDER, Scope
from app.store.fact_tables import fact_arrivals, fact_deployments


def stays(scope: Scope, span: tuple[int, int], full: bool) -> Select[Any]:
    """Rows of (arrival in the next environment, environment, the next one, arrival in the environment)."""
    ladder = scope.ladder
    steps = [
        _into(stage, tuple(name for name, _ in ladder[:index]), scope, span)
        for index, stage in enumerate(ladder)
        if index
    ] or [_into(("", ""), ("",), scope, span)]
    together = sa.union_all(*steps).subquery()
    names = ("at", "environment", "left_for", "since", *(("service", "sha", "repository") if full else ()))
    found = sa.select(*(together.c[name] for name in names)).where(together.c.since.is_not(None))
    return found if scope.environment is None else found.where(together.c.environment == scope.environment)


def _into(stage: tuple[str, str], earlier: tuple[str, ...], scope: Scope, span: tuple[int, int]) -> Select[Any]:
    """What arrived in one environment, with the nearest earlier environment in which it was before."""
    here = fact_arrivals.alias()
    before = {name: fact_arrivals.alias() for name in reversed(earlier)}
    joined: FromClause = here
    for name, there in before.items():
        same = (there.c.service == here.c.service) & (there.c.sha == here.c.sha) & (there.c.environment == name)
        joined = joined.outerjoin(there, same & (there.c.live_at <= here.c.live_at))
    wanted = [here.c.environment == stage[0], here.c.tier == stage[1], here.c.clock == "commit"]
    wanted += [here.c.live_at >= sa.bindparam("start_", span[0], type_=sa.BigInteger),
               here.c.live_at < sa.bindparam("end_", span[1], type_=sa.BigInteger)]  # fmt: skip
    if scope.service is not None:
        wanted.append(here.c.service == sa.bindparam("service_", scope.service, type_=sa.String))
    if scope.team is not None:
        wanted.append(here.c.team == sa.bindparam("team_", scope.team, type_=sa.String))
    for name in WIDER:
        if getattr(scope, name) is not None:
            named = sa.bindparam(f"{name}_", getattr(scope, name), type_=sa.String)
            theirs = sa.select(fact_deployments.c.id).where(fact_deployments.c[name] == named)
            wanted.append(here.c.deployment_id.in_(theirs))
    since = [there.c.live_at for there in before.values()]
    return (
        sa.select(
            here.c.live_at.label("at"),
            sa.case(*((there.c.live_at.is_not(None), name) for name, there in before.items())).label("environment"),
            sa.literal(stage[0]).label("left_for"),
            (sa.func.coalesce(*since) if len(since) > 1 else since[0]).label("since"),
            here.c.service,
            here.c.sha,
            here.c.repository,
        )
        .select_from(joined)
        .where(*wanted)
    )
