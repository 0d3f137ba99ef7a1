"""`shipbell rules backtest`: on a file, on a store, and beside a service that runs."""

import asyncio
import sqlite3
from collections.abc import Mapping
from pathlib import Path
from xml.etree import ElementTree

import orjson
import pytest

from app.kernel.clock import DAY, MINUTE, iso, system_clock
from app.store import Database
from app.store.events import NewEvent, add
from app.store.migrate import upgrade
from app.store.opening import open_database
from tests.cli.conftest import Shipbell
from tests.running.rules import SHIPPED, shipped_rules

EVENT = {"source": "argocd", "subject": "s", "receipt": "r", "service": "basket"}
FAILED = EVENT | {"type": "deployment.finished", "status": "failed", "environment": "prod", "version": "1"}
OPENED = EVENT | {"type": "pull_request.opened", "subject": "pull_request:1"}
PUSHED = EVENT | {"type": "change.pushed"}
EVENTS = (FAILED, OPENED, PUSHED)


@pytest.fixture
def events() -> str:
    """A file with three events: one for the platform, one for those who review, one for nobody."""
    at = iso(1_772_625_600_000_000)
    lines = ({**event, "id": f"{number:032x}", "received_at": at} for number, event in enumerate(EVENTS))
    Path("events.ndjson").write_bytes(b"\n".join(map(orjson.dumps, lines)))
    return "events.ndjson"


@pytest.fixture
def quieter(tmp_path: Path) -> str:
    """The shipped rules, but pull requests are told to nobody, and failures by another card."""
    folder = shipped_rules(tmp_path / "quieter")
    routes = folder / "routes.yaml"
    text = routes.read_text(encoding="utf-8")
    new = text.replace(
        "match: {type: [pull_request.opened, pull_request.merged]}", "match: {type: pull_request.merged}"
    )
    new = new.replace(
        "            - change.pushed\n", "            - change.pushed\n            - pull_request.opened\n"
    )
    new = new.replace("    card: deployment-failed\n", "    card: generic\n", 1)
    assert new.count("pull_request.opened") == 1
    routes.write_text(new, encoding="utf-8")
    return str(folder)


def test_todays_rules_alone_are_counted(shipbell: Shipbell, events: str) -> None:
    said = shipbell("rules", "backtest", "--events", events)
    assert said.code == 0, said.err
    assert said.out.startswith("3 events, received from 2026-03-04T12:00:00")
    assert "nothing was sent" in said.out
    assert "every card is counted here; the service sends the first alone" in said.out
    rows = [line.split() for line in said.out.splitlines()]
    assert ["failed-deployments", "platform-deployments", "1"] in rows
    assert ["dropped", "quiet-news", "1"] in rows
    assert "Lost" not in said.out


def test_a_change_is_compared_and_its_cards_are_shown(shipbell: Shipbell, events: str, quieter: str) -> None:
    said = shipbell("rules", "backtest", "--events", events, "--against", quieter)
    rows = [line.split() for line in said.out.splitlines()]
    assert said.code == 0  # it is told; nobody asked to fail
    assert ["failed-deployments", "platform-deployments", "1", "1", "0", "0", "1"] in rows
    assert ["pull-requests", "pr-notifications", "1", "0", "0", "1", "0"] in rows
    assert ["pull-requests", "1", f"{1:032x}"] in rows
    assert ["dropped", "quiet-news", "1", "→", "2"] in rows
    _, _, card = said.out.partition(f"deployment-failed → generic, e.g. for deployment.finished {0:032x}\n")
    assert "basket" in card


def test_the_same_rules_lose_nothing(shipbell: Shipbell, events: str, tmp_path: Path) -> None:
    same = str(shipped_rules(tmp_path / "same"))
    said = shipbell("rules", "backtest", "--events", events, "--against", same, "--fail-on-lost")
    assert (said.code, "Every channel gets the same cards by the same rules." in said.out) == (0, True)


def test_a_ci_reads_json_and_a_report(shipbell: Shipbell, events: str, quieter: str) -> None:
    said = shipbell(
        "rules", "backtest", "--events", events, "--against", quieter, "--json", "--junit", "out.xml", "--fail-on-lost"
    )
    assert (said.code, said.json["events"], said.json["lost"]["events"]) == (1, 3, 1)
    (card,) = said.json["cards"]
    assert (card["was"], card["now"], card["event"]["id"]) == ("deployment-failed", "generic", f"{0:032x}")
    assert "basket" in card["text"]
    suite = ElementTree.parse("out.xml").getroot()
    failed = [case.get("name") for case in suite if case.find("failure") is not None]
    assert (failed, suite.get("failures")) == (["pull-requests"], "1")
    assert len(suite) > 10


