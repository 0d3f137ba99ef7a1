"""The `tests` section: what it finds, and what may stand in it."""

from collections.abc import Callable

import pytest

from app.routing import Rulebook, run_trials

Load = Callable[..., Rulebook]
Problems = Callable[..., list[str]]

RULES = """
defaults: {timezone: Europe/Berlin}
rules:
  - {name: deployments, match: {type: deployment.finished, canonical: true}, to: [deployments], card: deployment}
  - {name: quiet, match: {type: deployment.started}, drop: true}
tests:
"""


def outcome(book: Rulebook) -> list[tuple[str, ...]]:
    return [result.problems for result in run_trials(book)]


def test_a_trial_that_comes_true_passes(with_rules: Load) -> None:
    book = with_rules(
        RULES
        + "  - {name: a, event: {type: deployment.finished, service: basket}, expect: {send: {platform: deployment}}}\n"
        + "  - {name: b, event: {type: deployment.started}, expect: {send: {}, dropped_by: quiet}}\n"
        + "  - {name: c, event: {type: tests.finished}, expect: {send: {platform: unrouted}}}\n"
    )
    assert [(result.name, result.passed, result.line) for result in run_trials(book)] == [
        ("a", True, 7),
        ("b", True, 8),
        ("c", True, 9),
    ]


@pytest.mark.parametrize(
    ("trial", "told"),
    [
        (
            "event: {type: deployment.finished}, expect: {send: {}}",
            "expected to send nothing, but sent deployment to platform",
        ),
        (
            "event: {type: deployment.finished}, expect: {send: {platform: deployment, security: security}}",
            "expected to send deployment to platform, security to security, but sent deployment to platform",
        ),
        (
            "event: {type: deployment.finished}, expect: {dropped_by: quiet}",
            "expected 'quiet' to drop it, but nothing dropped it",
        ),
        (
            "event: {type: deployment.started}, expect: {dropped_by: deployments}",
            "expected 'deployments' to drop it, but 'quiet' dropped it",
        ),
    ],
)
def test_a_trial_that_does_not_says_what_came_instead(with_rules: Load, trial: str, told: str) -> None:
    (result,) = run_trials(with_rules(f"{RULES}  - {{name: a, {trial}}}\n"))
    assert result.problems == (told,)
    assert not result.passed


def test_the_event_is_made_whole_so_that_a_types_own_defaults_are_there(with_rules: Load) -> None:
    # `canonical: true` is what every real event of the type has, and the trial does not say it.
    book = with_rules(
        RULES + "  - {name: a, event: {type: deployment.finished}, expect: {send: {platform: deployment}}}"
    )
    assert outcome(book) == [()]


@pytest.mark.parametrize(
    ("at", "occurred"),
    [
        ('"2026-03-04T10:00:00+01:00"', "2026-03-04T09:00:00.000000Z"),
        ('"2026-07-04T10:00:00"', "2026-07-04T08:00:00.000000Z"),  # in the time zone of the defaults
        ("2026-07-04T10:00:00Z", "2026-07-04T10:00:00.000000Z"),
        (None, "2026-01-05T10:00:00.000000Z"),
    ],
)
def test_when_it_happens(with_rules: Load, at: str | None, occurred: str) -> None:
    at = f"at: {at}, " if at else ""
    book = with_rules(f"{RULES}  - {{name: a, {at}event: {{type: deployment.started}}, expect: {{send: {{}}}}}}")
    assert book.trials[0].view["occurred_at"] == occurred


