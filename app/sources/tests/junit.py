"""JUnit XML, of which there is no standard: what Maven, Gradle, pytest, Jest, gtest, Bazel and others write.

Each `testcase` counts once, wherever it stands, so nested suites are not counted twice. Suites' own counts are believed
only where there is no test case at all. https://github.com/testmoapp/junitxml collects the dialects.
"""

import math
import re
from collections.abc import Iterable
from typing import TYPE_CHECKING

from defusedxml import ElementTree

from app.kernel.errors import BadPayload
from app.kernel.text import clean
from app.sources.tests.results import MOST, SHOWN, Failure, Results

if TYPE_CHECKING:
    from xml.etree.ElementTree import Element

_BAD = ("error", "failure")
_FLAKY = frozenset({"flakyfailure", "flakyerror", "rerunfailure", "rerunerror"})
_OFF = frozenset({"disabled", "notrun", "skipped"})
_MESSAGE = 2000


def read_junit(body: bytes) -> Results:
    """The results in the file. Raises BadPayload for what is no JUnit XML, or has a DTD: quotes nothing of it."""
    root = _root(body)
    suites = [root] if _name(root) == "testsuite" else [each for each in root if _name(each) == "testsuite"]
    counts = {"passed": 0, "failed": 0, "skipped": 0}
    flaky, seconds = 0, 0.0
    failures: list[Failure] = []
    for case in (each for each in root.iter() if _name(each) == "testcase"):
        told = {_name(child): child for child in reversed(case)}
        outcome = _outcome(case, told.keys())
        counts[outcome] += 1
        flaky += outcome == "passed" and not _FLAKY.isdisjoint(told)
        seconds += _seconds(case.get("time")) or 0
        if outcome == "failed" and len(failures) < SHOWN:
            failures.append(Failure(_called(case), _said(next(told[bad] for bad in _BAD if bad in told))))
    total = sum(counts.values())
    if total == 0:
        return _by_attributes(root, suites)
    declared = max(_number(root, "tests"), sum(_number(suite, "tests") for suite in suites))
    return Results(
        passed=counts["passed"],
        failed=counts["failed"],
        skipped=counts["skipped"],
        flaky=flaky,
        total=total,
        declared=declared if declared > total else None,
        duration=_bounded(_suite_seconds(suites) or _seconds(root.get("time")) or seconds),
        failures=tuple(failures),
    )


def _outcome(case: "Element", told: Iterable[str]) -> str:
    """Error and failure go before skipped; what failed at first and passed in the end has passed."""
    names = set(told)
    if not names.isdisjoint(_BAD):
        return "failed"
    off = "skipped" in names or (case.get("status") or case.get("result") or "").lower() in _OFF
    return "skipped" if off else "passed"


def _by_attributes(root: "Element", suites: list["Element"]) -> Results:
    """What the suites say of themselves, when no case is there."""
    speakers = [root] if root.get("tests") is not None else suites
    total, skipped = (sum(_number(each, name) for each in speakers) for name in ("tests", "skipped"))
    failed = sum(_number(each, "failures") + _number(each, "errors") for each in speakers)
    skipped += sum(_number(each, "disabled") for each in speakers)
    return Results(
        passed=max(total - failed - skipped, 0),
        failed=failed,
        skipped=skipped,
        total=max(total, failed + skipped),
        duration=_bounded(_suite_seconds(suites)),
    )


def _root(body: bytes) -> "Element":
    try:
        root: Element = ElementTree.fromstring(body.strip(), forbid_dtd=True)
    except (ElementTree.ParseError, ValueError, LookupError) as error:  # defusedxml's refusals are ValueErrors
        position = getattr(error, "position", None)
        where = f" at line {position[0]}, column {position[1]}" if position else ""
        raise BadPayload(f"not XML that is read here (no DTD){where}") from None
    if _name(root) not in ("testsuites", "testsuite"):
        raise BadPayload("XML, but no JUnit: expected <testsuites> or <testsuite>")
    return root


def _name(element: "Element") -> str:
    """The tag without its namespace, in small letters."""
    tag = element.tag
    return tag.rpartition("}")[2].lower() if isinstance(tag, str) else ""


def _called(case: "Element") -> str | None:
    parts = [part.strip() for part in (case.get("classname"), case.get("name")) if part and part.strip()]
    return clean(" ".join(".".join(parts).split())) or None


def _said(element: "Element") -> str | None:
    """The message of a failure, else the first of its text."""
    text = element.get("message") or "".join(element.itertext())
    return clean(text.strip()[:_MESSAGE], _MESSAGE) or None


def _number(element: "Element", name: str) -> int:
    text = (element.get(name) or "").strip()
    return min(int(text), MOST) if re.fullmatch(r"[0-9]{1,12}", text) else 0


def _seconds(text: str | None) -> float | None:
    """A time in seconds; some write thousands with a comma."""
    try:
        value = float((text or "").strip()[:40].replace(",", ""))
    except ValueError:
        return None
    return value if math.isfinite(value) and 0 <= value <= MOST else None


def _suite_seconds(suites: list["Element"]) -> float | None:
    found = [seconds for suite in suites if (seconds := _seconds(suite.get("time"))) is not None]
    return sum(found) if found else None


def _bounded(seconds: float | None) -> float | None:
    return None if seconds is None else round(min(seconds, float(MOST)), 6)
