"""Stored events of a delivery chain in their order: pushes, pull requests, pipelines, deployments and their health.

A change is a branch with two commits, a pull request, a merge, its pipelines, and a rollout to the first environment;
every second one goes on to the next, every fourth to the last two. Now and then something breaks and is rolled back.
"""

import hashlib
import random
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import orjson

from app.events import EVENT_TYPES, flat
from app.kernel.clock import DAY, HOUR, MINUTE, SECOND, iso
from app.store.events import NewEvent

SERVICES = 20
STAGES = (("dev", "development", 1), ("qa", "testing", 2), ("preprod", "staging", 4), ("prod", "production", 4))
FIRST = 20_300 * DAY
_PEOPLE = ("Ines Varga", "Tomas Brandt", "Noor Haddad", "Jonas Lind", "Mara Okafor")
View = dict[str, Any]


@dataclass(slots=True)
class _Line:
    """The main branch of a service: its head, the number of its newest change, and the versions of prod."""

    service: str
    head: str
    number: int
    lived: list[tuple[str, str]]


def stored(count: int) -> Iterator[NewEvent]:
    """So many events, the same at every call."""
    dice = random.Random(2027)
    lines = [_Line(f"service-{n:02}", _sha("root", n), 0, []) for n in range(SERVICES)]
    made = 0
    now = FIRST
    while True:
        now += dice.randrange(5, 40) * MINUTE
        for at, view in _change(dice.choice(lines), now, dice):
            if made == count:
                return
            made += 1
            yield _stored(made, at, view)


def _stored(number: int, at: int, view: View) -> NewEvent:
    when = iso(at)
    view |= {"id": f"{number:032x}", "receipt": f"{number:032x}", "occurred_at": when, "received_at": when}
    return NewEvent(
        view["id"], view["receipt"], view["type"], view.get("status"), view["source"], view["service"],
        view.get("environment"), view["subject"], at, at, orjson.dumps(view),
    )  # fmt: skip


def _change(line: _Line, at: int, dice: random.Random) -> Iterator[tuple[int, View]]:
    """One change from its branch to as far as it goes."""
    line.number += 1
    number, service, before = line.number, line.service, line.head
    key = f"SHOP-{number}"
    who = {"name": dice.choice(_PEOPLE), "account_id": f"557058:{number % 97:04}", "kind": "human"}
    own = [
        _commit(service, number, part, who, at - dice.randrange(1, 40) * HOUR, f"{key} Keep the card, part {part}\n")
        for part in (2, 1)
    ]
    merge = _commit(service, number, 0, who, at + 3 * HOUR,
                    f"Merged in feature/{key} (pull request #{number})\n\n{key} Keep the card\n")  # fmt: skip
    yield at, _push(service, f"feature/{key}", before, own, key)
    yield at + MINUTE, _request(service, number, "opened", who, own[0], key)
    yield at + MINUTE, _pipeline(service, number * 2, "started", f"feature/{key}", own[0], None)
    yield at + 9 * MINUTE, _pipeline(service, number * 2, "finished", f"feature/{key}", own[0], None)
    yield at + HOUR, _request(service, number, "updated", who, own[0], key)
    yield at + 3 * HOUR, _request(service, number, "merged", who, merge, key) | {"merged_at": iso(at + 3 * HOUR)}
    yield at + 3 * HOUR + SECOND, _push(service, "main", before, [merge, *own], key)
    version = f"1.{number}.0-{merge['sha'][:10]}"
    yield at + 3 * HOUR + 2 * SECOND, _pipeline(service, number * 2 + 1, "started", "main", merge, version)
    yield at + 3 * HOUR + 9 * MINUTE, _pipeline(service, number * 2 + 1, "finished", "main", merge, version)
    line.head = merge["sha"]
    live = at + 4 * HOUR
    for stage, tier, every in STAGES:
        if number % every == 0:
            live += 20 * MINUTE
            yield from _rollout(service, stage, tier, version, number, live)
    if number % 4 == 0:
        line.lived.append((version, merge["sha"]))
    if number % 80 == 0 and len(line.lived) > 1:
        yield from _trouble(line, number, live + HOUR)


def _trouble(line: _Line, number: int, at: int) -> Iterator[tuple[int, View]]:
    yield at, _made("incident.opened", f"incident:pagerduty:{line.service}-{number}", service=line.service,
                    source="pagerduty", environment="prod", environment_tier="production", title="Checkout is slow",
                    priority="P2", opened_at=iso(at))  # fmt: skip
    yield from _rollout(line.service, "prod", "production", line.lived[-2][0], number - 4, at + 20 * MINUTE)
    yield at + HOUR, _made("incident.resolved", f"incident:pagerduty:{line.service}-{number}", service=line.service,
                           source="pagerduty", environment="prod", environment_tier="production",
                           title="Checkout is slow", priority="P2", resolved_at=iso(at + HOUR))  # fmt: skip


