"""Lines for the fun of it: the first that fits, always the same one, and none under bad news."""

from collections import Counter
from collections.abc import Callable
from typing import Any

import pytest

from app.routing import Rulebook, route
from app.routing.messages import bad_news

Load = Callable[..., Rulebook]
Say = Callable[..., str | None]

VIEW: dict[str, Any] = {
    "id": "5" * 32,
    "type": "deployment.finished",
    "status": "succeeded",
    "service": "basket",
    "environment": "prod",
    "received_at": "2026-03-04T10:00:00Z",
}
AROUND = """
defaults: {timezone: Europe/Berlin}
times:
  fridays: [{days: [fri], from: "16:00", to: "24:00"}]
  towel-day: [{dates: ["05-25"]}]
users: {upn_domains: [acme.io], aliases: {ada@home.org: ada@acme.io}, never_mention: [shy@acme.io]}
rules:
  - {name: it, match: {service: {not: ledger}}, to: [deployments], card: deployment}
  - {name: quiet, match: {version: quiet}, drop: true}
messages:
"""


@pytest.fixture
def say(with_rules: Load) -> Say:
    """The name of the message of an event, or None."""

    def ask(messages: str, **changes: Any) -> str | None:
        said = route(with_rules(AROUND + messages), VIEW | changes).message
        return said.name if said else None

    return ask


def test_the_first_that_fits_is_shown(say: Say) -> None:
    messages = (
        "  - {name: one, match: {build.number: 42}, text: A}\n"
        "  - {name: two, match: {environment: prod}, text: B}\n"
        "  - {name: three, match: {build.number: {gte: 40}}, text: C}\n"
    )
    assert say(messages, build={"number": 42}) == "one"
    assert say(messages, build={"number": 41}) == "two"
    assert say(messages, build={"number": 41}, environment="dev") == "three"
    assert say(messages, build={"number": 7}, environment="dev") is None
    assert say(messages, environment=None) is None


def test_its_text_is_handed_on_as_it_was_written(with_rules: Load) -> None:
    book = with_rules(AROUND + "  - {name: one, match: {environment: prod}, text: 'Build {{ e.build.number }}.'}\n")
    routing = route(book, VIEW)
    assert routing.message is not None
    assert routing.message.text == "Build {{ e.build.number }}."
    assert routing.record()["message"] == "one"


def test_without_one_the_record_says_nothing_of_it(with_rules: Load) -> None:
    assert "message" not in route(with_rules(""), VIEW).record()


def test_every_thousandth(say: Say) -> None:
    messages = "  - {name: round, match: {build.number: {multiple_of: 1000}}, text: A}\n"
    numbers = [0, 999, 1000, 1001, 3000, True, None]
    assert [say(messages, build={"number": number}) for number in numbers] == [
        "round",
        None,
        "round",
        None,
        "round",
        None,
        None,
    ]


@pytest.mark.parametrize(
    ("received", "said"),
    [
        ("2026-03-06T14:59:59Z", "else"),
        ("2026-03-06T15:00:00Z", "friday"),  # 16:00 in Berlin
        ("2026-03-06T22:59:59Z", "friday"),
        ("2026-03-06T23:00:00Z", "else"),
        ("2026-05-25T12:00:00Z", "towel"),
    ],
)
def test_some_are_said_at_their_times_only(say: Say, received: str, said: str) -> None:
    messages = (
        "  - {name: towel, during: towel-day, text: A}\n"
        "  - {name: friday, match: {environment: prod}, during: fridays, text: B}\n"
        "  - {name: else, match: {environment: prod}, text: C}\n"
    )
    assert say(messages, received_at=received) == said


def author(email: str | None) -> dict[str, Any]:
    return {"author": {"email": email}}


@pytest.mark.parametrize(
    ("email", "said"),
    [
        ("ada@acme.io", "own"),
        ("ADA@acme.io", "own"),
        ("ada@home.org", "own"),
        ("shy@acme.io", "own"),  # not to be mentioned, and still spoken of
        ("eve@acme.io", "all"),
        (None, "all"),
        (7, "all"),
    ],
)
def test_a_person_has_lines_of_their_own(say: Say, email: Any, said: str) -> None:
    messages = (
        "  - {name: own, by_user: {Ada@acme.io: [A, B], shy@acme.io: C}}\n"
        "  - {name: all, match: {environment: prod}, text: D}\n"
    )
    assert say(messages, commit=author(email)) == said


def texts(book: Rulebook, ids: range) -> list[str]:
    said = [route(book, VIEW | {"id": f"{number:032x}"}).message for number in ids]
    return [one.text for one in said if one is not None]


def test_an_event_gets_the_same_text_whenever_it_is_asked(with_rules: Load) -> None:
    messages = AROUND + "  - {name: one, match: {environment: prod}, text: [A, B, C, D]}\n"
    again = with_rules("# read anew\n" + messages)
    assert texts(with_rules(messages), range(50)) == texts(again, range(50))


