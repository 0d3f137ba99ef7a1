"""What hosts of code tell, from their requests to the facts: one deployment with what it carries, in whatever order."""

from collections.abc import Iterable, Sequence

import orjson
import pytest
import sqlalchemy as sa
from sqlalchemy import Connection

import app.sources
from app.estate import Estate, load_estate
from app.events import flat
from app.ingest.interpret import interpret
from app.kernel.clock import to_us
from app.kernel.discover import rooms
from app.kernel.timestamps import parse_timestamp
from app.kernel.yaml import load
from app.store import Database
from app.store.fact_records import ARRIVALS, DEPLOYMENTS
from app.store.fact_tables import fact_tickets
from app.store.receipts import StoredReceipt
from tests.ingest.facts_told import tell
from tests.running.hooks import Hook, sample
from tests.world.telling import View

SOURCES = rooms(app.sources, "SOURCE")
ESTATE = """\
services: {checkout: {repositories: [acme/checkout, acme/shop/checkout], projects: [SHOP]}}
environments: {prod: {tier: production, aliases: [production]}}
tickets: {projects: [SHOP]}
"""
OLD = "c00dbbc9dadfbe1e232e93a729dd4752fade0abf"
NEW = "6b0d31c0d563223024da45691584643ac78c96e8"
GITLAB = ("push", "merge-request-opened", "merge-request-merged", "pipeline-running", "pipeline-succeeded",
          "deployment-running", "deployment-succeeded")  # fmt: skip
GITHUB = ("push", "pull-request-opened", "pull-request-merged", "workflow-run-started", "deployment-started",
          "deployment-succeeded")  # fmt: skip


@pytest.fixture(scope="module")
def estate() -> Estate:
    return load_estate([load(ESTATE, "estate.yaml")])


def views(estate: Estate, hooks: Iterable[Hook]) -> list[View]:
    """What the service makes of requests that come a day after the story."""
    received = parse_timestamp("2026-11-21T12:00:00Z")
    assert received is not None
    told: list[View] = []
    for number, hook in enumerate(hooks):
        headers = orjson.dumps(hook.headers).decode()
        receipt = StoredReceipt(f"r{number}", hook.source, to_us(received), headers, hook.body, tries=0, flags=None)
        (result,) = interpret([receipt], SOURCES, estate)
        assert result.state in ("processed", "ignored"), result.reason
        told += [flat(event) for event in result.events]
    return told


def seed(source: str) -> Hook:
    """The deployment before: of the commit that the push moves on from, a day earlier."""
    hook = sample(source, "deployment-succeeded")
    text = hook.body.decode().replace("2026-11-20", "2026-11-19").replace(NEW, OLD)
    for old, new in (("3301", "3300"), ("5502", "5499"), ("330112", "330111")):
        text = text.replace(f":{old},", f":{new},")
    return Hook(source, text.encode(), hook.headers)


def check(connection: Connection, told: Sequence[View]) -> None:
    """The deployments of the story, and what the second one carries."""
    tell(connection, *told)
    first, second = sorted(DEPLOYMENTS.find(connection, DEPLOYMENTS.select, {}), key=lambda each: each.live_at)
    assert (first.sha, first.flags) == (OLD, ("seed", "unconfirmed"))
    assert (second.service, second.environment, second.sha, second.kind) == ("checkout", "prod", NEW, "release")
    assert (second.flags, second.attempts, second.tickets) == (("unconfirmed",), 1, ("SHOP-398", "SHOP-412"))
    ended = parse_timestamp("2026-11-20T09:20:31Z")
    assert ended
    assert second.live_at == to_us(ended)
    arrived = [each for each in ARRIVALS.find(connection, ARRIVALS.select, {}) if each.deployment_id == second.id]
    assert len(arrived) == second.commits == 2
    assert all(each.lead_seconds for each in arrived)
    # Whose commits a merge brought is not in a message of either; a squashed request is its only commit.
    squashed = told[0]["source"] == "github"
    assert {each.pull_request for each in arrived} == ({87, None} if squashed else {None})


@pytest.mark.parametrize("backwards", [False, True])
@pytest.mark.parametrize(("source", "names"), [("gitlab", GITLAB), ("github", GITHUB)])
async def test_push_request_pipeline_and_deployment_are_one(
    database: Database, estate: Estate, source: str, names: Sequence[str], backwards: bool
) -> None:
    told = views(estate, [seed(source), *(sample(source, name) for name in names)])
    await database.write(lambda connection: check(connection, told[::-1] if backwards else told))


@pytest.mark.parametrize("job_first", [False, True])
async def test_a_job_that_deploys_is_no_deployment_of_its_own(
    database: Database, estate: Estate, job_first: bool
) -> None:
    told = views(estate, [seed("gitlab"), *(sample("gitlab", name) for name in GITLAB)])
    job = views(estate, [sample("gitlab", "job-deployed")])
    await database.write(lambda connection: check(connection, [*job, *told] if job_first else [*told, *job]))


async def test_of_a_restricted_ticket_the_facts_hold_its_key_alone(database: Database, estate: Estate) -> None:
    told = views(estate, [sample("jira", "issue-updated"), sample("jira", "issue-restricted")])

    def tickets(connection: Connection) -> dict[str, tuple[object, ...]]:
        tell(connection, *told)
        table = fact_tickets.c
        columns = (table.key, table.summary, table.status_category, table.fix_versions, table.restricted)
        return {row[0]: tuple(row[1:]) for row in connection.execute(sa.select(*columns))}

    assert await database.write(tickets) == {
        "SHOP-412": ("Keep the card on file between orders", "done", '["2026.47"]', False),
        "SEC-9": (None, None, "null", True),
    }
