"""One week of a service `pay` and a service `web`, with all that tools count differently."""

from datetime import UTC, datetime
from typing import Any

import sqlalchemy as sa

from app.kernel.clock import to_us
from app.measures.scope import Scope
from tests.measures.rows import row

STAGES = (("dev", "development"), ("qa", "testing"), ("prod", "production"), ("feature", "feature"))
SCOPE = Scope(STAGES)


def us(text: str) -> int:
    """`07T10:00` of January 2025, as µs."""
    return to_us(datetime.fromisoformat(f"2025-01-{text}").replace(tzinfo=UTC))


START, END, NOW = us("06T00:00"), us("13T00:00"), us("13T00:00")


def rows() -> list[tuple[sa.Table, dict[str, Any]]]:
    """The week as facts."""
    m1, m2, m3 = us("06T20:00"), us("07T14:00"), us("08T16:00")
    return [
        _pay("D0", "05T10:00", "c0", flags='["seed"]'),
        _pay("D1", "07T10:00", "m1", failed_by="rollback", failed_because="D2", failed_confidence="explicit",
             detected_at=us("07T10:20"), recovered_at=us("07T11:00"), recovered_by="D2", previous_id="D0"),
        row("deployment", id="W1", service="web", live_at=us("07T10:10"), sha="w1", repository="acme/web",
            flags='["seed"]'),
        _pay("D2", "07T11:00", "c0", kind="rollback", failure_of="D1", previous_id="D1"),
        _pay("D3", "07T15:00", "m2", kind="hotfix", previous_id="D2", re_arrivals=2),
        _pay("D4", "08T10:00", "m2", kind="config", previous_id="D3"),
        _pay("H1", "08T13:00", "m2", kind="heal", previous_id="D4"),
        _pay("D5", "09T09:30", "m3", attempts=2, failed_attempts=1, previous_id="H1"),
        row("attempt", id="D5x", at=us("09T09:00"), outcome="failed", changed=False, deployment_id="D5"),
        *(row("attempt", id=f"x{name}", at=us(at), deployment_id=name)
          for name, at in (("D1", "07T10:00"), ("W1", "07T10:10"), ("D2", "07T11:00"), ("D3", "07T15:00"),
                           ("D4", "08T10:00"), ("D5", "09T09:30"))),
        _arrival("a1", "D1", "07T10:00", "06T09:00", m1, 1),
        _arrival("a2", "D1", "07T10:00", "06T15:00", m1, 1),
        _arrival("b1", "D3", "07T15:00", "07T11:20", m2, 2),
        _arrival("g5", "D4", "08T10:00", "08T09:00", None, None, clock="config", repository="acme/gitops"),
        _arrival("d1", "D5", "09T09:30", "08T15:00", m3, 3),
        *(row("pull", id=number, title=f"PR{number}", opened_at=us(opened), first_commit_at=us(first), merged_at=merged,
              merge_commit=commit, commits=commits, hotfix=number == 2)
          for number, first, opened, merged, commit, commits in (
              (1, "06T09:00", "06T16:00", m1, "m1", '["a1", "a2"]'), (2, "07T11:20", "07T11:30", m2, "m2", '["b1"]'),
              (3, "08T15:00", "08T15:30", m3, "m3", '["d1"]'))),
        *(row("commit", sha=sha, authored_at=us(at), committed_at=us(at), pushed_at=us(pushed), pull_request=number,
              merge=merge)
          for sha, at, pushed, number, merge in (
              ("c0", "03T09:00", "03T09:00", None, False), ("a1", "06T09:00", "06T20:00", 1, False),
              ("a2", "06T15:00", "06T20:00", 1, False), ("m1", "06T20:00", "06T20:00", 1, True),
              ("b1", "07T11:20", "07T14:00", 2, False), ("m2", "07T14:00", "07T14:00", 2, True),
              ("d1", "08T15:00", "08T16:00", 3, False), ("m3", "08T16:00", "08T16:00", 3, True))),
        row("incident", id="I1", opened_at=us("07T10:20"), resolved_at=us("07T11:05"), state="resolved",
            deployment_id="D1", link="window"),
        row("incident", id="I2", service="unmapped", opened_at=us("10T18:00"), team=None, business_area=None),
        row("environment", service="pay", deployment_id="D5", since=us("09T09:30"), as_of=us("09T09:30")),
        row("environment", service="web", deployment_id="W1", since=us("07T10:10"), as_of=us("07T10:10")),
    ]  # fmt: skip


def _pay(name: str, at: str, sha: str, **more: Any) -> tuple[sa.Table, dict[str, Any]]:
    return row("deployment", id=name, live_at=us(at), sha=sha, artifact=sha, **more)


def _arrival(
    sha: str, deployment: str, at: str, authored: str, merged: int | None, number: int | None, **more: Any
) -> tuple[sa.Table, dict[str, Any]]:
    return row("arrival", sha=sha, deployment_id=deployment, live_at=us(at), authored_at=us(authored),
               merged_at=merged, pull_request=number, **more)  # fmt: skip
