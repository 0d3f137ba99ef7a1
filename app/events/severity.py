"""How bad a finding is: our scale, worst first, and where a CVSS score stands on it."""

from typing import get_args

from app.events.bodies import Severity

SEVERITIES: tuple[Severity, ...] = get_args(Severity)
"""Worst first; `unknown` is last, because nothing can be said of it."""


def severity_of_cvss(score: float | None) -> Severity:
    """A CVSS base score (0 to 10) in our words; anything else is `unknown`.

    Bands of CVSS v3, which Veracode uses for open source too:
    https://docs.veracode.com/r/Risk_Levels_for_Open_Source_Components
    """
    if score is None or not 0 <= score <= 10:
        return "unknown"
    if score >= 9:
        return "critical"
    if score >= 7:
        return "high"
    if score >= 4:
        return "medium"
    return "low" if score > 0 else "info"
