"""Field by field the answers are those of the vendors, as far as such answers were captured.

What a vendor's answer had and ours has not, and the other way round, is listed here with its reason.
"""

import json
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.conformance.folder import captured_folder

FOLDER = captured_folder() or Path("there-is-none")
needs_samples = pytest.mark.skipif(not (FOLDER / "bitbucket" / "rest").is_dir(), reason="no captured answers")

HERE = "/bitbucket/2.0/repositories/acme/checkout"


def paths(value: Any, root: str = "") -> Iterator[str]:
    """Every dotted path of a value; lists are passed through."""
    if isinstance(value, list):
        for each in value:
            yield from paths(each, root)
    elif isinstance(value, dict):
        for name, each in value.items():
            yield root + name
            yield from paths(each, f"{root}{name}.")


def captured(*patterns: str) -> set[str]:
    """The paths of all captured answers of that kind."""
    files = [path for pattern in patterns for path in FOLDER.glob(pattern)]
    assert files
    return {path for file in files for path in paths(json.loads(file.read_text("utf-8")))}


def without(found: set[str], listed: Iterable[str]) -> set[str]:
    """Those that are neither listed nor below something that is."""
    return {each for each in found if not any(each == name or each.startswith(f"{name}.") for name in listed)}


async def answered(ask: httpx.AsyncClient, *urls: str, inside: str = "") -> set[str]:
    values = [(await ask.get(url)).raise_for_status().json() for url in urls]
    return {path for value in values for path in paths(value[inside] if inside else value)}


@needs_samples
async def test_commits(ask: httpx.AsyncClient) -> None:
    told, ours = captured("bitbucket/rest/GET-commits-*"), await answered(ask, f"{HERE}/commits?pagelen=100")
    assert ours == told


@needs_samples
async def test_tags(ask: httpx.AsyncClient) -> None:
    ours = await answered(ask, f"{HERE}/refs/tags?pagelen=100")
    rendered = {"values.target.summary", "values.target.rendered"}
    told = captured("bitbucket/rest/GET-refs-tags-*")
    assert told - ours == set()
    assert without(ours - told, {*rendered, "size"}) == set()


@needs_samples
async def test_pipelines_steps_and_deployments(ask: httpx.AsyncClient) -> None:
    """The captured ones were filtered by `fields`: nothing that they have is missing."""
    listed = (await ask.get(f"{HERE}/pipelines?pagelen=100")).json()["values"]
    for pattern, urls in {
        "pipeline--*": [f"{HERE}/pipelines?pagelen=100"],
        "pipeline_step--*": [f"{HERE}/pipelines/{each['uuid']}/steps/" for each in listed[:40]],
        "deployment--*": [f"{HERE}/deployments?pagelen=100"],
    }.items():
        assert captured(f"bitbucket/rest/{pattern}") - await answered(ask, *urls, inside="values") == set(), pattern


@needs_samples
async def test_pull_requests(ask: httpx.AsyncClient) -> None:
    """Captured in webhooks only."""
    hook = json.loads(next(FOLDER.glob("bitbucket/pullrequest.fulfilled--woodpecker*")).read_text("utf-8"))
    told = set(paths(hook["pullrequest"]))
    ours = await answered(ask, f"{HERE}/pullrequests?state=MERGED&pagelen=50", inside="values")
    assert without(told - ours, ("rendered", "participants", "links.request-changes")) == set()
    assert ours - told == {"draft"}


@needs_samples
async def test_issues(ask: httpx.AsyncClient) -> None:
    """Of a whole issue the fields that somebody asks for."""
    keys = [f"SHOP-{number}" for number in range(101, 130)]
    issues = (await ask.post("/jira/rest/api/3/issue/bulkfetch", json={"issueIdsOrKeys": keys})).json()["issues"]
    ours = {path for each in issues for path in paths(each)}
    told = captured("jira/rest_*_body.json", "jira/rest_issue_*.json")
    sprint = "fields.customfield_10020"
    assert without(ours - told, (sprint, "fields.security", "fields.reporter", "fields.assignee")) == set()
    user = {path.removeprefix("fields.creator.") for path in told if path.startswith("fields.creator.")}
    mine = {path.removeprefix("fields.assignee.") for path in ours if path.startswith("fields.assignee.")}
    assert mine <= user
    wanted = ("summary", "fixVersions", "status", "assignee", "issuetype", "project", "updated", "security")
    assert {f"fields.{name}" for name in wanted} <= ours & told


@needs_samples
async def test_applications(ask: httpx.AsyncClient) -> None:
    ours = await answered(ask, "/argocd/api/v1/applications")
    told = captured("argocd/api-applications-list-*")
    assert (
        without(
            told - ours,
            ("items.status.resources.health.message", "items.status.operationState.operation.initiatedBy.username"),
        )
        == set()
    )
    later = {  # of newer versions of Argo CD, and of applications that carry labels and overrides
        *("items.metadata.labels", "items.status.conditions", "items.status.health.lastTransitionTime"),
        *("items.status.history.initiatedBy", "items.status.operationState.syncResult.resources.images"),
    }
    assert (
        without({each for each in ours - told if not each.endswith((".kustomize", ".kustomize.images"))}, later)
        == set()
    )


@needs_samples
async def test_metadata_of_revisions(ask: httpx.AsyncClient) -> None:
    history = (await ask.get("/argocd/api/v1/applications/checkout-dev")).json()["status"]["history"]
    url = f"/argocd/api/v1/applications/checkout-dev/revisions/{history[-1]['revision']}/metadata"
    assert await answered(ask, url) == captured("argocd/api-revision-metadata.json")
