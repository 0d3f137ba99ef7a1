"""Explanations as plain text."""

import time

import pytest

from app.sources.scans.naming import cve, cve_in, cwe, place, without_query
from app.sources.scans.prose import paragraphs


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (
            "<span>One &amp; <b>two</b>.</span> <span>Three.</span> <span>References: <a>CWE</a></span>",
            ["One & two.", "Three."],
        ),
        ("One.\r\n\r\nTwo\nlines.\r\n\r\nReferences: \r\nCWE", ["One.", "Two lines."]),
        ("plain", ["plain"]),
        ("a < b and c > d", ["a < b and c > d"]),
        ("kept<![x", ["kept"]),
        ("<!-- hidden -->shown", ["shown"]),
        ("<span></span>", []),
        ("", []),
    ],
)
def test_paragraphs(text: str, expected: list[str]) -> None:
    assert paragraphs(text) == expected


@pytest.mark.parametrize("piece", ["<", "<!", "<![", "<a ", "&", "<!--", "</", "<span>", '<a b="'])
def test_a_megabyte_of_anything_is_bounded(piece: str) -> None:
    started = time.process_time()
    assert all(len(line) <= 300 for line in paragraphs(piece * 200_000))
    assert time.process_time() - started < 0.2


@pytest.mark.parametrize(
    ("value", "name"),
    [
        (89, "CWE-89"),
        ("89", "CWE-89"),
        ("CWE-089: SQL", "CWE-89"),
        ("external/cwe/cwe-022", "CWE-22"),
        (0, None),
        (True, None),
        ("none", None),
        ("", None),
        (None, None),
        ([89], None),
        ("9" * 400, None),
    ],
)
def test_cwe(value: object, name: str | None) -> None:
    assert cwe(value) == name


def test_cve() -> None:
    assert cve("2012-5783") == "CVE-2012-5783"
    assert cve("cve-2026-10001") == "CVE-2026-10001"
    assert cve("null-null") is None
    assert cve("12-5783") is None
    assert cve_in("BDSA-2020-1001 (CVE-2020-11022)") == "CVE-2020-11022"
    assert cve_in("2020-11022") is None, "without its prefix it may be anything"


def test_places() -> None:
    assert place("a.py", 3) == "a.py:3"
    assert place("a.py", 0) == "a.py"
    assert place(None, 3) is None
    assert without_query("https://example.com/a?token=1#x") == "https://example.com/a"
