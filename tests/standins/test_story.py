"""One story, the same each time, in which everything that is named is there."""

import re

import pytest

from app.standins.bitbucket.history import between
from app.standins.story.model import Service, Story
from app.standins.story.names import ENVIRONMENTS
from app.standins.story.tell import tell
from tests.conftest import START

KEY = re.compile(r"(?:SHOP|PAY)-\d+", re.IGNORECASE)


def commit_of(service: Service, tag: str) -> str | None:
    """The commit that a tag names: a whole SHA, or a number and the beginning of one."""
    return next((sha for sha in service.commits if sha.startswith(tag.rpartition("-")[2])), None)


def test_the_same_words_tell_the_same_story_and_others_another(story: Story) -> None:
    assert tell(START, services=6, tickets=24) == story
    other = tell(START, services=6, tickets=24, seed="other")
    assert not set(other.services["checkout"].commits) & set(story.services["checkout"].commits)


def test_names_are_each_once_however_many_there_are() -> None:
    story = tell(START, services=230, tickets=2)
    assert len(story.services) == 230
    assert len({ticket.id for ticket in story.tickets.values()}) == len(story.tickets) == 460
    assert len({ticket.key for ticket in story.tickets.values()}) == 460
    shas = [sha for service in story.services.values() for sha in service.commits]
    assert len(shas) == len(set(shas))


def test_every_commit_that_is_named_exists(story: Story) -> None:
    for service in story.services.values():
        assert {parent for each in service.commits.values() for parent in each.parents} <= set(service.commits)
        assert {*service.branches.values(), *service.tags.values()} <= set(service.commits)
        assert {build.sha for build in service.builds} <= set(service.commits)
        for pull in service.pulls:
            assert {pull.base, *pull.commits} <= set(service.commits)
            assert service.commits[pull.commits[-1]].parents == (pull.base,)
        for commit in service.commits.values():
            assert all(service.commits[parent].at < commit.at for parent in commit.parents)


def test_most_pull_requests_are_squashed_and_some_merged_whole(story: Story) -> None:
    service = story.services["checkout"]
    reached = {each.sha for each in between(service, ["main"], [])}
    whole = 0
    for pull in service.pulls:
        parents = service.commits[pull.merge].parents if pull.merge else ()
        assert (pull.state == "MERGED") == (pull.merge in reached)
        assert (len(parents) == 2) == (bool(pull.merge) and pull.commits[0] in reached)
        whole += len(parents) == 2
    assert {pull.state for pull in service.pulls} == {"OPEN", "MERGED", "DECLINED"}
    assert 0 < whole < len(service.pulls) // 4


def test_commits_name_tickets_that_exist_and_each_ticket_is_named(story: Story) -> None:
    for service in story.services.values():
        named = {key.upper() for each in service.commits.values() for key in KEY.findall(each.message)}
        assert named == {key for key, ticket in story.tickets.items() if ticket.service == service.name}
        main = {key.upper() for each in between(service, ["main"], []) for key in KEY.findall(each.message)}
        assert main < named  # some are named in nothing but the commits that a squash took away


def test_tags_name_commits_that_were_built_well_and_are_on_main(story: Story) -> None:
    forgotten = {(each.service, each.environment) for each in story.drifts if each.kind == "unknown_commit"}
    assert forgotten
    for service in story.services.values():
        main = {each.sha for each in between(service, ["main"], [])}
        failed = {each.sha for each in service.builds if each.ref == "main" and each.steps[1].result == "FAILED"}
        assert failed
        for rollout in service.rollouts:
            sha = commit_of(service, rollout.tag)
            if rollout.how == "refused":
                assert rollout.tag == "1e10"
            elif sha is None:
                assert (service.name, rollout.environment) in forgotten
            else:
                assert sha in main - failed