@pytest.mark.parametrize(
    ("event", "told"),
    [
        ("{service: basket}", "'type' is missing"),
        ("{type: deployment.finishd}", "unknown type 'deployment.finishd' (did you mean 'deployment.finished'?)"),
        ("{type: deployment.finished, enviroment: prod}", "unknown field 'enviroment' (did you mean 'environment'?)"),
        ("{type: deployment.finished, environment: production}", "'production' is not in the estate"),
        ("{type: deployment.finished, service: baskt}", "'baskt' is not in the estate (did you mean 'basket'?)"),
        ("{type: deployment.finished, status: fine}", "'fine' is not a value of status"),
        ('{type: deployment.finished, build: {number: "7"}}', "build.number is a number, not '7'"),
        ("{type: deployment.finished, build: {numbr: 7}}", "unknown field 'build.numbr'"),
        ("{type: deployment.finished, commit: {author: {mail: x}}}", "unknown field 'commit.author.mail'"),
        ("{type: deployment.finished, findings: {high: 1}}", "events of deployment.finished have no field 'findings'"),
        ("{type: deployment.finished, images: web}", "images: Input should be a valid list"),
        ("{type: security.scan_finished, findings: {high: -1}}", "findings.high: Input should be greater than"),
        ("{type: deployment.finished, build: 7}", "build:"),
    ],
)
def test_an_event_is_held_against_the_models_as_the_rules_are(problems: Problems, event: str, told: str) -> None:
    found = problems(f"{RULES}  - name: a\n    expect: {{send: {{}}}}\n    event: {event}\n")
    assert len(found) == 1
    assert found[0].startswith("01.yaml:9: ")
    assert told in found[0]


@pytest.mark.parametrize(
    ("expect", "told"),
    [
        ("{send: {platfrm: deployment}}", "unknown channel 'platfrm' (did you mean 'platform'?)"),
        ("{send: {platform: deploymnt}}", "unknown card 'deploymnt' (did you mean 'deployment'?)"),
        ("{dropped_by: quite}", "unknown rule 'quite' (did you mean 'quiet'?)"),
        ("{}", "write what is expected: one of send, held, grouped, mentions, message, dropped_by"),
        ("{sends: {}}", "unknown field 'expect.sends'"),
        ("{held: {platfrm: deployment}}", "unknown channel 'platfrm' (did you mean 'platform'?)"),
        ("{grouped: {platform: deploymnt}}", "unknown card 'deploymnt' (did you mean 'deployment'?)"),
        ("{message: nothing}", "unknown message 'nothing'"),
        ("{mentions: [ada]}", "expect.mentions.0: 'ada' is not an address: write one like ada@example.com"),
        ("{mentions: ada@acme.io}", "expect.mentions: Input should be a valid list"),
        ("{send: null}", "expect: 'send' is empty: write send: {} for none"),
        ("{message: null, held: null}", "expect: 'held' is empty: write held: {} for none"),
        ("{mentions: null}", "expect: 'mentions' is empty: write mentions: [] for none"),
    ],
)
def test_an_expectation_names_what_there_is(problems: Problems, expect: str, told: str) -> None:
    found = problems(f"{RULES}  - {{name: a, event: {{type: deployment.started}}, expect: {expect}}}\n")
    assert told in found[0]


def test_a_time_must_be_one(problems: Problems) -> None:
    trial = "  - {name: a, at: '19:00', event: {type: deployment.started}, expect: {send: {}}}"
    assert "'19:00' is not a time" in problems(RULES + trial)[0]


# ---------------------------------------------------------------- what waits, whom it mentions, what is said

CALM = """
defaults: {timezone: Europe/Berlin}
times: {nights: [{from: "19:00", to: "07:00"}]}
users: {upn_domains: [acme.io], never_mention: [ceo@acme.io]}
rules:
  - {name: dev, match: {environment: dev}, to: [deployments], group: {wait: 2m, card: generic}}
  - {name: qa, match: {environment: qa}, to: [deployments], card: deployment, mute: {during: nights, then: hold}}
  - {name: prod, match: {environment: prod}, to: [deployments], card: deployment, mention: {who: [author, team]}}
  - {name: scans, match: {type: security.scan_finished}, to: [security], card: security,
     coalesce: {by: service, window: 5m}}
  - {name: tests, match: {type: tests.finished}, to: [security], card: failed, mute: {during: nights, then: drop}}
  - {name: quiet, match: {version: quiet}, drop: true}
messages:
  - {name: answer, match: {build.number: 42}, text: A}
teams: {web: {services: [basket], on_failure_mention: [lead@acme.io]}}
tests:
"""
NIGHT = 'at: "2026-03-04T22:00:00"'


def trial(said: str, type_: str = "deployment.finished", more: str = "") -> str:
    at, _, expect = said.rpartition("->")
    moment = f"{at.strip()}, " if at else ""
    return f"  - {{name: a, {moment}event: {{type: {type_}, service: basket{more}}}, expect: {expect.strip()}}}\n"


