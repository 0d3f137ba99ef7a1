"""The exporter over the worked week, on each engine."""

from collections.abc import Mapping

import pytest
from prometheus_client.openmetrics.parser import text_string_to_metric_families

from app.exporter.exporter import Exporter
from app.store import Database
from tests.conftest import HandClock
from tests.exporter.estates import estate
from tests.measures.rows import add
from tests.measures.week import NOW, rows

OPENMETRICS = "application/openmetrics-text; version=1.0.0"
Series = Mapping[tuple[str, frozenset[str]], float]


@pytest.fixture(autouse=True)
def no_hurry(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("app.exporter.exporter.AT_A_SCRAPE", 60)


@pytest.fixture
async def week(database: Database, clock: HandClock) -> Database:
    """The worked week, at its end."""
    clock.now += NOW - database.clock()  # PostgreSQL has a time of its own
    await database.write(lambda connection: add(connection, *rows()))
    return database


@pytest.fixture
def exporter(week: Database) -> Exporter:
    known = estate(pay="team-a", web="team-a", idle="team-b")
    return Exporter(week, lambda: known, tickets=False)


async def told(exporter: Exporter) -> dict[tuple[str, ...], float]:
    """What a scrape tells: values by name and label values, those in the order of the labels' names."""
    body, _ = await exporter.scrape(OPENMETRICS)
    return {
        (sample.name, *(value for _, value in sorted(sample.labels.items()))): sample.value
        for family in text_string_to_metric_families(body.decode())
        for sample in family.samples
    }
