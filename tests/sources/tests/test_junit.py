"""JUnit XML in its dialects, and what an independent reader makes of the same files."""

import random
from typing import Any

import pytest

from app.kernel.errors import BadPayload
from app.sources.tests.junit import read_junit
from app.sources.tests.results import Results
from tests.conformance.folder import captured_folder

FOLDER = captured_folder()
ORACLE = {  # passed, failed (its failures and errors), skipped (its disabled too), by the cases of its `.results` files
    "TEST-uk.co.gresearch.spark.diff.DiffOptionsSuite.xml": (5, 0, 0),
    "disabled.xml": (6, 20, 5),
    "empty-system-out-err.xml": (1, 0, 0),
    "jest-junit.xml": (2, 0, 0),
    "junit.fail.xml": (3, 1, 1),
    "junit.gloo.standalone.xml": (80, 0, 17),
    "latex-utensils.xml": (109, 0, 0),
    "minimal-attributes.xml": (1, 2, 1),
    "no-attributes.xml": (1, 2, 1),
    "no-cases.xml": (0, 0, 0),
    "suite-logs.xml": (0, 1, 0),
    "testsuite-root.xml": (5, 0, 0),
    "with-xml-entities.xml": (0, 2, 2),
}


def counts(found: Results) -> tuple[int, int, int]:
    return found.passed, found.failed, found.skipped


@pytest.mark.skipif(FOLDER is None, reason="no captured files here")
def test_the_oracle_agrees_on_every_captured_file() -> None:
    assert FOLDER is not None
    files = {path.name: path for path in (FOLDER / "junit").glob("*.xml") if path.name != "non-junit.xml"}
    assert {name: counts(read_junit(path.read_bytes())) for name, path in files.items()} == {
        name: ORACLE[name] for name in files
    }


def case(inner: str = "", **attributes: str) -> str:
    told = "".join(f' {name}="{value}"' for name, value in attributes.items())
    return f"<testcase{told}>{inner}</testcase>"


def suite(*cases: str, head: str = "") -> bytes:
    return f"<testsuite {head}>{''.join(cases)}</testsuite>".encode()


@pytest.mark.parametrize(
    ("inner", "outcome"),
    [
        ("", (1, 0, 0)), ("<skipped/>", (0, 0, 1)), ("<skipped/><failure/>", (0, 1, 0)),
        ("<failure/><error/>", (0, 1, 0)), ("<skipped/><error/>", (0, 1, 0)), ("<system-out/>", (1, 0, 0)),
        ("<failure/><rerunFailure/>", (0, 1, 0)), ("<flakyFailure/>", (1, 0, 0)), ("<rerunError/>", (1, 0, 0)),
    ],
)  # fmt: skip
def test_error_goes_before_failure_before_skipped_before_passed(inner: str, outcome: tuple[int, int, int]) -> None:
    found = read_junit(suite(case(inner)))
    assert (counts(found), found.total) == (outcome, 1)
    assert found.flaky == (1 if "lakyF" in inner or inner == "<rerunError/>" else 0)


def test_every_case_counts_once_wherever_it_stands_whatever_the_suites_say() -> None:
    rng = random.Random(7)
    for _ in range(20):
        cases = [rng.choice(["", "<failure/>", "<skipped/>"]) for _ in range(rng.randint(1, 12))]
        text = ""
        for number, inner in enumerate(cases):
            text += case(inner, name=str(number))
            if rng.random() < 0.5:
                text = f'<testsuite tests="{rng.randint(0, 5)}">{text}</testsuite>'
        found = read_junit(f"<testsuites>{text}</testsuites>".encode())
        assert counts(found) == (cases.count(""), cases.count("<failure/>"), cases.count("<skipped/>"))


def test_counts_without_cases_and_more_declared_than_found() -> None:
    alone = read_junit(suite(head='tests="6" failures="1" errors="1" skipped="1"'))
    assert (counts(alone), alone.total) == ((3, 2, 1), 6)
    fewer = read_junit(suite(case(), case("<failure/>"), head='tests="173"'))
    assert (counts(fewer), fewer.total, fewer.declared) == ((1, 1, 0), 2, 173)
    assert read_junit(suite(case(), head='tests="1"')).declared is None
    assert counts(read_junit(b'<testsuites tests="9" failures="2"><testsuite tests="4"/></testsuites>')) == (7, 2, 0)


@pytest.mark.parametrize(
    ("head", "inner", "seconds"),
    [
        ('time="1,234.5"', "", 1234.5), ('time="2"', case(time="9"), 2.0), ("", case(time="0.5") + case(time="1"), 1.5),
        ('time="NaN"', case(time="0.5"), 0.5), ('time="-1"', "", None), ('time="1e400"', "", None),
    ],
)  # fmt: skip
def test_the_time_is_the_suites_or_else_the_cases(head: str, inner: str, seconds: float | None) -> None:
    assert (read_junit(suite(inner, head=head)).duration or None) == seconds


def test_namespaces_marks_and_encodings_are_passed_over() -> None:
    text = '<testsuite xmlns="urn:j"><testcase name="ä"><failure message="ß"/></testcase></testsuite>'
    assert counts(read_junit(b"\xef\xbb\xbf" + text.encode())) == (0, 1, 0)
    assert read_junit(text.encode("utf-16")).failures[0].name == "ä"


def test_ten_failures_are_named_and_all_are_counted() -> None:
    found = read_junit(suite(*(case("<failure>x\n at y</failure>", classname="a.B", name=f"t{n}") for n in range(30))))
    assert (found.failed, len(found.failures)) == (30, 10)
    assert (found.failures[0].name, found.failures[0].message) == ("a.B.t0", "x\n at y")


BOMB = b'<!DOCTYPE x [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;">]><testsuite><testcase name="&b;"/></testsuite>'


@pytest.mark.parametrize(
    "body",
    [
        BOMB, b'<!DOCTYPE x SYSTEM "http://127.0.0.1:1/x"><testsuite/>', b"<testsuite>", b"<testsuite/><testsuite/>",
        b"<html/>", b"<suites/>", b"<", b"<?xml version='1.0' encoding='no-such'?><testsuite/>",
        b"<testsuite>" * 100_000,
    ],
)  # fmt: skip
def test_what_is_no_junit_or_has_a_dtd_is_refused_and_not_quoted(body: bytes) -> None:
    with pytest.raises(BadPayload) as refused:
        read_junit(body)
    assert "aaaa" not in str(refused.value)


def test_suites_in_each_other_a_thousand_times_are_read() -> None:
    body: Any = b"<testsuite>" * 1000 + case().encode() + b"</testsuite>" * 1000
    assert counts(read_junit(body)) == (1, 0, 0)