@pytest.mark.parametrize(
    "text",
    [
        trial("{send: {}, held: {}, grouped: {platform: generic}}", more=", environment: dev"),
        trial(f"{NIGHT} -> {{send: {{}}, held: {{platform: deployment}}, grouped: {{}}}}", more=", environment: qa"),
        trial("{send: {platform: deployment}, held: {}}", more=", environment: qa"),
        trial("{send: {security: security}, held: {}, grouped: {}}", "security.scan_finished"),
        trial(f"{NIGHT} -> {{send: {{}}, held: {{}}, dropped_by: null}}", "tests.finished"),
        trial("{send: {security: failed}}", "tests.finished"),
        trial(
            "{mentions: [Lead@acme.io, eve@acme.io]}",
            more=", environment: prod, commit: {author: {email: eve@acme.io}}",
        ),
        trial("{mentions: [lead@acme.io]}", more=", environment: prod, commit: {author: {email: ceo@acme.io}}"),
        trial("{mentions: [lead@acme.io]}", more=", environment: prod, commit: {author: {email: x@evil.org}}"),
        trial("{mentions: []}", more=", environment: qa, commit: {author: {email: eve@acme.io}}"),
        trial("{message: answer}", more=", environment: dev, build: {number: 42}"),
        trial("{message: null}", more=", environment: dev, build: {number: 41}"),
        trial("{message: null}", more=", environment: dev, build: {number: 42}, status: failed"),
    ],
)
def test_what_waits_who_is_mentioned_and_what_is_said(with_rules: Load, text: str) -> None:
    assert outcome(with_rules(CALM + text)) == [()]


def test_an_event_that_is_tried_is_the_first_of_its_group(with_rules: Load) -> None:
    now = CALM.replace(
        "group: {wait: 2m, card: generic}", "card: deployment, group: {wait: 2m, card: generic, first: now}"
    )
    text = trial("{send: {platform: deployment}, grouped: {}}", more=", environment: dev")
    assert outcome(with_rules(now + text)) == [()]


@pytest.mark.parametrize(
    ("text", "told"),
    [
        (
            trial("{held: {platform: deployment}}", more=", environment: dev"),
            "expected to hold deployment to platform, but held nothing",
        ),
        (
            trial("{grouped: {}}", more=", environment: dev"),
            "expected to group nothing, but grouped generic to platform",
        ),
        (
            trial("{send: {platform: generic}}", more=", environment: dev"),
            "expected to send generic to platform, but sent nothing",
        ),
        (
            trial("{mentions: []}", more=", environment: prod"),
            "expected to mention nobody, but mentioned lead@acme.io",
        ),
        (
            trial("{mentions: [lead@acme.io, eve@acme.io]}", more=", environment: qa"),
            "expected to mention eve@acme.io, lead@acme.io, but mentioned nobody",
        ),
        (
            trial("{message: null}", more=", environment: dev, build: {number: 42}"),
            "expected the message none, but it was answer",
        ),
        (
            trial("{message: answer}", more=", environment: dev"),
            "expected the message answer, but it was none",
        ),
        (
            trial("{dropped_by: null}", more=", version: quiet"),
            "expected nothing to drop it, but 'quiet' dropped it",
        ),
    ],
)
def test_what_came_instead_is_said(with_rules: Load, text: str, told: str) -> None:
    assert outcome(with_rules(CALM + text)) == [(told,)]


def test_a_name_that_is_none_does_not_stop_the_reading(problems: Problems) -> None:
    found = problems("rules: [{name: [a], match: {}, drop: true}]\n" + f"tests:\n{trial('{dropped_by: a}')}")
    assert [problem.partition(": ")[2] for problem in found] == [
        "name: Input should be a valid string",
        "unknown rule 'a'",
    ]


@pytest.mark.parametrize("at", ["0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-12:00", "1969-12-31T23:59:59Z"])
def test_a_trial_happens_when_an_event_can(problems: Problems, at: str) -> None:
    found = problems(CALM + trial(f"at: '{at}' -> {{message: null}}", more=", environment: qa"))
    assert [problem.partition(": ")[2] for problem in found] == [f"{at!r} is not a time that an event can have"]


def test_an_events_own_time_of_receipt_must_be_one_too(problems: Problems) -> None:
    (found,) = problems(CALM + trial("{message: null}", more=", environment: qa, received_at: yesterday"))
    assert found.endswith("received_at is not a time (leave it out, and write 'at')")
