import pytest

from app.events.cdevents import Join, repository_key
from app.events.cdevents.links import chain_id, links
from app.facts import claims
from tests.events.cdevents.views import REPOSITORY, SHA, View, rollout, samples, view

BUILD = view("pipeline.finished", status="succeeded", repository=REPOSITORY, commit={"sha": SHA},
             build={"number": 42}, pull_request={"id": 7})  # fmt: skip


def domain_ids(of: View, join: Join = Join()) -> dict[str, str]:  # noqa: B008
    return {each["linkKind"]: each["target"]["domainId"] for each in links(of, join) if "linkKind" in each}


def test_commit_build_and_deployment_are_one_chain() -> None:
    merged = view("pull_request.merged", repository=REPOSITORY, commit={"sha": SHA})
    known_by_facts = chain_id(rollout(repository=None, commit=None), Join("bitbucket:{1f}", SHA))
    assert chain_id(merged, Join()) == chain_id(BUILD, Join()) == known_by_facts
    assert known_by_facts is not None
    assert known_by_facts != chain_id(BUILD, Join(sha=SHA[::-1]))
    assert known_by_facts != chain_id(BUILD | {"repository": {**REPOSITORY, "uuid": "{2f}"}}, Join())


@pytest.mark.parametrize("changes", [{"commit": {"sha": SHA[:12]}}, {"commit": None}, {"repository": None}])
def test_what_is_not_certain_makes_no_chain(changes: View) -> None:
    assert chain_id(rollout(**changes), Join()) is None


def test_facts_and_cdevents_know_a_repository_by_the_same_key() -> None:
    for each in [*samples().values(), view("repository.renamed", repository={"full_name": "a/b"})]:
        assert repository_key(each) == claims.repository_key(each)


def test_links_lead_to_what_it_came_from_and_to_where_it_lives() -> None:
    assert links(BUILD, Join(came_from=("e1",)))[0] == {"linkType": "PATH", "from": {"contextId": "e1"}}
    place = "cdevents:v0:bitbucket::acme:checkout"
    assert domain_ids(BUILD) == {"COMMIT": f"{place}:commit:{SHA}", "CHANGE": f"{place}:pr:7"}
    assert domain_ids(rollout(build={"number": 42}))["PIPELINE"] == f"{place}:pipeline:42"
    change = view("pull_request.opened", repository=REPOSITORY, pull_request={"id": 7})
    assert domain_ids(change) == {}  # it is that change itself


def test_a_place_of_another_provider() -> None:
    at = {"provider": "gitlab", "full_name": "acme gmbh/shop/pay:ments"}
    of = view("pipeline.finished", status="failed", repository=at, pull_request={"id": 7})
    assert domain_ids(of) == {"CHANGE": "cdevents:v0:gitlab::acme%20gmbh:shop/pay%3Aments:mr:7"}
    assert domain_ids(of | {"repository": {**at, "provider": "svn"}}) == {}
    assert domain_ids(of | {"repository": {**at, "full_name": "flat"}}) == {}