def _rollout(service: str, stage: str, tier: str, version: str, number: int, at: int) -> Iterator[tuple[int, View]]:
    said = {
        "service": service, "source": "argocd", "instance": "eu", "environment": stage, "environment_tier": tier,
        "platform": "argocd", "started_at": iso(at), "version": version, "canonical": True,
        "revision": _sha("manifests", service, stage, number), "operation": {"automated": True, "retries": 0},
        "target": {"cluster": "https://kubernetes.default.svc", "namespace": f"{service}-{stage}"},
        "images": [f"registry.example.com/acme/{service}:{version}"],
        "actor": {"name": "Argo CD", "kind": "system"},
        "owner": {"team": f"team-{service[-1]}", "business_area": "shop"},
        "links": {"argocd": f"https://argocd.example.com/applications/argocd/{service}-{stage}"},
    }  # fmt: skip
    subject = f"deployment:argocd:eu:{service}-{stage}:{iso(at)}"
    yield at, _made("deployment.started", subject, **said)
    ended = at + 90 * SECOND
    yield ended, _made("deployment.finished", subject, status="succeeded", finished_at=iso(ended), healthy=True,
                       duration_seconds=90.0, **said)  # fmt: skip
    where = {name: said[name] for name in ("service", "source", "instance", "environment", "environment_tier", "owner")}
    yield ended, _made("deployment.health_changed", f"application:argocd:eu:{service}-{stage}", status="healthy",
                       since=iso(ended), version=version, links=said["links"], **where)  # fmt: skip


def _push(service: str, ref: str, before: str, commits: list[View], key: str) -> View:
    return _made(
        "change.pushed", f"branch:{service}:{ref}", **_in(service), ref=ref, ref_kind="branch", before=before,
        after=commits[0]["sha"], commits=commits, commit=commits[0] | {"branch": ref}, actor=commits[0]["author"],
        created=ref != "main", forced=False, truncated=False, tickets=_tickets(key),
    )  # fmt: skip


def _request(service: str, number: int, what: str, who: View, commit: View, key: str) -> View:
    asked = {
        "id": number, "title": f"{key} Keep the card on file", "state": "merged" if what == "merged" else "open",
        "source_branch": f"feature/{key}", "target_branch": "main", "author": who, "draft": False,
        "url": f"https://bitbucket.org/acme/{service}/pull-requests/{number}",
    }  # fmt: skip
    if what == "merged":
        asked["merge_commit"] = commit["sha"][:12]
    return _made(
        f"pull_request.{what}", f"pull_request:{service}:{number}", **_in(service), pull_request=asked, actor=who,
        commit={"sha": commit["sha"][:12], "branch": "main"}, tickets=_tickets(key),
        links={"pull_request": asked["url"]},
    )  # fmt: skip


def _pipeline(service: str, number: int, what: str, ref: str, commit: View, version: str | None) -> View:
    ended: View = {"status": "succeeded", "duration_seconds": 480.0} if what == "finished" else {}
    return _made(
        f"pipeline.{what}", f"pipeline:bitbucket:{service}:{number}", **_in(service), version=version,
        commit=commit | {"branch": ref}, build={"number": number, "ref": ref, "name": "build"}, actor=commit["author"],
        links={"pipeline": f"https://bitbucket.org/acme/{service}/pipelines/results/{number}"}, **ended,
    )  # fmt: skip


def _in(service: str) -> View:
    return {
        "service": service, "source": "bitbucket", "instance": "acme",
        "owner": {"team": f"team-{service[-1]}", "business_area": "shop"},
        "repository": {
            "provider": "bitbucket", "full_name": f"acme/{service}", "uuid": f"{{{service}}}",
            "url": f"https://bitbucket.org/acme/{service}",
        },
    }  # fmt: skip


def _commit(service: str, number: int, part: int, who: View, at: int, message: str) -> View:
    sha = _sha("commit", service, number, part)
    return {
        "sha": sha, "message": message, "author": who, "authored_at": iso(at), "committed_at": iso(at),
        "url": f"https://bitbucket.org/acme/{service}/commits/{sha}",
    }  # fmt: skip


def _tickets(key: str) -> list[View]:
    return [{"key": key, "url": f"https://acme.example.com/browse/{key}"}]


def _sha(*parts: object) -> str:
    return hashlib.sha1(repr(parts).encode(), usedforsecurity=False).hexdigest()


_blank: dict[tuple[str, ...], View] = {}


def _made(kind: str, subject: str, **fields: Any) -> View:
    """A flat view. Its model is asked once for each shape: for half a million it would take minutes."""
    fields = {name: value for name, value in fields.items() if value is not None}
    shape = (kind, *fields)
    if shape not in _blank:
        at = iso(FIRST)
        asked = {"id": "0" * 32, "type": kind, "subject": subject, "receipt": "0" * 32, "occurred_at": at,
                 "received_at": at, **fields}  # fmt: skip
        _blank[shape] = dict(flat(EVENT_TYPES[kind].model_validate(asked)))
    return {**_blank[shape], "subject": subject, **fields}
