"""Names of weaknesses as everybody writes them: CWE-89, CVE-2026-10001."""

import re
from typing import Any

_CVE = re.compile(r"\b(?:CVE-)?(\d{4}-\d{4,19})\b", re.IGNORECASE)
_FULL_CVE = re.compile(r"\bCVE-\d{4}-\d{4,19}\b", re.IGNORECASE)
_CWE = re.compile(r"\bCWE[-_:/ ]?0*(\d{1,5})\b", re.IGNORECASE)


def cwe(value: Any) -> str | None:
    """`CWE-89` from 89, "89", "CWE-089: …" or "external/cwe/cwe-089"; None when there is none in it."""
    if isinstance(value, int) and not isinstance(value, bool):
        value = str(value)
    if not isinstance(value, str):
        return None
    if value.isascii() and value.isdigit() and len(value) <= 5:
        return f"CWE-{int(value)}" if int(value) else None
    found = _CWE.search(value[:200])
    return f"CWE-{found[1]}" if found else None


def cve(name: str | None) -> str | None:
    """The CVE with its prefix, which Veracode often leaves out; `null-null` and the like are none."""
    found = _CVE.fullmatch((name or "").strip())
    return f"CVE-{found[1]}" if found else None


def cve_in(text: str | None) -> str | None:
    """A CVE, with its prefix, that stands anywhere in a short text."""
    found = _FULL_CVE.search((text or "")[:200])
    return found[0].upper() if found else None


def place(file: str | None, line: int | None = None) -> str | None:
    """`src/app.py:12`, or as much of it as there is."""
    if not file:
        return None
    return f"{file}:{line}" if line is not None and line > 0 else file


def library(name: str | None, version: str | None) -> str | None:
    """`acme-json@1.2.3`, or as much of it as there is."""
    if not name:
        return None
    return f"{name}@{version}" if version else name


def without_query(url: str | None) -> str | None:
    """An address without its query, which may hold what nobody should see."""
    return url.partition("?")[0].partition("#")[0] if url else None
