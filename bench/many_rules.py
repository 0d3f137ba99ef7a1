"""Rule books of any size for one estate, as an organisation writes them; and the events that such an estate has."""

import random
from collections.abc import Callable
from typing import Any

from app.events import EVENT_TYPES, flat
from app.kernel.yaml import load
from app.routing import Rulebook, load_rulebook
from app.routing.match import View

SERVICES = tuple(f"team-{number % 25}-service-{number}" for number in range(200))
ENVIRONMENTS = ("dev", "qa", "preprod", "prod", "feature")
_CARDS = ("deployment", "pipeline", "generic")
_PLACES = """
channels: {platform: {kind: console}, qa: {kind: console}}
purposes: {deployments: [platform], quality: [qa]}
defaults: {fallback: platform, dedupe: {by: [type, service, environment, version, status], window: 10m}}
"""
_STATUSES = {
    "pipeline.finished": ("succeeded", "succeeded", "succeeded", "failed"),
    "deployment.finished": ("succeeded", "succeeded", "succeeded", "failed"),
    "security.scan_finished": ("finished",),
}
_TYPES = (
    *["pipeline.finished"] * 8,
    *["deployment.finished"] * 8,
    *["pull_request.merged", "change.pushed"] * 3,
    *["security.scan_finished", "incident.opened"],
)


def rulebook(count: int) -> Rulebook:
    """So many rules, of ten kinds in turn: half of them name a service, some a team's glob, some neither."""
    rules = "".join(f"- {{name: rule-{number}, {_rule(number)}}}\n" for number in range(count))
    return load_rulebook(
        [load(f"version: 1\n{_PLACES}rules:\n{rules}", "routes.yaml")],
        cards=(*_CARDS, "unrouted"),
        channel_kinds=("console",),
        estate_environments=ENVIRONMENTS,
        services=SERVICES,
    )


def _rule(number: int) -> str:
    service, other = SERVICES[number * 7 % 200], SERVICES[(number * 7 + 31) % 200]
    team = number * 3 % 25
    matches = (
        f"{{type: deployment.finished, status: failed, environment: prod, service: {service}}}",
        f"{{type: deployment.finished, environment: [qa, preprod], service: [{service}, {other}]}}",
        f"{{type: deployment.finished, status: succeeded, environment: prod, service: {{glob: team-{team}-*}}}}",
        f"{{type: pipeline.finished, status: [failed, error], repository.full_name: {{glob: acme/team-{team}-*}}}}",
        f'{{type: pull_request.merged, commit.author.email: {{regex: "^team-{team}[.].*@example[.]com$"}}}}',
        f"{{type: security.scan_finished, service: {service}, any: [{{findings.high: {{gt: 8}}}}, {{status: error}}]}}",
        f"{{type: [pipeline.finished, change.pushed], build.number: {{multiple_of: {number + 100}}}}}",
        f"{{type: incident.opened, priority: [P1, P2], service: [{service}, {other}]}}",
        f"{{type: pipeline.finished, service: {service}, build.ref: {{glob: release/{number}-*}}}}",
        f"{{type: deployment.finished, status: failed, owner.team: team-{team}, environment: {{not: [dev, feature]}}}}",
    )
    what = "drop: true" if number % 23 == 22 else "to: [deployments, quality], card: generic"
    return f"match: {matches[number % len(matches)]}, {what}"


def events(count: int) -> list[View]:
    """So many flat views, the same at every call."""
    choose = random.Random(7)
    return [_event(choose.choice, number) for number in range(count)]


def _event(choice: Callable[[Any], Any], number: int) -> View:
    name, service = choice(_TYPES), choice(SERVICES)
    team = service.rsplit("-service", 1)[0]
    status = _STATUSES.get(name)
    view: dict[str, Any] = {
        "id": f"{number:032x}", "type": name, "subject": f"bench:{number}", "source": "bench", "receipt": "0" * 32,
        "occurred_at": "2026-03-02T10:00:00+00:00", "received_at": "2026-03-02T10:00:01+00:00",
        "service": service, "version": f"1.{number}.0", "owner": {"team": team},
        "repository": {"provider": "bitbucket", "full_name": f"acme/{service}"},
        "commit": {"sha": f"{number:040x}", "author": {"email": f"{team}.{number % 40}@example.com"}},
        "build": {"number": number + 1, "ref": choice(("main", "release/18-1", f"feature/SHOP-{number}"))},
    }  # fmt: skip
    if status:
        view["status"] = choice(status)
    if name == "deployment.finished":
        view |= {"environment": choice(ENVIRONMENTS), "platform": "argocd"}
    if name == "security.scan_finished":
        view |= {"tool": "veracode", "kind": "sast", "findings": {"high": choice((0, 2, 9))}}
    if name == "incident.opened":
        view |= {"priority": choice(("P1", "P2", "P3")), "title": "Checkout is slow"}
    return flat(EVENT_TYPES[name].model_validate(view))
