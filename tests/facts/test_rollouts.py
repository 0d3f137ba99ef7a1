from typing import Any

from app.facts.claims import Claim, read_claim
from app.facts.reports import asked, reports
from app.facts.rollouts import Rollout, rollouts, tries_between
from tests.world.telling import View, deploy, health, us


def rolled(*views: View) -> tuple[list[Rollout], list[Rollout]]:
    claims: list[Claim] = [claim for view in views if (claim := read_claim(view))]
    words = [claim for claim in claims if claim.family == "health"]
    return rollouts(reports((each for each in claims if each.family == "deployment"), {}), words)


def test_two_sources_and_two_clusters_are_one_rollout_live_with_the_last():
    live, tries = rolled(
        deploy("checkout", "2026-03-02T10:00Z", "a1", source="reporter", target="-"),
        deploy("checkout", "2026-03-02T10:03Z", "a1", target="blue"),
        deploy("checkout", "2026-03-02T10:20Z", "a1", target="green"),
    )
    assert [each.live_at for each in live] == [us("2026-03-02T10:20Z")]
    assert len(live[0].evidence) == 3
    assert tries == []


def test_mere_evidence_does_not_move_the_time():
    live, _ = rolled(
        deploy("checkout", "2026-03-02T10:00Z", "a1"),
        deploy("checkout", "2026-03-02T10:30Z", "a1", source="reporter", canonical=False),
    )
    assert [each.live_at for each in live] == [us("2026-03-02T10:00Z")]


def test_the_same_reporter_again_is_another_rollout():
    live, _ = rolled(deploy("checkout", "2026-03-02T10:00Z", "a1"), deploy("checkout", "2026-03-02T11:00Z", "a1"))
    assert len(live) == 2


def test_it_is_live_when_it_is_healthy_unless_something_else_came_first():
    sick = deploy("checkout", "2026-03-02T10:00Z", "a1", healthy=False)
    well = health("checkout", "2026-03-02T10:06Z", "healthy")
    assert [each.live_at for each in rolled(sick, well)[0]] == [us("2026-03-02T10:06Z")]
    other = deploy("checkout", "2026-03-02T10:04Z", "a2")
    assert [each.live_at for each in rolled(sick, other, well)[0]] == [us("2026-03-02T10:00Z"), us("2026-03-02T10:04Z")]


def test_a_health_that_nobody_told_is_waited_for_half_an_hour():
    silent = deploy("checkout", "2026-03-02T10:00Z", "a1", healthy=None)
    soon, late = health("checkout", "2026-03-02T10:03Z", "healthy"), health("checkout", "2026-03-02T10:40Z", "healthy")
    assert rolled(silent, soon)[0][0].live_at == us("2026-03-02T10:03Z")
    assert rolled(silent, late)[0][0].live_at == us("2026-03-02T10:00Z")
    assert rolled(silent)[0][0].live_at == us("2026-03-02T10:00Z")


def test_a_rollout_is_confirmed_when_all_its_targets_were_said_to_be_healthy():
    blue, green = (deploy("checkout", "2026-03-02T10:00Z", "a1", target=name, healthy=None if name == "green" else True)
                   for name in ("blue", "green"))  # fmt: skip
    well = health("checkout", "2026-03-02T10:03Z", "healthy", target="green")
    assert [each.healthy for each in rolled(blue)[0]] == [True]
    assert [each.healthy for each in rolled(blue, green)[0]] == [False]
    assert [each.healthy for each in rolled(blue, green, well)[0]] == [True]


def test_tries_count_for_what_they_tried():
    live, tries = rolled(
        deploy("checkout", "2026-03-02T09:00Z", "a1"),
        deploy("checkout", "2026-03-02T10:00Z", "a2", status="failed"),
        deploy("checkout", "2026-03-02T10:10Z", "a3", status="failed"),
        deploy("checkout", "2026-03-02T10:20Z", "a2"),
    )
    assert tries_between(tries, live, 0) == [0, 1]


def test_a_dry_run_is_no_claim():
    view = deploy("checkout", "2026-03-02T10:00Z", "a1")
    assert read_claim({**view, "operation": {"dry_run": True}}) is None


def test_the_first_word_on_the_end_stands():
    first = deploy("checkout", "2026-03-02T10:00Z", "a1", began="2026-03-02T09:50Z")
    later = deploy("checkout", "2026-03-02T12:00Z", "a1", began="2026-03-02T09:50Z", status="failed")
    live, tries = rolled(later, first)
    assert ([each.live_at for each in live], tries) == ([us("2026-03-02T10:00Z")], [])


def step(moment: str, artifact: str | None, **more: Any) -> View:
    return deploy("checkout", moment, artifact, source="reporter", canonical=False, **more)


