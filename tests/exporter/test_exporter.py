"""What a scrape is told of facts: the measures' numbers, nothing where nothing is known, the same after a restart."""

import asyncio
from itertools import count
from types import SimpleNamespace

import pytest

from app import telemetry
from app.exporter.exporter import AT_LEAST_EVERY, EVERY_SECONDS, Exporter
from app.facts.model import Restatement
from app.kernel.clock import MINUTE, SECOND
from app.kernel.errors import StoreUnavailable
from app.store import Database, counters, fact_log
from tests.conftest import HandClock
from tests.exporter.conftest import OPENMETRICS, told
from tests.exporter.estates import estate, story
from tests.measures.rows import add, row
from tests.measures.week import NOW
from tests.tools.promtool import check_metrics

HOUR = 3600.0
PAY = ("prod", "pay")


async def test_the_worked_week_is_told_as_the_measures_say_it(exporter: Exporter) -> None:
    found = await told(exporter)
    assert found["dora_deployments", "prod", "release", "pay", "7d"] == 2
    assert found["dora_deployments", "prod", "rollback", "pay", "7d"] == 1
    assert found["dora_deployments", "prod", "redeploy", "pay", "7d"] == 0
    assert found["dora_deployment_frequency_per_day", *PAY, "7d"] == pytest.approx(4 / 7)
    assert found["dora_change_lead_time_seconds", "commit", "prod", "0.5", "pay", "7d"] == 18.75 * HOUR
    assert found["dora_change_lead_time_seconds", "merge", "prod", "0.5", "pay", "7d"] == 14 * HOUR
    assert found["dora_change_fail_ratio", *PAY, "7d"] == 0.25
    assert found["dora_failed_deployments", "prod", "rollback", "pay", "7d"] == 1
    assert found["dora_failed_deployments", "prod", "incident", "pay", "7d"] == 0
    assert found["dora_failed_deployment_recovery_seconds", "prod", "0.5", "pay", "7d"] == HOUR
    assert found["dora_incident_restore_seconds", "prod", "0.5", "pay", "7d"] == 0.75 * HOUR
    assert found["dora_deployment_attempt_failures", *PAY, "7d"] == 1
    assert found["dora_sample_count", "prod", "change_lead_time", "pay", "7d"] == 4
    assert found["dora_open_failures", *PAY] == 0
    assert found["dora_team_change_fail_ratio", "team-a", "7d"] == 0.2
    assert found["dora_team_deployment_frequency_per_day", "team-a", "28d"] == pytest.approx(6 / 28)
    assert found["dora_data_quality_ratio", "healthy_confirmed", "pay"] == 1
    assert found["dora_last_computed_timestamp_seconds",] == NOW / SECOND


async def test_what_is_not_known_has_no_series(exporter: Exporter) -> None:
    found = await told(exporter)
    assert ("dora_open_failure_oldest_timestamp_seconds", *PAY) not in found
    assert ("dora_failed_deployment_recovery_seconds", "prod", "0.5", "web", "7d") not in found
    assert not [key for key in found if "idle" in key[1:] and key[0] not in ("service_events_total", "service_info")]
    assert not [key for key in found if key[0] == "dora_stage_dwell_seconds"]


async def test_labels_are_what_the_estate_names(week: Database) -> None:
    known = estate(pay="team-a")
    found = await told(Exporter(week, lambda: known, tickets=False))
    assert ("dora_open_failures", *PAY) in found
    assert not [key for key in found if "web" in key]


