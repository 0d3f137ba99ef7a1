"""The schema for editors says yes to what loads and no to what does not."""

from collections.abc import Callable
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from app.kernel.yaml import load
from app.routing import Rulebook, editor_schema

Load = Callable[..., Rulebook]

RULES = """
rules:
  - {name: one, match: {type: deployment.finished}, to: [deployments], card: deployment}
  - {name: quiet, match: {type: tests.finished}, drop: true}
"""


@pytest.fixture
def schema(with_rules: Load) -> dict[str, Any]:
    return editor_schema(with_rules(RULES), ["services"])


def faults(schema: dict[str, Any], text: str) -> list[str]:
    return [error.message for error in Draft202012Validator(schema).iter_errors(load(text, "x.yaml").value)]


def test_it_is_a_schema_without_our_own_marks(schema: dict[str, Any]) -> None:
    Draft202012Validator.check_schema(schema)
    assert "x-known" not in str(schema)
    assert "x-or-one" not in str(schema)


@pytest.mark.parametrize(
    "text",
    [
        RULES,
        "services: {anything: [goes]}",
        "defaults: {fallback: platform, dedupe: {by: [service, build.number], window: 10m}}",
        "defaults: {fallback: [platform, security]}",
        "channels: {new: {kind: console, colour: blue}}",
        "purposes: {deployments: platform}",
        "teams: {web: {services: 'web-*', channels: {security: {add: [platform]}}}}",
        "rules: [{name: a, match: {}, to: deployments, card: failed, dedupe: false}]",
        "rules: [{name: a, match: {environment: [dev, unmapped], build.number: {gte: 1}}, drop: true}]",
        "rules: [{name: a, match: {any: [{status: failed}, {labels.team: x}]}, drop: true}]",
        "tests: [{name: a, event: {type: tests.finished}, expect: {send: {}, dropped_by: quiet}}]",
    ],
)
def test_what_may_be_written_is_valid(schema: dict[str, Any], text: str) -> None:
    assert faults(schema, text) == []


@pytest.mark.parametrize(
    "text",
    [
        "servces: {}",
        "version: 2",
        "defaults: {fallback: platfrom}",
        "defaults: {dedupe: {by: [servce], window: 10m}}",
        "defaults: {dedupe: {by: [service], window: 10}}",
        "channels: {new: {kind: temas}}",
        "channels: {new: {kind: teams, connection: notfy}}",
        "purposes: {deployments: [nobody]}",
        "teams: {web: {services: 'web-*', channels: {securty: {add: [platform]}}}}",
        "teams: {web: {channels: {}}}",
        "rules: [{name: a, match: {}, to: [deployment], card: failed}]",
        "rules: [{name: a, match: {}, to: [deployments], card: faild}]",
        "rules: [{name: a, match: {enviroment: dev}, drop: true}]",
        "rules: [{name: a, match: {environment: production}, drop: true}]",
        "rules: [{name: a, match: {build.number: '42'}, drop: true}]",
        "rules: [{name: a, match: {any: [{statsu: failed}]}, drop: true}]",
        "rules: [{name: a, match: {version: {gte: 1}}, drop: true}]",
        "rules: [{name: a, match: {}, drop: true, mute: {}}]",
        "tests: [{name: a, event: {}, expect: {dropped_by: quite}}]",
    ],
)
def test_what_may_not_is_not(schema: dict[str, Any], text: str) -> None:
    assert faults(schema, text) != []


def test_the_fields_are_described(schema: dict[str, Any]) -> None:
    assert schema["$defs"]["Match"]["properties"]["service"]["description"].startswith("our name")


def test_an_empty_rule_book_makes_a_schema_too(read: Load) -> None:
    assert faults(editor_schema(read("")), "purposes: {a: [b]}") == []


