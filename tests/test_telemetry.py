"""The table of metrics: well-formed names, and series that are there from the start."""

from prometheus_client import generate_latest

from app import telemetry
from app.exporter.families import Operational
from tests.tools.promtool import check_metrics


def exposition() -> str:
    telemetry.create_series({"bitbucket": ["change.pushed"], "argocd": ["deployment.finished"]})
    telemetry.create_rule_series(["security"], ["failed-pipelines"], ["ok", "timeout"])
    telemetry.create_upstream_series(["jira"], ["unreachable"])
    return generate_latest(Operational({})).decode()


def test_promtool_finds_nothing_wrong() -> None:
    assert check_metrics(exposition()) == ""


def test_promtool_would_find_it() -> None:
    assert "_total" in check_metrics("# HELP events Events.\n# TYPE events counter\nevents 1\n")


def test_series_are_there_before_anything_happened() -> None:
    text = exposition()
    for series in (
        'webhook_events_received_total{source="bitbucket"}',
        'webhook_events_rejected_total{reason="unauthorized",source="unknown"}',
        'events_total{source="argocd",type="deployment.finished"}',
        'receipts_processed_total{source="argocd",state="quarantined"}',
        'notification_failures_total{channel="security",reason="timeout"}',
        'deliveries_total{channel="security",outcome="dead"}',
        'routing_rule_matches_total{rule="failed-pipelines"}',
        'card_fallbacks_total{reason="too_large"}',
        'upstream_api_requests_total{status_class="no_answer",system="jira"}',
        'upstream_api_faults_total{kind="unreachable",system="jira"}',
        'upstream_api_circuit_open{system="jira"}',
    ):
        assert f"{series} " in text
