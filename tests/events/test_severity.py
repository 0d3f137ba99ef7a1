"""The bands of CVSS."""

import pytest

from app.events.severity import SEVERITIES, severity_of_cvss


@pytest.mark.parametrize(
    ("score", "severity"),
    [
        (10, "critical"),
        (9.0, "critical"),
        (8.9, "high"),
        (7.0, "high"),
        (6.9, "medium"),
        (4.0, "medium"),
        (3.9, "low"),
        (0.1, "low"),
        (0, "info"),
        (None, "unknown"),
        (-0.1, "unknown"),
        (10.1, "unknown"),
        (float("nan"), "unknown"),
    ],
)
def test_bands(score: float | None, severity: str) -> None:
    assert severity_of_cvss(score) == severity


def test_worst_comes_first() -> None:
    assert SEVERITIES == ("critical", "high", "medium", "low", "info", "unknown")
