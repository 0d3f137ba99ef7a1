"""Flat views for the tests of CDEvents: of every shipped sample, and of the types that no source tells yet."""

from functools import cache
from typing import Any

from app.events import EVENT_TYPES, flat
from app.kernel.errors import BadPayload
from tests.conformance.golden import SOURCES, all_samples, as_event, inbound, sample_of

SHA = "5f1c0e2b7a9d4c3e8f60718293a4b5c6d7e8f901"
REPOSITORY = {
    "provider": "bitbucket",
    "full_name": "acme/checkout",
    "uuid": "{1f}",
    "url": "https://bitbucket.org/acme/checkout",
}
OURS = {"service": "checkout", "environment": "prod", "environment_tier": "production"}

View = dict[str, Any]


def view(kind: str, **fields: Any) -> View:
    """The flat view of an event of a type, as it is stored; None takes a field away."""
    data: View = {
        "id": "a6" * 16, "type": kind, "subject": f"{kind}:1", "source": "argocd", "instance": "prod eu",
        "occurred_at": "2026-11-22T10:00:00Z", "received_at": "2026-11-22T10:00:01Z", "receipt": "r", **OURS,
    }  # fmt: skip
    given = {name: value for name, value in {**data, **fields}.items() if value is not None}
    return flat(EVENT_TYPES[kind].model_validate(given))


def rollout(**fields: Any) -> View:
    """A deployment that went well, of an image whose commit is known."""
    image = "registry.example.com:5000/acme/Checkout:1.43.0"
    values: View = {"status": "succeeded", "version": "1.43.0", "images": [image], "repository": REPOSITORY,
                    "commit": {"sha": SHA}}  # fmt: skip
    return view("deployment.finished", **{**values, **fields})


def told() -> list[View]:
    """An event of every type that no source tells yet and that has a CDEvent, with umlauts wherever text is."""
    page = "https://example.com/späße/{1}?a=[b]"
    return [
        view("incident.opened", title="Ä", priority="P1", url=page, version="1.43.0"),
        view("incident.opened", title="Ä"),
        view("incident.resolved", url=page),
        view("tests.finished", status="failed", suite="e2e", failures=[{"message": "402"}], report_url=page),
        view("ticket.created", ticket={"key": "SHOP-1", "summary": "Ö", "project": "SHOP", "fix_versions": ["1.43.0"],
             "assignee": "Ines"}, actor={"name": "Tomas"}, tickets=[{"key": "SHOP-1", "url": page}]),
        view("ticket.updated", ticket={"key": "SHOP-1"}, tickets=[{"key": "SHOP-1", "url": page}]),
        view("gate.decided", gate="go / no go", verdict="block", links={"pipeline": page}),
        view("gate.decided", gate="freeze", verdict="block", bypassed_by="Ines Värga", links={"commit": page}),
        view("security.scan_finished", status="finished", report_url=page),
        rollout(),
        rollout(images=[], version=None),
        rollout(rollback=True),
        rollout(status="failed", error="ä", links={"argocd": page}),
        rollout(environment="unmapped", service="unmapped", original={"service": "x y", "environment": "prod-ü"}),
    ]  # fmt: skip


@cache
def samples() -> dict[str, View]:
    """The events of every shipped sample by its name, in production of our service."""
    found: dict[str, View] = {}
    for source, name in all_samples():
        sample = sample_of(SOURCES[source], name)
        try:
            parsed = SOURCES[source].parse(inbound(SOURCES[source], sample.headers, sample.body))
        except BadPayload:
            continue  # a sample of what is refused
        for index, draft in enumerate(parsed if isinstance(parsed, list) else ()):
            found[f"{source}/{name}#{index}"] = flat(as_event(SOURCES[source], draft)) | OURS
    return found
