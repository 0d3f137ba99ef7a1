"""The dashboards of how delivery does: an overview for leaders, and one service."""

from deploy.grafana.owners import BY, OWNED, OWNERS, SERVICE, of_owners, once, owned
from deploy.grafana.panels import Board, Panel, Query, Variable

_GOOD_LOW = ((None, "green"), (0.15, "yellow"), (0.3, "red"))
_QUALITY = ((None, "red"), (0.5, "yellow"), (0.9, "green"))
BAD = ((None, "green"), (1, "red"))
WINDOW = Variable("window", values=("28d", "7d", "90d"), many=False)
_ALL = '{window="$window"}'
_HERE = '{service=~"$service", window="$window"}'


def _share(part: str, whole: str) -> str:
    """A ratio of counts that may be added up, by owner."""
    return f"sum by ($by) ({part}) / (sum by ($by) ({whole}) > 0)"


def _of_teams(metric: str) -> str:
    """A median cannot be made of medians: a team's own, of the teams that have something of what was chosen."""
    return f"{once(metric, _p(_ALL, '0.5'))} and on (team) {OWNED}"


def _p(labels: str, quantile: str, more: str = "") -> str:
    return f'{labels[:-1]}, quantile="{quantile}"{more}}}'


OVERVIEW = Board(
    "shipbell-overview",
    "Delivery: overview",
    "DORA's five in production, by team, pod, business area, component, platform or service: of what is chosen, by who "
    "owns it now (shipbell dora show counts by who owned it then). Look at how each moves; do not rank teams by them. "
    "Rows behind every number: shipbell dora explain.",
    (
        Panel(
            "Deployments a day",
            (Query(f"sum by ($by) ({of_owners('dora_deployment_frequency_per_day', _ALL)})", "{{$by}}"),),
            "bargauge",
            text="Releases, hotfixes and changes of configuration; no rollbacks, no self-healing.",
        ),
        Panel(
            "Change fail rate",
            (
                Query(
                    _share(
                        of_owners("dora_failed_deployments", _ALL),
                        of_owners("dora_sample_count", '{window="$window", metric="change_fail_rate"}'),
                    ),
                    "{{$by}}",
                ),
            ),
            "bargauge",
            "percentunit",
            limits=_GOOD_LOW,
        ),
        Panel(
            "Rework",
            (
                Query(
                    _share(
                        of_owners("dora_deployments", '{window="$window", kind=~"hotfix|rollback"}'),
                        of_owners("dora_sample_count", '{window="$window", metric="rework_rate"}'),
                    ),
                    "{{$by}}",
                ),
            ),
            "bargauge",
            "percentunit",
            text="Hotfixes and rollbacks among all deployments.",
        ),
        Panel(
            "As of",
            (Query("time() - min(dora_last_computed_timestamp_seconds)", "ago"),),
            "stat",
            "s",
            text="How long ago the oldest of these figures was made.",
        ),
        Panel(
            "Change lead time, median",
            (Query(owned("dora_change_lead_time_seconds", _p(_ALL, "0.5", ', clock="commit"')), "{{service}}"),),
            "bargauge",
            "s",
            text="From commit to live, each commit once.",
        ),
        Panel(
            "Change lead time, median of teams",
            (Query(_of_teams("dora_team_change_lead_time_seconds"), "{{team}}"),),
            "bargauge",
            "s",
            text="Of all that a team owned, whatever else is chosen.",
        ),
        Panel(
            "Recovery of failed deployments, median",
            (Query(owned("dora_failed_deployment_recovery_seconds", _p(_ALL, "0.5")), "{{service}}", quiet=True),),
            "bargauge",
            "s",
            text="None while an open failure could move the median.",
        ),
        Panel(
            "Recovery, median of teams",
            (Query(_of_teams("dora_team_failed_deployment_recovery_seconds"), "{{team}}", quiet=True),),
            "bargauge",
            "s",
            text="Of all that a team owned, whatever else is chosen.",
        ),
        Panel(
            "Open failures",
            (Query(f"sum({owned('dora_open_failures')}) or vector(0)"),),
            "stat",
            limits=BAD,
        ),
        Panel(
            "Since when the oldest is open",
            (Query(f"time() - min({owned('dora_open_failure_oldest_timestamp_seconds')})", quiet=True),),
            "stat",
            "s",
        ),
        Panel(
            "Deployments by kind",
            (Query(f"sum by (kind) ({owned('dora_deployments', _ALL)})", "{{kind}}"),),
            width=12,
        ),
        Panel(
            "Failed deployments by evidence",
            (Query(f"sum by (evidence) ({owned('dora_failed_deployments', _ALL)})", "{{evidence}}"),),
            width=12,
        ),
        Panel(
            "How far the figures can be trusted",
            (Query(f"min by (check) ({owned('dora_data_quality_ratio')})", "{{check}}"),),
            "bargauge",
            "percentunit",
            12,
            limits=_QUALITY,
            text="The worst service. What is missing is left out and counted.",
        ),
        Panel(
            "Commits by lead time",
            (
                Query(
                    "sum by (le) (max by (service, environment, le) "
                    f"(increase(deployment_lead_time_seconds_bucket[$__range])) and on (service) {OWNED})",
                    "{{le}}",
                ),
            ),
            "bargauge",
            width=12,
        ),
    ),
    (WINDOW, BY, *OWNERS),
    "now-7d",
)

