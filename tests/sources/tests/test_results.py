"""Summaries in JSON, words without a file, and several files as one run."""

import json
from typing import Any

import pytest

from app.kernel.errors import BadPayload
from app.sources import Ignored, Inbound
from app.sources.tests import SOURCE, merged, read_results, run_key, summary
from app.sources.tests.results import Failure, Results


def read(**body: Any) -> Results:
    return read_results(json.dumps(body).encode())


@pytest.mark.parametrize(
    ("body", "counts", "verdict"),
    [
        ({"passed": 3, "failed": 1, "broken": 1, "skipped": 2, "total": 7}, (3, 2, 2, 7), "failed"),
        ({"failed": 1, "total": 7}, (6, 1, 0, 7), "failed"), ({"passed": 3}, (3, 0, 0, 3), "succeeded"),
        ({"passed": 3, "unknown": 2}, (3, 0, 0, 5), "succeeded"), ({"total": 0}, (0, 0, 0, 0), "unknown"),
        ({"skipped": 4}, (0, 0, 4, 4), "unknown"), ({"passed": 3, "total": 9}, (3, 0, 0, 9), "succeeded"),
        ({"status": "passed"}, (0, 0, 0, 0), "succeeded"), ({"passed": 3, "status": "failed"}, (3, 0, 0, 3), "failed"),
        ({"failed": 1, "status": "passed"}, (0, 1, 0, 1), "failed"),
        ({"statistic": {"passed": 4, "broken": 1}}, (4, 1, 0, 5), "failed"),
    ],
)  # fmt: skip
def test_a_summary_and_its_verdict(body: dict[str, Any], counts: tuple[int, ...], verdict: str) -> None:
    found = read(**body)
    assert (found.passed, found.failed, found.skipped, found.total) == counts
    assert found.verdict() == verdict


@pytest.mark.parametrize(
    "body", [{}, {"tests": 4}, {"passed": -1}, {"passed": "4"}, {"passed": 2**40}, {"status": "x"}]
)
def test_what_is_no_summary_is_refused(body: dict[str, Any]) -> None:
    with pytest.raises(BadPayload):
        read(**body)


def test_a_run_is_the_sum_of_its_files_and_reads_its_own_summary_again() -> None:
    one = Results(passed=1, failed=1, total=2, declared=3, duration=1.5, failures=(Failure("a", "b"),))
    two = Results(passed=2, skipped=1, flaky=1, total=3, status="succeeded")
    both = merged([one, two])
    assert (both.passed, both.failed, both.skipped, both.flaky, both.total) == (3, 1, 1, 1, 5)
    assert (both.declared, both.duration, both.files, both.verdict()) == (6, 1.5, 2, "failed")
    assert merged([two, one]).verdict() == "failed"
    again = read_results(json.dumps(summary(both)).encode())
    assert (again.passed, again.failed, again.failures, again.declared) == (3, 1, (Failure("a", "b"),), 6)


def test_only_somebodys_word_has_no_counts() -> None:
    drafts = SOURCE.parse(Inbound({"x-shipbell-service": "checkout"}, b'{"status":"passed"}'))
    assert not isinstance(drafts, Ignored)
    assert (drafts[0].status, drafts[0].fields) == ("succeeded", {"final": True})


def test_parts_of_a_run_begin_alike_and_other_runs_do_not() -> None:
    def keys(**said: str) -> tuple[str, str]:
        inbound = Inbound({f"x-shipbell-{name}": value for name, value in said.items()}, b"{}")
        return run_key(inbound), SOURCE.dedupe(inbound) or ""

    first, key = keys(service="a", run_id="1")
    last, other = keys(service="a", run_id="1", final="true", status="failed")
    assert first == last
    assert key.startswith(first)
    assert other.startswith(first)
    assert key != other
    assert len(key) <= 100
    assert len({keys(**said)[0] for said in ({"service": "a", "run_id": "2"}, {"service": "b", "run_id": "1"},
                {"service": "a", "run_id": "1", "suite": "x"}, {"service": "a", "run_id": "1"})}) == 4  # fmt: skip


@pytest.mark.parametrize(
    ("name", "value"), [("commit", "main"), ("final", "maybe"), ("status", "green"), ("build", "x")]
)
def test_a_parameter_that_cannot_be_is_named(name: str, value: str) -> None:
    with pytest.raises(BadPayload) as refused:
        SOURCE.parse(Inbound({f"x-shipbell-{name}": value}, b'{"passed": 1}'))
    assert refused.value.path == name
