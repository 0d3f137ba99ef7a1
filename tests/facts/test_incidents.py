from dataclasses import replace

from app.facts.artifacts import Artifact
from app.facts.claims import Claim, read_claim
from app.facts.incidents import incident, linked
from app.facts.model import Deployment, Incident
from app.facts.reports import reports
from app.facts.rollouts import rollouts
from app.facts.rows import deployment_of
from tests.world import telling

OPENED, SOLVED, AGAIN, MENDED = (f"2026-03-02T{hour}:00Z" for hour in ("10", "11", "12", "13"))


def claims(*views: telling.View) -> list[Claim]:
    return [claim for view in views if (claim := read_claim(view))]


def told(*states: tuple[str, str]) -> Incident:
    made = incident(claims(*(telling.incident("checkout", at, "I1", state) for at, state in states)))
    assert made is not None
    return made


def deployed(at: str, artifact: str) -> Deployment:
    live, _ = rollouts(reports(claims(telling.deploy("checkout", at, artifact)), {}), [])
    return deployment_of("checkout", "prod", live[0], "release", telling.us(at), None)


def test_the_first_word_on_its_end_stands_unless_it_was_opened_again():
    assert told((OPENED, "opened"), (SOLVED, "resolved"), (AGAIN, "resolved")).resolved_at == telling.us(SOLVED)
    again = told((OPENED, "opened"), (SOLVED, "resolved"), (AGAIN, "reopened"))
    assert (again.state, again.resolved_at) == ("open", None)
    mended = told((OPENED, "opened"), (SOLVED, "resolved"), (AGAIN, "reopened"), (MENDED, "resolved"))
    assert (mended.state, mended.resolved_at) == ("resolved", telling.us(MENDED))


def test_who_gives_it_back_leaves_it_open_and_has_had_it():
    given_back = told((OPENED, "opened"), (SOLVED, "acknowledged"), (AGAIN, "unacknowledged"))
    assert (given_back.state, given_back.acknowledged_at) == ("open", telling.us(SOLVED))
    assert told((OPENED, "opened"), (SOLVED, "resolved"), (AGAIN, "unacknowledged")).state == "resolved"


def test_it_is_put_down_to_the_nearest_deployment_and_names_the_others():
    early, late = deployed("2026-03-02T08:00Z", "a1"), deployed("2026-03-02T09:00Z", "a2")
    found = linked(told((OPENED, "opened")), None, [late, early])
    assert (found.deployment_id, found.link, found.others) == (late.id, "window", (early.id,))


def test_a_deployment_that_it_names_goes_before_the_nearest_however_old():
    old, near = deployed("2026-02-01T08:00Z", "a1"), deployed("2026-03-02T09:00Z", "a2")
    named = Artifact(telling.sha("a1"), None, "")
    found = linked(told((OPENED, "opened")), named, [old, near])
    assert (found.deployment_id, found.link) == (old.id, "explicit")


def test_what_is_not_urgent_or_too_late_or_cancelled_is_put_down_to_nothing():
    near = deployed("2026-03-02T09:00Z", "a2")
    one = told((OPENED, "opened"))
    assert linked(replace(one, priority="P3"), None, [near]).deployment_id is None
    assert linked(replace(one, priority=None), None, [near]).deployment_id is None
    assert linked(one, None, [deployed("2026-03-01T09:00Z", "a1")]).deployment_id is None
    assert linked(one, None, [deployed("2026-03-02T10:30Z", "a3")]).deployment_id is None
    assert linked(told((OPENED, "opened"), (SOLVED, "cancelled")), None, [near]).deployment_id is None