def test_of_several_texts_all_come_about_as_often(with_rules: Load) -> None:
    book = with_rules(AROUND + "  - {name: one, match: {environment: prod}, text: [A, B, C, D]}\n")
    counted = Counter(texts(book, range(800)))
    assert sorted(counted) == ["A", "B", "C", "D"]
    assert all(150 <= count <= 250 for count in counted.values())


def test_two_messages_do_not_pick_in_step(with_rules: Load) -> None:
    text = "  - {{name: {0}, match: {{environment: prod}}, text: [A, B, C, D]}}\n"
    one, two = (texts(with_rules(AROUND + text.format(name)), range(100)) for name in ("one", "two"))
    assert one != two


# ---------------------------------------------------------------- bad news


@pytest.mark.parametrize(
    ("view", "bad"),
    [
        ({"type": "deployment.finished", "status": "succeeded"}, set()),
        ({"type": "deployment.finished", "status": "stopped"}, set()),
        ({"type": "deployment.finished", "status": "failed"}, {"status"}),
        ({"type": "pipeline.finished", "status": "error"}, {"status"}),
        ({"type": "deployment.health_changed", "status": "degraded"}, {"status"}),
        ({"type": "deployment.health_changed", "status": "missing"}, {"status"}),
        ({"type": "deployment.health_changed", "status": "healthy"}, set()),
        ({"type": "gate.decided", "verdict": "block"}, {"verdict"}),
        ({"type": "gate.decided", "verdict": "allow"}, set()),
        ({"type": "incident.opened"}, {"type"}),
        ({"type": "incident.resolved"}, {"type"}),
        ({"type": "security.scan_finished", "findings": {"critical": 0, "high": 0, "medium": 9}}, set()),
        ({"type": "security.scan_finished", "findings": {"critical": 1}}, {"findings"}),
        ({"type": "security.scan_finished", "findings": {"high": 1}, "verdict": "failed"}, {"findings", "verdict"}),
        ({"type": "security.vulnerability_changed", "status": "new", "severity": "critical"}, {"severity"}),
        ({"type": "security.vulnerability_changed", "status": "resolved", "severity": "high"}, set()),
        ({"type": "security.vulnerability_changed", "status": "new", "severity": "low"}, set()),
        ({"type": "shipbell.channel_broken"}, {"type"}),
        ({}, set()),
    ],
)
def test_what_is_bad_news_and_why(view: dict[str, Any], bad: set[str]) -> None:
    assert bad_news(view) == bad


@pytest.mark.parametrize(
    ("match", "said"),
    [
        ("{environment: prod}", None),
        ("{type: deployment.finished}", None),  # that it is one does not ask for the failed ones
        ("{status: failed}", "one"),
        ("{status: {not: succeeded}}", "one"),
        ("{any: [{environment: dev}, {all: [{status: failed}]}]}", "one"),
        ("{verdict: failed}", None),
    ],
)
def test_a_failure_carries_only_what_asks_for_it(say: Say, match: str, said: str | None) -> None:
    assert say(f"  - {{name: one, match: {match}, text: A}}\n", status="failed") == said


def test_what_asks_for_nothing_is_not_said_of_a_failure(say: Say) -> None:
    messages = "  - {name: towel, during: towel-day, text: A}\n  - {name: own, by_user: {ada@acme.io: B}}\n"
    towel_day = {"received_at": "2026-05-25T12:00:00Z", "commit": author("ada@acme.io")}
    assert say(messages, **towel_day) == "towel"
    assert say(messages, **towel_day, status="failed") is None


def test_an_incident_and_a_blocked_gate_carry_what_asks_for_them(say: Say) -> None:
    messages = (
        "  - {name: over, match: {type: incident.resolved}, text: A}\n"
        "  - {name: gate, match: {verdict: block}, text: B}\n"
        "  - {name: found, match: {findings.critical: {gte: 1}}, text: C}\n"
        "  - {name: all, match: {environment: prod}, text: D}\n"
    )
    assert say(messages, type="incident.resolved", status=None) == "over"
    assert say(messages, type="incident.opened", status=None) is None
    assert say(messages, type="gate.decided", status=None, verdict="block") == "gate"
    assert say(messages, type="security.scan_finished", status="finished", findings={"critical": 1}) == "found"
    assert say(messages, type="security.scan_finished", status="finished", findings={"high": 1}) is None


# ---------------------------------------------------------------- where nothing is sent


def test_what_is_dropped_or_fits_no_rule_has_no_message(say: Say) -> None:
    messages = "  - {name: one, match: {environment: prod}, text: A}\n"
    assert say(messages) == "one"
    assert say(messages, version="quiet") is None
    assert say(messages, service="ledger") is None
