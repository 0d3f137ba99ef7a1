"""Spans: a hint at most."""

from typing import Any

import pytest

from app.sources import Ignored
from tests.sources.bitbucket.conftest import Send


def trace(*names: str, result: str = "COMPLETE") -> list[dict[str, Any]]:
    attribute = {"key": "pipeline.state.result.name", "value": {"stringValue": result}}
    return [{"scopeSpans": [{"spans": [{"name": name, "attributes": [attribute]} for name in names]}]}]


@pytest.mark.parametrize("result", ["COMPLETE", "FAILED"])
def test_ended_run_is_a_hint_whatever_its_result(send: Send, result: str) -> None:
    spans = trace("bbc.step", "bbc.pipeline_run", result=result)
    assert send("pipeline:span_created", resourceSpans=spans) == Ignored("hint_run_ended")


def test_step_of_a_run_is_less(send: Send) -> None:
    assert send("pipeline:span_created", resourceSpans=trace("bbc.step")) == Ignored("hint_only")
    assert send("pipeline:span_created") == Ignored("hint_only")
