"""What the facts add to cards, on each engine."""

from collections.abc import Iterable
from typing import Any

from app.kernel.clock import HOUR, iso
from app.store import Database
from app.store.card_facts import card_facts
from tests.api.test_environments import arrived, ticket
from tests.api.test_where import AT, MERGED, OLD, OWN, deployed
from tests.measures.rows import add, row

DONE = {"id": "e2", "type": "deployment.finished", "status": "succeeded", "service": "pay", "environment": "prod"}
KEYS = '["PAY-2", "PAY-3"]'


def urls(keys: Iterable[str]) -> dict[str, str]:
    return {key: f"https://jira.example.com/{key}" for key in keys}


async def told(database: Database, view: dict[str, Any]) -> dict[str, Any]:
    """What a card of this event gets, in a world where 2 followed a 1 that had failed."""
    mended = {"failed_by": "incident", "recovered_at": AT + HOUR, "recovered_by": "prod-2"}
    first, second = deployed("prod-1", "prod", AT, OLD, "1"), deployed("prod-2", "prod", AT + HOUR, MERGED, "2")
    await database.write(
        lambda connection: add(
            connection,
            (first[0], {**first[1], **mended, "evidence": '["e1"]'}),
            (second[0], {**second[1], "previous_id": "prod-1", "tickets": KEYS, "evidence": '["e0", "e2"]'}),
            arrived(OWN, "prod", AT + HOUR, deployment_id="prod-2", lead_seconds=7200.0, clock="commit"),
            row("commit", sha=OWN, message="PAY-2 pay"),
            row("environment", desired_version="2", actual_version="2"),
            ticket("PAY-2"),
            ticket("PAY-3", restricted=True),
            row(
                "incident",
                id="incident:opsgenie:7",
                service="pay",
                environment="prod",
                title="Slow",
                opened_at=AT,
                tier="production",
                team="t",
                pod="p",
            ),
        )
    )
    return await known(database, view)


async def known(database: Database, view: dict[str, Any]) -> dict[str, Any]:
    return await database.read(lambda connection: card_facts(connection, view, urls))


async def test_a_deployment_says_what_it_replaces_and_brings(database: Database) -> None:
    facts = await told(database, DONE | {"tickets": [{"key": "PAY-2", "url": "https://own.example.com"}]})
    assert (facts["previous_version"], facts["recovered"], facts["lead_time_seconds"]) == ("1", True, 7200.0)
    assert [(each["sha"], each["message"]) for each in facts["commits"]] == [(OWN, "PAY-2 pay")]
    whole, restricted = facts["tickets"]
    assert (whole["key"], whole["url"], whole["title"]) == ("PAY-2", "https://own.example.com", "about PAY-2")
    assert restricted == {"key": "PAY-3", "url": "https://jira.example.com/PAY-3"}


async def test_the_first_success_after_a_failure_works_again(database: Database) -> None:
    tried = [("failed", 1), ("superseded", 2), ("succeeded", 3), ("succeeded", 4)]
    attempts = [row("attempt", id=f"a{hour}", outcome=said, at=AT + hour * HOUR) for said, hour in tried]
    came_up = [row("deployment", id=f"d{hour}", live_at=AT + hour * HOUR, evidence=f'["e{hour}"]') for hour in (3, 4)]
    elsewhere = row("attempt", id="a5", environment="qa", outcome="failed", at=AT + 3 * HOUR + 1)
    await database.write(lambda connection: add(connection, *attempts, *came_up, elsewhere))
    assert (await known(database, DONE | {"id": "e3"}))["recovered"] is True
    assert "recovered" not in await known(database, DONE | {"id": "e4"}), "it worked already"


async def test_a_failure_says_what_runs_still(database: Database) -> None:
    assert await told(database, DONE | {"id": "e9", "status": "failed"}) == {"previous_version": "2"}


async def test_what_is_not_known_is_not_said(database: Database) -> None:
    assert await told(database, DONE | {"id": "e9"}) == {}
    for other in ({"service": "unmapped"}, {"environment": None}, {"type": "pipeline.finished"}):
        assert await known(database, DONE | other) == {}
    assert await known(database, {"type": "incident.resolved", "subject": "incident:opsgenie:8"}) == {}


async def test_an_end_has_what_its_beginning_said(database: Database) -> None:
    end = {"id": "e3", "type": "incident.resolved", "subject": "incident:opsgenie:7", "service": "unmapped"}
    facts = await told(database, end | {"priority": "P2"})
    assert (facts["service"], facts["environment"], facts["title"]) == ("pay", "prod", "Slow")
    assert "priority" not in facts, "what the news says itself stands"
    assert facts["opened_at"] == iso(AT)
    assert (facts["environment_tier"], facts["owner"]) == (
        "production",
        {"team": "t", "pod": "p", "business_area": "finance"},
    )