def test_the_word_of_a_pipeline_is_no_proof_where_the_record_says_that_it_failed():
    before = deploy("checkout", "2026-03-02T09:00Z", "a1")
    failed = deploy("checkout", "2026-03-02T10:05Z", "a2", status="failed")
    for said in (step("2026-03-02T10:00Z", "a2"), step("2026-03-02T10:10Z", "a2", began="2026-03-02T10:04Z")):
        live, tries = rolled(before, said, failed)
        assert [len(each.evidence) for each in live] == [1]
        assert [(len(each.evidence), each.first.outcome) for each in tries] == [(2, "failed")]


def test_what_a_pipeline_said_long_before_or_of_something_else_stands():
    failed = deploy("checkout", "2026-03-02T10:45Z", "a2", status="failed")
    assert [len(each) for each in rolled(step("2026-03-02T10:00Z", "a2"), failed)] == [1, 1]
    assert [len(each) for each in rolled(step("2026-03-02T10:40Z", "a3"), failed)] == [1, 1]
    anew = step("2026-03-02T10:50Z", "a2", began="2026-03-02T10:46Z")
    assert [len(each) for each in rolled(anew, failed)] == [1, 1]


def test_what_a_cluster_has_seen_run_stands_though_its_sync_failed():
    seen = {**step("2026-03-02T10:00Z", "a2"), "platform": "kubernetes"}
    failed = deploy("checkout", "2026-03-02T10:05Z", "a2", status="failed")
    assert [len(each) for each in rolled(seen, failed)] == [1, 1]


def test_a_record_that_does_not_know_what_it_brought_is_of_the_step_before_it():
    said = step("2026-03-02T10:00Z", "a2")
    live, tries = rolled(said, deploy("checkout", "2026-03-02T10:02Z", revision="r2"))
    assert (len(live), tries) == (1, [])
    assert live[0].artifact.sha is not None
    assert live[0].live_at == us("2026-03-02T10:02Z")
    late = rolled(said, deploy("checkout", "2026-03-02T10:45Z", revision="r2"))
    assert [len(each) for each in late] == [2, 0]
    failed = rolled(said, deploy("checkout", "2026-03-02T10:02Z", revision="r2", status="failed"))
    assert [len(each) for each in failed] == [0, 1]


def test_a_row_of_digits_is_a_commit_only_where_there_is_one():
    words = [claim for view in [deploy("checkout", "2026-03-02T10:00Z", version="81-554559879997")]
             if (claim := read_claim(view))]  # fmt: skip
    assert "554559879997" in asked(words)
    whole = "554559879997" + "ab" * 14
    assert [each.artifact.sha for each in reports(words, {"554559879997": whole})] == [whole]
    assert [each.artifact.sha for each in reports(words, {})] == [None]


def aws(moment: str, platform: str = "lambda", **more: Any) -> View:
    return deploy("checkout", moment, source="eventbridge", target="-", **({"began": moment} | more)) | {
        "platform": platform
    }


def test_a_function_and_a_pipeline_that_name_two_versions_are_two_rollouts():
    said = step("2026-03-02T10:00Z", "a2", version="v1.5.0")
    for version, count in (("1.4.9", 2), ("1.5.0", 1)):
        image = f"123456789012.dkr.ecr.eu-west-1.amazonaws.com/checkout:{version}@sha256:0a"
        told = aws("2026-03-02T10:05Z", version=version, images=[image])
        assert len(rolled(said, told)[0]) == count
        before = step("2026-03-02T10:09Z", "a2", version="v1.5.0", began="2026-03-02T10:08Z")
        assert len(rolled(told, before)[0]) == count


def test_what_only_the_platform_calls_so_names_no_version():
    said = step("2026-03-02T10:00Z", "a2", version="1.5.0")
    by_number = aws("2026-03-02T10:05Z", version="42+ABCDEF12")
    by_tag = aws("2026-03-02T10:05Z", version="1.4.9", images=["example.com/checkout:1.4.9"])
    assert len(rolled(said, by_number)[0]) == 1
    assert len(rolled({**said, "version": None}, by_tag)[0]) == 1


def test_ecs_is_of_the_pipeline_that_began_it_not_of_one_that_ended_long_before_nor_when_it_goes_back():
    said = step("2026-03-02T10:00Z", "a2")
    soon, late = (aws(f"2026-03-02T10:{minute}Z", "ecs", revision="ecs-svc/2") for minute in ("05", "25"))
    back = aws("2026-03-02T10:05Z", "ecs", revision="ecs-svc/1", rollback=True)
    assert [len(rolled(said, told)[0]) for told in (soon, late, back)] == [1, 2, 2]