async def test_states_tickets_and_scans(week: Database, clock: HandClock) -> None:
    await week.write(lambda connection: story(connection, NOW))
    found = await told(Exporter(week, lambda: estate(pay="team-a", web="team-a"), tickets=True))
    assert found["deployment_actual_state", "qa", "pay", "v3"] == 1
    assert found["deployment_age_seconds", "qa", "pay"] == 86400
    assert found["deployment_in_sync", "qa", "pay"] == 1
    assert found["deployment_last_success_timestamp_seconds", "prod", "pay"] == NOW / SECOND - HOUR
    assert found["dora_stage_dwell_seconds", "qa", "0.5", "pay", "7d"] == 23 * HOUR
    assert found["environment_tickets", "qa", "pay", "in_progress"] == 1
    assert found["environment_tickets", "qa", "pay", "unknown"] == 1
    assert found["environment_tickets", "prod", "pay", "done"] == 2
    assert found["security_open_findings", "sast", "pay", "critical"] == 0
    assert found["security_scan_passed", "sast", "pay"] == 1
    assert found["dora_open_failure_oldest_timestamp_seconds", "prod", "web"] == NOW / SECOND - 2 * HOUR
    places = {key[1:] for key in found if key[0] == "ticket_in_environment"}
    assert places == {("qa", "SHOP-1"), ("qa", "SHOP-4")}, "SHOP-2 reached prod long ago"
    assert found["ticket_fix_version", "3.1", "SHOP-1"] == 1
    assert found["ticket_fix_version", "", "SHOP-4"] == 0
    assert found["ticket_series_dropped", "qa"] == 0


async def test_tickets_have_no_series_unless_they_are_asked_for(week: Database, exporter: Exporter) -> None:
    await week.write(lambda connection: story(connection, NOW))
    assert not [key for key in await told(exporter) if key[0].startswith("ticket_")]


async def test_a_lead_time_is_observed_once_when_it_has_settled_and_kept(
    week: Database, clock: HandClock, exporter: Exporter
) -> None:
    observed = ("deployment_lead_time_seconds_count", "prod", "pay")
    await exporter.refresh()
    assert (await told(exporter))[observed] == 4
    await week.write(lambda c: add(c, row("deployment", id="D9", live_at=NOW, sha="e1", artifact="e1"),
                                   row("arrival", sha="e1", deployment_id="D9", live_at=NOW,
                                       authored_at=NOW - 60 * MINUTE)))  # fmt: skip
    clock.advance(9 * 60)
    restarted = Exporter(week, lambda: estate(pay="team-a"), tickets=False)
    await restarted.refresh()
    assert (await told(restarted))[observed] == 4, "it has not settled"
    clock.advance(AT_LEAST_EVERY / SECOND)
    for each in (restarted, exporter, Exporter(week, lambda: estate(pay="team-a"), tickets=False)):
        await each.refresh()
        found = await told(each)
        assert found[observed] == 5, "once, whoever looks"
        assert found["deployment_lead_time_seconds_sum", "prod", "pay"] == pytest.approx(
            (18.5 + 19 + 25 + 1) * HOUR + 13200
        )
        assert found["deployment_lead_time_seconds_bucket", "prod", "3600.0", "pay"] == 1


async def test_commits_that_are_told_after_the_first_are_in_the_gauges_alone(
    week: Database, clock: HandClock, exporter: Exporter
) -> None:
    """A deployment of which none is told for hours is observed when the first is, and only then."""
    bucket = ("deployment_lead_time_seconds_bucket", "prod", "3600.0", "pay")
    await week.write(lambda c: add(c, row("deployment", id="D9", live_at=NOW, sha="e1", artifact="e1")))
    for sha, known in ((None, 0), ("e1", 1), ("e0", 1)):
        if sha is not None:
            late = row("arrival", sha=sha, deployment_id="D9", live_at=NOW, authored_at=NOW - 60 * MINUTE)
            await week.write(lambda c, late=late: add(c, late))
        clock.advance(AT_LEAST_EVERY / SECOND + 600)
        await exporter.refresh()
        found = await told(exporter)
        assert found[bucket] == known


async def test_the_histogram_leads_to_a_deployment(exporter: Exporter) -> None:
    await exporter.refresh()
    body, content_type = await exporter.scrape(OPENMETRICS)
    assert content_type.startswith("application/openmetrics-text")
    line = next(
        each for each in body.decode().splitlines()
        if each.startswith('deployment_lead_time_seconds_bucket{service="pay",environment="prod",le="14400.0"}')
    )  # fmt: skip
    assert '# {deployment_id="D3"} 13200.0' in line


