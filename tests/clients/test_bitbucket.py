"""What we ask Bitbucket Cloud, and what we make of its answers."""

import asyncio
from datetime import UTC, datetime
from typing import Any

import pytest
from aiohttp import web

from app.clients.api import Api
from app.clients.bitbucket import Bitbucket, UnknownRevision, pipeline_link
from app.clients.faults import ApiFault
from tests.clients.conftest import Asker
from tests.clients.upstream import Upstream, hangs, said

REPO = "/repositories/acme/checkout"
NEW, OLD = "a" * 40, "b" * 40
NOON = datetime(2026, 11, 20, 12, tzinfo=UTC)


@pytest.fixture
def bitbucket(api: Api) -> Bitbucket:
    return Bitbucket(api, "acme")


def commit(letter: str, **more: Any) -> dict[str, Any]:
    return {"type": "commit", "hash": letter * 40, "message": f"SHOP-1 {letter}\n", **more}


def not_found(*shas: str) -> web.Response:
    return said({"type": "error", "error": {"message": "Commit not found"}, "data": {"shas": list(shas)}}, 404)


# ------------------------------------------------------------------ commits


async def test_the_files_that_differ_new_before_old(upstream: Upstream, bitbucket: Bitbucket) -> None:
    path = {"path": "db/V1__a.sql", "type": "commit_file"}
    gone = {"status": "removed", "lines_added": 0, "lines_removed": 9, "old": path, "new": None}
    binary = {"status": "added", "lines_added": None, "lines_removed": None, "old": None, "new": path}
    upstream.script = [said({"values": [gone, binary], "pagelen": 500})]
    found = await bitbucket.changed("acme/checkout", "feature/a", OLD, 10)
    assert [(each.lines_added, each.lines_removed, each.path, each.before) for each in found.items] == [
        (0, 9, None, "db/V1__a.sql"), (0, 0, "db/V1__a.sql", None),
    ]  # fmt: skip
    (asked,) = upstream.asked
    assert asked.target.startswith(f"{REPO}/diffstat/feature%2Fa..{OLD}?topic=false&pagelen=500&")


async def test_the_commits_between_two_revisions(upstream: Upstream, bitbucket: Bitbucket) -> None:
    full = commit(
        "c",
        date="2026-11-20T10:00:00+00:00",
        author={"raw": "Ann <ann@example.com>", "user": {"display_name": "Ann"}},
        parents=[{"hash": OLD, "type": "commit"}],
    )
    bare = commit("d", date=None, author=None, parents=None) | {"message": None}
    upstream.script = [said({"values": [full, bare], "pagelen": 100})]
    found = await bitbucket.commits_between("acme/checkout", "feature/a b", OLD)
    first, second = found.items
    assert (first.hash, first.message, first.author, first.user) == (
        "c" * 40,
        "SHOP-1 c\n",
        "Ann <ann@example.com>",
        "Ann",
    )
    assert (first.date, first.parents) == (datetime(2026, 11, 20, 10, tzinfo=UTC), (OLD,))
    assert (second.message, second.author, second.user, second.date, second.parents) == ("", None, None, None, ())
    assert found.complete
    (asked,) = upstream.asked
    assert asked.path == f"{REPO}/commits"
    assert asked.query == {"include": ["feature/a b"], "exclude": [OLD], "pagelen": ["100"]}


async def test_no_commits_are_no_fault(upstream: Upstream, bitbucket: Bitbucket) -> None:
    upstream.script = [said({"values": [], "pagelen": 100})]
    found = await bitbucket.commits_between("checkout", NEW, NEW)
    assert (found.items, found.complete, upstream.asked[0].path) == ((), True, f"{REPO}/commits")


