"""The section `upstreams`: what may be said, and what is wrong with file and line."""

import pytest

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
collect: {every: 2m, since: 30d}
"""


def test_what_is_said_and_what_is_left_out() -> None:
    upstreams, collect = load_upstreams([yaml.load(WHOLE, "rules/upstreams.yaml")])
    assert (collect.every, collect.since, collect.concurrency) == (2 * MINUTE, 30 * DAY, 24)
    assert upstreams.jira is not None
    assert upstreams.jira.url == "https://acme.atlassian.net"
    assert upstreams.argocd["prod-eu"].projects == ("shop",)
    assert upstreams.variables() == {
        "GITOPS_TOKEN", "JIRA_TOKEN", "SHIPBELL_BITBUCKET_TOKEN", "SHIPBELL_ARGOCD_TOKEN"}  # fmt: skip


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
