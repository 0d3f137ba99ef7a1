"""The section `upstreams`: what may be said, and what is wrong with file and line."""

from pathlib import Path

import pytest

from app.clients.opening import open_clients
from app.clients.upstreams import Upstreams, load_upstreams
from app.kernel import yaml
from app.kernel.clock import DAY, MINUTE
from app.kernel.errors import ConfigErrors

WHOLE = """\
upstreams:
  gitops: {repository: "https://bitbucket.org/acme/gitops.git", token_env: GITOPS_TOKEN}
  bitbucket: {workspace: acme}
  jira: {url: "https://acme.atlassian.net/", user: bell@example.com, token_env: JIRA_TOKEN}
  argocd: {prod-eu: {url: "https://argocd.example.com", projects: [shop]}}
  jsm: {url: "https://api.atlassian.com/jsm/ops/api/3f1c/", user: bell@example.com, query: ""}
  opsgenie: {reads: incidents}
  pagerduty: {teams: [PT1], token_env: PD_TOKEN}
  incidentio: {}
collect: {every: 2m, since: 30d}
"""


def test_what_is_said_and_what_is_left_out() -> None:
    upstreams, collect = load_upstreams([yaml.load(WHOLE, "rules/upstreams.yaml")])
    assert (collect.every, collect.since, collect.concurrency) == (2 * MINUTE, 30 * DAY, 24)
    assert upstreams.jira is not None
    assert upstreams.jira.url == "https://acme.atlassian.net"
    assert upstreams.argocd["prod-eu"].projects == ("shop",)
    assert upstreams.variables() == {
        *("GITOPS_TOKEN", "JIRA_TOKEN", "SHIPBELL_BITBUCKET_TOKEN", "SHIPBELL_ARGOCD_TOKEN"),
        *("SHIPBELL_JSM_TOKEN", "SHIPBELL_OPSGENIE_TOKEN", "PD_TOKEN", "SHIPBELL_INCIDENTIO_TOKEN"),
    }


async def test_incident_tools_are_opened_with_their_tokens_and_a_missing_one_is_said(tmp_path: Path) -> None:
    upstreams = load_upstreams([yaml.load(WHOLE, "rules/upstreams.yaml")])[0]
    tools = Upstreams(jsm=upstreams.jsm, pagerduty=upstreams.pagerduty, incidentio=upstreams.incidentio)
    with pytest.raises(ConfigErrors, match=r"upstreams\.jsm: SHIPBELL_JSM_TOKEN, its token, is not set"):
        open_clients(tools, {"PD_TOKEN": "a", "SHIPBELL_INCIDENTIO_TOKEN": "b"}.get, tmp_path)
    async with open_clients(tools, dict.fromkeys(upstreams.variables(), "token").get, tmp_path) as clients:
        assert clients.parts() == list(clients.calls()) == ["jsm", "pagerduty", "incidentio"]


def test_nothing_is_asked_that_is_not_named() -> None:
    assert load_upstreams([yaml.load("services: {}\n", "estate.yaml")])[0] == Upstreams()


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("upstreams: {jira: {}}", "'jira.url' is missing"),
        ("upstreams: {jirra: {}}", "did you mean 'jira'"),
        ("upstreams: {jira: {url: 'https://me:secret@example.com'}}", "jira.url"),
        ("upstreams: {argocd: {a: {url: 'ftp://x'}}}", "argocd.a.url"),
        ("upstreams: {bitbucket: {token_env: 'not a name'}}", "bitbucket.token_env"),
        ("upstreams: {jsm: {}}", "'jsm.url' is missing"),
        ("upstreams: {opsgenie: {reads: all}}", "opsgenie.reads"),
        ("upstreams: {pagerduty: {token: x}}", "token"),
        ("collect: {every: often}", "is not a duration"),
        ("collect: {concurrency: 0}", "concurrency"),
    ],
)
def test_what_is_wrong_is_said_with_its_place(text: str, said: str) -> None:
    with pytest.raises(ConfigErrors) as caught:
        load_upstreams([yaml.load(text + "\n", "rules/upstreams.yaml")])
    assert "rules/upstreams.yaml:1" in str(caught.value)
    assert said in str(caught.value)


def test_a_section_stands_once() -> None:
    twice = [yaml.load("collect: {every: 1m}\n", name) for name in ("a.yaml", "b.yaml")]
    with pytest.raises(ConfigErrors, match=r"already at a\.yaml:1"):
        load_upstreams(twice)


def test_what_is_wrong_with_the_repository_names_its_place(tmp_path: Path) -> None:
    for wrong in ('{repository: "--upload-pack=x"}', '{repository: "https://x/y.git", tag: ["("]}'):
        upstreams = load_upstreams([yaml.load(f"upstreams:\n  gitops: {wrong}\n", "rules/upstreams.yaml")])[0]
        with pytest.raises(ConfigErrors, match=r"upstreams\.gitops: "):
            open_clients(upstreams, {}.get, tmp_path)
