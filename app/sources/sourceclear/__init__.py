"""Veracode SCA agent-based scans, once SourceClear: the only webhook that Veracode's platform sends.

https://docs.veracode.com/r/Understanding_Webhooks
"""

from app.kernel.errors import BadPayload
from app.kernel.json import load_object
from app.kernel.signing import PathToken
from app.sources import Ignored, Inbound, Parsed, Source
from app.sources.sourceclear.delivery import delivery_key
from app.sources.sourceclear.issues import CHANGES, changed
from app.sources.sourceclear.scan import finished


def parse(inbound: Inbound) -> Parsed:
    """A scan that succeeded is one event; vulnerabilities that changed are one event each."""
    body = load_object(inbound.body)
    event = body.get("event")
    if not isinstance(event, str):
        raise BadPayload("expected the name of an event", "event")
    if event == "SCAN_SUCCESS":
        return [finished(body)]
    if event in CHANGES:
        return changed(body) or Ignored("no_change")
    return Ignored("unused_type")


SOURCE = Source(
    name="sourceclear",
    title="Veracode SCA (SourceClear)",
    scheme=PathToken(),
    parse=parse,
    types=frozenset({"security.scan_finished", "security.vulnerability_changed"}),
    dedupe=delivery_key,
    aliases=("veracode",),
    probe=True,
)
