"""What AWS answered for 104 patterns and events, and its library (https://github.com/aws/event-ruler) for others."""

import json
from collections import Counter
from typing import Any

import pytest

from app.routing.patterns import PatternError, compile_pattern
from app.routing.patterns.read import alternatives
from tests.conformance.folder import captured_folder

ROOT = captured_folder()
FOLDER = None if ROOT is None else ROOT / "aws" / "event-patterns"
SKIPPED = FOLDER is None or not FOLDER.is_dir()
DEVIATIONS = {
    "content_wildcard_complex_EXC": "match",  # AWS counts a wildcard's complexity; ours are linear, however many stars
}
"""Where we answer otherwise, as docs/how-to/eventbridge-patterns.md says."""

needs_vectors = pytest.mark.skipif(SKIPPED, reason="no vectors: SHIPBELL_SAMPLES has no aws/event-patterns")


def read(name: str) -> list[dict[str, Any]]:
    if FOLDER is None or SKIPPED:
        return []
    found: list[dict[str, Any]] = json.loads((FOLDER / name).read_text("utf-8"))
    return found


def answer(pattern: Any, event: Any) -> str:
    try:
        compiled = compile_pattern(pattern)
    except PatternError:
        return "error"
    return "match" if compiled.matches(event) else "no-match"


VALIDATED = read("aws-validated-vectors.json")
CORRECTNESS = read("event-ruler-correctness-cases.with-expected.json")


@needs_vectors
def test_all_vectors_are_there() -> None:
    assert Counter(vector["expect"] for vector in VALIDATED) == {"match": 44, "no-match": 40, "error": 20}
    assert len(VALIDATED) == 104
    assert len(CORRECTNESS) == 51
    assert DEVIATIONS.keys() <= {vector["name"] for vector in VALIDATED}


@pytest.mark.parametrize("vector", VALIDATED, ids=lambda vector: vector["name"])
def test_it_answers_as_aws_does(vector: dict[str, Any]) -> None:
    expected = DEVIATIONS.get(vector["name"], vector["expect"])
    assert answer(vector["pattern"], vector["event"]) == expected


@pytest.mark.parametrize("vector", VALIDATED, ids=lambda vector: vector["name"])
def test_a_deviation_is_one(vector: dict[str, Any]) -> None:
    assert (answer(vector["pattern"], vector["event"]) != vector["expect"]) is (vector["name"] in DEVIATIONS)


@pytest.mark.parametrize("case", CORRECTNESS, ids=lambda case: case["name"])
def test_it_answers_as_the_library_does(case: dict[str, Any]) -> None:
    assert answer(case["rule"], case["event"]) == case["expect"]


@needs_vectors
def test_or_as_a_relation() -> None:
    patterns = read("orRelationshipRules.json")
    combinations = [len(alternatives(compile_pattern(pattern).parts)) for pattern in patterns]
    assert combinations == [2, 4, 3, 4, 2]
    first, _, _, nested, deep = (compile_pattern(pattern) for pattern in patterns)
    assert first.matches({"namespace": "AWS/ES"})
    assert not first.matches({"namespace": "AWS/RDS", "metricName": "x"})
    assert nested.matches(
        {"source": "aws.cloudwatch", "metricType": "MetricType", "namespace": "AWS/ES", "spaceId": 1000}
    )
    assert not nested.matches({"source": "aws.cloudwatch", "metricType": "MetricType", "namespace": "AWS/ES"})
    alarm = {"source": "aws.cloudwatch", "detail": {"state": {"value": "ALARM"}}}
    assert deep.matches({**alarm, "withoutConfiguration": {"metric": {"name": "AWS/Default"}}})
    assert not deep.matches(alarm)


@needs_vectors
def test_or_as_a_field() -> None:
    patterns = [compile_pattern(pattern) for pattern in read("normalRulesWithOrWording.json")]
    assert [pattern.paths() for pattern in patterns] == [
        ("$or",),
        ("source", "$or.metricType", "$or.namespace"),
        ("time", "detail.$or"),
        ("detail.$or",),
    ]
    assert patterns[0].matches({"$or": "10.0.0.9"})
    assert patterns[3].matches({"detail": {"$or": 11}})
    assert not patterns[3].matches({"detail": {"$or": 7}})


@needs_vectors
def test_or_that_is_wrong() -> None:
    assert [answer(pattern, {}) for pattern in read("wrongOrRelationshipRules.json")] == ["error", "error"]
