"""`service_info`: one series a service, so that figures can be asked of whoever owns it."""

from datetime import date

import pytest
from prometheus_client.parser import text_string_to_metric_families

from app.estate import Estate
from app.estate.sections import EnvironmentEntry, Labels, OwnedSince, ServiceEntry, Tickets
from app.exporter.exporter import Exporter
from app.kernel.clock import DAY
from app.store import Database
from tests.measures.rows import add, row
from tests.measures.week import NOW

PAY = ServiceEntry(team="team-a", pod="buy", business_area="commerce", component="pay-api")


def estate(**services: ServiceEntry) -> Estate:
    stages = {"qa": EnvironmentEntry(tier="testing"), "prod": EnvironmentEntry(tier="production")}
    return Estate(services, stages, {}, Tickets(), Labels())


async def owners(exporter: Exporter) -> list[dict[str, str]]:
    """The labels that are not empty, of each series."""
    body, _ = await exporter.scrape("")
    families = {family.name: family for family in text_string_to_metric_families(body.decode())}
    assert {sample.value for sample in families["service_info"].samples} <= {1}
    return [{name: value for name, value in sample.labels.items() if value}
            for sample in families["service_info"].samples]  # fmt: skip


async def test_the_estate_says_who_owns_a_service_and_the_last_deployment_what_deploys_it(week: Database) -> None:
    await week.write(lambda c: add(
        c,
        row("deployment", id="Q9", environment="qa", tier="testing", live_at=NOW - 1, platform="argocd"),
        row("deployment", id="P8", live_at=NOW - 3, platform="lambda"),
        row("deployment", id="P9", live_at=NOW - 2, platform="ecs", pod="elsewhere"),
        row("deployment", id="F9", live_at=NOW - 1, platform="kubernetes", outcome="failed"),
    ))  # fmt: skip
    exporter = Exporter(week, lambda: estate(pay=PAY), tickets=False)
    expected = {"service": "pay", "team": "team-a", "owner_pod": "buy", "business_area": "commerce",
                "component": "pay-api", "platform": "ecs"}  # fmt: skip
    assert await owners(exporter) == [expected]
    assert await owners(Exporter(week, lambda: estate(pay=PAY), tickets=False)) == [expected], "after a restart"


async def test_what_the_estate_leaves_open_is_what_the_labels_of_the_last_deployment_said(week: Database) -> None:
    await week.write(lambda c: add(
        c,
        row("deployment", id="Q9", service="routes", environment="qa", tier="testing", live_at=NOW - 1,
            team="network", pod="network", business_area="x" * 300, platform="kubernetes"),
    ))  # fmt: skip
    exporter = Exporter(week, lambda: estate(routes=ServiceEntry(team="packets"), idle=ServiceEntry()), tickets=False)
    assert await owners(exporter) == [
        {"service": "routes", "team": "packets", "owner_pod": "network", "business_area": "x" * 100,
         "platform": "kubernetes"},
        {"service": "idle"},
    ]  # fmt: skip


async def test_a_reload_and_the_day_of_a_change_are_told_at_the_next_scrape(
    week: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    known = estate(pay=PAY, web=ServiceEntry(pod="look"))
    exporter = Exporter(week, lambda: known, tickets=False)
    assert [each["owner_pod"] for each in await owners(exporter)] == ["buy", "look"]
    known = estate(pay=PAY.model_copy(update={"owners": (OwnedSince(since=date(2000, 1, 1), pod="sell"),
                                                         OwnedSince(since=date(2099, 1, 1), pod="far"))}))  # fmt: skip
    assert [(each["owner_pod"], each["team"]) for each in await owners(exporter)] == [("sell", "team-a")]
    monkeypatch.setattr(week, "clock", lambda: NOW + 36_500 * DAY)
    assert [each["owner_pod"] for each in await owners(exporter)] == ["far"]