@pytest.mark.parametrize(
    ("words", "code", "told"),
    [
        (["--fail-on-lost"], 2, "name the changed rules with --against"),
        (["--since", "month"], 2, "not a duration"),
        (["--events", "missing.ndjson"], 1, "cannot be read"),
        (["--events", "/dev/null", "--junit", "out.xml"], 1, "there is no event in /dev/null: nothing was tried"),
        (["--events", "events.ndjson", "--junit", "missing/out.xml"], 1, "missing/out.xml cannot be written"),
        (["--events", "events.ndjson", "--against", "missing"], 1, "there is no such folder"),
        ([], 1, "there is no database"),
    ],
)
def test_what_is_wrong_is_told(shipbell: Shipbell, events: str, words: list[str], code: int, told: str) -> None:
    said = shipbell("rules", "backtest", *words)
    assert (said.code, told in said.err, said.out) == (code, True, "")


def test_rules_that_are_wrong_are_told_before_anything_is_read(shipbell: Shipbell, broken_rules: Path) -> None:
    said = shipbell("rules", "backtest", "--events", "missing.ndjson", "--against", str(broken_rules))
    assert (said.code, "did you mean 'environment'?" in said.err) == (1, True)


def row(name: str, at: int, event: Mapping[str, object]) -> NewEvent:
    view = {**event, "id": name, "occurred_at": iso(at), "received_at": iso(at)}
    return NewEvent(name, "r", str(event["type"]), None, "argocd", "basket", None, "s", at, at, orjson.dumps(view))


def fill(url: str) -> None:
    """Two events of the last hour, and one of two months ago, in a database of that URL."""

    async def work(database: Database) -> None:
        await database.start()
        await database.write(upgrade)
        now = system_clock()
        times = (now - 60 * DAY, now - 60 * MINUTE, now - 59 * MINUTE)
        rows = [row(f"{number:032x}", at, view) for number, (at, view) in enumerate(zip(times, EVENTS, strict=True))]
        await database.write(lambda connection: add(connection, rows))
        await database.close()

    asyncio.run(work(open_database(url, system_clock)))


def test_the_store_is_read_since_then(shipbell: Shipbell) -> None:
    fill("sqlite:///shipbell.db")
    assert shipbell("rules", "backtest", "--json").json["events"] == 2
    assert shipbell("rules", "backtest", "--json", "--since", "90d").json["events"] == 3
    assert shipbell("rules", "backtest", "--since", "1m").out == "There is no event to try the rules on.\n"
    said = shipbell("rules", "backtest", "--since", "1m", "--against", str(SHIPPED), "--fail-on-lost")
    assert (said.code, said.err) == (1, "error: there is no event in the store since then: nothing was tried\n")


def test_a_store_on_postgresql_is_read_too(shipbell: Shipbell, database_url: str) -> None:
    fill(database_url)
    assert shipbell("rules", "backtest", "--json", SHIPBELL_DATABASE_URL=database_url).json["events"] == 2


def test_a_store_of_another_version_is_refused(shipbell: Shipbell) -> None:
    fill("sqlite:///shipbell.db")
    with sqlite3.connect("shipbell.db") as connection:
        connection.execute("UPDATE alembic_version SET version_num = '0001'")
    said = shipbell("rules", "backtest")
    assert (said.code, "shipbell db upgrade" in said.err) == (1, True)


def test_a_service_that_runs_is_neither_refused_nor_disturbed(ask: Shipbell, live: Mapping[str, str]) -> None:
    assert ask("send", "bitbucket/pipeline-failed").code == 0
    file = Path(live["SHIPBELL_RULES_DIR"]).parent / "shipbell.db"
    before = ask("deliveries", "list", "--json").json["items"]
    said = ask("rules", "backtest", "--json", SHIPBELL_DATABASE_URL=f"sqlite:///{file}")
    assert (said.code, said.json["events"] > 0) == (0, True)
    assert ask("send", "bitbucket/pipeline-failed").code == 0
    assert len(ask("deliveries", "list", "--json").json["items"]) == len(before)  # nothing was sent
