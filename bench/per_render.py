"""The five measures in the shape in which dashboards ask for them: all of it worked out anew at each look.

Lead times by joining every commit with its deployment and ranking within team and week; failures by joining every
deployment with the times at which it was mended; a percentile by the two rows beside its rank.
"""

from collections import defaultdict
from collections.abc import Mapping

import sqlalchemy as sa
from sqlalchemy import Connection

from app.store.measure_weeks import Week

_WEEK = "(CAST(strftime('%s', date(d.live_at / 1000000, 'unixepoch')) AS INTEGER) / 86400 + 3) / 7"
_LEADS = f"""
WITH leads AS (
  SELECT d.team AS team, {_WEEK} AS week, (d.live_at - a.authored_at) / 1000000.0 AS lead
  FROM fact_arrivals AS a JOIN fact_deployments AS d ON d.id = a.deployment_id
  WHERE d.tier = 'production' AND d.outcome = 'succeeded' AND a.clock = 'commit'
), ranked AS (
  SELECT team, week, lead, ROW_NUMBER() OVER (PARTITION BY team, week ORDER BY lead) - 1 AS rank,
    COUNT(*) OVER (PARTITION BY team, week) AS n
  FROM leads
)
SELECT team, week, n, rank, lead FROM ranked
WHERE rank IN (CAST(0.5 * (n - 1) AS INTEGER), CAST(0.5 * (n - 1) AS INTEGER) + 1,
               CAST(0.9 * (n - 1) AS INTEGER), CAST(0.9 * (n - 1) AS INTEGER) + 1)
"""
_RECOVERY = f"""
WITH hurt AS (
  SELECT d.team AS team, {_WEEK} AS week, (d.recovered_at - d.live_at) / 1000000.0 AS hurts
  FROM fact_deployments AS d
  WHERE d.tier = 'production' AND d.counts AND d.failed_by IS NOT NULL AND d.recovered_at IS NOT NULL
), ranked AS (
  SELECT team, week, hurts, ROW_NUMBER() OVER (PARTITION BY team, week ORDER BY hurts) - 1 AS rank,
    COUNT(*) OVER (PARTITION BY team, week) AS n
  FROM hurt
)
SELECT team, week, n, rank, hurts FROM ranked
WHERE rank IN (CAST(0.5 * (n - 1) AS INTEGER), CAST(0.5 * (n - 1) AS INTEGER) + 1,
               CAST(0.9 * (n - 1) AS INTEGER), CAST(0.9 * (n - 1) AS INTEGER) + 1)
"""
_SHARES = f"""
SELECT d.team, {_WEEK} AS week, SUM(d.counts), SUM(d.counts AND d.failed_by IS NOT NULL),
  SUM(d.outcome = 'succeeded' AND d.kind IN ('hotfix', 'rollback')),
  SUM(d.outcome = 'succeeded' AND d.kind IN ('release', 'hotfix', 'config', 'rollback'))
FROM fact_deployments AS d WHERE d.tier = 'production' GROUP BY 1, 2
"""


def per_render(connection: Connection) -> Mapping[tuple[str, int], Week]:
    """Every team's weeks."""
    found: defaultdict[tuple[str, int], Week] = defaultdict(Week)
    for team, week, deployed, bad, rework, of in connection.execute(sa.text(_SHARES)):
        cell = found[team, week]
        cell.deployments = deployed
        cell.fail_ratio = bad / deployed if deployed else None
        cell.rework_ratio = rework / of if of else None
    for key, (n, p50, p90) in _percentiles(connection, _LEADS).items():
        found[key].commits, found[key].lead_p50, found[key].lead_p90 = n, p50, p90
    for key, (n, p50, p90) in _percentiles(connection, _RECOVERY).items():
        found[key].recovered, found[key].recovery_p50, found[key].recovery_p90 = n, p50, p90
    return dict(found)


def _percentiles(connection: Connection, sql: str) -> dict[tuple[str, int], tuple[int, float, float]]:
    ranks: defaultdict[tuple[str, int], dict[int, float]] = defaultdict(dict)
    counts: dict[tuple[str, int], int] = {}
    for team, week, n, rank, value in connection.execute(sa.text(sql)):
        ranks[team, week][rank] = value
        counts[team, week] = n
    return {key: (n, _at(ranks[key], n, 0.5), _at(ranks[key], n, 0.9)) for key, n in counts.items()}


def _at(ranks: Mapping[int, float], n: int, q: float) -> float:
    low = int(q * (n - 1))
    below = ranks[low]
    return below + (ranks.get(low + 1, below) - below) * (q * (n - 1) - low)
