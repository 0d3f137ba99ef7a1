"""On a port: what our own clients make of the answers, and that who hangs keeps nobody from ending."""

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from datetime import timedelta
from pathlib import Path

import httpx
import pytest

from app.clients.api import Api
from app.clients.argocd import ArgoCD
from app.clients.auth import Basic, Bearer
from app.clients.bitbucket import Bitbucket, UnknownRevision
from app.clients.git import Mirror
from app.clients.jira import Jira
from app.collector.argocd_state import overrides_of
from app.gitops import Layout, read_desired
from app.kernel.clock import to_datetime
from app.kernel.secrets import Secret
from app.standins.bitbucket.history import between
from app.standins.serving import listen, serving, url_of
from app.standins.standins import Standins
from app.standins.switches import Switches
from tests.running.wait import until


@pytest.fixture
async def url(standins: Standins) -> AsyncIterator[str]:
    async with serving(standins) as url:
        yield url


@pytest.fixture
async def opened() -> AsyncIterator[AsyncExitStack]:
    async with AsyncExitStack() as stack:
        yield stack


async def test_the_client_of_bitbucket_reads_them(url: str, opened: AsyncExitStack, standins: Standins) -> None:
    bitbucket = Bitbucket(await opened.enter_async_context(Api("bitbucket", f"{url}/bitbucket/2.0", _TOKEN)), "acme")
    service, since = standins.story.services["checkout"], to_datetime(standins.story.now) - timedelta(days=200)
    old = standins.story.running("checkout", "prod")
    commits = await bitbucket.commits_between("checkout", "main", old)
    assert [each.hash for each in commits.items] == [each.sha for each in between(service, ["main"], [old])]
    with pytest.raises(UnknownRevision) as unknown:
        await bitbucket.commits_between("orders", "main", standins.story.running("orders", "qa"))
    assert unknown.value.revisions == (standins.story.running("orders", "qa"),)
    pipelines = await bitbucket.pipelines("checkout", since)
    assert [each.build_number for each in pipelines.items] == [each.number for each in reversed(service.builds)]
    assert {each.result for each in (await bitbucket.deployments("basket", since)).items} > {"FAILED", "SUCCESSFUL"}
    assert len((await bitbucket.pull_requests("checkout", since)).items) == len(service.pulls)


async def test_the_client_of_bitbucket_follows_a_rename(url: str, opened: AsyncExitStack, standins: Standins) -> None:
    standins.standing.switches = Switches(renamed={"checkout": "till"})
    bitbucket = Bitbucket(await opened.enter_async_context(Api("bitbucket", f"{url}/bitbucket/2.0", _TOKEN)), "acme")
    assert (await bitbucket.repository("checkout")).full_name == "acme/till"


async def test_the_client_of_jira_reads_them(url: str, opened: AsyncExitStack, standins: Standins) -> None:
    basic = Basic("ines.duarte@example.com", Secret("some-token"))
    jira = Jira(await opened.enter_async_context(Api("jira", f"{url}/jira", basic)))
    await jira.myself()
    tickets = standins.story.tickets
    found = await jira.issues([*tickets, "SHOP-99999"], sprint=await jira.sprint_field())
    assert set(found.missing) == {key for key, each in tickets.items() if each.hidden} | {"SHOP-99999"}
    assert {key: issue.key for key, issue in found.found.items()} == {
        key: each.key for key, each in tickets.items() if not each.hidden
    }


async def test_the_client_of_argo_cd_reads_them(url: str, opened: AsyncExitStack, standins: Standins) -> None:
    argocd = ArgoCD(await opened.enter_async_context(Api("argocd", f"{url}/argocd", _TOKEN)))
    found = {each["metadata"]["name"]: overrides_of(each) for each in await argocd.each(dict)}
    assert len(found) == 24
    override = standins.story.override["payments-api", "prod"]
    assert found["payments-api-prod"] == (f"registry.example.com/acme/payments-api:{override}",)


async def test_the_reader_of_git_repositories_reads_it(url: str, standins: Standins, tmp_path: Path) -> None:
    mirror = Mirror(f"{url}/git/gitops.git", tmp_path, auth=_TOKEN)
    async with mirror.tree() as tree:
        rows = await asyncio.to_thread(read_desired, tree, Layout("applications/{service}/overlays/{env}"))
    told = {(row.service, row.environment): row.tag or None for row in rows}
    story = standins.story
    differ = {place for place, tag in told.items() if tag != story.desired(*place)}
    assert len(rows) == len(told) == 24
    assert differ == set(story.override)  # that stands in the Application, not in git


async def test_who_hangs_keeps_nobody_from_ending(standins: Standins, caplog: pytest.LogCaptureFixture) -> None:
    standins.standing.switches = Switches(hanging="checkout")
    async with serving(standins) as url, httpx.AsyncClient(headers={"authorization": "Bearer x"}) as client:
        with pytest.raises(httpx.ReadTimeout):
            await client.get(f"{url}/bitbucket/2.0/repositories/acme/checkout", timeout=httpx.Timeout(60, read=0.3))
        waiting = asyncio.create_task(client.get(f"{url}/bitbucket/2.0/repositories/acme/checkout", timeout=120))
        await until(lambda: standins.standing.total("bitbucket") == 2, "both questions")
        begun = time.perf_counter()
    assert time.perf_counter() - begun < 60
    with pytest.raises(httpx.HTTPError):
        await waiting


def test_a_port_is_taken_once_and_told() -> None:
    with listen(0) as sock:
        sock.listen()
        port = sock.getsockname()[1]
        assert url_of(sock) == f"http://127.0.0.1:{port}"
        with pytest.raises(OSError, match="in use"):
            listen(port)


_TOKEN = Bearer(Secret("some-token"))
