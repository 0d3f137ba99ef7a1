"""The tools' severities in our words. What a tool has judged is never judged again from a score."""

from app.events.bodies import Severity

_VERACODE: tuple[Severity, ...] = ("info", "low", "low", "medium", "high", "critical")
"""By Veracode's number, 0 to 5. Very Low (1) is low, as in Veracode's own converter to SARIF:
https://github.com/veracode/veracode-pipeline-scan-results-to-sarif
"""
_WORDS: dict[str, Severity] = {
    "critical": "critical",
    "very high": "critical",
    "high": "high",
    "medium": "medium",
    "moderate": "medium",
    "low": "low",
    "very low": "low",
    "negligible": "low",
    "info": "info",
    "informational": "info",
    "none": "info",
}


def severity_of_veracode(number: int | None) -> Severity:
    """Veracode's severity, 5 (Very High) to 0 (Informational); anything else is unknown."""
    return _VERACODE[number] if number is not None and 0 <= number <= 5 else "unknown"


def severity_of_word(word: str | None) -> Severity:
    """A severity in words, in any case; a word that we do not know is unknown."""
    return _WORDS.get((word or "").strip().lower(), "unknown")
