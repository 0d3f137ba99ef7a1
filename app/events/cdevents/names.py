"""What CDEvents calls things by: URIs of sources, and an id with the source that gave it."""

import re
from collections.abc import Mapping
from typing import Any
from urllib.parse import quote

from app.events.envelope import UNMAPPED

View = Mapping[str, Any]

OURS = "/shipbell"
"""Who gives the names of services and environments: the estate."""
_SAFE = ":/?@!$&'()*+,;=%-._~"
_STRAY = re.compile(r"%(?![0-9A-Fa-f]{2})")
_BRACKETS_IN_HOST = re.compile(r"[^:]+://[^/?]*[\[\]]")
"""An address of IPv6: only there brackets may stand as they are, and nobody's pages live there."""


def source_uri(view: View) -> str:
    """Who says so: `/shipbell/argocd/prod-eu`. The same wherever Shipbell runs: an event's id is, too."""
    parts = [view.get("source"), view.get("instance")]
    return "/".join([OURS, *(quote(part, safe="") for part in parts if part)])


def uri(url: str | None) -> str | None:
    """A URL with everything encoded that RFC 3986 does not allow: vendors send umlauts and braces. None stays None."""
    head, hash_, fragment = _STRAY.sub("%25", url or "").partition("#")
    if not head or _BRACKETS_IN_HOST.match(head):
        return None
    return quote(head, safe=_SAFE) + hash_ + quote(fragment, safe=_SAFE)


def named(view: View, what: str) -> dict[str, str] | None:
    """The `service` or `environment` of an event: our name, else the vendor's as the vendor's, else None."""
    name = view.get(what)
    if name and name != UNMAPPED:
        return {"id": name, "source": OURS}
    said = (view.get("original") or {}).get(what) if name else None
    return {"id": said, "source": source_uri(view)} if said else None


def part(view: View, name: str) -> Mapping[str, Any]:
    """A part of an event; an absent one is empty."""
    return view.get(name) or {}


def known(fields: Mapping[str, Any]) -> dict[str, Any]:
    """The fields that have a value."""
    return {name: value for name, value in fields.items() if value not in (None, "", [], {})}