async def test_links_are_followed_as_they_are_and_a_limit_is_told(upstream: Upstream, bitbucket: Bitbucket) -> None:
    link = f"{upstream.url}{REPO}/commits?ctx=x%2Fy%3D&page=2"
    pages = [{"values": [commit("a"), commit("b")], "next": link}, {"values": [commit("c")]}]
    upstream.script = [said(page) for page in pages]
    found = await bitbucket.commits_between("checkout", NEW, None)
    assert ([each.hash[0] for each in found.items], found.complete) == (["a", "b", "c"], True)
    assert "exclude" not in upstream.asked[0].query
    assert upstream.asked[1].target == f"{REPO}/commits?ctx=x%2Fy%3D&page=2"
    upstream.script = [said(page) for page in pages]
    found = await bitbucket.commits_between("checkout", NEW, OLD, limit=2)
    assert (len(found.items), found.complete) == (2, False)


async def test_a_link_to_another_host_is_refused(upstream: Upstream, bitbucket: Bitbucket) -> None:
    upstream.script = [said({"values": [commit("a")], "next": "https://evil.example/2.0/commits"})]
    with pytest.raises(ApiFault, match=r"integration_error.*evil\.example"):
        await bitbucket.commits_between("checkout", NEW, OLD)
    assert len(upstream.asked) == 1


async def test_pages_in_a_circle_end(upstream: Upstream, bitbucket: Bitbucket) -> None:
    upstream.routes[f"{REPO}/commits"] = {"values": [commit("a")], "next": f"{upstream.url}{REPO}/commits?page=2"}
    with pytest.raises(ApiFault, match="in a circle"):
        await bitbucket.commits_between("checkout", NEW, OLD)
    assert len(upstream.asked) == 2


async def test_an_unknown_baseline_is_not_no_commits(upstream: Upstream, bitbucket: Bitbucket) -> None:
    upstream.script = [not_found(OLD)]
    with pytest.raises(UnknownRevision) as caught:
        await bitbucket.commits_between("checkout", NEW, OLD)
    assert (caught.value.revisions, caught.value.kind, len(upstream.asked)) == ((OLD,), "not_found", 1)


async def test_which_of_them_is_unknown_is_asked_where_it_is_not_told(upstream: Upstream, bitbucket: Bitbucket) -> None:
    upstream.routes = {
        f"{REPO}/commit/{NEW}": commit("a"),
        f"{REPO}/commit/{OLD}": lambda _: said({}, 404),
        REPO: {"uuid": "{1}", "full_name": "acme/checkout"},
    }
    with pytest.raises(UnknownRevision) as caught:
        await bitbucket.commits_between("checkout", NEW, OLD)
    assert caught.value.revisions == (OLD,)


async def test_a_repository_that_is_gone_is_no_unknown_revision(upstream: Upstream, bitbucket: Bitbucket) -> None:
    for asked in (bitbucket.commits_between("checkout", NEW, OLD), bitbucket.commit("checkout", NEW)):
        with pytest.raises(ApiFault) as caught:
            await asked
        assert (caught.value.kind, type(caught.value)) == ("not_found", ApiFault)


async def test_one_commit_by_any_name(upstream: Upstream, bitbucket: Bitbucket) -> None:
    upstream.script = [said(commit("a")), not_found("gone")]
    assert (await bitbucket.commit("checkout", 'v1/a"$;><&#?')).hash == NEW
    assert upstream.asked[0].target == f"{REPO}/commit/v1%2Fa%22%24%3B%3E%3C%26%23%3F"
    with pytest.raises(UnknownRevision):
        await bitbucket.commit("checkout", "gone")


# ------------------------------------------------------------------ pull requests, pipelines, deployments