def test_what_is_in_an_environment_was_in_the_one_before_it(story: Story) -> None:
    for service in story.services.values():
        for build in service.builds:
            arrived = [step.environment for step in build.steps if step.environment and step.result == "SUCCESSFUL"]
            assert tuple(dict.fromkeys(arrived)) == tuple(each.name for each in ENVIRONMENTS)[: len(set(arrived))]


@pytest.mark.parametrize("tickets", [24, 200])
def test_nothing_happens_later_than_now_or_out_of_turn(tickets: int) -> None:
    story = tell(START, services=2, tickets=tickets)
    for service in story.services.values():
        assert max(each.at for each in service.commits.values()) <= story.now
        assert [each.at for each in service.rollouts] == sorted(each.at for each in service.rollouts)
        assert max(each.at for each in service.rollouts) <= story.now
        assert [each.number for each in service.builds] == list(range(1, len(service.builds) + 1))
        assert [each.created for each in service.builds] == sorted(each.created for each in service.builds)
        times = [(s.started, s.completed) for each in service.builds for s in each.steps]
        assert all(done is None or begun is None or begun < done <= story.now for begun, done in times)
    assert all(ticket.created < ticket.updated <= story.now for ticket in story.tickets.values())


def test_pipelines_end_in_every_way(story: Story) -> None:
    builds = [build for service in story.services.values() for build in service.builds]
    steps = [step for build in builds for step in build.steps if step.environment]
    assert {(each.stage, each.result) for each in builds} == {
        ("", "SUCCESSFUL"), ("", "FAILED"), ("", "STOPPED"), ("HALTED", ""), ("RUNNING", "")
    }  # fmt: skip
    assert {each.result for each in steps} == {"", "SUCCESSFUL", "FAILED", "STOPPED"}
    assert {each.trigger for each in steps} == {"automatic", "manual", "redeploy"}


def test_a_redeploy_brings_an_older_version_back(story: Story) -> None:
    for service in story.services.values():
        again = [s for build in service.builds for s in build.steps if s.trigger == "redeploy"]
        tags = [each.tag for each in service.rollouts if each.environment == "prod"]
        assert len(again) == 1
        assert again[0].run >= 2
        assert len(tags) - len(set(tags)) == 1


def test_drift_is_where_it_is_told_and_nowhere_else(story: Story) -> None:
    told = {(each.service, each.environment): each.kind for each in story.drifts}
    assert len(told) == 5
    places = [(service, each.name) for service in story.services for each in ENVIRONMENTS]
    differ = {place for place in places if story.desired(*place) != story.running(*place)}
    assert differ == {place for place, kind in told.items() if kind in ("sync_failed", "refused_manifest")}
    assert set(story.override) == {place for place, kind in told.items() if kind == "application_override"}
    source = {(e.service, e.environment) for s in story.services.values() for e in s.rollouts if e.how == "source"}
    assert source == {place for place, kind in told.items() if kind == "argocd_source"}


@pytest.mark.parametrize(
    "quirk",
    ["no field", "no version", "a version", "hidden", "moved", "restricted", "no assignee", "sprint", "localised"],
)
def test_tickets_are_hard_to_read(story: Story, quirk: str) -> None:
    found = {
        "no field": [key for key, each in story.tickets.items() if each.fix_versions is None],
        "no version": [key for key, each in story.tickets.items() if each.fix_versions == ()],
        "a version": [key for key, each in story.tickets.items() if each.fix_versions],
        "hidden": [key for key, each in story.tickets.items() if each.hidden],
        "moved": [key for key, each in story.tickets.items() if each.key != key],
        "restricted": [key for key, each in story.tickets.items() if each.level],
        "no assignee": [key for key, each in story.tickets.items() if each.assignee is None],
        "sprint": [key for key, each in story.tickets.items() if each.sprint],
        "localised": [key for key, each in story.tickets.items() if each.status == "Erledigt"],
    }[quirk]
    assert 0 < len(found) < len(story.tickets)
