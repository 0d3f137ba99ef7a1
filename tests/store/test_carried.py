"""Who is called by `authors`: everybody whose commits a deployment carries, on each engine."""

import pytest

from app.kernel.clock import HOUR
from app.routing import Rulebook, route
from app.store import Connection, Database
from app.store.carried import with_commits
from tests.ingest.facts_told import tell
from tests.routing.conftest import PLACES, read_book
from tests.world.telling import View, commit, deploy, push, sha, us

START = us("2026-03-02T00:00Z")
RULES = """\
users: {upn_domains: [example.com]}
rules:
  - name: all
    match: {type: deployment.finished}
    to: [deployments]
    card: deployment
    mention: {who: [%s]}
"""


def by(name: str, who: str, kind: str = "human") -> View:
    author = {"name": who.title(), "email": f"{who}@example.com", "kind": kind}
    return {**commit(name, START - HOUR), "author": author}


PUSHED = push("checkout", START + HOUR, "c0", [by("c3", "ines"), by("c2", "bot", "bot"), by("c1", "tomas")])
BEFORE = push("checkout", START - HOUR, None, [by("c0", "early")])
RUNS = deploy("checkout", START, "c0")


def book(who: str = "authors") -> Rulebook:
    return read_book(PLACES, RULES % who)


async def called(database: Database, *views: View, who: str = "authors") -> set[str | None]:
    """The addresses that the last of these events mentions."""

    def work(connection: Connection) -> View:
        for view in views:
            tell(connection, view)
        return with_commits(connection, book(who), views[-1])

    [send] = route(book(who), await database.write(work)).sends
    return {person.address for person in send.mentions}


@pytest.mark.parametrize("status", ["failed", "succeeded"])
async def test_everybody_is_called_whose_commits_it_carries_and_nobody_else(database: Database, status: str) -> None:
    last = deploy("checkout", START + 2 * HOUR, "c3", status=status, healthy=status == "succeeded")
    assert await called(database, BEFORE, RUNS, PUSHED, last) == {"ines@example.com", "tomas@example.com"}


async def test_the_same_again_carries_nothing(database: Database) -> None:
    again = deploy("checkout", START + 2 * HOUR, "c0", status="failed", healthy=False)
    assert await called(database, BEFORE, RUNS, PUSHED, again) == set()


async def test_where_history_is_unknown_nobody_is_guessed(database: Database) -> None:
    first = deploy("checkout", START + 2 * HOUR, "c3", status="failed", healthy=False)
    assert await called(database, BEFORE, PUSHED, first) == set(), "nothing ran there before"


async def test_nothing_is_looked_up_for_rules_that_do_not_ask(database: Database) -> None:
    last = deploy("checkout", START + 2 * HOUR, "c3", status="failed", healthy=False)
    assert await called(database, BEFORE, RUNS, PUSHED, last, who="author") == set()
    assert await database.read(lambda connection: with_commits(connection, book("author"), last)) is last
    assert sha("c3") in str(await database.read(lambda connection: with_commits(connection, book(), last)))


async def test_a_defect_costs_nothing_but_the_names(database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("app.store.carried.graph", None)
    last = deploy("checkout", START + 2 * HOUR, "c3", status="failed", healthy=False)
    assert await called(database, BEFORE, RUNS, PUSHED, last) == set()
