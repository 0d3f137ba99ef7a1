"""Every gauge that is made of facts: names, labels and texts are a contract, like those in `app.telemetry`."""

from dataclasses import dataclass


@dataclass(frozen=True, eq=False)
class Shown:
    """A gauge whose series are made anew from the facts; what is not known has no series."""

    name: str
    text: str
    labels: tuple[str, ...]

    @property
    def kind(self) -> str:
        """Prometheus' type. Its linter wants quantiles to be a summary's, and `_count` in a name to be no gauge's."""
        if "quantile" in self.labels:
            return "summary"
        return "unknown" if self.name.endswith("_count") else "gauge"


Sample = tuple[Shown, tuple[str, ...], float]
"""A gauge, the values of its labels, and its value."""


def _shown(name: str, text: str, *labels: str) -> Shown:
    return Shown(name, text, labels)


_CHAIN = ("service", "environment")
_WINDOW = (*_CHAIN, "window")

# ------------------------------------------------------------------ who owns what
SERVICE = _shown(
    "service_info",
    "1: who owns the service now, and what deployed it last (in production, if it is there). Join it on `service`; it "
    "says `owner_pod`, since Prometheus calls a pod of Kubernetes `pod`.",
    "service", "team", "owner_pod", "business_area", "component", "platform",
)  # fmt: skip

# ------------------------------------------------------------------ what is where
DESIRED = _shown("deployment_desired_state", "1: this version is wanted there.", *_CHAIN, "version")
ACTUAL = _shown(
    "deployment_actual_state", "1: this version runs there, in sync and healthy; 0: it runs, but not so.",
    *_CHAIN, "version",
)  # fmt: skip
IN_SYNC = _shown("deployment_in_sync", "1 if what runs is what is wanted, else 0.", *_CHAIN)
AGE = _shown("deployment_age_seconds", "How long ago what runs went live.", *_CHAIN)
LAST_SUCCESS = _shown(
    "deployment_last_success_timestamp_seconds", "When a deployment went live there last (Unix time).", *_CHAIN
)

# ------------------------------------------------------------------ tickets
TICKET_IN = _shown(
    "ticket_in_environment", "1: a change of this ticket is live there (only with SHIPBELL_TICKET_METRICS).",
    "ticket", "environment",
)  # fmt: skip
TICKET_FIX = _shown(
    "ticket_fix_version",
    "1: the ticket has this fix version; 0: it has none; of one that was never told of, nothing (only with "
    "SHIPBELL_TICKET_METRICS).",
    "ticket", "fix_version",
)  # fmt: skip
TICKETS = _shown(
    "environment_tickets", "Tickets whose change went live there in the last 90 days, by how far the ticket is.",
    *_CHAIN, "status_category",
)  # fmt: skip
TICKETS_DROPPED = _shown(
    "ticket_series_dropped", "Tickets that have no series of their own because there are more than 1000.", "environment"
)

# ------------------------------------------------------------------ DORA, in production
DEPLOYMENTS = _shown("dora_deployments", "Deployments that went live in the window, by kind.", *_WINDOW, "kind")
ATTEMPT_FAILURES = _shown("dora_deployment_attempt_failures", "Attempts in the window that failed.", *_WINDOW)
FREQUENCY = _shown(
    "dora_deployment_frequency_per_day", "Releases, hotfixes and changes of configuration, by day.", *_WINDOW
)
LEAD_TIME = _shown(
    "dora_change_lead_time_seconds", "From a commit, a pull request's first commit or its merge to live.",
    *_WINDOW, "clock", "quantile",
)  # fmt: skip
DWELL = _shown(
    "dora_stage_dwell_seconds", "How long changes were in the environment before they reached the next.",
    *_WINDOW, "quantile",
)  # fmt: skip
FAIL_RATIO = _shown("dora_change_fail_ratio", "Failed deployments among those of the frequency.", *_WINDOW)
FAILED = _shown("dora_failed_deployments", "Failed deployments, by what says so.", *_WINDOW, "evidence")
RECOVERY = _shown(
    "dora_failed_deployment_recovery_seconds", "From a failed deployment's going live to its recovery.",
    *_WINDOW, "quantile",
)  # fmt: skip
REWORK = _shown("dora_deployment_rework_ratio", "Hotfixes and rollbacks among all that changed what runs.", *_WINDOW)
RESTORE = _shown("dora_incident_restore_seconds", "From an incident's opening to its end.", *_WINDOW, "quantile")
OPEN = _shown("dora_open_failures", "Failed deployments that nothing has mended yet.", *_CHAIN)
OPEN_OLDEST = _shown(
    "dora_open_failure_oldest_timestamp_seconds", "When the oldest open failure went live (Unix time).", *_CHAIN
)
SAMPLES = _shown("dora_sample_count", "How many rows stand behind a measure: few make no trend.", *_WINDOW, "metric")
QUALITY = _shown(
    "dora_data_quality_ratio", "Of the last 28 days' rows in production, the share of which this is known.",
    "service", "check",
)  # fmt: skip
LAST_COMPUTED = _shown(
    "dora_last_computed_timestamp_seconds", "As of when the oldest of these gauges was made (Unix time)."
)

# ------------------------------------------------------------------ DORA, by team, in production
_TEAM = ("team", "window")
TEAM_FREQUENCY = _shown("dora_team_deployment_frequency_per_day", "As of a service, of all that a team owns.", *_TEAM)
TEAM_LEAD_TIME = _shown(
    "dora_team_change_lead_time_seconds", "From commit to live, of all that a team owns.", *_TEAM, "quantile"
)
TEAM_FAIL_RATIO = _shown("dora_team_change_fail_ratio", "As of a service, of all that a team owns.", *_TEAM)
TEAM_RECOVERY = _shown(
    "dora_team_failed_deployment_recovery_seconds", "As of a service, of all that a team owns.", *_TEAM, "quantile"
)
TEAM_REWORK = _shown("dora_team_deployment_rework_ratio", "As of a service, of all that a team owns.", *_TEAM)

# ------------------------------------------------------------------ security
FINDINGS = _shown(
    "security_open_findings", "Open findings of the newest scan of each kind, by severity.",
    "service", "kind", "severity",
)  # fmt: skip
SCANNED = _shown(
    "security_scan_last_timestamp_seconds", "When a scan of this kind ended last (Unix time).", "service", "kind"
)
SCAN_PASSED = _shown("security_scan_passed", "1 if the newest scan of this kind passed, 0 if not.", "service", "kind")

SHOWN: tuple[Shown, ...] = tuple(each for each in list(vars().values()) if isinstance(each, Shown))
"""All of them, in the order of this table."""
