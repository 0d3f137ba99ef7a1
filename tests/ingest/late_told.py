"""One happening as its several sources tell it, in their own forms: what a webhook, the collector and a step send."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import orjson
import sqlalchemy as sa

from app.clients.bitbucket_answers import Deployment, Pipeline, PullRequest, Repository
from app.clients.jira_answers import Issue
from app.collector import bitbucket_events as told_as
from app.collector import tickets
from app.collector.news import JSON, report
from app.config.settings import read_settings
from app.ingest.committer import Committer
from app.ingest.inside import inside_door
from app.ingest.process import Processor
from app.kernel.clock import to_us
from app.main import Building, prepare
from app.reporter.events import Said, report_of
from app.reporter.surroundings import Surroundings
from app.store import Database
from tests.conftest import HandClock
from tests.running.hooks import sample

UUID = "{c76ed683-a01b-4609-a3f0-5a42f739c71f}"
SHA = "6e9b99384f21dc46400b5347a3eb341f6daeb334"
ENDED = datetime(2026, 11, 20, 9, 17, 31, tzinfo=UTC)
RULES = """\
version: 1
channels: {out: {kind: console}}
purposes: {all: [out]}
defaults: {timezone: UTC, fallback: out}
rules:
  - {name: all, match: {}, to: [all], card: minimal}
environments: {prod: {tier: production, aliases: [production]}}
services: {checkout: {repositories: [acme/checkout], projects: [SHOP]}}
names: {application: ["{service}-{environment}"], namespace: ["{service}-{environment}"]}
tickets: {projects: [SHOP]}
"""
ITS = Repository(uuid=UUID, full_name="acme/checkout", link="https://bitbucket.org/acme/checkout")


@dataclass(frozen=True)
class Message:
    """What goes in at the inner door."""

    source: str
    body: bytes
    headers: dict[str, str] = field(default_factory=dict)

    def again(self, number: int) -> "Message":
        """Under an own delivery id: each test sends the same samples many times."""
        ids = dict.fromkeys(("x-request-uuid", "x-atlassian-webhook-identifier", "x-shipbell-report"), f"n{number}")
        return replace(self, headers={name: ids.get(name, value) for name, value in self.headers.items()})


@dataclass
class House:
    """A service without its ports."""

    clock: HandClock
    building: Building
    database: Database
    processor: Processor = field(init=False)
    count: int = 0

    async def tell(self, *messages: Message, together: bool = False) -> None:
        """Take messages in, each processed before the next one comes, or all in one batch."""
        if together:
            await self.take(*messages)
        for message in () if together else messages:
            await self.take(message)
            await self.process()
        await self.process()

    async def take(self, *messages: Message) -> None:
        """Make receipts of messages, and no more."""
        send = inside_door(self.building.sources, Committer(self.database, lambda: None), self.clock)
        for message in messages:
            self.count += 1
            await send(message.again(self.count))

    def another_processor(self) -> Processor:
        """As another replica has it."""
        rules = self.building.rules
        return Processor(self.database, self.building.sources, lambda: rules.now.book, lambda _: None)

    async def process(self) -> None:
        while await self.processor.once() or await self.processor.suspect():
            pass

    async def ask(self, query: str, **values: object) -> list[tuple[Any, ...]]:
        return [tuple(row) for row in await self.database.read(lambda c: c.execute(sa.text(query), values).fetchall())]

    async def cards(self, subject: str = "%") -> list[tuple[str, str | None, str]]:
        """(type, status, source) of each event that somebody gets a card of."""
        return [
            (row[0], row[1], row[2])
            for row in await self.ask(
                "SELECT e.type, e.status, e.source FROM deliveries d JOIN events e ON e.id = d.event_id "
                "WHERE e.subject LIKE :subject ORDER BY d.id",
                subject=subject,
            )
        ]


@asynccontextmanager
async def house(database_url: str, folder: Path, clock: HandClock, rules: str = RULES) -> AsyncIterator[House]:
    """The parts, as a service puts them together."""
    (folder / "rules").mkdir()
    (folder / "rules" / "all.yaml").write_text(rules)
    environ = {"SHIPBELL_RULES_DIR": str(folder / "rules"), "SHIPBELL_DATABASE_URL": database_url}
    building = prepare(read_settings(environ), environ, clock=clock, write=lambda _: None)
    await building.database.start()
    try:
        opened = House(clock, building, building.database)
        opened.processor = opened.another_processor()
        yield opened
    finally:
        await building.rules.close()
        await building.database.close()


def _told(kind: str, event: dict[str, Any] | None, *, quiet: bool = False) -> Message:
    assert event is not None
    said = {name: value for name, value in event.items() if value is not None} | ({"quiet": True} if quiet else {})
    news = report(kind, [said])
    return Message(news.source, news.body, dict(news.headers))


def webhook(number: int, state: str, at: datetime = ENDED) -> Message:
    """Bitbucket's status of a run."""
    hook = sample("bitbucket", "pipeline-failed")
    body = orjson.loads(hook.body)
    status = body["commit_status"]
    status["state"], status["updated_on"] = state, at.isoformat()
    status["url"] = status["url"].replace("1042", str(number))
    return Message("bitbucket", orjson.dumps(body), hook.headers)


