"""What is wrong in a match is told when it is loaded: path, type, value, with the line and a suggestion."""

from collections.abc import Callable

import pytest

Problems = Callable[..., list[str]]

RULE = "rules:\n  - name: it\n    to: [deployments]\n    card: deployment\n    match:\n      {}\n"


@pytest.mark.parametrize(
    ("match", "told"),
    [
        ("enviroment: prod", "unknown field 'enviroment' (did you mean 'environment'?)"),
        ("commit.autor.email: x", "unknown field 'commit.autor.email' (did you mean 'commit.author.email'?)"),
        ("worst[].title: x", "unknown field 'worst[].title'"),
        ("environment: production", "'production' is not in the estate (known: dev, prod, qa, unmapped)"),
        ("environment: no", "'no' is not in the estate (known: dev, prod, qa, unmapped)"),
        ("environment: [dev, prd]", "'prd' is not in the estate (did you mean 'prod'?)"),
        ("service: chekout", "'chekout' is not in the estate (did you mean 'checkout'?)"),
        ("type: deployment.done", "'deployment.done' is not a value of type"),
        ("status: fialed", "'fialed' is not a value of status (did you mean 'failed'?)"),
        ("status: on", "'on' is not a value of status"),
        ("environment_tier: prod", "'prod' is not a value of environment_tier"),
        ('build.number: "42"', "build.number is a number, not '42' (write 42 without quotes)"),
        ("build.number: 4.5", "build.number is a whole number, not 4.5"),
        ("build.number: .inf", "build.number is a whole number"),
        ("build.number: true", "build.number is a number, not True"),
        ("version: 1.4", 'version is text, not 1.4 (write "1.4" in quotes)'),
        ("operation.automated: yes", "operation.automated is true or false, not 'yes'"),
        ("status: null", "nothing equals None (write {exists: false} for a field that is not there)"),
        ("version: ''", "nothing equals ''"),
        ("status: []", "an empty list matches nothing"),
        ("status: {}", "an empty map asks nothing"),
        ("build.number: {gte: 5, lt: 2}", "no build.number is within these bounds"),
        ("status: {not: {}}", "an empty map asks nothing"),
        ("status: {not: fialed}", "'fialed' is not a value of status"),
        ("status: {nott: failed}", "unknown operator 'nott' (did you mean 'not'?)"),
        ("status: {equals: failed}", "unknown operator 'equals'"),
        ("build: {number: 42}", "unknown operator 'number' (write build.number for the field)"),
        ("build: 42", "build is a part and equals no single value (name one of its fields"),
        ("images: x", "images is a list and equals no single value (write {contains: …}"),
        ("occurred_at: 19:00", "occurred_at is a time and equals no single value"),
        ("labels: x", "labels is a map and equals no single value"),
        ("tickets: {contains: PAY-1}", "tickets is a list of parts"),
        ("version: {gte: 1}", "'gte' cannot be asked of version, which is a text"),
        ("build.number: {glob: '4*'}", "'glob' cannot be asked of build.number"),
        ('build.number: {gte: "4"}', "build.number is compared with a number, not with '4'"),
        ("build.number: {multiple_of: 0}", "multiple_of takes a whole number from 1, not 0"),
        ("build.number: {multiple_of: true}", "multiple_of takes a whole number from 1"),
        ("duration_seconds: {multiple_of: 2}", "'multiple_of' cannot be asked of duration_seconds"),
        ("version: {exists: yes}", "exists is true or false, not 'yes'"),
        ("version: {glob: 4}", "expected a text or a list of texts, not 4"),
        ("version: {contains: []}", "expected a text or a list of texts"),
        ("version: {regex: '('}", "cannot be used as a pattern: missing )"),
        ("environment: {glob: 'pr?d?'}", "'pr?d?' fits no value of environment (known: dev, qa, prod, unmapped)"),
        ("any: []", "'any' takes a list of maps"),
        ("none: {status: failed}", "'none' takes a list of maps"),
        ("any: [failed]", "expected a map of fields"),
        ("any: [{statsu: failed}]", "unknown field 'statsu' (did you mean 'status'?)"),
    ],
)
def test_a_mistake_is_told_with_its_line(problems: Problems, match: str, told: str) -> None:
    found = problems(RULE.format(match))
    assert len(found) == 1
    assert found[0].startswith("01.yaml:6: ")
    assert told in found[0]


@pytest.mark.parametrize(
    ("match", "told"),
    [
        (
            "{type: deployment.finished, findings.high: {gte: 1}}",
            "events of deployment.finished have no field 'findings.high' (only events of security.scan_finished",
        ),
        ("{type: change.pushed, status: failed}", "events of change.pushed have no field 'status'"),
        ("{type: gate.decided, verdict: passed}", "'passed' is not a value of verdict (known: allow, block, unknown)"),
        ('{type: {glob: "gate.*"}, verdict: passed}', "'passed' is not a value of verdict"),
        ('{type: {glob: "gates.*"}}', "'gates.*' fits no value of type"),
        ("{type: {not: deployment.started, glob: deployment.started}}", "fits no type of event"),
        ("{type: gate.decided, any: [{type: tests.finished}]}", "'tests.finished' is not a value of type"),
        ("{any: [{type: gate.decided, verdict: passed}]}", "'passed' is not a value of verdict"),
    ],
)
def test_a_rule_for_some_types_is_held_against_their_fields_only(problems: Problems, match: str, told: str) -> None:
    found = problems(RULE.format(match).replace("match:\n      ", "match: "))
    assert len(found) == 1
    assert told in found[0]


def test_lines_of_lists_and_nested_maps_are_their_own(problems: Problems) -> None:
    text = RULE.format(
        "any:\n        - status: failed\n        - environment:\n            - dev\n            - prodd\n"
    )
    assert problems(text) == ["01.yaml:10: 'prodd' is not in the estate (did you mean 'prod'?)"]


def test_any_all_and_none_have_an_end(problems: Problems) -> None:
    deep = "{any: [" * 10 + "{status: failed}" + "]}" * 10
    assert "any, all and none more than 8 deep" in problems(RULE.format(deep).replace("match:\n      ", "match: "))[0]