async def test_pull_requests_since_a_moment(upstream: Upstream, bitbucket: Bitbucket) -> None:
    merged = {
        "id": 13,
        "title": "SHOP-7 Pay by card",
        "state": "MERGED",
        "author": {"display_name": "Ann"},
        "closed_by": {"display_name": "Bob"},
        "source": {"branch": {"name": "feature/pay"}, "commit": {"hash": "c" * 12}, "repository": None},
        "destination": {"branch": {"name": "main"}, "commit": None},
        "merge_commit": {"hash": "d" * 12},
        "created_on": "2026-11-20T12:00:01.5+00:00",
        "updated_on": "2026-11-20T13:00:00+00:00",
        "links": {"html": {"href": "https://bitbucket.org/acme/checkout/pull-requests/13"}},
    }
    gone = {"id": 12, "title": None, "state": "DECLINED", "author": None, "source": {"commit": None, "branch": {}}}
    old = {"id": 11, "state": "OPEN", "updated_on": "2026-11-20T11:59:59+00:00"}
    upstream.script = [said({"values": [merged, gone, old], "next": f"{upstream.url}/never"})]
    found = await bitbucket.pull_requests("checkout", NOON)
    first, second = found.items
    assert (first.id, first.state, first.author, first.closed_by) == (13, "MERGED", "Ann", "Bob")
    assert (first.source_branch, first.source_commit, first.target_branch) == ("feature/pay", "c" * 12, "main")
    assert (first.merge_commit, first.link) == ("d" * 12, "https://bitbucket.org/acme/checkout/pull-requests/13")
    assert (second.title, second.author, second.source_commit, second.merge_commit) == ("", None, None, None)
    assert found.complete
    (asked,) = upstream.asked
    assert asked.query["state"] == ["OPEN", "MERGED", "DECLINED", "SUPERSEDED"]
    assert asked.query["q"] == ["updated_on >= 2026-11-20T12:00:00+00:00"]


async def test_the_commits_that_were_squashed(upstream: Upstream, bitbucket: Bitbucket) -> None:
    upstream.script = [said({"values": [commit("a"), commit("b")]})]
    found = await bitbucket.pull_request_commits("checkout", 13)
    assert [each.hash[0] for each in found.items] == ["a", "b"]
    assert upstream.asked[0].path == f"{REPO}/pullrequests/13/commits"


async def test_pipelines_are_paged_without_links(upstream: Upstream, bitbucket: Bitbucket) -> None:
    runs = [
        {
            "uuid": "{1}",
            "build_number": 186,
            "state": {"name": "COMPLETED", "result": {"name": "FAILED"}},
            "target": {"ref_name": "main", "ref_type": "branch", "commit": {"hash": NEW}},
            "trigger": {"name": "PUSH"},
            "creator": {"display_name": "Ann"},
            "created_on": "2026-11-20T12:30:00.14397Z",
            "completed_on": "2026-11-20T12:31:00Z",
            "duration_in_seconds": 60,
        },
        {
            "uuid": "{2}",
            "state": {"name": "IN_PROGRESS", "stage": {"name": "HALTED"}},
            "target": {"source": "feature/x"},
        },
        {"uuid": "{3}", "created_on": "2026-11-19T12:00:00Z"},
    ]
    upstream.script = [
        said({"values": runs[:1], "page": 1, "pagelen": 1, "size": 9}),
        said({"values": runs[1:], "page": 2, "pagelen": 1, "size": 9}),
    ]
    found = await bitbucket.pipelines("checkout", NOON)
    first, second = found.items
    assert (first.build_number, first.state, first.result, first.stage) == (186, "COMPLETED", "FAILED", None)
    assert (first.ref_name, first.ref_type, first.commit, first.trigger, first.creator, first.seconds) == (
        *("main", "branch", NEW, "PUSH", "Ann", 60),
    )
    assert (second.state, second.stage, second.result, second.source_branch) == (
        "IN_PROGRESS",
        "HALTED",
        None,
        "feature/x",
    )
    assert [each.query.get("page") for each in upstream.asked] == [None, ["2"]]
    assert pipeline_link("acme/checkout", 186) == "https://bitbucket.org/acme/checkout/pipelines/results/186"


@pytest.mark.parametrize("last", [{"values": [], "page": 2, "pagelen": 1, "size": 9}, {"values": [{"uuid": "{2}"}]}])
async def test_pages_that_are_counted_end(upstream: Upstream, bitbucket: Bitbucket, last: dict[str, Any]) -> None:
    upstream.script = [said({"values": [{"uuid": "{1}"}], "page": 1, "pagelen": 1, "size": 9}), said(last)]
    assert (await bitbucket.pipelines("checkout", NOON)).complete
    assert len(upstream.asked) == 2


