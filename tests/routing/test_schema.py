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
