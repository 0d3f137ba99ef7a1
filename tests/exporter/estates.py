"""An estate for the worked week, and a story around it that fills every gauge."""

from typing import Any

import sqlalchemy as sa
from sqlalchemy import Connection

from app.estate import Estate
from app.estate.sections import EnvironmentEntry, Labels, ServiceEntry, Tickets
from app.kernel.clock import DAY, HOUR, MINUTE
from app.store import fact_tables as tables
from tests.measures.rows import add, row

ENVIRONMENTS = {"dev": "development", "qa": "testing", "prod": "production", "feature": "feature"}


def estate(**services: str | None) -> Estate:
    """Services with their teams."""
    entries = {name: ServiceEntry(team=team) for name, team in services.items()}
    stages = {name: EnvironmentEntry(tier=tier) for name, tier in ENVIRONMENTS.items()}  # type: ignore[arg-type]
    return Estate(entries, stages, {}, Tickets(), Labels())


def _ticket(key: str, category: str | None, versions: str = "[]") -> tuple[sa.Table, dict[str, Any]]:
    return tables.fact_tickets, {
        "key": key, "summary": "A title", "status": category, "status_category": category, "fix_versions": versions,
        "restricted": False, "as_of": 0, "event_id": "e",
    }  # fmt: skip


def place(key: str, environment: str, since: int, service: str = "pay") -> tuple[sa.Table, dict[str, Any]]:
    """A ticket in an environment."""
    return tables.fact_ticket_places, {
        "key": key, "service": service, "environment": environment, "deployment_id": "D", "since": since,
    }  # fmt: skip


def scan(id_: str, at: int, verdict: str, critical: int, advisory: bool = False) -> tuple[sa.Table, dict[str, Any]]:
    """A finished scan of `pay`."""
    return tables.fact_scans, {
        "id": id_, "service": "pay", "environment": None, "at": at, "tool": "veracode", "kind": "sast", "scan_id": id_,
        "verdict": verdict, "critical": critical, "high": 2, "medium": 0, "low": 1, "advisory": advisory,
        "version": None, "sha": None, "report_url": None,
    }  # fmt: skip


def story(connection: Connection, now: int) -> None:
    """`pay` promoted a change from dev over qa to prod, with tickets and scans; prod of `web` drifts and failed."""
    add(
        connection,
        row("environment", environment="qa", tier="testing", desired_version="v3", actual_version="v3", in_sync=True,
            health="Healthy", since=now - DAY, as_of=now),
        row("deployment", id="Q1", environment="qa", tier="testing", live_at=now - DAY, sha="z1", artifact="z1"),
        *(row("arrival", sha=sha, environment="qa", tier="testing", deployment_id="Q1", live_at=now - DAY,
              authored_at=now - 3 * DAY) for sha in ("z1", "z2")),
        row("deployment", id="P1", live_at=now - HOUR, sha="z1", artifact="z1", flags="[]"),
        *(row("arrival", sha=sha, deployment_id="P1", live_at=now - HOUR, authored_at=now - 3 * DAY)
          for sha in ("z1", "z2")),
        row("attempt", id="xP1", at=now - HOUR, deployment_id="P1"),
        row("deployment", id="WF", service="web", live_at=now - 2 * HOUR, sha="w2", artifact="w2", failed_by="incident",
            failed_confidence="explicit", detected_at=now - HOUR),
        row("incident", id="I9", service="pay", environment="prod", tier="production", opened_at=now - 3 * HOUR,
            resolved_at=now - 2 * HOUR, state="resolved"),
        place("SHOP-1", "qa", now - DAY), place("SHOP-2", "qa", now - 30 * DAY),
        place("SHOP-2", "prod", now - 20 * DAY), place("SHOP-3", "prod", now - 80 * DAY),
        place("SHOP-4", "qa", now - MINUTE),
        _ticket("SHOP-1", "In Progress", '["3.1"]'), _ticket("SHOP-2", "Done", '["3.0"]'), _ticket("SHOP-3", "Done"),
        _ticket("SHOP-4", "Waiting for moon"),
        scan("s1", now - 2 * DAY, "failed", 3), scan("s2", now - DAY, "passed", 0),
        scan("s3", now - HOUR, "failed", 9, advisory=True),
    )  # fmt: skip
