"""A real repository end to end: what each deployment carries is what git says that it does."""

import random
from collections.abc import Callable
from pathlib import Path

import orjson

from app.events.reports import SCHEMA
from app.ingest.facts_rebuild import rebuild
from app.ingest.process import Book, Processor
from app.kernel.clock import DAY
from app.kernel.ids import derived_id
from app.sources.collector import SOURCE
from app.store import Database, receipts
from app.store.fact_records import ARRIVALS, DEPLOYMENTS
from app.store.receipts import NewReceipt
from tests.conftest import START
from tests.ingest.facts_told import dump
from tests.ingest.git_told import Repository, Told


def story(folder: Path) -> Repository:
    """A merge, a squash, a hotfix with a cherry-pick from an old deployment, a revert, a rollback, a rewritten main."""
    repo = Repository(folder, START - 30 * DAY)
    first = repo.commit("first")
    repo.push("main", None)
    repo.deploy(first)
    _plain_and_merge(repo)
    _squash(repo)
    old = repo.deployed[-1]
    picked, fixed = repo.commit("wrong"), repo.commit("fix")
    repo.push("main", old)
    repo.git("switch", "-q", "-c", "hotfix/pay", old)
    repo.push("hotfix/pay", None)
    repo.git("cherry-pick", "-x", fixed)
    repo.push("hotfix/pay", old)
    repo.deploy(repo.head(), "hotfix/pay")
    repo.git("switch", "-q", "main")
    repo.deploy(fixed)
    repo.git("revert", "--no-edit", picked)
    repo.push("main", fixed)
    repo.deploy(repo.head())
    repo.deploy(old)  # a rollback
    again = repo.commit("again")
    repo.push("main", repo.head("HEAD~1"))
    repo.deploy(again)
    repo.git("reset", "-q", "--hard", "HEAD~1")
    rewritten = repo.commit("rewritten")
    repo.push("main", again, forced=True)
    repo.deploy(rewritten)
    return repo


def _plain_and_merge(repo: Repository) -> None:
    before = repo.head()
    repo.git("switch", "-q", "-c", "feature/one")
    own = [repo.commit("one"), repo.commit("two")]
    repo.push("feature/one", None)
    repo.git("switch", "-q", "main")
    repo.commit("plain")
    repo.push("main", before)
    before = repo.head()
    repo.git("merge", "-q", "--no-ff", "-m", "Merged in feature/one (pull request #1)", "feature/one")
    repo.push("main", before)
    repo.merged("feature/one", repo.head(), own)
    repo.deploy(repo.head())


def _squash(repo: Repository) -> None:
    before = repo.head()
    repo.git("switch", "-q", "-c", "feature/two")
    own = [repo.commit("three"), repo.commit("four")]
    repo.push("feature/two", None)
    repo.git("switch", "-q", "main")
    repo.git("merge", "-q", "--squash", "feature/two")
    repo.git("commit", "-q", "-m", "Add three and four (pull request #2)")
    repo.push("main", before)
    repo.merged("feature/two", repo.head(), own)
    repo.deploy(repo.head())


def expected(repo: Repository) -> list[set[str]]:
    """By git alone: what is new against the one before, without what was live ever before, by patch."""
    live: set[str] = set()
    found: list[set[str]] = []
    for place, sha in enumerate(repo.deployed):
        new = repo.between(sha, *repo.deployed[place - 1 : place]) if place else []
        found.append({own for each in new if repo.patch(each) not in live for own in repo.requests.get(each, {each})})
        live |= {repo.patch(each) for each in repo.between(sha)}
    return found


async def test_deployments_carry_what_git_says(database: Database, tmp_path: Path, book: Callable[[str], Book]) -> None:
    repo = story(tmp_path)
    told, late = repo.events[:8], repo.events[8:]
    random.Random(7).shuffle(late)
    await process(database, [*told, *late], book("version: 1\n"))

    rows = await database.read(lambda connection: DEPLOYMENTS.find(connection, DEPLOYMENTS.select, {}))
    rows.sort(key=lambda each: each.live_at)
    arrivals = await database.read(lambda connection: ARRIVALS.find(connection, ARRIVALS.select, {}))
    assert [each.sha for each in rows] == repo.deployed
    found = [{one.sha for one in arrivals if one.deployment_id == each.id} for each in rows]
    assert found == expected(repo)
    assert [each.kind for each in rows] == [
        "release", "release", "release", "hotfix", "release", "hotfix", "rollback", "release", "release",
    ]  # fmt: skip
    assert [each.flags for each in rows] == [("seed",), *[()] * 7, ("approximate",)]
    incremental = await database.read(dump)
    await rebuild(database, lambda _: None)
    assert await database.read(dump) == incremental


async def process(database: Database, told: list[Told], book: Book) -> None:
    """As receipts of the collector, a few at a time."""
    bodies = [orjson.dumps({"schema": SCHEMA, "events": [each]}) for each in told]
    processor = Processor(database, {"collector": SOURCE}, lambda: book, lambda _: None)
    for number, body in enumerate(bodies):
        name = derived_id("receipt", number)
        receipt = NewReceipt(name, "collector", name, database.clock(), "{}", body, name, 0)
        await database.write(lambda connection, one=receipt: receipts.accept(connection, [one]))  # type: ignore[misc]
        if number % 3 == 0:
            await processor.once()
    while await processor.once():
        pass