async def test_what_changed_is_made_anew_at_the_next_scrape_and_the_rest_is_not_read(
    week: Database, exporter: Exporter, monkeypatch: pytest.MonkeyPatch
) -> None:
    await told(exporter)
    await week.write(lambda c: add(c, row("deployment", id="D9", live_at=NOW - 1, sha="e1", artifact="e1")))
    assert (await told(exporter))["dora_deployments", "prod", "release", "pay", "7d"] == 2
    await week.write(lambda c: counters.add(c, {(telemetry.SERVICE_EVENTS, ("pay",)): 1}))
    read: list[str] = []
    from app.exporter import reading

    of_service = reading.of_service
    monkeypatch.setattr(reading, "of_service", lambda c, service, *more, **named: read.append(service)
                        or of_service(c, service, *more, **named))  # fmt: skip
    assert (await told(exporter))["dora_deployments", "prod", "release", "pay", "7d"] == 3
    assert read == ["pay"]


async def test_what_another_services_news_restated_is_made_anew_at_once(week: Database, exporter: Exporter) -> None:
    await told(exporter)
    await week.write(
        lambda c: add(c, row("deployment", id="D9", service="web", live_at=NOW - 1, sha="e1", artifact="e1"))
    )
    one = Restatement(NOW, "e" * 32, "web", "prod", "deployment", "D9", "{}", "{}")
    await week.write(lambda c: fact_log.add(c, [one]))
    before = (await told(exporter))["dora_deployments", "prod", "release", "web", "7d"]
    await week.write(
        lambda c: add(c, row("deployment", id="D8", service="web", live_at=NOW - 2, sha="e2", artifact="e2"))
    )
    assert (await told(exporter))["dora_deployments", "prod", "release", "web", "7d"] == before
    await week.write(lambda c: fact_log.add(c, [one]))
    assert (await told(exporter))["dora_deployments", "prod", "release", "web", "7d"] == before + 1


async def test_two_replicas_tell_the_same(exporter: Exporter, week: Database) -> None:
    other = Exporter(week, lambda: estate(pay="team-a", web="team-a", idle="team-b"), tickets=False)
    await exporter.refresh()
    await other.refresh()
    ours, theirs = await told(exporter), await told(other)
    assert {key: value for key, value in ours.items() if key[0].startswith(("dora_", "deployment_"))} == {
        key: value for key, value in theirs.items() if key[0].startswith(("dora_", "deployment_"))
    }


async def test_without_its_store_it_tells_what_it_told_last(
    exporter: Exporter, week: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = await told(exporter)

    async def away(work: object) -> None:
        raise StoreUnavailable("gone")

    monkeypatch.setattr(week, "read", away)
    found = await told(exporter)
    assert found["dora_change_fail_ratio", *PAY, "7d"] == before["dora_change_fail_ratio", *PAY, "7d"]


async def test_promtool_finds_nothing_wrong_with_any_of_it(week: Database) -> None:
    await week.write(lambda connection: story(connection, NOW))
    exporter = Exporter(week, lambda: estate(pay="team-a", web="team-a"), tickets=True)
    await exporter.refresh()
    body, _ = await exporter.scrape("")
    assert check_metrics(body.decode()) == ""


async def test_the_first_pass_waits_until_the_service_has_started(exporter: Exporter) -> None:
    started = asyncio.Event()
    loop = asyncio.create_task(exporter.run(started))
    await asyncio.sleep(0.1)
    assert not exporter._services
    started.set()
    async with asyncio.timeout(60):
        while len(exporter._services) < 3:
            await asyncio.sleep(0.01)
    loop.cancel()


async def test_the_loop_rests_after_each_service_and_team(exporter: Exporter, monkeypatch: pytest.MonkeyPatch) -> None:
    seconds, rests, started = count(), list[float](), asyncio.Event()
    started.set()

    async def rest(time: float) -> None:
        rests.append(time)
        if len(rests) == 7:
            raise asyncio.CancelledError

    monkeypatch.setattr("app.exporter.exporter.monotonic", lambda: float(next(seconds)))
    # The module's own name alone: other tests' servers sleep in threads of this process.
    monkeypatch.setattr("app.exporter.exporter.asyncio", SimpleNamespace(sleep=rest))
    with pytest.raises(asyncio.CancelledError):
        await exporter.run(started)
    assert rests == [*[1.0] * 5, EVERY_SECONDS, 1.0], "three services and two teams, a second each"