SERVICES = Board(
    "shipbell-service",
    "Delivery: a service",
    "One service in production: the measures, what stands behind them, and what is broken now.",
    (
        Panel(
            "Deployments a day",
            (Query(owned("dora_deployment_frequency_per_day", _HERE), "{{service}} {{environment}}"),),
        ),
        Panel(
            "Change lead time, p50 and p90",
            (
                Query(owned("dora_change_lead_time_seconds", _p(_HERE, "0.5", ', clock="commit"')), "{{service}} p50"),
                Query(owned("dora_change_lead_time_seconds", _p(_HERE, "0.9", ', clock="commit"')), "{{service}} p90"),
            ),
            unit="s",
        ),
        Panel("Change fail rate", (Query(owned("dora_change_fail_ratio", _HERE), "{{service}}"),), unit="percentunit"),
        Panel(
            "Recovery, median",
            (Query(owned("dora_failed_deployment_recovery_seconds", _p(_HERE, "0.5")), "{{service}}"),),
            unit="s",
        ),
        Panel("Rework", (Query(owned("dora_deployment_rework_ratio", _HERE), "{{service}}"),), unit="percentunit"),
        Panel(
            "Incidents, time to restore",
            (Query(owned("dora_incident_restore_seconds", _p(_HERE, "0.5")), "{{service}}", quiet=True),),
            unit="s",
            text="None while an open incident could move the median.",
        ),
        Panel(
            "Lead time by clock, median",
            (Query(owned("dora_change_lead_time_seconds", _p(_HERE, "0.5")), "{{service}} {{clock}}"),),
            "bargauge",
            "s",
        ),
        Panel(
            "Where changes wait, median",
            (Query(owned("dora_stage_dwell_seconds", _p(_HERE, "0.5")), "{{service}} {{environment}}"),),
            "bargauge",
            "s",
            text="How long changes stayed in an environment before they reached the next.",
        ),
        Panel("Attempts that failed", (Query(owned("dora_deployment_attempt_failures", _HERE), "{{service}}"),)),
        Panel(
            "Open failures",
            (Query(owned("dora_open_failures", '{service=~"$service"}'), "{{service}}"),),
            "stat",
            limits=BAD,
        ),
        Panel(
            "Rows behind each measure",
            (Query(owned("dora_sample_count", _HERE), "{{service}} {{metric}}"),),
            "bargauge",
            text="Fewer than five make no trend.",
        ),
        Panel(
            "Data quality",
            (Query(owned("dora_data_quality_ratio", '{service=~"$service"}'), "{{service}} {{check}}"),),
            "bargauge",
            "percentunit",
            limits=_QUALITY,
        ),
        Panel(
            "Lead time of what went live, with deployments",
            (
                Query(
                    "histogram_quantile(0.5, sum by (le) (max by (service, environment, le) "
                    '(rate(deployment_lead_time_seconds_bucket{service=~"$service"}[$__rate_interval])) '
                    f"and on (service) {OWNED}))",
                    "p50",
                    quiet=True,
                ),
            ),
            unit="s",
            width=24,
            exemplars=True,
            text="The points are deployments: their id is in the exemplar.",
        ),
    ),
    (WINDOW, *OWNERS, SERVICE),
    "now-7d",
)
