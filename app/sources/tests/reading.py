"""Which form results have, and those that are JSON: our own summary, and Allure's `statistic`."""

from collections.abc import Mapping
from typing import Annotated, Any, Literal

from pydantic import Field, StrictFloat, StrictInt, StrictStr

from app.kernel.errors import BadPayload
from app.kernel.json import load_object
from app.kernel.shapes import Shape, fit
from app.kernel.text import clean
from app.sources.tests.junit import read_junit
from app.sources.tests.results import MOST, SHOWN, Failure, Results

LOOKED_FOR = (
    "looked for JUnit XML (`<testsuites>` or `<testsuite>`), a summary in JSON (`passed`, `failed`, `skipped`, "
    "`total`), Allure's `statistic`, or a `status`"
)
_XML = (b"<", b"\xef", b"\xfe", b"\xff")
Number = Annotated[StrictInt, Field(ge=0, le=MOST)]
Seconds = Annotated[StrictFloat | StrictInt, Field(ge=0, le=MOST)]


class Failed(Shape):
    """A failure by its name."""

    name: StrictStr | None = None
    message: StrictStr | None = None


class Summary(Shape):
    """Counts; `broken` is Allure's word for an error, and `unknown` is counted in the total alone."""

    passed: Number | None = None
    failed: Number | None = None
    broken: Number | None = None
    skipped: Number | None = None
    flaky: Number | None = None
    unknown: Number | None = None
    total: Number | None = None
    declared_tests: Number | None = None
    duration_seconds: Seconds | None = None
    failures: list[Failed] = []
    status: Literal["passed", "succeeded", "failed"] | None = None


def read_results(body: bytes) -> Results:
    """The results in a file. Raises BadPayload that says what was looked for."""
    if body.lstrip()[:1] in _XML:
        return read_junit(body)
    if not body.strip():
        raise BadPayload(f"nothing; {LOOKED_FOR}")
    return _from_summary(load_object(body))


def _from_summary(body: Mapping[str, Any]) -> Results:
    given = body.get("statistic", body)
    said = fit(Summary, given)
    counted = [said.passed, said.failed, said.broken, said.skipped, said.total]
    if all(count is None for count in counted) and said.status is None:
        raise BadPayload(LOOKED_FOR)
    failed = (said.failed or 0) + (said.broken or 0)
    found = (said.passed or 0) + failed + (said.skipped or 0) + (said.unknown or 0)
    passed = said.passed
    if passed is None and said.total is not None:  # the rest passed, as those mean who give no number
        passed = max(said.total - found, 0)
        found += passed
    return Results(
        passed=passed or 0,
        failed=failed,
        skipped=said.skipped or 0,
        flaky=said.flaky or 0,
        total=max(found, said.total or 0),
        declared=said.declared_tests,
        duration=said.duration_seconds,
        failures=tuple(
            Failure(clean(each.name or "") or None, clean(each.message or "", 2000) or None)
            for each in said.failures[:SHOWN]
        ),
        status="failed" if said.status == "failed" else "succeeded" if said.status else None,
        files=0 if all(count is None for count in counted) else 1,
    )