async def test_the_steps_of_a_run(upstream: Upstream, bitbucket: Bitbucket) -> None:
    again = {
        "uuid": "{s}",
        "name": "Deploy",
        "trigger": {"type": "pipeline_step_trigger_redeploy"},
        "state": {"name": "COMPLETED", "result": {"name": "NOT_RUN"}},
        "run_number": 2,
    }
    upstream.script = [said({"values": [again]})]
    (step,) = await bitbucket.steps("checkout", "{1}")
    assert (step.name, step.result, step.run_number, step.started_on) == ("Deploy", "NOT_RUN", 2, None)
    assert step.trigger == "pipeline_step_trigger_redeploy"
    assert upstream.asked[0].path == f"{REPO}/pipelines/%7B1%7D/steps/"


async def test_deployments_with_their_true_result(upstream: Upstream, bitbucket: Bitbucket) -> None:
    failed = {
        "uuid": "{d}",
        "number": 4,
        "step": {"uuid": "{s}"},
        "environment": {"uuid": "{e}", "name": "Production", "environment_type": {"name": "Production"}},
        "state": {
            "name": "COMPLETED",
            "status": {"name": "FAILED"},
            "deployer": {"display_name": "Ann"},
            "started_on": "2026-11-20T12:00:00Z",
            "completed_on": "2026-11-20T12:01:00Z",
        },
        "release": {
            "name": "#186",
            "commit": {"hash": NEW},
            "pipeline": {"uuid": "{1}", "build_number": 186, "target": {"ref_name": "main", "ref_type": "branch"}},
        },
    }
    never = {"uuid": "{n}", "state": {"name": "UNDEPLOYED"}, "environment": {"name": "Test"}}
    untold = {"uuid": "{u}", "state": {"name": "COMPLETED", "started_on": "2026-11-20T12:00:00Z"}, "release": None}
    upstream.script = [said({"values": [never, failed, untold]})]
    first, second = (await bitbucket.deployments("checkout", NOON)).items
    assert (first.number, first.state, first.result, first.deployer) == (4, "COMPLETED", "FAILED", "Ann")
    assert (first.environment, first.environment_uuid, first.environment_type) == ("Production", "{e}", "Production")
    assert (first.step_uuid, first.commit, first.release, first.pipeline_uuid) == ("{s}", NEW, "#186", "{1}")
    assert (first.build_number, first.ref_name, first.ref_type) == (186, "main", "branch")
    assert (second.uuid, second.result, second.commit) == ("{u}", None, None)
    assert "values.state.status.name" in upstream.asked[0].query["fields"][0].split(",")


async def test_the_environments(upstream: Upstream, bitbucket: Bitbucket) -> None:
    upstream.script = [said({"values": [{"uuid": "{e}", "name": "QA", "environment_type": {"name": "Staging"}}]})]
    (environment,) = await bitbucket.environments("checkout")
    assert (environment.uuid, environment.name, environment.type) == ("{e}", "QA", "Staging")


async def test_a_renamed_repository_tells_its_new_name(upstream: Upstream, bitbucket: Bitbucket) -> None:
    upstream.routes = {
        "/repositories/acme/shop": lambda _: web.Response(status=301, headers={"Location": REPO}),
        REPO: {"uuid": "{r}", "full_name": "acme/checkout", "mainbranch": {"name": "main"}},
    }
    found = await bitbucket.repository("acme/shop")
    assert (found.full_name, found.uuid, found.main_branch) == ("acme/checkout", "{r}", "main")


async def test_a_repository_that_hangs_leaves_places_for_the_others(upstream: Upstream, asker: Asker) -> None:
    upstream.routes = {
        "/repositories/acme/stuck": hangs,
        REPO: {"uuid": "{r}", "full_name": "acme/checkout"},
    }
    bitbucket = Bitbucket(asker(upstream.url, concurrency=3), "acme")
    stuck = [asyncio.create_task(bitbucket.repository("stuck")) for _ in range(6)]
    await asyncio.sleep(0)
    assert (await asyncio.wait_for(bitbucket.repository("checkout"), 25)).uuid == "{r}"
    assert not any(each.done() for each in stuck)
    for each in stuck:
        each.cancel()
    await asyncio.gather(*stuck, return_exceptions=True)
