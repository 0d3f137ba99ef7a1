"""The dashboards of how delivery does: an overview for leaders, and one service."""

from deploy.grafana.panels import Board, Panel, Query, Variable

# What comes from the store is the same on every replica: take it once.
ONCE = "max without (instance, pod)"
_GOOD_LOW = ((None, "green"), (0.15, "yellow"), (0.3, "red"))
_QUALITY = ((None, "red"), (0.5, "yellow"), (0.9, "green"))
BAD = ((None, "green"), (1, "red"))
WINDOW = Variable("window", values=("28d", "7d", "90d"), many=False)
TEAM = Variable("team", query="label_values(dora_team_deployment_frequency_per_day, team)")
SERVICE = Variable("service", query="label_values(deployment_age_seconds, service)")
_TEAMS = '{team=~"$team", window="$window"}'
_HERE = '{service=~"$service", window="$window"}'


def once(metric: str, labels: str = "") -> str:
    """A metric of the store, whichever replica tells it."""
    return f"{ONCE} ({metric}{labels})"


def _p(labels: str, quantile: str, more: str = "") -> str:
    return f'{labels[:-1]}, quantile="{quantile}"{more}}}'


OVERVIEW = Board(
    "shipbell-overview",
    "Delivery: overview",
    "DORA's five by team, in production. Look at how each moves; do not rank teams by them. Rows behind every number: "
    "shipbell dora explain. Trends over months: shipbell dora show, which late news can still correct.",
    (
        Panel(
            "Deployments a day",
            (Query(once("dora_team_deployment_frequency_per_day", _TEAMS), "{{team}}"),),
            "bargauge",
            text="Releases, hotfixes and changes of configuration; no rollbacks, no self-healing.",
        ),
        Panel(
            "Change lead time, median",
            (Query(once("dora_team_change_lead_time_seconds", _p(_TEAMS, "0.5")), "{{team}}"),),
            "bargauge",
            "s",
            text="From commit to live, each commit once.",
        ),
        Panel(
            "Change fail rate",
            (Query(once("dora_team_change_fail_ratio", _TEAMS), "{{team}}"),),
            "bargauge",
            "percentunit",
            limits=_GOOD_LOW,
        ),
        Panel(
            "Recovery of failed deployments, median",
            (Query(once("dora_team_failed_deployment_recovery_seconds", _p(_TEAMS, "0.5")), "{{team}}", quiet=True),),
            "bargauge",
            "s",
            text="None while an open failure could move the median.",
        ),
        Panel(
            "Rework",
            (Query(once("dora_team_deployment_rework_ratio", _TEAMS), "{{team}}"),),
            "bargauge",
            "percentunit",
            text="Hotfixes and rollbacks among all deployments.",
        ),
        Panel(
            "Open failures",
            (Query("sum(max by (service, environment) (dora_open_failures)) or vector(0)"),),
            "stat",
            limits=BAD,
        ),
        Panel(
            "Since when the oldest is open",
            (Query("time() - min(dora_open_failure_oldest_timestamp_seconds)", quiet=True),),
            "stat",
            "s",
        ),
        Panel(
            "As of",
            (Query("time() - min(dora_last_computed_timestamp_seconds)", "ago"),),
            "stat",
            "s",
            text="How long ago the oldest of these figures was made.",
        ),
        Panel(
            "Deployments by kind",
            (
                Query(
                    'sum by (kind) (max by (service, environment, kind) (dora_deployments{window="$window"}))',
                    "{{kind}}",
                ),
            ),
            width=12,
        ),
        Panel(
            "Failed deployments by evidence",
            (
                Query(
                    "sum by (evidence) (max by (service, environment, evidence) "
                    '(dora_failed_deployments{window="$window"}))',
                    "{{evidence}}",
                ),
            ),
            width=12,
        ),
        Panel(
            "How far the figures can be trusted",
            (Query("min by (check) (dora_data_quality_ratio)", "{{check}}"),),
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
                    "(increase(deployment_lead_time_seconds_bucket[$__range])))",
                    "{{le}}",
                ),
            ),
            "bargauge",
            width=12,
        ),
    ),
    (WINDOW, TEAM),
    "now-7d",
)

SERVICES = Board(
    "shipbell-service",
    "Delivery: a service",
    "One service in production: the measures, what stands behind them, and what is broken now.",
    (
        Panel(
            "Deployments a day",
            (Query(once("dora_deployment_frequency_per_day", _HERE), "{{service}} {{environment}}"),),
        ),
        Panel(
            "Change lead time, p50 and p90",
            (
                Query(once("dora_change_lead_time_seconds", _p(_HERE, "0.5", ', clock="commit"')), "{{service}} p50"),
                Query(once("dora_change_lead_time_seconds", _p(_HERE, "0.9", ', clock="commit"')), "{{service}} p90"),
            ),
            unit="s",
        ),
        Panel("Change fail rate", (Query(once("dora_change_fail_ratio", _HERE), "{{service}}"),), unit="percentunit"),
        Panel(
            "Recovery, median",
            (Query(once("dora_failed_deployment_recovery_seconds", _p(_HERE, "0.5")), "{{service}}"),),
            unit="s",
        ),
        Panel("Rework", (Query(once("dora_deployment_rework_ratio", _HERE), "{{service}}"),), unit="percentunit"),
        Panel(
            "Incidents, time to restore",
            (Query(once("dora_incident_restore_seconds", _p(_HERE, "0.5")), "{{service}}", quiet=True),),
            unit="s",
            text="None while an open incident could move the median.",
        ),
        Panel(
            "Lead time by clock, median",
            (Query(once("dora_change_lead_time_seconds", _p(_HERE, "0.5")), "{{service}} {{clock}}"),),
            "bargauge",
            "s",
        ),
        Panel(
            "Where changes wait, median",
            (Query(once("dora_stage_dwell_seconds", _p(_HERE, "0.5")), "{{service}} {{environment}}"),),
            "bargauge",
            "s",
            text="How long changes stayed in an environment before they reached the next.",
        ),
        Panel("Attempts that failed", (Query(once("dora_deployment_attempt_failures", _HERE), "{{service}}"),)),
        Panel(
            "Open failures",
            (Query(once("dora_open_failures", '{service=~"$service"}'), "{{service}}"),),
            "stat",
            limits=BAD,
        ),
        Panel(
            "Rows behind each measure",
            (Query(once("dora_sample_count", _HERE), "{{service}} {{metric}}"),),
            "bargauge",
            text="Fewer than five make no trend.",
        ),
        Panel(
            "Data quality",
            (Query(once("dora_data_quality_ratio", '{service=~"$service"}'), "{{service}} {{check}}"),),
            "bargauge",
            "percentunit",
            limits=_QUALITY,
        ),
        Panel(
            "Lead time of what went live, with deployments",
            (
                Query(
                    "histogram_quantile(0.5, sum by (le) (max by (service, environment, le) "
                    '(rate(deployment_lead_time_seconds_bucket{service=~"$service"}[$__rate_interval]))))',
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
    (WINDOW, SERVICE),
    "now-7d",
)