WHOLE = """
defaults: {timezone: Europe/Berlin, dedupe: {by: [type, service, labels.team], window: 10m}}
channels: {watch: {kind: console, alerts_to: platform, connection: slow}}
connections: {slow: {posts: 5, per: 60s, when_full: wait}}
purposes: {all: [watch, platform]}
teams: {web: {services: basket, channels: {security: {replace: []}}, on_failure_mention: [Lead@Acme.io]}}
times:
  nights: [{from: 19:00, to: "07:00"}, {days: [sat, sun], timezone: Asia/Tokyo}]
  holidays: [{dates: ["12-24", 2026-12-31]}]
users: {upn_domains: [acme.io], aliases: {Ada@home.org: ada@acme.io}, never_mention: [ceo@acme.io]}
messages:
  - {name: bold, match: {environment: prod, any: [{status: failed}]}, during: holidays, text: Bold.}
  - {name: own, by_user: {ada@acme.io: [A, B], eve@acme.io: C}}
rules:
  - name: many
    match: {type: deployment.finished, environment: dev}
    to: [deployments, all]
    card: deployment
    group: {by: [environment, labels.team], wait: 2m, max_wait: 10m, card: generic, first: now}
    mute: {during: nights, then: hold}
    mention: {who: [author, authors, team, "user:grace@acme.io"], match: {status: failed}}
  - {name: last, pattern: {type: [tests.finished]}, to: all, card: failed, coalesce: {by: service, window: 5m}}
  - {name: weekly, schedule: {days: [mon], at: 09:00, timezone: UTC}, to: all, card: generic, mute: {during: holidays}}
  - {name: quiet, pattern: {version: [{prefix: "0."}]}, drop: true}
tests:
  - name: night
    at: "2026-03-04T22:00:00+01:00"
    event: {type: deployment.finished, environment: dev}
    expect: {send: {}, held: {}, grouped: {platform: generic}, mentions: [eve@acme.io], message: null}
  - {name: holiday, event: {type: tests.finished}, expect: {message: bold, dropped_by: null}}
"""


def test_a_whole_rule_book_loads_and_is_valid_too(with_rules: Load) -> None:
    assert faults(editor_schema(with_rules(WHOLE)), WHOLE) == []


@pytest.mark.parametrize(
    ("right", "wrong"),
    [
        ("alerts_to: platform", "alerts_to: platfrom"),
        ("when_full: wait", "when_full: drop"),
        ("from: 19:00", "from: 7pm"),
        ("days: [sat, sun]", "days: [saturday]"),
        ("nights: [{from", "all night: [{from"),
        ('dates: ["12-24"', 'dates: ["24.12."'),
        ("[Lead@Acme.io]", "[lead]"),
        ("upn_domains: [acme.io]", "upn_domains: [acme]"),
        ("{Ada@home.org: ada@acme.io}", "{Ada: ada@acme.io}"),
        ("{Ada@home.org: ada@acme.io}", "{Ada@home.org: '<at>ada@acme.io'}"),
        ("never_mention: [", "never_mentions: ["),
        ("during: holidays, text", "during: holiday, text"),
        ("match: {environment: prod, any", "match: {enviroment: prod, any"),
        ("any: [{status: failed}]", "any: [{statsu: failed}]"),
        ("text: Bold.", "text: []"),
        ("{ada@acme.io: [A, B], eve@acme.io: C}", "{ada: [A, B]}"),
        ("{ada@acme.io: [A, B], eve@acme.io: C}", "{}"),
        ("by: [environment, labels.team]", "by: [enviroment]"),
        ("by: [environment, labels.team]", "by: [commit]"),
        ("wait: 2m, max", "wait: 2, max"),
        ("card: generic, first: now", "card: genric, first: now"),
        ("first: now", "first: later"),
        ("then: hold", "then: wait"),
        ("during: nights", "during: night"),
        ("[author, authors", "[auther, authors"),
        ("user:grace@acme.io", "user:grace"),
        ("match: {status: failed}", "match: {statsu: failed}"),
        ("coalesce: {by: service, window: 5m}", "coalesce: {by: service}"),
        ("at: 09:00", "at: 9"),
        ("days: [mon]", "days: [monday]"),
        ("message: bold", "message: blod"),
        ("mentions: [eve@acme.io]", "mentions: [eve]"),
        ("held: {}", "held: {platfrom: generic}"),
        ("grouped: {platform: generic}", "grouped: {platform: genric}"),
    ],
)
def test_what_is_wrong_in_it_is_not(with_rules: Load, right: str, wrong: str) -> None:
    assert WHOLE.count(right) == 1
    assert faults(editor_schema(with_rules(WHOLE)), WHOLE.replace(right, wrong)) != []


def test_the_names_of_what_is_new_are_offered(with_rules: Load) -> None:
    entries = editor_schema(with_rules(WHOLE))["$defs"]
    assert entries["MuteEntry"]["properties"]["during"]["enum"] == ["nights", "holidays"]
    assert {"enum": ["bold", "own"], "type": "string"} in entries["ExpectEntry"]["properties"]["message"]["anyOf"]
    assert "generic" in entries["GroupEntry"]["properties"]["card"]["enum"]
    for entry in ("RuleEntry", "MentionEntry", "MessageEntry"):
        assert entries[entry]["properties"]["match"]["$ref"] == "#/$defs/Match"