def collected(number: int, result: str, at: datetime = ENDED, *, quiet: bool = False) -> Message:
    """The run as the collector reads it: completed some seconds before Bitbucket said so."""
    run = Pipeline(
        uuid=f"{{run-{number}}}",
        build_number=number,
        state="COMPLETED",
        result=result,
        ref_name="main",
        commit=SHA,
        created_on=at - timedelta(minutes=5),
        completed_on=at - timedelta(seconds=4),
    )
    return _told("pipeline", told_as.finished("checkout", ITS, run), quiet=quiet)


def _here(number: int) -> Surroundings:
    return Surroundings("bitbucket", "acme/checkout", UUID, commit=SHA, build=number, step=f"{{s{number}}}:1")


def reported(number: int, status: str, at: datetime = ENDED) -> Message:
    """The run as a step's after-script tells it, when other steps still run."""
    said = report_of(Said("pipeline", status), _here(number), to_us(at - timedelta(minutes=30)))
    return Message("reports", said.bytes(), {"content-type": JSON, "x-shipbell-report": said.key})


def request_webhook(number: int) -> Message:
    """Bitbucket's message of a merge."""
    hook = sample("bitbucket", "pull-request-merged")
    body = orjson.loads(hook.body)
    body["pullrequest"]["id"] = number
    return Message("bitbucket", orjson.dumps(body), hook.headers)


def request_collected(number: int) -> Message:
    """The merge as the collector reads it, hours later: somebody has commented since."""
    asked = PullRequest(
        id=number, title="SHOP-412 Keep the card", state="MERGED", merge_commit=SHA[:12], target_branch="main",
        source_branch="feature/SHOP-412", updated_on=datetime(2026, 11, 20, 14, 0, tzinfo=UTC),
    )  # fmt: skip
    return _told("pull_request", told_as.merged("checkout", ITS, asked, None))


def rolled_by_argocd(at: datetime, instance: str = "prod-eu") -> Message:
    """Argo CD's notification of a rollout that ended then."""
    hook = sample("argocd", "deployment-succeeded")
    body = orjson.loads(hook.body)
    started, ended = (f"{each:%Y-%m-%dT%H:%M:%SZ}" for each in (at - timedelta(seconds=88), at))
    body["health"]["lastTransitionTime"] = None
    body["argocd"]["instance"] = instance
    body["images"] = body["operation"]["images"] = [f"registry.example.com/acme/checkout:{SHA}"]
    body["operation"] |= {"startedAt": started, "finishedAt": ended}
    body["history"][0] |= {"deployStartedAt": started, "deployedAt": ended}
    return Message("argocd", orjson.dumps(body), hook.headers)


def rolled_by_bitbucket(number: int, at: datetime) -> Message:
    """The deployment of a step, as the collector reads it: it ended when the GitOps repository was changed."""
    made = Deployment(
        uuid=f"{{d{number}}}", state="COMPLETED", result="SUCCESSFUL", environment="Production", commit=SHA,
        build_number=number, started_on=at - timedelta(minutes=4), completed_on=at - timedelta(minutes=2),
    )  # fmt: skip
    return _told("deployment", told_as.deployed("checkout", ITS, made))


def rolled_by_step(number: int, at: datetime) -> Message:
    """The same as the step tells it."""
    said = report_of(Said("deployment", "succeeded", environment="prod"), _here(number), to_us(at))
    return Message("reports", said.bytes(), {"content-type": JSON, "x-shipbell-report": said.key})


def ticket_webhook(number: int) -> Message:
    """Jira's message of a change."""
    hook = sample("jira", "issue-updated")
    body = orjson.loads(hook.body)
    body["issue"] |= {"id": str(number), "key": f"SHOP-{number}"}
    return Message("jira", orjson.dumps(body), hook.headers)


def ticket_collected(number: int) -> Message:
    """The ticket as the collector reads it after the same change."""
    changed = datetime(2026, 11, 20, 9, 30, 0, 250_000, tzinfo=UTC)
    issue = Issue(key=f"SHOP-{number}", id=str(number), status="Fertig", updated=changed)
    subject = tickets._subject("https://acme.atlassian.net", issue)
    return _told("ticket", tickets._updated("checkout", subject, issue.key, issue))


def set_at_zero(event: str, at: str) -> Message:
    """An event of Kubernetes, of the same revision each time."""
    hook = sample("kubernetes", "scaled-down-to-zero")
    body = hook.body.replace(b"2026-11-20T09:21:44Z", at.encode()).replace(
        b"3a1f6b0c7e01", b"3a1f6b0c7e" + event.encode()
    )
    return Message("kubernetes", body, hook.headers)
