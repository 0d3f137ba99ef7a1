"""The dashboards of what is where: environments with their tickets, and security."""

from deploy.grafana.leaders import BAD
from deploy.grafana.owners import OWNED, OWNERS, SERVICE, once, owned
from deploy.grafana.panels import Board, Panel, Query, Variable

ENVIRONMENT = Variable("environment", query="label_values(deployment_age_seconds, environment)")
_PLACE = '{service=~"$service", environment=~"$environment"}'

ENVIRONMENTS = Board(
    "shipbell-environments",
    "Delivery: environments and tickets",
    "What runs where, what should, and which tickets are on their way.",
    (
        Panel(
            "What runs",
            (Query(owned("deployment_actual_state", _PLACE)),),
            "table",
            width=12,
            height=9,
            text="1: in sync and healthy.",
        ),
        Panel("What is wanted", (Query(owned("deployment_desired_state", _PLACE)),), "table", width=12, height=9),
        Panel(
            "Not in sync",
            (Query(f"count({owned('deployment_in_sync', _PLACE)} == 0) or vector(0)"),),
            "stat",
            limits=BAD,
        ),
        Panel(
            "Age of what runs",
            (Query(owned("deployment_age_seconds", _PLACE), "{{service}} {{environment}}"),),
            "bargauge",
            "s",
            12,
        ),
        Panel(
            "Last deployment",
            (
                Query(
                    f"time() - {owned('deployment_last_success_timestamp_seconds', _PLACE)}",
                    "{{service}} {{environment}}",
                ),
            ),
            "bargauge",
            "s",
        ),
        Panel(
            "Tickets by category",
            (
                Query(
                    "sum by (environment, status_category) (max by (service, environment, status_category) "
                    f"(environment_tickets{_PLACE}) and on (service) {OWNED})",
                    "{{environment}} {{status_category}}",
                ),
            ),
            "bargauge",
            width=12,
        ),
        Panel(
            "Tickets without a series",
            (Query("sum(max by (environment) (ticket_series_dropped)) or vector(0)"),),
            "stat",
            limits=BAD,
            text="SHIPBELL_TICKET_METRICS switches series of tickets on; there are at most 1000.",
        ),
        Panel(
            "Tickets in environments",
            (Query(once("ticket_in_environment", '{environment=~"$environment"}')),),
            "table",
            width=12,
            height=9,
            text="Of all services: a ticket is nobody's alone.",
        ),
        Panel(
            "Tickets and their fix versions",
            (Query(once("ticket_fix_version")),),
            "table",
            width=12,
            height=9,
            text="Of all services. 0: the ticket has none.",
        ),
    ),
    (*OWNERS, SERVICE, ENVIRONMENT),
)

_SCANS = '{service=~"$service"}'
SECURITY = Board(
    "shipbell-security",
    "Delivery: security",
    "What the newest scan of each kind found. The verdict is the tool's own.",
    (
        Panel(
            "Scans that failed",
            (Query(f"count({owned('security_scan_passed', _SCANS)} == 0) or vector(0)"),),
            "stat",
            limits=BAD,
        ),
        Panel(
            "Open findings by severity",
            (Query(f"sum by (severity) ({owned('security_open_findings', _SCANS)})", "{{severity}}"),),
            "bargauge",
            width=9,
        ),
        Panel(
            "Critical and high",
            (
                Query(
                    "sum by (service) ("
                    + owned("security_open_findings", '{service=~"$service", severity=~"critical|high"}')
                    + ")",
                    "{{service}}",
                ),
            ),
            width=9,
        ),
        Panel(
            "Newest scans",
            (Query(owned("security_scan_passed", _SCANS)),),
            "table",
            width=12,
            height=9,
            text="1: passed.",
        ),
        Panel(
            "Age of the newest scan",
            (Query(f"time() - {owned('security_scan_last_timestamp_seconds', _SCANS)}", "{{service}} {{kind}}"),),
            "bargauge",
            "s",
            12,
            9,
        ),
    ),
    (*OWNERS, SERVICE),
    "now-7d",
)
